"""A folder of pictures in a camera's place."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.camera import folder as folder_camera
from drivers.camera.folder import FolderCameraError, open_folder
from drivers.deadline import Deadline
from drivers.errors import CancelledError, DeviceGoneError, DeviceTimeoutError, DeviceUrlError
from drivers.url import Params


def soon(limit_s: float = 2.0) -> Deadline:
    return Deadline.after("camera", limit_s)


def camera(path: Path, **params: str):
    return open_folder("camera", path, Params("camera", {"fps": "240", **params}))


def fill(path: Path, *shades: int) -> None:
    for number, shade in enumerate(shades):
        cv2.imwrite(str(path / f"{number}.png"), np.full((20, 10, 3), shade, np.uint8))


def shades_of(opened, count: int) -> list[int]:
    return [int(opened.grab(soon()).pixels[0, 0, 0]) for _ in range(count)]


def test_shows_each_in_the_order_of_names_and_ends(tmp_path: Path) -> None:
    fill(tmp_path, 10, 20)
    opened = camera(tmp_path, each="2")
    assert shades_of(opened, 4) == [10, 10, 20, 20]
    with pytest.raises(FolderCameraError, match="no picture is left") as caught:
        opened.grab(soon())
    assert "loop=yes" in caught.value.mend
    assert isinstance(caught.value, DeviceGoneError)


def test_begins_again_where_asked(tmp_path: Path) -> None:
    fill(tmp_path, 10, 20)
    assert shades_of(camera(tmp_path, each="1", loop="yes"), 5) == [10, 20, 10, 20, 10]


def test_a_loop_whose_pictures_vanish_ends(tmp_path: Path) -> None:
    fill(tmp_path, 10)
    opened = camera(tmp_path, each="1", loop="yes")
    (tmp_path / "0.png").write_bytes(b"broken")
    shades_of(opened, 1)
    with pytest.raises(FolderCameraError):
        opened.grab(soon())


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((20, 10), 77, np.uint8),
        np.full((20, 10, 4), 77, np.uint8),
        np.full((20, 10), 77 * 257, np.uint16),
    ],
    ids=["grey", "alpha", "16 bits"],
)
def test_every_kind_of_picture_becomes_blue_green_red(tmp_path: Path, pixels) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), pixels)
    shown = camera(tmp_path).grab(soon()).pixels
    assert shown.shape == (20, 10, 3)
    assert shown.dtype == np.uint8
    assert (shown == 77).all()


def test_what_is_no_picture_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "0.png").write_bytes(b"")
    (tmp_path / "1.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    (tmp_path / "2.png").mkdir()
    fill(tmp_path / "2.png", 10)
    (tmp_path / "2.txt").write_text("notes", encoding="utf-8")
    cv2.imwrite(str(tmp_path / "3.bmp"), np.full((5, 5, 3), 30, np.uint8))
    assert shades_of(camera(tmp_path, each="1", loop="yes"), 2) == [30, 30]


def test_a_frame_is_the_callers_own(tmp_path: Path) -> None:
    fill(tmp_path, 10)
    opened = camera(tmp_path, each="2")
    opened.grab(soon()).pixels[:] = 255
    assert shades_of(opened, 1) == [10]


def test_large_pictures_are_reduced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_camera, "LARGEST_PX", 5_000)
    cv2.imwrite(str(tmp_path / "wide.png"), np.full((100, 200, 3), 9, np.uint8))
    assert camera(tmp_path).grab(soon()).pixels.shape == (50, 100, 3)


def test_frames_come_at_their_pace_and_waiting_can_be_ended(tmp_path: Path) -> None:
    fill(tmp_path, 10)
    opened = camera(tmp_path, fps="1")
    assert opened.period_s == 1.0
    opened.period_s = 600.0
    opened.grab(soon())
    with pytest.raises(DeviceTimeoutError):
        opened.grab(soon(0.05))
    began_s = time.monotonic()
    with pytest.raises(CancelledError):
        opened.grab(Deadline.after("camera", 300.0, lambda: time.monotonic() > began_s + 0.1))
    opened.close()
    opened.close()
    with pytest.raises(DeviceGoneError):
        opened.grab(soon())


def test_a_folder_that_cannot_be_played(tmp_path: Path) -> None:
    with pytest.raises(FolderCameraError, match="no picture in"):
        camera(tmp_path)
    with pytest.raises(FolderCameraError, match="cannot be read"):
        camera(tmp_path / "absent")
    with pytest.raises(DeviceUrlError, match="each"):
        camera(tmp_path, each="0")
    with pytest.raises(DeviceUrlError, match="speed"):
        camera(tmp_path, speed="2")
