"""`libcamera:` against a program that writes what rpicam-vid writes: pictures, faults, its end."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers import registry
from drivers.camera import v4l2
from drivers.camera.api import Camera, TimedBy, notes_of
from drivers.camera.libcamera import PROGRAMS, check_url, is_stand_in, open_libcamera
from drivers.camera.v4l2 import CameraBusyError, CameraProgramError
from drivers.camera.v4l2_device import decoded
from drivers.deadline import Deadline
from drivers.errors import DeviceGoneError, DeviceTimeoutError, DeviceUrlError
from drivers.url import DeviceUrl

PEER = Path(__file__).parents[2] / "peers" / "jpeg_stream.py"
Opened = Callable[..., Iterator[Camera]]


def of(url: str) -> DeviceUrl:
    return DeviceUrl.parse("camera", url)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "bin" / "rpicam-vid"
    made.parent.mkdir()
    made.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PEER}" "$@"\n', encoding="utf-8")
    made.chmod(0o755)
    monkeypatch.setenv("JPEG_STREAM", str(tmp_path))
    monkeypatch.setattr(v4l2, "_START_LIMIT_S", 40.0)  # a busy machine starts programs slowly
    return made


@pytest.fixture
def opened(program: Path, tmp_path: Path) -> Opened:
    @contextmanager
    def camera(manners: str = "", size: str = "width=160&height=120&fps=20") -> Iterator[Camera]:
        (tmp_path / "manners").write_text(manners, encoding="utf-8")
        made = registry.open_camera("camera", f"libcamera://?program={program}&{size}")
        try:
            yield made
        finally:
            made.close()

    return camera


def grabbed(camera: Camera):
    return camera.grab(Deadline.after("camera", 20.0))


def brightness(camera: Camera) -> float:
    return float(grabbed(camera).pixels.mean())


def alive(word: str) -> list[int]:
    """Processes whose command line holds the word."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if entry.name.isdecimal() and word.encode() in words:
            found.append(int(entry.name))
    return found


def gone(word: str) -> bool:
    until_s = time.monotonic() + 10
    while alive(word) and time.monotonic() < until_s:
        threading.Event().wait(0.05)
    return not alive(word)


def test_pictures_come_in_order_and_are_timed_by_their_first_byte(opened: Opened) -> None:
    with opened() as camera:
        frames = [grabbed(camera) for _ in range(5)]
        now_s = time.monotonic()
        assert camera.info.make == "libcamera"
        assert notes_of(camera) == ("frames are timed by the arrival",)
    assert {frame.pixels.shape for frame in frames} == {(120, 160, 3)}
    assert {frame.timed_by for frame in frames} == {TimedBy.ARRIVAL}
    stamps = [frame.at_s for frame in frames]
    assert stamps == sorted(set(stamps))
    assert now_s - 30 < stamps[0] < now_s


def test_the_newest_picture_is_given_after_a_pause(opened: Opened) -> None:
    with opened(size="width=160&height=120&fps=15") as camera:
        before = grabbed(camera)
        threading.Event().wait(1.5)
        frame = grabbed(camera)
    assert frame.pixels.mean() > before.pixels.mean() + 5
    assert frame.at_s > before.at_s + 0.7


def test_the_program_gets_the_words_of_the_url(opened: Opened, tmp_path: Path) -> None:
    size = "width=160&height=120&fps=25&exposure=100&gain=150&white_balance=daylight&power_line=50"
    with opened(size=f"{size}&turn=180"):
        pass
    words = (tmp_path / "log").read_text(encoding="utf-8").split()
    asked = dict(pairwise(words))
    assert asked["--camera"] == "0"
    assert (asked["--width"], asked["--height"], asked["--framerate"]) == ("160", "120", "25")
    assert (asked["--codec"], asked["--output"], asked["--timeout"]) == ("mjpeg", "-", "0")
    assert (asked["--shutter"], asked["--gain"], asked["--awb"]) == ("10000", "1.5", "daylight")
    assert (asked["--flicker-period"], asked["--rotation"]) == ("10000us", "180")


