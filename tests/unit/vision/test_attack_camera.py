"""The laboratory's camera: noise that never repeats, exposure that follows, rows that flicker."""

from dataclasses import replace

import numpy as np

from vision.evaluate.attack_camera import Camera, Optics
from vision.image import Bgr8

QUIET = Optics(0.4, 2.0, 0.0, 0.5, 0.0, 1.0, 1.0, 0.0, 0.1, 0.0, 95)


def _scene(level: int = 110) -> Bgr8:
    scene = np.full((480, 640, 3), level, np.uint8)
    scene[100:300, 200:400] = (60, 90, 160)
    return scene


def test_no_two_frames_are_equal_and_the_same_dice_give_the_same_frames() -> None:
    first, second = (
        [camera.take(_scene(), at_s / 10) for at_s in range(4)]
        for camera in (Camera(QUIET, np.random.default_rng(5)) for _ in range(2))
    )
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert not any(np.array_equal(first[0], later) for later in first[1:])
    assert 0.5 < float(np.std(first[0][:80, :80].astype(np.float32))) < 4


def test_the_exposure_follows_a_brighter_scene() -> None:
    camera = Camera(QUIET, np.random.default_rng(5))
    before = camera.take(_scene(), 0.0).mean()
    means = [camera.take(_scene(190), at / 10).mean() for at in range(1, 40)]
    assert means[0] > before + 30
    assert abs(means[-1] - before) < (means[0] - before) / 2


def test_a_screens_refresh_lies_in_rows() -> None:
    still = Camera(replace(QUIET, noise=0.01, follow=0.0), np.random.default_rng(5))
    rows = still.take(_scene(), 0.03, bands=0.2)[:, :100].mean(axis=(1, 2))
    assert rows.max() - rows.min() > 8


def test_what_moves_is_drawn_out_and_corners_are_drawn_in() -> None:
    scene = np.zeros((480, 640, 3), np.uint8)
    scene[:, 318:322] = 255
    still = Camera(replace(QUIET, barrel=0.07), np.random.default_rng(5))
    sharp, smeared = still.take(scene, 0.0), still.take(scene, 0.1, moved_px=25 + 0j)
    assert sharp[240].max() > smeared[240].max() + 20
    corner = np.zeros((480, 640, 3), np.uint8)
    corner[:60, :60] = 255
    seen = still.take(corner, 0.2)
    assert seen[65, 67].mean() > 150
    assert seen[80, 80].mean() < 50
