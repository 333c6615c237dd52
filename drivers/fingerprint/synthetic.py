"""A finger that nobody has: ridges grown from a seed, and impressions of it on a scanner's glass.

Directions follow the zero-pole model of Sherlock and Monro (1993): each core turns them one way,
each delta the other; an arch is SFinGe's sine. Ridges grow as in SFinGe (Cappelli, Maio, Maltoni,
2000): noise is spread again and again by Gabor filters that are turned to the local direction;
where the waves do not fit a minutia is born. Same seed, size and pattern: same finger.
"""

import cmath
from typing import Literal, TypeAlias, get_args

import cv2
import numpy as np
import numpy.typing as npt

Pattern = Literal["whorl", "left_loop", "right_loop", "arch"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)
Gray8: TypeAlias = npt.NDArray[np.uint8]
Float32: TypeAlias = npt.NDArray[np.float32]

PPI = 500
SIZE_PX = (355, 391)
SHORTEST_SIDE_PX, LONGEST_SIDE_PX = 64, 1000
PERIOD_PX = 9.0
LARGEST_TOUCH_PX = (150, 185)
"""Half of 15 mm across and half of 19 mm along: an adult's finger laid flat."""
DIRECTIONS = 16
COARSE_STEPS, FINE_STEPS = 16, 3
BELL_ACROSS, BELL_ALONG = 0.42, 0.65
WARP_PX, WARP_SIGMA_PX = 9.0, 45.0
CORES: dict[str, tuple[complex, ...]] = {
    "whorl": (0.50 + 0.41j, 0.51 + 0.55j),
    "left_loop": (0.50 + 0.44j,),
    "right_loop": (0.50 + 0.44j,),
}
DELTAS: dict[str, tuple[complex, ...]] = {
    "whorl": (0.10 + 0.86j, 0.92 + 0.84j),
    "left_loop": (0.86 + 0.82j,),
    "right_loop": (0.14 + 0.82j,),
}


