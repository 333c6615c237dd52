"""Each model of the U.are.U family, in each state that a scanner can be found in."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest

from drivers.deadline import Deadline
from drivers.errors import DeviceTimeoutError
from drivers.fingerprint.simulated_bus import SERIAL, SimulatedBus
from drivers.fingerprint.simulated_uru4000 import SimulatedUru4000
from drivers.fingerprint.uru4000 import Uru4000, open_uru4000
from drivers.fingerprint.uru4000_protocol import MODELS, Mode, Register
from drivers.url import Params

MS_KEYBOARD, U4500, MS_V2 = (0x045E, 0x00BB), (0x05BA, 0x000A), (0x045E, 0x00CA)
# Light above, dark below, and darker to the right: turned or mirrored it would show.
FINGER = (230 - np.add.outer(np.arange(290) // 2, np.arange(384) // 8)).astype(np.uint8)

Opener = Callable[[], Uru4000]


def bus_with(usb_id: tuple[int, int], **values: object) -> SimulatedBus:
    new_device = partial(SimulatedUru4000, MODELS[usb_id], **values)
    return SimulatedBus(new_device, usb_id, lambda bus: None)


@pytest.fixture
def open_on() -> Iterator[Callable[[SimulatedBus], Uru4000]]:
    scanners: list[Uru4000] = []

    def opened(bus: SimulatedBus) -> Uru4000:
        params = Params("finger", {"serial": SERIAL})
        scanners.append(open_uru4000("finger", params, backend=bus))
        return scanners[-1]

    yield opened
    for scanner in scanners:
        scanner.close()


def soon() -> Deadline:
    return Deadline.after("finger", 10.0)


def is_finger(pixels: np.ndarray) -> bool:
    """But for a row that never comes and the last pixel of each scrambled block."""
    return np.count_nonzero((pixels != FINGER).any(axis=1)) <= 5


@pytest.mark.parametrize("usb_id", MODELS, ids=lambda one: f"{one[0]:04x}:{one[1]:04x}")
def test_every_model_gives_the_finger_upright_and_goes_dark(usb_id, open_on) -> None:
    bus = bus_with(usb_id, changes_key=True)
    scanner = open_on(bus)
    assert scanner.info.make == MODELS[usb_id].make
    bus.device.place(FINGER)
    assert is_finger(scanner.capture(soon()).pixels)
    assert bus.device.lit
    bus.device.lift()
    scanner.wait_for_lift(soon())
    assert not bus.device.lit


def test_only_the_second_microsoft_reader_asks_for_a_proof() -> None:
    assert [usb_id for usb_id, model in MODELS.items() if model.authenticates] == [MS_V2]


def test_the_light_is_off_after_a_capture_that_failed_and_after_closing(open_on) -> None:
    bus = bus_with(U4500)
    scanner = open_on(bus)
    with pytest.raises(DeviceTimeoutError):
        scanner.capture(Deadline.after("finger", 0.3))
    assert not bus.device.lit
    bus.device.place(FINGER)
    scanner.capture(soon())
    assert bus.device.lit
    scanner.close()
    assert not bus.device.lit


@pytest.mark.parametrize(
    "state",
    [{"confused": True}, {"stubborn": 5}, {"late_power": 2}, {"confused": True, "late_power": 1}],
    ids=str,
)
@pytest.mark.parametrize("usb_id", [MS_KEYBOARD, U4500, MS_V2])
def test_a_scanner_that_wakes_with_trouble(usb_id, state, open_on) -> None:
    """Status 0x85 after a switch-off, power that comes late, an interrupt that is lost."""
    bus = bus_with(usb_id, **state)
    bus.device.place(FINGER)
    assert is_finger(open_on(bus).capture(soon()).pixels)


@pytest.mark.parametrize(
    ("state", "says"), [({"stubborn": 1000}, "did not power up"), ({"late_power": 3}, "3 tries")]
)
def test_a_scanner_that_never_wakes_is_a_time_out(state, says, open_on) -> None:
    with pytest.raises(DeviceTimeoutError, match=says):
        open_on(bus_with(U4500, **state))


@pytest.mark.parametrize("usb_id", [U4500, MS_V2])
@pytest.mark.parametrize("mode", Mode)
def test_a_scanner_that_a_killed_program_left_in_any_mode(usb_id, mode, open_on) -> None:
    """With an image that nobody fetched, a finger that was reported, the light on."""
    bus = bus_with(usb_id)
    killed = open_on(bus)
    killed._interrupts.close()
    bus.device.place(FINGER)
    bus.device.write(Register.MODE, bytes([mode]))
    killed._usb.close()
    assert bus.device.lit == (mode is not Mode.OFF)
    scanner = open_on(bus)
    assert is_finger(scanner.capture(soon()).pixels)
    bus.device.lift()
    scanner.wait_for_lift(soon())
    assert not bus.device.lit


@pytest.mark.parametrize("usb_id", [U4500, MS_V2])
def test_a_replugged_scanner_works_from_each_state(usb_id, open_on) -> None:
    """Awake, with a finger taken, dark: the handle is dead and a new one is whole."""
    bus = bus_with(usb_id)
    for steps in range(3):
        scanner = open_on(bus)
        if steps:
            bus.device.place(FINGER)
            scanner.capture(soon())
        if steps > 1:
            bus.device.lift()
            scanner.wait_for_lift(soon())
        bus.replug()
        scanner.close()
    bus.device.place(FINGER)
    assert is_finger(open_on(bus).capture(soon()).pixels)


def test_a_scanner_whose_pictures_are_not_scrambled(open_on) -> None:
    bus = bus_with(U4500, sends_clear=True)
    bus.device.place(FINGER)
    assert is_finger(open_on(bus).capture(soon()).pixels)
