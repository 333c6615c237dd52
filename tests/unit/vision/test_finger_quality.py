"""Advice names the one thing to change; quality falls where less finger is to be seen."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from drivers.fingerprint.synthetic import grow, impression
from vision.finger_quality import FingerAdvice, FingerLimits, advise, dark_pct, quality
from vision.finger_segment import Foreground, foreground

LIMITS = FingerLimits()


@pytest.fixture(scope="module")
def master() -> np.ndarray:
    return grow(11)


def _seen(picture: np.ndarray) -> tuple[Foreground, float]:
    found = foreground(picture)
    assert found is not None
    return found, dark_pct(picture, found)


def test_a_good_print_needs_no_advice(master: np.ndarray) -> None:
    found, dark = _seen(impression(master, 1))
    assert advise(found, dark, LIMITS) is None
    assert quality(found, dark) > 85


@pytest.mark.parametrize(("pressure", "few", "many"), [(0.0, 20, 40), (1.0, 50, 80)])
def test_the_dark_share_follows_the_pressure(
    master: np.ndarray, pressure: float, few: float, many: float
) -> None:
    _, dark = _seen(impression(master, 1, pressure=pressure))
    assert few < dark < many


@pytest.mark.parametrize(
    ("rows", "columns", "advice"),
    [
        (slice(0, None), slice(150, None), FingerAdvice.MOVE_RIGHT),
        (slice(0, None), slice(None, 205), FingerAdvice.MOVE_LEFT),
        (slice(170, None), slice(0, None), FingerAdvice.MOVE_DOWN),
        (slice(None, 220), slice(0, None), FingerAdvice.MOVE_UP),
    ],
)
def test_a_finger_beyond_one_side_is_sent_back(
    master: np.ndarray, rows: slice, columns: slice, advice: FingerAdvice
) -> None:
    part = impression(master, 1)[rows, columns]
    room = np.full((391, 355), 240, np.uint8)
    top = 0 if rows.start else 391 - part.shape[0]
    left = 0 if columns.start else 355 - part.shape[1]
    room[top : top + part.shape[0], left : left + part.shape[1]] = part
    found, dark = _seen(room)
    assert advise(found, dark, LIMITS) is advice


def test_a_fingertip_is_told_to_press(master: np.ndarray) -> None:
    found, dark = _seen(impression(master, 1, area=0.2))
    assert advise(found, dark, LIMITS) is FingerAdvice.PRESS


@pytest.mark.parametrize(
    ("dark", "area_mm2", "advice"),
    [
        (70.0, 200.0, FingerAdvice.WET),
        (70.0, 300.0, FingerAdvice.LIGHTER),
        (12.0, 200.0, FingerAdvice.DRY),
        (37.0, 10.0, FingerAdvice.NO_FINGER),
    ],
)
def test_ink_advice(master: np.ndarray, dark: float, area_mm2: float, advice: FingerAdvice) -> None:
    found, _ = _seen(impression(master, 1))
    assert advise(replace(found, area_mm2=area_mm2), dark, LIMITS) is advice


def test_texture_without_ridges_is_no_finger(master: np.ndarray) -> None:
    found, dark = _seen(impression(master, 1))
    assert advise(replace(found, clear_pct=6.0), dark, LIMITS) is FingerAdvice.NO_FINGER


def test_quality_falls_with_area_and_where_the_finger_moves(master: np.ndarray) -> None:
    whole = quality(*_seen(impression(master, 1)))
    assert quality(*_seen(impression(master, 1, area=0.35))) < whole - 20
    moved = np.asarray(cv2.blur(impression(master, 1), (1, 15)), np.uint8)
    assert quality(*_seen(moved)) < whole - 20