def grow(seed: int, *, size_px: tuple[int, int] = SIZE_PX, pattern: Pattern = "whorl") -> Gray8:
    """Grow the ridges of one finger: uint8 of shape (height, width), 0 ridge, 255 valley, 500 ppi.

    `size_px` is (width, height). Raises ValueError for a size that no scanner has.
    """
    width, height = size_px
    if not SHORTEST_SIDE_PX <= min(size_px) <= max(size_px) <= LONGEST_SIDE_PX:
        raise ValueError(f"{width}x{height} is not {SHORTEST_SIDE_PX} to {LONGEST_SIDE_PX} px.")
    random = np.random.default_rng([seed, PATTERNS.index(pattern)])
    angle = _directions(random, width, height, pattern)
    half = (width // 2, height // 2)
    waves = random.standard_normal((half[1], half[0])).astype(np.float32)
    waves = _spread(waves, angle, PERIOD_PX / 2, COARSE_STEPS)
    waves = np.asarray(cv2.resize(waves, size_px, interpolation=cv2.INTER_CUBIC), np.float32)
    waves = _warp(_spread(waves, angle, PERIOD_PX, FINE_STEPS), random, WARP_PX)
    return _gray8(127.5 - 127.5 * waves)


def impression(
    master: Gray8, seed: int, *, pressure: float = 0.5, noise: float = 0.3, area: float = 1.0
) -> Gray8:
    """Lay the finger on the glass once: uint8 of the same shape, dark ridges on a light ground.

    Each seed turns it by up to 8 degrees, shifts it, bends it and shapes the contact differently.
    `pressure` 0-1 widens the ridges (0 dry, 1 wet), `noise` 0-1 breaks them, `area` scales the
    contact, 1 = a full finger.
    """
    random = np.random.default_rng([seed, 77])
    laid = _lay(1.0 - master.astype(np.float32) / 127.5, random)
    height, width = master.shape
    blots = _calm_noise(random, (width, height), 1.6) + 0.6 * _calm_noise(
        random, (width, height), 9.0
    )
    ink = laid + np.float32(0.55 * noise) * blots - _lift(random, width, height, area)
    ink += np.float32((pressure - 0.5) * 1.2)
    dark = 1 / (1 + np.exp(-5.0 * ink))
    ground = random.uniform(232, 246)
    depth = ground - random.uniform(30, 55)
    grain = random.standard_normal(master.shape).astype(np.float32) * np.float32(1 + 5 * noise)
    soft = cv2.GaussianBlur(np.asarray(ground - depth * dark, np.float32), (0, 0), 0.7)
    return _gray8(np.asarray(soft, np.float32) + grain)


def _directions(random: np.random.Generator, width: int, height: int, pattern: Pattern) -> Float32:
    """Ridge direction in radians, counter-clockwise from the right, for each pixel."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    if pattern == "arch":
        steep = random.uniform(1.3, 1.7) * np.clip(1.25 - 1.1 * rows / height, 0.15, 1.0)
        return np.asarray(np.arctan(steep * np.cos(columns / width * np.pi)), np.float32)
    turned = np.zeros((height, width), np.float32)
    for sign, points in ((1, CORES[pattern]), (-1, DELTAS[pattern])):
        for point in points:
            place = point + complex(*random.uniform(-0.03, 0.03, 2))
            right, up = columns - place.real * width, place.imag * height - rows
            turned += sign * _unwound(right, up)
    wave = 0.10 * _calm_noise(random, (width, height), 40.0)
    return np.asarray(turned / 2 + wave, np.float32)


def _unwound(right: Float32, up: Float32) -> Float32:
    """The angle of (right, up), cut below the point, where half turns are the same direction."""
    return np.asarray(np.arctan2(-right, up) + cmath.pi / 2, np.float32)


def _spread(waves: Float32, angle: Float32, period_px: float, steps: int) -> Float32:
    """Filter along the ridges and clip to -1 ... 1, again and again."""
    size = (waves.shape[1], waves.shape[0])
    share = _shares(angle, size)
    kernels = [_gabor(k * np.pi / DIRECTIONS, period_px) for k in range(DIRECTIONS)]
    for _ in range(steps):
        grown = np.zeros_like(waves)
        for kernel, part in zip(kernels, share, strict=True):
            grown += part * np.asarray(
                cv2.filter2D(waves, cv2.CV_32F, kernel, borderType=cv2.BORDER_REFLECT)
            )
        waves = np.clip(grown * np.float32(1.6 / (grown.std() + 1e-6)), -1, 1)
    return waves


def _shares(angle: Float32, size: tuple[int, int]) -> list[Float32]:
    """How much of each filter a pixel takes: the two nearest directions share it."""
    doubled = [cv2.resize(part, size) for part in (np.cos(2 * angle), np.sin(2 * angle))]
    place = (np.arctan2(doubled[1], doubled[0]) / (2 * np.pi) % 1.0) * DIRECTIONS
    distance = [
        np.abs((place - k + DIRECTIONS / 2) % DIRECTIONS - DIRECTIONS / 2)
        for k in range(DIRECTIONS)
    ]
    return [np.asarray(np.clip(1 - d, 0, 1), np.float32) for d in distance]


def _gabor(angle: float, period_px: float) -> Float32:
    """A wave across `angle`, without a mean, in a bell that is longer along the ridge."""
    wide, long = BELL_ACROSS * period_px, BELL_ALONG * period_px
    reach = round(2.2 * long)
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    across = right * np.sin(angle) + down * np.cos(angle)
    along = right * np.cos(angle) - down * np.sin(angle)
    bell = np.exp(-((across / wide) ** 2 + (along / long) ** 2) / 2)
    wave = bell * np.cos(2 * np.pi * across / period_px)
    wave -= bell * (wave.sum() / bell.sum())
    return np.asarray(wave / np.abs(wave).sum(), np.float32)


def _lay(ridges: Float32, random: np.random.Generator) -> Float32:
    """Turn, shift and bend; outside the finger nothing touches."""
    height, width = ridges.shape
    middle = (width / 2, height / 2)
    turn = np.asarray(cv2.getRotationMatrix2D(middle, random.uniform(-8, 8), 1.0), np.float64)
    turn[:, 2] += random.uniform(-0.04, 0.04, 2) * (width, height)
    turned = cv2.warpAffine(ridges, turn, (width, height), borderValue=(-1.0,))
    return _warp(np.asarray(turned, np.float32), random, 5.0)


def _lift(random: np.random.Generator, width: int, height: int, area: float) -> Float32:
    """How far the skin is above the glass: 0 in the middle, rising over an uneven oval rim."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = random.uniform(0.47, 0.53), random.uniform(0.48, 0.54)
    wide, tall = (
        min(share * side, most_px) * np.sqrt(area)
        for share, side, most_px in zip(
            (0.40, 0.44), (width, height), LARGEST_TOUCH_PX, strict=True
        )
    )
    right, down = np.abs(columns - x * width) / wide, np.abs(rows - y * height) / tall
    away = (right**2.5 + down**2.5) ** 0.4
    away += np.float32(0.05) * _calm_noise(random, (width, height), 22.0)
    return np.asarray(np.clip((away - 0.88) * 9, 0, 4), np.float32)


def _warp(picture: Float32, random: np.random.Generator, most_px: float) -> Float32:
    """Move each pixel a little, neighbours alike."""
    height, width = picture.shape
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    moved = [
        np.float32(most_px / 2) * _calm_noise(random, (width, height), WARP_SIGMA_PX) + whole
        for whole in (columns, rows)
    ]
    warped = cv2.remap(picture, moved[0], moved[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(warped, np.float32)


def _calm_noise(random: np.random.Generator, size: tuple[int, int], sigma_px: float) -> Float32:
    """Noise of mean 0 and deviation 1 that changes over `sigma_px`; made small where it is calm."""
    shrink = max(1, int(sigma_px / 4))
    small = (size[1] // shrink + 2, size[0] // shrink + 2)
    noise = cv2.GaussianBlur(
        random.standard_normal(small).astype(np.float32), (0, 0), sigma_px / shrink
    )
    noise = (noise - noise.mean()) / (noise.std() + 1e-6)
    return np.asarray(cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _gray8(picture: Float32) -> Gray8:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)
