"""The scanner driver with its simulated peer: capture, lift, cancel, unplugging, misbehaviour."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers.deadline import Deadline
from drivers.errors import (
    CancelledError,
    DeviceError,
    DeviceGoneError,
    DeviceTimeoutError,
    DeviceUrlError,
    ProtocolError,
)
from drivers.fingerprint.simulated import finger_picture, leave_stage, open_simulated
from drivers.fingerprint.uru4000 import Uru4000
from drivers.stage import send_cue
from drivers.url import Params

Opener = Callable[..., Uru4000]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "finger"
    yield path
    leave_stage(path)


@pytest.fixture
def opened(stage: Path) -> Iterator[Opener]:
    scanners: list[Uru4000] = []

    def open_one(**values: str) -> Uru4000:
        scanners.append(open_simulated("finger", stage, Params("finger", values)))
        return scanners[-1]

    yield open_one
    for scanner in scanners:
        scanner.close()
    assert [thread.name for thread in threading.enumerate() if "endpoint" in thread.name] == []


def soon(limit_s: float = 20.0) -> Deadline:
    return Deadline.after("finger", limit_s)


@pytest.mark.parametrize("model", ["4500", "msv2"])
def test_gives_the_finger_that_lies_there(opened: Opener, stage: Path, model: str) -> None:
    scanner = opened(model=model)
    send_cue(stage, finger="right_index")
    picture = scanner.capture(soon())
    expected = finger_picture(1, "right_index", 1)
    assert picture.pixels.shape == (290, 384)
    assert picture.pixels.flags.c_contiguous
    assert picture.ppi == 512
    # One row never comes, and each of the four scrambled blocks loses its last pixel.
    changed = np.flatnonzero((picture.pixels != expected).any(axis=1))
    assert len(changed) <= 5
    assert "ridges" not in repr(picture)


def test_a_finger_that_comes_later_comes_later(opened: Opener, stage: Path) -> None:
    scanner = opened()
    started_s = time.monotonic()
    send_cue(stage, finger="right_index", delay_s=0.3)
    scanner.capture(soon())
    assert 0.25 <= time.monotonic() - started_s < 2.5


def test_says_who_it_is(opened: Opener) -> None:
    info = opened().info
    assert (info.make, info.serial, info.firmware) == ("DigitalPersona", "simulated", "0010-0115")


def test_touches_of_one_finger_differ_and_fingers_differ_more(opened: Opener, stage: Path) -> None:
    scanner = opened()
    pictures = []
    for finger in ("right_index", "right_index", "left_thumb"):
        send_cue(stage, finger=finger)
        pictures.append(scanner.capture(soon()).pixels)
        send_cue(stage, finger=None)
        scanner.wait_for_lift(soon())
    assert (pictures[0] != pictures[1]).any()
    assert (pictures[1] != pictures[2]).any()


def test_waits_for_the_finger_and_for_its_lift(opened: Opener, stage: Path) -> None:
    scanner = opened()
    placing = threading.Timer(0.15, send_cue, [stage], {"finger": "left_index"})
    placing.start()
    begin_s = time.monotonic()
    scanner.capture(soon())
    assert time.monotonic() - begin_s > 0.1
    placing.join()
    lifting = threading.Timer(0.15, send_cue, [stage], {"finger": None})
    lifting.start()
    begin_s = time.monotonic()
    scanner.wait_for_lift(soon())
    assert time.monotonic() - begin_s > 0.1
    lifting.join()


def test_a_finger_lifts_itself_after_its_hold(opened: Opener, stage: Path) -> None:
    scanner = opened(hold_s="0.2")
    send_cue(stage, finger="left_index")
    scanner.capture(soon())
    scanner.wait_for_lift(soon())
    with pytest.raises(DeviceTimeoutError):
        scanner.capture(soon(0.2))


def test_two_captures_without_lifting(opened: Opener, stage: Path) -> None:
    scanner = opened()
    send_cue(stage, finger="left_index")
    first = scanner.capture(soon()).pixels
    assert np.array_equal(first, scanner.capture(soon()).pixels)


def test_cancel_is_heard_within_300_ms(opened: Opener) -> None:
    scanner = opened()
    cancelled_at_s = time.monotonic() + 0.25
    deadline = Deadline.after("finger", 20.0, lambda: time.monotonic() >= cancelled_at_s)
    with pytest.raises(CancelledError):
        scanner.capture(deadline)
    assert time.monotonic() - cancelled_at_s < 0.3


def test_cancel_is_heard_by_a_scanner_that_fell_silent(opened: Opener, stage: Path) -> None:
    scanner = opened()
    send_cue(stage, silent=True)
    cancelled_at_s = time.monotonic() + 0.25
    deadline = Deadline.after("finger", 20.0, lambda: time.monotonic() >= cancelled_at_s)
    with pytest.raises(CancelledError):
        scanner.capture(deadline)
    assert time.monotonic() - cancelled_at_s < 0.5  # it also tries to switch the light off


def test_silence_is_a_time_out_and_passes(opened: Opener, stage: Path) -> None:
    scanner = opened()
    send_cue(stage, silent=True)
    with pytest.raises(DeviceTimeoutError):
        scanner.capture(soon())
    send_cue(stage, silent=False, finger=None)
    send_cue(stage, silent=False)
    send_cue(stage, finger="left_index")
    try:
        picture = scanner.capture(soon())
    except ProtocolError:  # it spoke again in the middle of being woken: the next try is whole
        picture = scanner.capture(soon())
    assert picture.pixels.min() < 100


def test_garbage_once_is_taken_anew(opened: Opener, stage: Path) -> None:
    scanner = opened()
    send_cue(stage, finger="left_index")
    send_cue(stage, garbage=1)
    assert scanner.capture(soon()).pixels.min() < 100


def test_garbage_each_time_is_a_protocol_error_and_the_next_capture_works(
    opened: Opener, stage: Path
) -> None:
    scanner = opened()
    send_cue(stage, finger="left_index")
    send_cue(stage, garbage=2)
    with pytest.raises(ProtocolError):
        scanner.capture(soon())
    assert scanner.capture(soon()).pixels.min() < 100


def test_a_scanner_that_announces_its_death_is_woken_anew(opened: Opener, stage: Path) -> None:
    scanner = opened()
    send_cue(stage, death=True)
    send_cue(stage, finger="left_index")
    assert scanner.capture(soon()).pixels.min() < 100


def test_a_latent_print_is_seen_and_is_faint(opened: Opener, stage: Path) -> None:
    scanner = opened()
    send_cue(stage, finger="left_index")
    strong = scanner.capture(soon()).pixels.std()
    send_cue(stage, finger=None)
    scanner.wait_for_lift(soon())
    send_cue(stage, latent=True)
    assert scanner.capture(soon()).pixels.std() < strong / 3


def test_unplugged_while_waiting_then_back(opened: Opener, stage: Path) -> None:
    scanner = opened()
    pulling = threading.Timer(0.1, send_cue, [stage], {"unplug": True})
    pulling.start()
    begin_s = time.monotonic()
    with pytest.raises(DeviceGoneError):
        scanner.capture(soon())
    assert time.monotonic() - begin_s < 0.6
    pulling.join()
    scanner.close()
    with pytest.raises(DeviceGoneError):
        opened()
    send_cue(stage, replug=True)
    send_cue(stage, finger="left_index")
    assert opened().capture(soon()).pixels.min() < 100


def test_close_twice_and_reopen(opened: Opener, stage: Path) -> None:
    first = opened()
    begin_s = time.monotonic()
    first.close()
    first.close()
    assert time.monotonic() - begin_s < 0.4
    send_cue(stage, finger="left_index")
    assert opened().capture(soon()).pixels.min() < 100


def test_one_program_at_a_time(opened: Opener) -> None:
    opened()
    with pytest.raises(DeviceError) as caught:
        opened()
    assert "EBUSY" in str(caught.value)
    assert "stop the other program" in caught.value.mend


def test_a_slip_of_the_pen_in_the_url(stage: Path) -> None:
    with pytest.raises(DeviceUrlError, match="hold"):
        open_simulated("finger", stage, Params("finger", {"hold": "3"}))
