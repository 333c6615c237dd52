"""Where the ridges are: a print brought to 500 ppi, its foreground, how clear its ridges run."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.errors import ImageError
from vision.image import Float32, Gray8, check_gray8

PPI = 500
"""What everything behind this file works at: one pixel is 0.0508 mm."""
LEAST_PPI, MOST_PPI = 300, 1200
LONGEST_SIDE_PX = 1000
"""At 500 ppi: 51 mm, more than any single-finger scanner sees."""
MM2_PER_HALF_PIXEL = (2 * 25.4 / PPI) ** 2
WINDOW_PX = 17
"""At half size: 1.7 mm, about four ridges."""
LEAST_ENERGY = 16.0
"""Squared grey levels for each pixel: below it is the scanner's own noise."""
LEAST_ENERGY_SHARE = 0.10
LEAST_COHERENCE = 0.30
CLEAR_COHERENCE = 0.50
LEAST_AREA_MM2 = 4.0
CLOSE_PX, OPEN_PX = 25, 11
EMPTY_SHARE = 0.05
"""Of what full columns hold; two fingers side by side leave an emptier one between them."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels of the picture at 500 ppi; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True, eq=False)
class Foreground:
    """The print in a 500 ppi picture; `mask` is at half its size, `box` at full size.

    `clear_pct` is the share of the print where ridges run clearly in one direction, `other_mm2`
    the size of what else has ridges: the next part, or what an empty column parts from the rest.
    """

    mask: Mask
    box: Box
    area_mm2: float
    coherence: float
    clear_pct: float
    other_mm2: float = 0.0


def to_500_ppi(pixels: Gray8, ppi: int) -> Gray8:
    """Check the picture and bring it to 500 ppi. Raises ImageError."""
    checked = check_gray8(pixels)
    if not LEAST_PPI <= ppi <= MOST_PPI:
        raise ImageError(f"{ppi} ppi is not {LEAST_PPI} to {MOST_PPI}.")
    scale = PPI / ppi
    height, width = (round(side * scale) for side in checked.shape)
    if max(height, width) > LONGEST_SIDE_PX:
        raise ImageError(f"{width}x{height} at {PPI} ppi is larger than one finger.")
    if ppi == PPI:
        return checked
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(1, width), max(1, height))
    return check_gray8(np.asarray(cv2.resize(checked, size, interpolation=how)))


def foreground(gray: Gray8) -> Foreground | None:
    """Find the print in a 500 ppi picture; None where no ridges are.

    Ridges are where the grey levels change much and in one direction (structure tensor).
    """
    energy, coherence = _structure(gray)
    floor = max(LEAST_ENERGY, LEAST_ENERGY_SHARE * float(np.percentile(energy, 95)))
    ridges = (energy > floor) & (coherence > LEAST_COHERENCE)
    mask, other_mm2 = _largest(_smooth(ridges))
    area_mm2 = float(mask.sum()) * MM2_PER_HALF_PIXEL
    if area_mm2 < LEAST_AREA_MM2:
        return None
    inside = coherence[mask]
    return Foreground(
        mask=mask,
        box=_box(mask, gray.shape[1], gray.shape[0]),
        area_mm2=area_mm2,
        coherence=float(inside.mean()),
        clear_pct=float((inside > CLEAR_COHERENCE).mean() * 100),
        other_mm2=max(other_mm2, _beside(ridges)),
    )


def _structure(gray: Gray8) -> tuple[Float32, Float32]:
    """Energy and coherence (0-1) of the gradient around each pixel, at half size."""
    half = cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    across = cv2.Sobel(half, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(half, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    window = (WINDOW_PX, WINDOW_PX)
    xx, yy, xy = (
        cv2.blur(a * b, window) for a, b in ((across, across), (down, down), (across, down))
    )
    energy = np.asarray(xx + yy, np.float32)
    coherence = np.sqrt(np.square(xx - yy) + 4 * np.square(xy)) / (energy + 1e-3)
    return energy, np.asarray(coherence, np.float32)


def _smooth(mask: Mask) -> npt.NDArray[np.uint8]:
    """Close cores and creases, drop specks; the rim counts as ground."""
    rim = CLOSE_PX
    grown = cv2.copyMakeBorder(mask.astype(np.uint8), rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    closed = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((CLOSE_PX, CLOSE_PX), np.uint8))
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((OPEN_PX, OPEN_PX), np.uint8))
    return np.asarray(opened[rim:-rim, rim:-rim], np.uint8)


def _largest(mask: npt.NDArray[np.uint8]) -> tuple[Mask, float]:
    """The largest connected part, and how many mm2 the next one has."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return np.zeros(mask.shape, np.bool_), 0.0
    sizes = stats[1:, cv2.CC_STAT_AREA]
    other_px = int(np.sort(sizes)[-2]) if count > 2 else 0
    largest = np.asarray(labels == 1 + int(sizes.argmax()), np.bool_)
    return largest, other_px * MM2_PER_HALF_PIXEL


def _beside(ridges: Mask) -> float:
    """The smaller side, in mm2, where an empty column parts the picture into the likest two."""
    held = ridges.sum(0)
    left = np.cumsum(held)
    empty = held <= EMPTY_SHARE * np.percentile(held, 95)
    smaller = np.minimum(left, left[-1] - left)[empty]
    return float(smaller.max(initial=0)) * MM2_PER_HALF_PIXEL


def _box(mask: Mask, width: int, height: int) -> Box:
    columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
    return Box(
        left=int(columns[0]) * 2,
        top=int(rows[0]) * 2,
        right=min(width, int(columns[-1]) * 2 + 2),
        bottom=min(height, int(rows[-1]) * 2 + 2),
    )