@pytest.mark.parametrize("manners", ["half", "garbage"])
def test_what_is_damaged_or_stands_between_is_passed_over(opened: Opened, manners: str) -> None:
    with opened(manners) as camera:
        seen = [brightness(camera) for _ in range(6)]
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("manners", ["die=8", "resize=8"])
def test_a_program_that_ends_or_changes_its_size_is_a_lost_camera(
    opened: Opened, manners: str, tmp_path: Path
) -> None:
    with opened(manners) as camera, pytest.raises(DeviceGoneError):
        list(iter(lambda: grabbed(camera), None))
    with opened() as again:
        assert grabbed(again).pixels.shape == (120, 160, 3)
    assert gone(str(tmp_path))


def test_a_program_that_hangs_is_a_time_out_then_lost_and_is_ended(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(v4l2, "_HANG_S", 1.2)
    with opened("hang=3") as camera:
        with pytest.raises(DeviceTimeoutError):
            list(iter(lambda: camera.grab(Deadline.after("camera", 0.6)), None))
        with pytest.raises(DeviceGoneError, match="hung"):
            list(iter(lambda: grabbed(camera), None))
    assert gone(str(tmp_path)), "nothing of a hung program stays"


@pytest.mark.parametrize("manners", ["none", "huge", "die=0"])
def test_a_program_without_a_picture_says_so(opened: Opened, manners: str) -> None:
    with pytest.raises(CameraBusyError, match="gives no picture"), opened(manners):
        pass


def test_a_program_that_stays_silent_is_a_time_out(
    opened: Opened, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.write_text("#!/bin/sh\nexec sleep 321.5\n", encoding="utf-8")
    monkeypatch.setattr(v4l2, "_START_LIMIT_S", 1.0)
    with pytest.raises(DeviceTimeoutError), opened():
        pass
    assert gone("321.5")


def test_a_picture_without_an_end_is_a_time_out(opened: Opened, tmp_path: Path) -> None:
    with opened("endless") as camera, pytest.raises((DeviceTimeoutError, DeviceGoneError)):
        list(iter(lambda: camera.grab(Deadline.after("camera", 1.0)), None))
    assert gone(str(tmp_path))


def test_a_program_is_found_on_the_path_or_missed(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(CameraProgramError, match=PROGRAMS[1]):
        open_libcamera(of("libcamera://"))
    for url in ("libcamera://?program=/none/rpicam-vid", f"libcamera://?program={tmp_path}/log"):
        with pytest.raises(CameraProgramError, match="not there"):
            open_libcamera(of(url))
    (tmp_path / "manners").touch()
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/bin")
    camera = open_libcamera(of("libcamera://?width=64&height=48"))
    assert camera.info.firmware == "rpicam-vid"
    camera.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("libcamera://front", "a number from 0 to 3"),
        ("libcamera://0/dev/video0", "a number from 0 to 3"),
        ("libcamera://9", "a number from 0 to 3"),
        ("libcamera://?colour=no", "colour"),
        ("libcamera://?width=9", "width"),
        ("libcamera://?exposure=bright", "exposure"),
        ("libcamera://?gain=1", "gain"),
        ("libcamera://?white_balance=4600", "white_balance"),
        ("libcamera://?power_line=40", "power_line"),
        ("libcamera://?program=rpicam-vid", "absolute path"),
    ],
)
def test_urls_that_nothing_can_open_are_refused_by_name(url: str, said: str) -> None:
    with pytest.raises(DeviceUrlError, match=said):
        registry.check_url("camera", "camera", url)


def test_a_program_of_ones_own_is_no_camera_of_a_production_kiosk() -> None:
    check_url(of("libcamera://1"))
    assert not registry.is_simulated("libcamera://0?width=640")
    assert not is_stand_in(of("libcamera://?program=/usr/bin/rpicam-vid"))
    assert registry.is_simulated("libcamera://?program=/tmp/rpicam-vid")
    assert is_stand_in(of("libcamera://?program=/usr/bin/../../tmp/rpicam-vid"))


def test_a_picture_without_its_tables_is_decoded_as_motion_jpeg_cameras_send_it() -> None:
    pixels = np.full((48, 64, 3), (10, 120, 220), np.uint8)
    data = cv2.imencode(".jpg", pixels)[1].tobytes()
    bare, at = bytearray(data[:2]), 2
    while data[at + 1] != 0xDA:
        length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        bare += b"" if data[at + 1] == 0xC4 else data[at : at + length]
        at += length
    found = decoded(bytes(bare + data[at:]))
    assert len(bare) < at - 200
    assert found is not None
    assert np.abs(found.astype(int) - pixels).max() < 8
