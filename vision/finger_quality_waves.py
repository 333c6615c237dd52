"""How much of a print is ridges: the spectrum of small squares of it."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.finger_segment import Foreground, Mask
from vision.image import Float32, Gray8

SQUARE_PX, STEP_PX = 24, 12
"""At half size: 2.4 mm, about five ridges; neighbours overlap by half."""
LEAST_INSIDE = 0.6
"""Share of a square that must be print."""
LEAST_PERIOD_PX, MOST_PERIOD_PX = 5.0, 18.0
"""Waves of a fingertip, children's and wide ones with room to spare, at 500 ppi."""
LEAST_RIDGE_PX, MOST_RIDGE_PX = 5.5, 15.0
LONGEST_WAVE_PX = 33.0
"""What is longer is shading."""
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Waves:
    """Shares from 0 to 1, the mean over the print's squares.

    `banded`: of a square's waves, those as long as ridges are apart. `ridged`: squares whose
    strongest wave is.
    """

    banded: float
    ridged: float


def waves(gray: Gray8, found: Foreground) -> Waves:
    """Measure a 500 ppi picture inside its print; Waves(0, 0) where no square fits in it."""
    squares = _squares(gray, found.mask)
    if not len(squares):
        return Waves(0.0, 0.0)
    level = squares - squares.mean((1, 2), keepdims=True)
    power = np.square(np.abs(np.fft.rfft2(level * _BELL))) * _TWICE
    whole = power[:, _HEARD].sum(1) + 1e-6
    band = power[:, _BAND]
    strongest = _PERIOD_PX[_BAND][band.argmax(1)]
    ridged = (strongest >= LEAST_RIDGE_PX) & (strongest <= MOST_RIDGE_PX)
    return Waves(float((band.sum(1) / whole).mean()), float(ridged.mean()))


def _squares(gray: Gray8, mask: Mask) -> Float32:
    """Every square that lies in the print: float32 of shape (n, SQUARE_PX, SQUARE_PX)."""
    half = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    height, width = (min(pair) for pair in zip(half.shape, mask.shape, strict=True))
    if min(height, width) < SQUARE_PX:
        return np.zeros((0, SQUARE_PX, SQUARE_PX), np.float32)
    inside = cv2.integral(mask[:height, :width].astype(np.uint8))
    rows = np.arange(0, height - SQUARE_PX + 1, STEP_PX)
    columns = np.arange(0, width - SQUARE_PX + 1, STEP_PX)
    top, left = np.ix_(rows, columns)
    bottom, right = top + SQUARE_PX, left + SQUARE_PX
    full = inside[bottom, right] - inside[top, right] - inside[bottom, left] + inside[top, left]
    down, across = np.nonzero(full >= LEAST_INSIDE * SQUARE_PX**2)
    window = np.lib.stride_tricks.sliding_window_view(half, (SQUARE_PX, SQUARE_PX))
    return np.asarray(window[rows[down], columns[across]], np.float32)


def _spectrum() -> tuple[npt.NDArray[np.float64], Flags, Flags]:
    """The period of each term of the half spectrum in pixels at 500 ppi, and which count."""
    down = np.fft.fftfreq(SQUARE_PX)[:, None]
    across = np.fft.rfftfreq(SQUARE_PX)[None]
    often = np.hypot(down, across)
    period_px = 2 / np.maximum(often, 1e-6)
    band = (period_px >= LEAST_PERIOD_PX) & (period_px <= MOST_PERIOD_PX)
    return period_px, band, period_px <= LONGEST_WAVE_PX


_PERIOD_PX, _BAND, _HEARD = _spectrum()
_BELL = np.outer(*(np.hanning(SQUARE_PX + 2)[1:-1],) * 2).astype(np.float32)
_TWICE = np.full(SQUARE_PX // 2 + 1, 2.0)
_TWICE[[0, -1]] = 1.0
"""Terms that stand for themselves and for their mirror image."""
