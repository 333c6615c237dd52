"""A U.are.U whose plug is pulled, or which answers garbage, at each transfer of a crossing in turn.

Whatever happens, it ends with a picture or a DeviceError within the deadline, and a scanner that
is plugged in again gives the finger that lies there.
"""

import threading
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceGoneError, DeviceTimeoutError
from drivers.fingerprint.simulated_bus import SERIAL, SimulatedBus
from drivers.fingerprint.simulated_uru4000 import SimulatedUru4000
from drivers.fingerprint.uru4000 import Uru4000, open_uru4000
from drivers.fingerprint.uru4000_protocol import MODELS
from drivers.url import Params

U4000, U4500, MS_V2 = (0x05BA, 0x0007), (0x05BA, 0x000A), (0x045E, 0x00CA)
SPOILS = pytest.mark.parametrize("spoil", ["noise", "short", "stall"])
FINGER = (230 - np.add.outer(np.arange(290) // 2, np.arange(384) // 8)).astype(np.uint8)
LIMIT_S = 1.0
OPEN_LIMIT_S = 3.0
SLACK_S = 1.0  # the light is switched off and threads are joined after the deadline
MOST_TRANSFERS = 60


class Post:
    """One scanner on its bus, and the handle that is open on it."""

    def __init__(self, usb_id: tuple[int, int]) -> None:
        new_device = partial(SimulatedUru4000, MODELS[usb_id])
        self.bus = SimulatedBus(new_device, usb_id, lambda bus: None)
        self.scanner: Uru4000 | None = None

    def open(self) -> Uru4000:
        params = Params("finger", {"serial": SERIAL})
        self.scanner = open_uru4000("finger", params, backend=self.bus, slice_s=0.02)
        return self.scanner

    def close(self) -> None:
        if self.scanner is not None:
            self.scanner.close()
            self.scanner = None

    def cross(self) -> np.ndarray:
        """Open, take the finger, wait for its lift, close."""
        scanner = self.open()
        self.bus.device.place(FINGER)
        picture = scanner.capture(soon()).pixels
        self.bus.device.lift()
        scanner.wait_for_lift(soon())
        self.close()
        return picture

    def ends(self) -> type[DeviceError] | None:
        """What ended a crossing, in time; what it gave had the shape of a picture."""
        began_s, end = time.monotonic(), None
        try:
            assert self.cross().shape == FINGER.shape
        except DeviceError as error:
            end = type(error)
        self.close()
        assert time.monotonic() - began_s < OPEN_LIMIT_S + 2 * LIMIT_S + SLACK_S
        return end

    def replugged_works(self) -> None:
        self.bus.replug()
        assert is_finger(self.cross())


def is_finger(pixels: np.ndarray) -> bool:
    """But for a row that never comes and the last pixel of each scrambled block."""
    return np.count_nonzero((pixels != FINGER).any(axis=1)) <= 5


def soon() -> Deadline:
    return Deadline.after("finger", LIMIT_S)


@pytest.fixture
def post(usb_id: tuple[int, int]) -> Iterator[Post]:
    found = Post(usb_id)
    yield found
    found.close()
    assert [one.name for one in threading.enumerate() if "endpoint" in one.name] == []


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("usb_id", [U4000, U4500, MS_V2], ids=["4000", "4500", "msv2"])
def test_the_plug_pulled_at_every_transfer(post: Post) -> None:
    for transfer in range(1, MOST_TRANSFERS):
        post.bus.transfers_left = transfer
        end = post.ends()
        if post.bus.transfers_left:
            assert end is None
            break
        assert end in (DeviceGoneError, None), transfer  # None: it fell out while it was closed
        post.replugged_works()
    assert 15 < transfer < MOST_TRANSFERS - 1


@pytest.mark.slow
@pytest.mark.timeout(180)
@SPOILS
@pytest.mark.parametrize("usb_id", [U4500, MS_V2], ids=["4500", "msv2"])
def test_garbage_at_every_transfer(post: Post, spoil: str) -> None:
    ends = []
    for transfer in range(1, MOST_TRANSFERS):
        post.bus.spoil, post.bus.spoil_left = spoil, transfer
        ends.append(post.ends())
        if post.bus.spoil_left:
            break
        post.replugged_works()
    assert ends[-1] is None
    assert 15 < len(ends) < MOST_TRANSFERS - 1


@pytest.mark.slow
@pytest.mark.timeout(180)
@SPOILS
@pytest.mark.parametrize("usb_id", [U4000, U4500], ids=["4000", "4500"])
def test_garbage_at_every_transfer_is_forgotten_without_a_replug(post: Post, spoil: str) -> None:
    """As the worker does it: a scanner that was silent is asked again, a confused one reopened."""
    post.open()
    for transfer in range(1, MOST_TRANSFERS):
        post.bus.spoil, post.bus.spoil_left = spoil, transfer
        post.bus.device.place(FINGER)
        try:
            post.scanner.capture(soon())
        except DeviceTimeoutError:
            pass
        except DeviceError:
            post.close()
            post.open()
        unspoilt, post.bus.spoil_left = post.bus.spoil_left, 0
        post.bus.device.lift()
        post.bus.device.place(FINGER)
        assert is_finger(post.scanner.capture(soon()).pixels), transfer
        if unspoilt:
            break
    assert 5 < transfer < MOST_TRANSFERS - 1
