"""What skin, glass and sensor do to ridges: dry and wet skin, creases, blots, ghosts, noise."""

import cv2
import numpy as np
import numpy.typing as npt

from vision.training.finger_touch import Touch
from vision.training.mrz_paper import clouds

Grey = npt.NDArray[np.float32]


def inked(touch: Touch, rng: np.random.Generator) -> Grey:
    """How dark each pixel is, 0-1, before any sensor."""
    side_px, period_px = touch.waves.shape[0], touch.period_px
    hard = rng.random()  # one number for all, so that some touches are clean and some are foul
    pressure = rng.uniform(-0.7, 0.7) + 0.45 * hard * clouds(
        side_px, side_px, period_px * rng.uniform(3, 12), rng
    )
    ink = touch.waves + pressure.astype(np.float32) - touch.lift
    ink += _grain(side_px, period_px, hard, rng)
    if rng.random() < 0.6:
        ink -= _creases(side_px, period_px, rng)
    if rng.random() < 0.35:
        ink += _blots(side_px, period_px, rng)
    if rng.random() < 0.25:
        ink += _between(touch.waves, side_px, period_px, rng) - touch.lift
    dark = 1 / (1 + np.exp(-rng.uniform(2.0, 9.0) * np.clip(ink, -4, 4)))
    if rng.random() < 0.4:
        dark = dark * (1 - rng.uniform(0, 0.5) * _unit(clouds(side_px, side_px, 1.5, rng)))
    return np.asarray(dark, np.float32)


def sensed(dark: Grey, touch: Touch, ghost: Grey | None, rng: np.random.Generator) -> Grey:
    """The picture that a scanner makes of it: grey levels 0-255 (float), dark ridges."""
    side_px = dark.shape[0]
    if ghost is not None:
        dark = np.maximum(dark, ghost * rng.uniform(0.05, 0.3))
    ground = rng.uniform(90, 255)
    depth = ground * rng.uniform(0.3, 1.0) ** (2 if rng.random() < 0.3 else 1)
    glass = np.full(dark.shape, ground, np.float32)
    if rng.random() < 0.6:
        glass += clouds(side_px, side_px, rng.uniform(15, 120), rng) * rng.uniform(0, 16)
    if rng.random() < 0.2:
        glass += _stripes(side_px, rng) * rng.uniform(0, 8)
    picture = np.asarray(glass - depth * dark, np.float32)
    picture = _sampled(picture, rng)
    if rng.random() < 0.12:
        picture = _swiped(picture, rng)
    picture += rng.standard_normal(dark.shape, dtype=np.float32) * (rng.random() ** 2 * 14)
    if touch.beyond.any():
        level = float(rng.choice((0, 255, rng.uniform(0, 255))))
        picture[touch.beyond] = level
    return _kept(picture, rng)


def _grain(side_px: int, period_px: float, hard: float, rng: np.random.Generator) -> Grey:
    """Pores and dry skin break ridges, moisture and dirt bridge valleys."""
    grain = np.zeros((side_px, side_px), np.float32)
    where = 0.35 + 0.65 * _unit(clouds(side_px, side_px, period_px * rng.uniform(2, 9), rng))
    dry = 1.7 if rng.random() < 0.25 else 1.0
    for share, most in ((0.18, 0.5), (0.4, 0.9 * dry), (0.9, 0.5 * dry)):
        cell_px = period_px * share * rng.uniform(0.8, 1.25)
        grain += rng.uniform(0, most) * hard * clouds(side_px, side_px, cell_px, rng)
    return np.asarray(grain * where, np.float32)


