"""What the traveller should do so that the zone can be read: from measures of one picture; pure."""

import cv2
import numpy as np

from vision.image import Gray8, sharpness, within
from vision.mrz_reading import MrzAdvice, MrzReading
from vision.mrz_zone import ZoneBox

_LEAST_CAP_PX = 7.0
_MOST_SHARE = 0.97
_BLURRED = 25.0
_BURNT_PCT = 4.0
_READABLE = 0.9
_UPSIDE_DOWN_RAD = np.radians(120)
_MUCH_DETAIL = 120.0


def advice_for(grey: Gray8, box: ZoneBox, reading: MrzReading) -> tuple[MrzAdvice, ...]:
    """Nothing where the reading is sure; otherwise what would help, the likeliest first."""
    if reading.sure:
        return ()
    advice = []
    angle = abs((box.angle_rad + np.pi) % (2 * np.pi) - np.pi)
    if angle > _UPSIDE_DOWN_RAD:
        advice.append(MrzAdvice.UPSIDE_DOWN)
    if box.cap_px < _LEAST_CAP_PX:
        advice.append(MrzAdvice.CLOSER)
    if _cut_off(grey, box):
        advice.append(MrzAdvice.FARTHER)
    zone = _around(grey, box)
    if float((zone >= 250).mean() * 100) > _BURNT_PCT and float(np.median(zone)) < 235:
        advice.append(MrzAdvice.GLARE)
    if sharpness(zone) < _BLURRED:
        advice.append(MrzAdvice.HOLD_STILL)
    return tuple(advice) or (MrzAdvice.HOLD_STILL,)


def advice_without_zone(grey: Gray8) -> tuple[MrzAdvice, ...]:
    """A page full of detail is the wrong page; anything else is no document at all."""
    small = within(grey, 256)
    detail = float(cv2.Laplacian(small, cv2.CV_32F, ksize=1).var())
    return (MrzAdvice.WRONG_PAGE,) if detail > _MUCH_DETAIL else (MrzAdvice.NO_ZONE,)


def _corners(box: ZoneBox) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    along = np.array((np.cos(box.angle_rad), np.sin(box.angle_rad))) * box.along_px / 2
    across = np.array((-np.sin(box.angle_rad), np.cos(box.angle_rad))) * box.across_px / 2
    middle = np.array(box.middle)
    return np.array([middle + i * along + j * across for i in (-1, 1) for j in (-1, 1)])


def _cut_off(grey: Gray8, box: ZoneBox) -> bool:
    corners = _corners(box)
    high, wide = grey.shape
    return bool(
        (corners.min(0) < -box.cap_px / 2).any() or corners[:, 0].max() > wide + box.cap_px / 2
    ) or (corners[:, 1].max() > high + box.cap_px / 2)


def _around(grey: Gray8, box: ZoneBox) -> Gray8:
    corners = _corners(box)
    left, top = np.clip(corners.min(0).astype(int), 0, None)
    right, bottom = corners.max(0).astype(int) + 1
    part = grey[top : max(top + 1, bottom), left : max(left + 1, right)]
    return part if part.size else grey[:1, :1]
