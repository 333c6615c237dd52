"""A folder of pictures in a scanner's place."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.deadline import Deadline
from drivers.errors import (
    CancelledError,
    DeviceGoneError,
    DeviceTimeoutError,
    DeviceUrlError,
    ProtocolError,
)
from drivers.fingerprint.folder import open_folder
from drivers.url import Params


def soon() -> Deadline:
    return Deadline.after("finger", 1.0)


def fill(folder: Path, *shades: int) -> None:
    for number, shade in enumerate(shades):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((20, 10), shade, np.uint8))


def test_plays_in_the_order_of_names_and_ends(tmp_path: Path) -> None:
    fill(tmp_path, 10, 20)
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    scanner = open_folder("finger", tmp_path, Params("finger", {"ppi": "512"}))
    shades = []
    for _ in range(2):
        picture = scanner.capture(soon())
        shades.append(int(picture.pixels[0, 0]))
        scanner.wait_for_lift(soon())
    assert shades == [10, 20]
    assert picture.pixels.shape == (20, 10)
    assert picture.ppi == 512
    with pytest.raises(DeviceTimeoutError):
        scanner.capture(soon())
    scanner.close()


def test_begins_again_where_asked(tmp_path: Path) -> None:
    fill(tmp_path, 10, 20)
    scanner = open_folder("finger", tmp_path, Params("finger", {"again": "yes"}))
    assert [int(scanner.capture(soon()).pixels[0, 0]) for _ in range(5)] == [10, 20, 10, 20, 10]


def test_a_folder_that_cannot_be_played(tmp_path: Path) -> None:
    with pytest.raises(DeviceGoneError, match="no picture"):
        open_folder("finger", tmp_path, Params("finger"))
    with pytest.raises(DeviceGoneError, match="cannot be read"):
        open_folder("finger", tmp_path / "absent", Params("finger"))
    with pytest.raises(DeviceUrlError, match="ppi"):
        open_folder("finger", tmp_path, Params("finger", {"ppi": "12"}))
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    with pytest.raises(ProtocolError, match="no picture"):
        open_folder("finger", tmp_path, Params("finger")).capture(soon())


def test_hears_cancel(tmp_path: Path) -> None:
    fill(tmp_path, 10)
    scanner = open_folder("finger", tmp_path, Params("finger"))
    with pytest.raises(CancelledError):
        scanner.capture(Deadline.after("finger", 1.0, lambda: True))
