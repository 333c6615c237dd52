"""The one thing that the person should change before a print will do."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from vision.finger_quality_ink import Ink
from vision.finger_segment import Foreground, Mask


class FingerAdvice(StrEnum):
    """The one thing that the person should change; a message key for the screen."""

    NO_FINGER = "no_finger"
    LATENT = "latent"
    ONE_FINGER = "one_finger"
    PRESS = "press"
    LIGHTER = "lighter"
    MOVE_LEFT = "move_left"
    MOVE_RIGHT = "move_right"
    MOVE_UP = "move_up"
    MOVE_DOWN = "move_down"
    TURN = "turn"
    DRY = "dry"
    WET = "wet"


@dataclass(frozen=True, slots=True)
class FingerLimits:
    """From where on a print needs no advice; docs/finger_quality.md says what each costs.

    `least_contrast` in grey levels: what a finger left on the glass is fainter. `most_other_mm2`
    is what may lie beside the print, `most_area_mm2` what no finger exceeds. A print is long from
    `long_ratio` on, and lies across from `across_deg` off the upright.
    """

    least_area_mm2: float = 20.0
    pressed_area_mm2: float = 75.0
    wide_area_mm2: float = 260.0
    most_area_mm2: float = 700.0
    most_other_mm2: float = 45.0
    most_off_centre: float = 0.16
    least_border_share: float = 0.35
    least_dark_pct: float = 12.5
    most_dark_pct: float = 60.0
    least_contrast: float = 28.0
    least_clear_pct: float = 25.0
    no_ridge_clear_pct: float = 10.0
    long_ratio: float = 1.4
    across_deg: float = 55.0


def advise(found: Foreground, seen: Ink, limits: FingerLimits) -> FingerAdvice | None:
    """Give the first thing to change, None where the print will do."""
    return (
        _other(found, seen, limits)
        or _ink(found, seen.dark_pct, limits)
        or _place(found, limits)
        or _laid(found, limits)
    )


def _other(found: Foreground, seen: Ink, limits: FingerLimits) -> FingerAdvice | None:
    """What is not one finger: nothing, what a finger left behind, two of them, a palm."""
    ridgeless = found.clear_pct < limits.no_ridge_clear_pct
    if ridgeless or found.area_mm2 < limits.least_area_mm2:
        return FingerAdvice.NO_FINGER
    if seen.contrast < limits.least_contrast:
        return FingerAdvice.LATENT
    if found.other_mm2 > limits.most_other_mm2 or found.area_mm2 > limits.most_area_mm2:
        return FingerAdvice.ONE_FINGER
    return None


def _ink(found: Foreground, dark_pct: float, limits: FingerLimits) -> FingerAdvice | None:
    """Too dark: wet, or pressed flat where the print is wide; broken or thin ridges: dry."""
    if dark_pct > limits.most_dark_pct:
        wide = found.area_mm2 > limits.wide_area_mm2
        return FingerAdvice.LIGHTER if wide else FingerAdvice.WET
    if dark_pct < limits.least_dark_pct or found.clear_pct < limits.least_clear_pct:
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


def _laid(found: Foreground, limits: FingerLimits) -> FingerAdvice | None:
    """Too little of it, or long and across."""
    if found.area_mm2 < limits.pressed_area_mm2:
        return FingerAdvice.PRESS
    ratio, across_deg = _lie(found.mask)
    across = ratio > limits.long_ratio and across_deg > limits.across_deg
    return FingerAdvice.TURN if across else None


def _lie(mask: Mask) -> tuple[float, float]:
    """How much longer than wide the print is, and by how many degrees it is off the upright."""
    rows, columns = np.nonzero(mask)
    spread, axes = np.linalg.eigh(np.cov(np.stack((columns, rows))))
    ratio = math.sqrt(float(spread[1]) / max(float(spread[0]), 1e-9))
    return ratio, math.degrees(math.atan2(abs(float(axes[0, 1])), abs(float(axes[1, 1]))))
