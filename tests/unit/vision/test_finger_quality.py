"""The number and what it is made of: more print, clearer waves and open valleys are better."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.fingerprint.synthetic import grow, impression
from vision.finger_quality import TERMS, WEIGHTS, quality, terms
from vision.finger_quality_ink import Ink, ink
from vision.finger_quality_waves import SQUARE_PX, Waves, waves
from vision.finger_segment import Box, Foreground, foreground

ROWS, COLUMNS = np.mgrid[0:300, 0:300]
WHOLE = Foreground(np.ones((150, 150), np.bool_), Box(0, 0, 300, 300), 150.0, 0.9, 95.0)
INK, WAVES = Ink(40.0, 120.0), Waves(0.85, 1.0)


@pytest.fixture(scope="module")
def master() -> np.ndarray:
    return grow(11)


def _quality(picture: np.ndarray) -> int:
    found = foreground(picture)
    assert found is not None
    return quality(found, ink(picture, found), waves(picture, found))


def _striped(period_px: float) -> np.ndarray:
    """Straight waves over the whole picture."""
    wave = np.cos((ROWS + 0.4 * COLUMNS) / 1.077 * 2 * np.pi / period_px)
    return np.rint(128 - 100 * wave).astype(np.uint8)


def test_quality_falls_with_area_and_where_the_finger_moves(master: np.ndarray) -> None:
    whole = _quality(impression(master, 1))
    assert whole > 85
    assert _quality(impression(master, 1, area=0.35)) < whole - 15
    moved = np.asarray(cv2.blur(impression(master, 1), (1, 15)), np.uint8)
    assert _quality(moved) < whole - 10


def test_each_measure_moves_the_number_its_way() -> None:
    middle = quality(WHOLE, INK, WAVES)
    assert quality(replace(WHOLE, area_mm2=60.0), INK, WAVES) < middle
    assert quality(replace(WHOLE, clear_pct=40.0), INK, WAVES) < middle
    assert quality(WHOLE, replace(INK, dark_pct=60.0), WAVES) < middle
    assert quality(WHOLE, INK, replace(WAVES, banded=0.6)) < middle
    assert quality(WHOLE, INK, replace(WAVES, ridged=0.6)) < middle


@pytest.mark.parametrize(
    ("found", "seen", "heard"),
    [
        (replace(WHOLE, area_mm2=0.0), Ink(0.0, 0.0), Waves(0.0, 0.0)),
        (replace(WHOLE, area_mm2=2600.0), Ink(100.0, 255.0), Waves(1.0, 1.0)),
        (replace(WHOLE, area_mm2=2600.0), Ink(0.0, 255.0), Waves(1.0, 1.0)),
    ],
)
def test_the_number_stays_in_its_bounds(found: Foreground, seen: Ink, heard: Waves) -> None:
    assert 1 <= quality(found, seen, heard) <= 100


def test_there_is_a_weight_for_each_term() -> None:
    assert len(TERMS) == len(WEIGHTS) == len(terms(WHOLE, INK, WAVES))


@pytest.mark.parametrize("period_px", [6.0, 9.0, 12.0])
def test_waves_as_far_apart_as_ridges_are_heard(period_px: float) -> None:
    heard = waves(_striped(period_px), WHOLE)
    assert heard.banded > 0.9
    assert heard.ridged == 1.0


@pytest.mark.parametrize("period_px", [4.0, 24.0])
def test_finer_and_coarser_waves_are_no_ridges(period_px: float) -> None:
    heard = waves(_striped(period_px), WHOLE)
    assert heard.banded < 0.6
    assert heard.ridged < 0.5


def test_only_what_lies_in_the_print_is_heard() -> None:
    page = np.random.default_rng(0).integers(0, 256, (300, 300), dtype=np.uint8)
    page[:150] = _striped(9.0)[:150]
    upper = np.zeros((150, 150), np.bool_)
    upper[:75] = True
    inside = waves(page, replace(WHOLE, mask=upper))
    outside = waves(page, replace(WHOLE, mask=~upper))
    assert inside.banded > outside.banded + 0.3


@pytest.mark.parametrize("shape", [(16, 16), (16, 300), (2 * SQUARE_PX - 2, 300)])
def test_a_picture_without_room_for_one_square_says_nothing(shape: tuple[int, int]) -> None:
    mask = np.ones((shape[0] // 2, shape[1] // 2), np.bool_)
    assert waves(np.full(shape, 90, np.uint8), replace(WHOLE, mask=mask)) == Waves(0.0, 0.0)


def test_an_odd_picture_is_measured_like_an_even_one() -> None:
    heard = waves(_striped(9.0)[:299, :299], replace(WHOLE, mask=np.ones((150, 150), np.bool_)))
    assert heard.banded == pytest.approx(waves(_striped(9.0), WHOLE).banded, abs=0.02)


def test_public_prints_that_are_cut_or_blurred_are_told_from_good_ones(data: Path) -> None:
    """By name: what these pictures show was seen by eye."""
    folder = data / "fingerprints"
    good = ("fvc2002_DB1_B/101_1.png", "fvc2004_DB4_B/102_1.png")
    pictures = [
        np.asarray(cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE), np.uint8) for name in good
    ]
    assert min(_quality(picture) for picture in pictures) > 60
    blurs = [np.asarray(cv2.GaussianBlur(one, (0, 0), 4), np.uint8) for one in pictures]
    for picture in (*blurs, *(np.ascontiguousarray(one[: one.shape[0] // 3]) for one in pictures)):
        found = foreground(picture)
        assert found is None or _quality(picture) < 50
