"""The synthetic finger: same from the same seed, other from others, ridges of the right width."""

import hashlib

import cv2
import numpy as np
import pytest

from drivers.fingerprint.synthetic import PATTERNS, PERIOD_PX, Pattern, grow, impression


@pytest.fixture(scope="module")
def whorl() -> np.ndarray:
    return grow(7)


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    return abs(float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1]))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_finger_is_made_of_ridges_and_valleys(pattern: Pattern) -> None:
    master = grow(3, size_px=(220, 260), pattern=pattern)
    assert master.shape == (260, 220)
    assert master.dtype == np.uint8
    assert 0.4 < (master < 128).mean() < 0.6
    assert ((master < 30) | (master > 225)).mean() > 0.5


def test_ridges_are_as_far_apart_as_an_adults(whorl: np.ndarray) -> None:
    spectrum = np.abs(np.fft.fft2(whorl - whorl.mean())) ** 2
    down = np.fft.fftfreq(whorl.shape[0])[:, None]
    right = np.fft.fftfreq(whorl.shape[1])[None, :]
    mean_frequency = (np.hypot(down, right) * spectrum).sum() / spectrum.sum()
    assert 1 / mean_frequency == pytest.approx(PERIOD_PX, rel=0.15)


def test_the_same_seed_gives_the_same_finger(whorl: np.ndarray) -> None:
    again = grow(7)
    assert hashlib.sha256(again).digest() == hashlib.sha256(whorl).digest()
    assert np.array_equal(impression(whorl, 5), impression(again, 5))


def test_another_seed_gives_another_finger(whorl: np.ndarray) -> None:
    assert _likeness(whorl, grow(8)) < 0.2


def test_each_impression_lies_differently(whorl: np.ndarray) -> None:
    first, second = impression(whorl, 1), impression(whorl, 2)
    assert first.shape == whorl.shape
    assert _likeness(first, second) < 0.8


def test_the_print_is_dark_on_a_light_ground(whorl: np.ndarray) -> None:
    picture = impression(whorl, 1)
    height, width = picture.shape
    middle = picture[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3]
    assert picture[:20, :20].mean() > 220
    assert middle.mean() < 180


@pytest.mark.parametrize(
    ("less", "more"), [({"pressure": 0.1}, {"pressure": 0.9}), ({"area": 0.4}, {"area": 1.0})]
)
def test_pressure_and_area_put_more_skin_on_the_glass(
    whorl: np.ndarray, less: dict[str, float], more: dict[str, float]
) -> None:
    assert impression(whorl, 1, **more).mean() < impression(whorl, 1, **less).mean() - 5


def test_a_whorl_turns_once_around_its_middle() -> None:
    """The Poincare index of the directions on a wide circle around both cores is one turn."""
    master = cv2.GaussianBlur(grow(7), (0, 0), 1.0).astype(np.float32)
    across, down = (cv2.Sobel(master, cv2.CV_32F, *d, ksize=3) for d in ((1, 0), (0, 1)))
    cosine = cv2.GaussianBlur(across**2 - down**2, (0, 0), 8)
    sine = cv2.GaussianBlur(2 * across * down, (0, 0), 8)
    turn = np.linspace(0, 2 * np.pi, 181)
    columns = (0.5 * 355 + 75 * np.cos(turn)).astype(int)
    rows = (0.48 * 391 + 75 * np.sin(turn)).astype(int)
    doubled = np.unwrap(np.arctan2(sine[rows, columns], cosine[rows, columns]))
    assert (doubled[-1] - doubled[0]) / (4 * np.pi) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("size_px", [(20, 300), (300, 2000), (0, 0)])
def test_a_size_that_no_scanner_has_is_refused(size_px: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="px"):
        grow(1, size_px=size_px)
