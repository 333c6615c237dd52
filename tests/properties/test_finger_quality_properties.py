"""Quality is 0 to 100 whatever comes, and falls when a print is spoiled."""

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.fingerprint.synthetic import PATTERNS, grow, impression
from vision.finger_quality import quality
from vision.finger_quality_ink import ink
from vision.finger_quality_waves import waves
from vision.finger_segment import foreground

SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(max_examples=40, deadline=None)


def graded(picture: np.ndarray) -> int:
    """As the pipeline does it: 0 without a print."""
    found = foreground(picture)
    return quality(found, ink(picture, found), waves(picture, found)) if found else 0


@pytest.fixture(scope="module")
def masters() -> list[np.ndarray]:
    return [grow(seed, pattern=pattern) for seed, pattern in enumerate(PATTERNS)]


def blurred(picture: np.ndarray, much: float) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 3.2 + 2 * much), np.uint8)


def noisy(picture: np.ndarray, much: float) -> np.ndarray:
    grain = np.random.default_rng(0).normal(0, 130 + 90 * much, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def smaller(picture: np.ndarray, much: float) -> np.ndarray:
    height = round(picture.shape[0] * (0.45 - 0.2 * much))
    cut = np.full_like(picture, 240)
    cut[:height] = picture[:height]
    return cut


def soaked(picture: np.ndarray, much: float) -> np.ndarray:
    """Ridges run together."""
    wide = 5 + round(2 * much)
    return np.asarray(cv2.erode(picture, np.ones((wide, wide), np.uint8)), np.uint8)


def faded(picture: np.ndarray, much: float) -> np.ndarray:
    """So little contrast that the scanner's own grain drowns it."""
    pale = 200 + (picture.astype(np.float32) - 200) * (0.06 - 0.03 * much)
    return noisy(np.asarray(pale, np.uint8), -1.4)


SPOILT = {one.__name__: one for one in (blurred, noisy, smaller, soaked, faded)}


@SLOW
@pytest.mark.parametrize("how", list(SPOILT))
@given(which=st.integers(0, 3), seed=st.integers(0, 30), much=st.floats(0, 1))
def test_a_spoiled_print_is_worse(
    masters: list[np.ndarray], how: str, which: int, seed: int, much: float
) -> None:
    whole = impression(masters[which], seed)
    assert graded(SPOILT[how](whole, much)) < graded(whole)


@SLOW
@given(which=st.integers(0, 3), seed=st.integers(0, 30))
def test_a_clean_full_print_is_good(masters: list[np.ndarray], which: int, seed: int) -> None:
    assert graded(impression(masters[which], seed)) >= 80


@MANY
@given(
    height=st.integers(16, 220),
    width=st.integers(16, 220),
    seed=st.integers(0, 2**32 - 1),
    coarse=st.integers(1, 12),
    low=st.integers(0, 255),
    high=st.integers(0, 255),
)
def test_whatever_comes_quality_is_between_0_and_100(
    height: int, width: int, seed: int, coarse: int, low: int, high: int
) -> None:
    random = np.random.default_rng(seed)
    small = random.integers(min(low, high), max(low, high) + 1, (height, width), dtype=np.uint8)
    blocks = np.kron(small, np.ones((coarse, coarse), np.uint8))[:height, :width]
    assert 0 <= graded(np.ascontiguousarray(blocks)) <= 100
