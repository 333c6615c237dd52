"""How good a print is, 0-100, and the one thing that the person should change.

The number is a first measure of our own, "kiosk-finger-quality" version 1; it is not NFIQ 2 and
does not compare with it. It is the product of three shares: how much finger (160 mm2 is full), how
clearly the ridges run (mean coherence of the structure tensor, 0.30 none, 0.80 full), and how even
the width of ridges and valleys is (0.37 dark is full, 0.07 and 0.67 none; by its fourth root).
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from vision.finger_segment import Foreground
from vision.image import Gray8

ALGORITHM, VERSION = "kiosk-finger-quality", "1"
FULL_AREA_MM2 = 160.0
EVEN_SHARE = 0.37
"""Of 320 public prints the middle one has this share of ridge, as `dark_pct` counts it."""
PERIOD_WINDOW_PX = 15
"""At 500 ppi: a ridge and a valley with room to spare."""
PORE_SIGMA_PX = 1.2
LEAST_STEP = 6
"""Grey levels between ridge and valley below which no pixel counts as either."""


class FingerAdvice(StrEnum):
    """The one thing that the person should change; a message key for the screen."""

    NO_FINGER = "no_finger"
    PRESS = "press"
    LIGHTER = "lighter"
    MOVE_LEFT = "move_left"
    MOVE_RIGHT = "move_right"
    MOVE_UP = "move_up"
    MOVE_DOWN = "move_down"
    DRY = "dry"
    WET = "wet"


@dataclass(frozen=True, slots=True)
class FingerLimits:
    """From where on a print needs no advice. Chosen by eye on public prints, not by error rates."""

    least_area_mm2: float = 20.0
    pressed_area_mm2: float = 75.0
    wide_area_mm2: float = 260.0
    most_off_centre: float = 0.16
    least_border_share: float = 0.35
    least_dark_pct: float = 17.0
    most_dark_pct: float = 60.0
    least_clear_pct: float = 35.0
    no_ridge_clear_pct: float = 10.0


def dark_pct(gray: Gray8, found: Foreground) -> float:
    """Share of the print that is ridge: darker than the middle of what surrounds it; 0 if flat."""
    window = np.ones((PERIOD_WINDOW_PX, PERIOD_WINDOW_PX), np.uint8)
    calm = cv2.GaussianBlur(gray, (0, 0), PORE_SIGMA_PX)
    valley = cv2.dilate(calm, window).astype(np.int16)
    ridge = cv2.erode(calm, window).astype(np.int16)
    size = (found.mask.shape[1] * 2, found.mask.shape[0] * 2)
    inside = cv2.resize(found.mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    height, width = min(gray.shape[0], inside.shape[0]), min(gray.shape[1], inside.shape[1])
    counted = inside[:height, :width] & ((valley - ridge)[:height, :width] >= LEAST_STEP)
    if not counted.any():
        return 0.0
    dark = calm.astype(np.int16) * 2 < valley + ridge
    return float(dark[:height, :width][counted].mean() * 100)


def quality(found: Foreground, dark: float) -> int:
    """The number of the first lines of this file, 1-100."""
    area = min(1.0, found.area_mm2 / FULL_AREA_MM2)
    clear = _share(found.coherence, 0.30, 0.80)
    even = math.sqrt(math.sqrt(_share(abs(dark / 100 - EVEN_SHARE), 0.30, 0.0)))
    return max(1, round(100 * area * clear * even))


def advise(found: Foreground, dark: float, limits: FingerLimits) -> FingerAdvice | None:
    """Give the first thing to change, None where the print will do."""
    ridgeless = found.clear_pct < limits.no_ridge_clear_pct
    if ridgeless or found.area_mm2 < limits.least_area_mm2:
        return FingerAdvice.NO_FINGER
    return _ink(found, dark, limits) or _place(found, limits) or _pressure(found, limits)


def _pressure(found: Foreground, limits: FingerLimits) -> FingerAdvice | None:
    return FingerAdvice.PRESS if found.area_mm2 < limits.pressed_area_mm2 else None


def _ink(found: Foreground, dark: float, limits: FingerLimits) -> FingerAdvice | None:
    """Too dark: wet, or pressed flat where the print is wide; broken or thin ridges: dry."""
    if dark > limits.most_dark_pct:
        wide = found.area_mm2 > limits.wide_area_mm2
        return FingerAdvice.LIGHTER if wide else FingerAdvice.WET
    if dark < limits.least_dark_pct or found.clear_pct < limits.least_clear_pct:
        return FingerAdvice.DRY
    return None


def _place(found: Foreground, limits: FingerLimits) -> FingerAdvice | None:
    """Cut off at one side and far from the middle: move the finger the other way."""
    rows, columns = np.nonzero(found.mask)
    height, width = found.mask.shape
    off_x, off_y = columns.mean() / width - 0.5, rows.mean() / height - 0.5
    mask, least = found.mask, limits.least_border_share
    sides = (
        (-off_x, mask[:, 0].mean() >= least, FingerAdvice.MOVE_RIGHT),
        (off_x, mask[:, -1].mean() >= least, FingerAdvice.MOVE_LEFT),
        (-off_y, mask[0].mean() >= least, FingerAdvice.MOVE_DOWN),
        (off_y, mask[-1].mean() >= least, FingerAdvice.MOVE_UP),
    )
    cut = [(off, advice) for off, touches, advice in sides if touches]
    worst, advice = max(cut, default=(0.0, FingerAdvice.PRESS))
    return advice if worst > limits.most_off_centre else None


def _share(value: float, none: float, full: float) -> float:
    return min(1.0, max(0.0, (value - none) / (full - none)))
