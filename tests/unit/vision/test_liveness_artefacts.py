"""What a screen leaves in a frame, drawn by arithmetic; and what a plain frame does not have."""

import numpy as np
import pytest

from vision.face_detect import Box
from vision.liveness_artefacts import artefacts

BOX = Box(220.0, 130.0, 200.0, 220.0)
ROWS, COLUMNS = np.mgrid[0:480, 0:640]


def room(seed: int) -> np.ndarray:
    """Soft light with a camera's noise."""
    soft = 120 + 40 * np.sin(COLUMNS / 90) + 30 * np.cos(ROWS / 70)
    return soft + np.random.default_rng(seed).normal(0, 3, soft.shape)


def picture(gray: np.ndarray) -> np.ndarray:
    return np.repeat(np.clip(gray, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize("seed", range(4))
def test_the_dots_of_a_screen_stand_above_noise(seed):
    plain = room(seed)
    dots = plain * (1 + 0.04 * np.sin(COLUMNS * 2.1 + ROWS * 1.3))
    assert artefacts(picture(plain), BOX).moire < 1.8
    assert artefacts(picture(dots), BOX).moire > 2.5


def test_refresh_bands_stand_above_noise():
    plain = room(1)
    banded = plain * (1 + 0.06 * np.sin(ROWS * 2 * np.pi / 40))
    assert artefacts(picture(banded), BOX).bands > artefacts(picture(plain), BOX).bands + 0.8


def test_the_rim_of_a_sheet_is_seen_on_most_sides():
    sheet = room(2)
    sheet[(ROWS < 40) | (ROWS > 440) | (COLUMNS < 140) | (COLUMNS > 500)] = 20
    assert artefacts(picture(sheet), BOX).rim >= 0.75
    assert artefacts(picture(room(2)), BOX).rim == 0.0


def test_a_face_at_the_edge_of_a_small_picture_raises_nothing():
    seen = artefacts(picture(room(3))[:60, :60], Box(-20.0, -20.0, 50.0, 50.0))
    assert (seen.moire, seen.bands) == (0.0, 0.0)
