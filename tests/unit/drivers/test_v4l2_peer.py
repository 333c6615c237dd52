"""A V4L2 camera that answers each call, compiled against the kernel's header, under our process.

The peer is tests/peers/v4l2_peer.c, laid under the camera's process by LD_PRELOAD. What it cannot
show is a kernel driver's own timing and faults; that waits for an emulated machine with vivid.
"""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera import v4l2, v4l2_abi
from drivers.camera.api import TimedBy
from drivers.camera.v4l2 import (
    CameraBusyError,
    CameraFormatError,
    CameraNodeError,
    V4l2Camera,
    open_process,
)
from drivers.camera.v4l2_choice import Wishes
from drivers.camera.v4l2_order import Kind, Order
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError, DeviceTimeoutError
from drivers.url import Params

SOURCE = Path(__file__).parents[2] / "peers" / "v4l2_peer.c"
# What the peer can be told to be. metadata: a node without pictures; strange: H264 alone; steps:
# ranges instead of lists; busy: another program streams; padded: lines with room behind; bare: no
# controls; silent: never a frame; half: cut pictures; future, unknown: bad time stamps; unplug:
# gone after ten frames; errors: each third frame is damaged.
Opened = Callable[..., Iterator[V4l2Camera]]


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not Path("/usr/include/linux/videodev2.h").is_file():
        pytest.skip("no C compiler, or no header of the kernel, on this system")
    made = tmp_path_factory.mktemp("peer") / "v4l2_peer.so"
    words = [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", str(SOURCE), "-o", str(made)]
    subprocess.run([*words, "-ldl"], check=True)
    return made


@pytest.fixture
def opened(shim: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    node = tmp_path / "video0"
    node.touch()
    for width, height in ((1280, 960), (1920, 1080)):
        pixels = np.full((height, width, 3), (200, 90, 30), np.uint8)
        cv2.imwrite(str(tmp_path / f"{width}x{height}.jpg"), pixels)

    @contextmanager
    def camera(
        manners: str = "", start_limit_s: float = 40.0, **wishes: str
    ) -> Iterator[V4l2Camera]:
        monkeypatch.setenv("LD_PRELOAD", str(shim))
        monkeypatch.setattr(v4l2, "_START_LIMIT_S", start_limit_s)
        monkeypatch.setenv("V4L2_PEER", str(node))
        monkeypatch.setenv("V4L2_PEER_LOG", str(tmp_path / "log"))
        monkeypatch.setenv("V4L2_PEER_JPEG", str(tmp_path))
        monkeypatch.setenv("V4L2_PEER_MANNERS", manners)
        word = Wishes.of(Params("camera", wishes)).words()
        order = Order(str(node), Kind.DEVICE, word, 0, 0)
        made = open_process("camera", DeviceInfo("maker", "peer"), order)
        try:
            yield made
        finally:
            made.close()

    return camera


def grabbed(camera: V4l2Camera):
    return camera.grab(Deadline.after("camera", 20.0))


def settings(tmp_path: Path, what: str) -> list[tuple[int, int]]:
    rows = [line.split() for line in (tmp_path / "log").read_text(encoding="ascii").splitlines()]
    return [(int(first), int(second)) for name, first, second in rows if name == what]


def wait_until(condition: Callable[[], bool], camera: V4l2Camera) -> bool:
    until_s = time.monotonic() + 20
    while not condition() and time.monotonic() < until_s:
        grabbed(camera)
    return condition()


def test_frames_come_with_the_drivers_own_time(opened: Opened, tmp_path: Path) -> None:
    with opened(width="1280", height="960") as camera:
        frames = [grabbed(camera) for _ in range(4)]
        now_s = time.monotonic()
        assert camera.notes == ("1280x960 MJPG 30/s", "frames are timed by the driver")
    assert {frame.pixels.shape for frame in frames} == {(960, 1280, 3)}
    assert np.abs(frames[0].pixels.mean(axis=(0, 1)) - (200, 90, 30)).max() < 4
    stamps = [frame.at_s for frame in frames]
    assert stamps == sorted(set(stamps))
    assert {frame.timed_by for frame in frames} == {TimedBy.DRIVER}
    assert all(now_s - 30 < at_s < now_s for at_s in stamps)
    assert settings(tmp_path, "fps") == [(30, 0)]


@pytest.mark.parametrize("manners", ["", "padded"])
def test_pictures_without_jpeg_have_their_colours_in_order(opened: Opened, manners: str) -> None:
    with opened(manners, width="640", height="480") as camera:
        pixels = grabbed(camera).pixels
        assert camera.notes[0] == "640x480 YUYV 30/s"
    assert np.abs(pixels[:, :300].mean(axis=(0, 1)) - (0, 0, 255)).max() < 6, "red is last"
    assert np.abs(pixels[:, 340:].mean(axis=(0, 1)) - (255, 0, 0)).max() < 6, "blue is first"


@pytest.mark.parametrize("manners", ["future", "unknown"])
def test_a_time_that_cannot_be_is_not_believed(opened: Opened, manners: str) -> None:
    with opened(manners, width="640", height="480") as camera:
        frame = grabbed(camera)
        assert frame.timed_by is TimedBy.ARRIVAL
        assert time.monotonic() - 20 < frame.at_s <= time.monotonic()
        assert "timed by the arrival" in camera.notes[-1]


def test_controls_are_set_and_what_the_camera_lacks_is_told(opened: Opened, tmp_path: Path) -> None:
    wishes = {"exposure": "250", "white_balance": "4600", "power_line": "50", "gain": "7"}
    with opened(width="640", height="480", focus="3", **wishes) as camera:
        grabbed(camera)
        assert camera.notes[1:3] == ("no control for gain", "no control for focus")
    assert settings(tmp_path, "control") == [
        (v4l2_abi.CID_EXPOSURE_AUTO, v4l2_abi.EXPOSURE_MANUAL),
        (v4l2_abi.CID_EXPOSURE_ABSOLUTE, 250),
        (v4l2_abi.CID_AUTO_WHITE_BALANCE, 0),
        (v4l2_abi.CID_WHITE_BALANCE_TEMPERATURE, 4600),
        (v4l2_abi.CID_POWER_LINE_FREQUENCY, 1),
    ]


@pytest.mark.slow
def test_what_has_settled_is_locked_where_it_is(opened: Opened, tmp_path: Path) -> None:
    with opened(width="640", height="480", exposure="lock", white_balance="lock") as camera:
        assert wait_until(lambda: len(settings(tmp_path, "control")) >= 6, camera)
    assert settings(tmp_path, "control") == [
        (v4l2_abi.CID_EXPOSURE_AUTO, v4l2_abi.EXPOSURE_APERTURE_PRIORITY),
        (v4l2_abi.CID_AUTO_WHITE_BALANCE, 1),
        (v4l2_abi.CID_EXPOSURE_AUTO, v4l2_abi.EXPOSURE_MANUAL),
        (v4l2_abi.CID_EXPOSURE_ABSOLUTE, 321),
        (v4l2_abi.CID_AUTO_WHITE_BALANCE, 0),
        (v4l2_abi.CID_WHITE_BALANCE_TEMPERATURE, 321),
    ]


def test_a_camera_without_controls_serves_all_the_same(opened: Opened) -> None:
    with opened("bare", width="640", height="480", exposure="lock", power_line="60") as camera:
        grabbed(camera)
        assert camera.notes[1:3] == ("no control for exposure", "no control for power_line")


def test_a_value_out_of_its_range_is_told(opened: Opened) -> None:
    with opened(width="640", height="480", exposure="9000") as camera:
        assert "no control for exposure" in camera.notes


def test_ranges_are_met_at_the_nearest_step(opened: Opened) -> None:
    with opened("steps", width="650", height="481", fps="90", format="yuyv") as camera:
        assert grabbed(camera).pixels.shape == (480, 656, 3)
        assert camera.notes[0] == "656x480 YUYV 60/s"


def test_damaged_frames_are_passed_over(opened: Opened) -> None:
    with opened("errors", width="640", height="480") as camera:
        assert len({grabbed(camera).at_s for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("manners", "wishes", "error"),
    [
        ("metadata", {}, CameraNodeError),
        ("strange", {}, CameraFormatError),
        ("busy", {}, CameraBusyError),
        ("half", {"width": "1280", "height": "960"}, CameraBusyError),
    ],
)
def test_what_gives_no_pictures_says_why(
    opened: Opened, manners: str, wishes: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error) as caught, opened(manners, **wishes):
        pass
    assert caught.value.mend != DeviceGoneError.mend


def test_a_camera_that_is_unplugged_is_gone(opened: Opened) -> None:
    with opened("unplug", width="640", height="480") as camera, pytest.raises(DeviceGoneError):
        list(iter(lambda: grabbed(camera), None))


def test_a_camera_that_never_gives_a_frame_is_a_time_out_and_no_hang(opened: Opened) -> None:
    silent = opened("silent", start_limit_s=1.5, width="640", height="480")
    with pytest.raises(DeviceTimeoutError), silent:
        pass


def test_five_frames_a_second_are_slow_and_not_stale(opened: Opened) -> None:
    wishes = {"width": "1280", "height": "960", "fps": "5", "format": "yuyv"}
    with opened(**wishes) as camera:
        assert camera.notes[0] == "1280x960 YUYV 5/s"
        frames = [grabbed(camera) for _ in range(3)]
    assert all(one.at_s < other.at_s for one, other in pairwise(frames))
