"""Advice names the one thing to change; what the last finger left is never taken for one."""

import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.fingerprint.simulated_fingers import empty_glass, faint, touch
from drivers.fingerprint.synthetic import PATTERNS, Pattern, grow, impression
from vision.finger_quality_advice import FingerAdvice, FingerLimits, advise
from vision.finger_quality_ink import Ink, ink, same_touch
from vision.finger_segment import Foreground, foreground

LIMITS = FingerLimits()
GLASS = (290, 384)


@pytest.fixture(scope="module")
def master() -> np.ndarray:
    return grow(11)


def _seen(picture: np.ndarray) -> tuple[Foreground, Ink]:
    found = foreground(picture)
    assert found is not None
    return found, ink(picture, found)


def _advice(picture: np.ndarray) -> FingerAdvice | None:
    found = foreground(picture)
    if found is None:
        return FingerAdvice.NO_FINGER
    return advise(found, ink(picture, found), LIMITS)


def test_a_good_print_needs_no_advice(master: np.ndarray) -> None:
    assert _advice(impression(master, 1)) is None


@pytest.mark.parametrize(("pressure", "few", "many"), [(0.0, 20, 40), (1.0, 50, 80)])
def test_the_dark_share_follows_the_pressure(
    master: np.ndarray, pressure: float, few: float, many: float
) -> None:
    _, seen = _seen(impression(master, 1, pressure=pressure))
    assert few < seen.dark_pct < many


@pytest.mark.parametrize("finger", ["right_index", "left_thumb", "right_little"])
@pytest.mark.parametrize("person", [1, 2])
def test_what_a_finger_leaves_on_the_glass_is_latent(person: int, finger: str) -> None:
    laid = touch(person, finger, 1, GLASS, 512)
    _, seen = _seen(laid)
    _, left = _seen(faint(laid))
    assert _advice(laid) is None
    assert _advice(faint(laid)) is FingerAdvice.LATENT
    assert left.contrast < LIMITS.least_contrast - 3
    assert seen.contrast > 4 * LIMITS.least_contrast


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize(("pressure", "area"), [(0.0, 0.5), (1.0, 0.5), (0.5, 1.0)])
def test_no_impression_however_dry_or_wet_is_latent(
    pattern: Pattern, pressure: float, area: float
) -> None:
    laid = impression(grow(3, pattern=pattern), 2, pressure=pressure, noise=0.9, area=area)
    assert _advice(laid) is not FingerAdvice.LATENT


def test_the_trace_of_a_touch_is_the_same_touch_and_a_second_touch_is_not() -> None:
    first, second = (touch(1, "right_index", count, GLASS, 512) for count in (1, 2))
    grain = np.random.default_rng(0).normal(0, 3, GLASS)
    grainy = np.clip(faint(first) + grain, 0, 255).astype(np.uint8)
    assert same_touch(first, first)
    assert same_touch(first, grainy)
    assert not same_touch(first, second)
    assert not same_touch(first, empty_glass(GLASS))
    assert not same_touch(empty_glass(GLASS), np.full(GLASS, 240, np.uint8))
    assert not same_touch(first, first[:-1])


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
    assert _advice(room) is advice


def test_a_fingertip_is_told_to_press(master: np.ndarray) -> None:
    assert _advice(impression(master, 1, area=0.2)) is FingerAdvice.PRESS


def test_a_long_print_across_the_glass_is_told_to_turn(master: np.ndarray) -> None:
    upright = impression(master, 1)[:, 75:-75]
    room = np.full((430, 430), 240, np.uint8)
    room[20 : 20 + upright.shape[0], 110 : 110 + upright.shape[1]] = upright
    assert _advice(room) is None
    assert _advice(np.ascontiguousarray(np.rot90(room))) is FingerAdvice.TURN


@pytest.mark.parametrize("gap_px", [30, 60, 120])
def test_two_fingers_side_by_side_are_one_too_many(master: np.ndarray, gap_px: int) -> None:
    sides = [impression(master, seed, area=0.6) for seed in (1, 2)]
    room = np.full((420, 560), 240, np.uint8)
    for side, picture in zip((-1, 1), sides, strict=True):
        found = foreground(picture)
        assert found is not None
        cut = picture[:, found.box.left : found.box.right][:, -190:]
        left = 280 - gap_px // 2 - cut.shape[1] if side < 0 else 280 + gap_px // 2
        room[10 : 10 + cut.shape[0], left : left + cut.shape[1]] = cut
    assert _advice(room) is FingerAdvice.ONE_FINGER


def test_a_palm_is_more_than_one_finger(master: np.ndarray) -> None:
    """Ridges all over a glass of 45 mm."""
    palm = np.ascontiguousarray(np.tile(master, (3, 3))[:900, :900])
    assert _advice(palm) is FingerAdvice.ONE_FINGER


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
    found, seen = _seen(impression(master, 1))
    changed = replace(seen, dark_pct=dark)
    assert advise(replace(found, area_mm2=area_mm2), changed, LIMITS) is advice


def test_texture_without_ridges_is_no_finger(master: np.ndarray) -> None:
    found, seen = _seen(impression(master, 1))
    assert advise(replace(found, clear_pct=6.0), seen, LIMITS) is FingerAdvice.NO_FINGER


def test_a_print_without_any_step_has_no_ink(master: np.ndarray) -> None:
    found, _ = _seen(impression(master, 1))
    assert ink(np.full(master.shape, 200, np.uint8), found) == Ink(0.0, 0.0)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((374, 388), 230, np.uint8),
        np.random.default_rng(0).integers(0, 256, (374, 388), dtype=np.uint8),
        np.random.default_rng(0).integers(0, 256, (1000, 1000), dtype=np.uint8),
        np.full((16, 16), 7, np.uint8),
        np.tile(np.uint8([0, 255]), (500, 250)),
        np.zeros((1000, 16), np.uint8),
    ],
    ids=["blank", "noise", "large-noise", "tiny", "stripes", "narrow"],
)
def test_what_is_no_finger_gets_advice_and_soon(picture: np.ndarray) -> None:
    begun_s = time.process_time()
    assert _advice(picture) is not None
    assert time.process_time() - begun_s < 0.5


def test_advice_seldom_misfires_on_public_prints(data: Path) -> None:
    """Of 320 pictures of real touches (a quarter synthetic) none is latent or two fingers."""
    files = sorted((data / "fingerprints").glob("*/*_[1358].png"))
    pictures = [np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8) for file in files]
    said = [_advice(picture) for picture in pictures]
    assert len(said) == 160
    for never in (FingerAdvice.LATENT, FingerAdvice.ONE_FINGER):
        assert never not in said
    assert said.count(FingerAdvice.TURN) <= 1
    assert said.count(FingerAdvice.NO_FINGER) <= 2
