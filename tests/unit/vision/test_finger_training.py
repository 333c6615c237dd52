"""The touches that the minutiae network learns from say truly where the minutiae are."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.training.finger_touch import Master, touch
from vision.training.finger_wear import inked, sensed

SIDE_PX = 256


def _marked() -> Master:
    """Valleys with a ridge's spot at every minutia, and a second spot 12 px along its direction."""
    random = np.random.default_rng(3)
    waves = np.full((400, 360), -1, np.float32)
    places = np.stack(np.meshgrid(np.arange(40, 340, 60), np.arange(40, 380, 60)), -1)
    places = places.reshape(-1, 2).astype(np.float32)
    angles = random.uniform(-np.pi, np.pi, len(places)).astype(np.float32)
    for (x, y), angle in zip(places, angles, strict=True):
        cv2.circle(waves, (round(float(x)), round(float(y))), 3, (1.0,), -1)
        ahead = (round(float(x + 14 * np.cos(angle))), round(float(y - 14 * np.sin(angle))))
        cv2.circle(waves, ahead, 3, (0.5,), -1)
    sure = np.ones(len(places), np.float32)
    return Master(waves, places, angles, endings=sure, sure=sure)


@pytest.mark.parametrize("seed", range(12))
def test_places_and_directions_follow_the_skin(seed: int) -> None:
    drawn = touch(_marked(), SIDE_PX, np.random.default_rng(seed))
    inner = [
        (x, y, a)
        for (x, y), a in zip(drawn.places, drawn.angles, strict=True)
        if min(x, y) > 25 and max(x, y) < SIDE_PX - 25
    ]
    scale = drawn.period_px / 9
    for x, y, angle in inner:
        assert drawn.waves[round(float(y)), round(float(x))] > 0.6
        step = 14 * scale
        at = (round(float(y - step * np.sin(angle))), round(float(x + step * np.cos(angle))))
        around = drawn.waves[at[0] - 5 : at[0] + 6, at[1] - 5 : at[1] + 6]
        assert around.max() > 0.2, "the second spot lies ahead"


def test_what_does_not_touch_is_not_asked_for() -> None:
    for seed in range(20):
        drawn = touch(_marked(), SIDE_PX, np.random.default_rng(seed))
        for x, y in drawn.places:
            row, column = round(float(y)), round(float(x))
            assert drawn.lift[row, column] < 0.4
            assert not drawn.beyond[row, column]


def test_a_worn_picture_still_has_its_ridges_dark() -> None:
    """Mostly: the foulest tenth may lose them."""
    agree = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        drawn = touch(_marked(), SIDE_PX, rng)
        picture = sensed(inked(drawn, rng), drawn, None, rng)
        assert picture.shape == (SIDE_PX, SIDE_PX)
        assert 0 <= picture.min() <= picture.max() <= 255
        here = (drawn.lift < 0.1) & ~drawn.beyond
        if (drawn.waves[here] > 0.5).sum() > 200:
            ridge = picture[here & (drawn.waves > 0.5)].mean()
            agree.append(ridge < picture[here & (drawn.waves < -0.5)].mean() + 1)
    assert np.mean(agree) > 0.85


def test_a_master_is_kept_as_arrays(tmp_path: Path) -> None:
    grown = np.zeros((100, 120), np.uint8)
    numbers = np.array([5.0, 60.0], np.float32)
    path = tmp_path / "1.npz"
    np.savez(path, g=grown, x=numbers, y=np.full(2, 50.0), ang=numbers, sure=numbers, end=numbers)
    held = Master.load(path)
    assert held.waves.max() == 1.0
    assert held.sure[0] < 0.6, "too near the border to be taught"
    assert held.sure[1] == 60.0
