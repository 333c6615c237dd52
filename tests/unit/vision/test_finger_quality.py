"""Quality falls where less finger is to be seen."""

import cv2
import numpy as np
import pytest

from drivers.fingerprint.synthetic import grow, impression
from vision.finger_quality import quality
from vision.finger_quality_ink import ink
from vision.finger_segment import foreground


@pytest.fixture(scope="module")
def master() -> np.ndarray:
    return grow(11)


def _quality(picture: np.ndarray) -> int:
    found = foreground(picture)
    assert found is not None
    return quality(found, ink(picture, found))


def test_quality_falls_with_area_and_where_the_finger_moves(master: np.ndarray) -> None:
    whole = _quality(impression(master, 1))
    assert whole > 85
    assert _quality(impression(master, 1, area=0.35)) < whole - 20
    moved = np.asarray(cv2.blur(impression(master, 1), (1, 15)), np.uint8)
    assert _quality(moved) < whole - 20