def _creases(side_px: int, period_px: float, rng: np.random.Generator) -> Grey:
    """White lines across the ridges: wrinkles and scars."""
    lines = np.zeros((side_px, side_px), np.float32)
    common = rng.uniform(0, np.pi)
    for _ in range(int(rng.integers(1, 14))):
        angle = common + rng.normal(0, 0.35) if rng.random() < 0.7 else rng.uniform(0, np.pi)
        length = period_px * rng.uniform(1, 14)
        start = rng.uniform(0, side_px, 2)
        ways = angle + np.cumsum(rng.normal(0, 0.18, 6))
        steps = np.stack((np.cos(ways), np.sin(ways)), -1) * length / 6
        points = np.rint(np.vstack((start, start + np.cumsum(steps, 0))) * 8).astype(np.int32)
        thick = max(1, round(period_px * rng.uniform(0.08, 0.5)))
        strength = (float(rng.uniform(0.5, 2.5)),)
        cv2.polylines(lines, [points], False, strength, thick, cv2.LINE_AA, 3)
    return np.asarray(cv2.GaussianBlur(lines, (0, 0), 0.8), np.float32)


def _blots(side_px: int, period_px: float, rng: np.random.Generator) -> Grey:
    """Patches that are pressed flat, and patches that do not touch."""
    field = clouds(side_px, side_px, period_px * rng.uniform(1.5, 6), rng)
    high = np.clip(field - rng.uniform(0.8, 1.8), 0, 1) * rng.uniform(0, 2.5)
    low = np.clip(-field - rng.uniform(0.8, 1.8), 0, 1) * rng.uniform(0, 3.0)
    return np.asarray(high - low, np.float32)


def _between(waves: Grey, side_px: int, period_px: float, rng: np.random.Generator) -> Grey:
    """Thin ridges that some fingers have in their valleys; they make no minutiae."""
    where = np.clip(clouds(side_px, side_px, period_px * 3, rng) - 0.3, 0, 1)
    thin = np.clip(-waves - 0.8, 0, 1) * 5
    return np.asarray(rng.uniform(0.3, 1.4) * where * thin, np.float32)


def _stripes(side_px: int, rng: np.random.Generator) -> Grey:
    column = rng.standard_normal(side_px).astype(np.float32)
    field = np.broadcast_to(column, (side_px, side_px))
    return np.ascontiguousarray(field if rng.random() < 0.6 else field.T)


def _sampled(picture: Grey, rng: np.random.Generator) -> Grey:
    """Lens and pixels: blur, and fewer pixels than there are now."""
    side_px = picture.shape[0]
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.4)), np.float32)
    if rng.random() < 0.25:
        fewer = round(side_px * rng.uniform(0.5, 0.95))
        small = cv2.resize(picture, (fewer, fewer), interpolation=cv2.INTER_AREA)
        how = int(rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC)))
        picture = np.asarray(cv2.resize(small, (side_px, side_px), interpolation=how), np.float32)
    return picture


def _swiped(picture: Grey, rng: np.random.Generator) -> Grey:
    """Strips laid one under another, each a little aside."""
    at = 0
    swiped = picture.copy()
    while at < len(picture):
        rows = int(rng.integers(4, 32))
        swiped[at : at + rows] = np.roll(picture[at : at + rows], int(rng.integers(-1, 2)), axis=1)
        at += rows
    return swiped


def _kept(picture: Grey, rng: np.random.Generator) -> Grey:
    """Tone, grey levels and the file."""
    span = np.clip(picture, 0, 255) / 255
    picture = np.asarray(np.clip(span ** rng.uniform(0.6, 1.6), 0, 1) * 255, np.float32)
    if rng.random() < 0.25:
        low, high = np.quantile(picture[::4, ::4], (rng.uniform(0, 0.1), rng.uniform(0.8, 1.0)))
        picture = np.clip((picture - low) / max(float(high - low), 8.0), 0, 1) * 255
    eight = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        quality = int(rng.integers(25, 95))
        packed = cv2.imencode(".jpg", eight, (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
        eight = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return eight.astype(np.float32)


def _unit(field: Grey) -> Grey:
    """Smooth noise brought to 0-1."""
    return np.asarray(np.clip(field * 0.5 + 0.5, 0, 1), np.float32)
