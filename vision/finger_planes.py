"""From a print to what the minutiae network takes, and from its planes to minutiae."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vision.image import Float32, Gray8

CELL_PX = 4
"""One place of the planes."""
WINDOW_PX = 33
"""1.7 mm: the grey levels around a pixel that count as its surroundings."""
FLOOR = 5.0
"""Grey levels of noise that are not made louder."""
LIMIT = 3.0
APART_PX = 6.0
"""Two that lie nearer are one, the surer."""


@dataclass(frozen=True, slots=True)
class Found:
    """One minutia in pixels of the print; `sure` 0-1; degrees as in Minutia."""

    x_px: float
    y_px: float
    direction_deg: float
    sure: float
    ending: bool


def normalised(gray: Gray8) -> Float32:
    """Less the mean of its surroundings, by their deviation: within -3 and 3, same shape."""
    picture = gray.astype(np.float32)
    window = (WINDOW_PX, WINDOW_PX)
    mean = cv2.blur(picture, window, borderType=cv2.BORDER_REPLICATE)
    off = picture - mean
    power = cv2.blur(off * off, window, borderType=cv2.BORDER_REPLICATE)
    spread = np.sqrt(np.maximum(power, 0)) + FLOOR
    return np.asarray(np.clip(off / spread, -LIMIT, LIMIT), np.float32)


def peaks(planes: Float32, least_sure: float) -> list[Found]:
    """Minutiae, surest first, from float32 (height / 4, width / 4, 6).

    The planes: logit of a minutia, cosine and sine of its direction, its place in the cell (right
    and down from the middle, in cells), logit of an ending.
    """
    sure = np.asarray(1 / (1 + np.exp(-planes[..., 0])), np.float32)
    tops = cv2.dilate(sure, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((sure >= least_sure) & (sure == tops))
    order = np.argsort(-sure[rows, columns], kind="stable")
    kept: list[Found] = []
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        one = _found(planes[row, column].tolist(), float(sure[row, column]), row, column)
        if all(math.hypot(one.x_px - o.x_px, one.y_px - o.y_px) > APART_PX for o in kept):
            kept.append(one)
    return kept


def _found(said: list[float], sure: float, row: int, column: int) -> Found:
    _, right, up, aside, below, ending = said
    return Found(
        x_px=(column + 0.5 + aside) * CELL_PX - 0.5,
        y_px=(row + 0.5 + below) * CELL_PX - 0.5,
        direction_deg=math.degrees(math.atan2(up, right)),
        sure=sure,
        ending=ending >= 0,
    )
