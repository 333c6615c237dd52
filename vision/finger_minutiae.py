"""Minutiae of a 500 ppi print by the network "finger-minutiae" (LEADER)."""

import math
from typing import Protocol

import cv2
import numpy as np

from vision.finger_segment import Box, Foreground
from vision.image import Float32, Gray8
from vision.iso19794_2 import Minutia, MinutiaKind
from vision.model_store import ModelCard, ModelStore, give_back_memory

NETWORK = "finger-minutiae"
SIDE_STEP_PX = 32
LONGEST_SIDE_PX = 448
"""22.8 mm: bounds time and memory; a print that is longer is cut around its middle."""
MARGIN_PX = 12
SMALLEST = np.zeros((1, SIDE_STEP_PX, SIDE_STEP_PX, 1), np.float32)
LEAST_SURE = 0.6
APART_PX = 7
LEAST_ENDING = 0.5
MOST_MINUTIAE = 255


class MinutiaFinder(Protocol):
    """What finds minutiae; another network or method takes this place."""

    @property
    def card(self) -> ModelCard:
        """Name, version and sha256 of what finds them, for the event."""

    def find(self, gray: Gray8, found: Foreground) -> tuple[Minutia, ...]:
        """Give the minutiae inside the print, in pixels of the 500 ppi picture, surest first."""


class LeaderFinder:
    """LEADER on the part of the picture that holds the print."""

    def __init__(self, models: ModelStore) -> None:
        """Load the network. Raises ModelError."""
        self._model = models.open(NETWORK)

    @property
    def card(self) -> ModelCard:
        """Name, version and sha256 of the network."""
        return self._model.card

    def find(self, gray: Gray8, found: Foreground) -> tuple[Minutia, ...]:
        """Give the minutiae inside the print, surest first; raises ModelError."""
        cut = _cut(found.box, gray.shape[1], gray.shape[0])
        (said,) = self._model.run(_window(gray, cut)[None, :, :, None])
        self._model.run(SMALLEST)  # gives some 250 MB back until the next finger, in 50 ms
        give_back_memory()
        here = _peaks(said[0])
        minutiae = (_minutia(said[0], row, column, cut) for row, column in here)
        return tuple(m for m in minutiae if _inside(m, found))[:MOST_MINUTIAE]


def _cut(box: Box, width: int, height: int) -> Box:
    """The box with a margin, its sides multiples of 32; it may reach out of the picture."""
    left, right = _span(box.left, box.right, width)
    top, bottom = _span(box.top, box.bottom, height)
    return Box(left, top, right, bottom)


def _span(start: int, end: int, whole: int) -> tuple[int, int]:
    length = end - start + 2 * MARGIN_PX
    length = min(LONGEST_SIDE_PX, math.ceil(length / SIDE_STEP_PX) * SIDE_STEP_PX)
    first = (start + end - length) // 2
    first = max(0, min(first, whole - length)) if length <= whole else (whole - length) // 2
    return first, first + length


def _window(gray: Gray8, cut: Box) -> Float32:
    """The cut as the network wants it; what lies out of the picture has its border's grey."""
    height, width = gray.shape
    inside = gray[max(0, cut.top) : cut.bottom, max(0, cut.left) : cut.right]
    ground = float(np.median(np.concatenate((gray[0], gray[-1], gray[:, 0], gray[:, -1]))))
    padded = cv2.copyMakeBorder(
        inside,
        *(max(0, -cut.top), max(0, cut.bottom - height)),
        *(max(0, -cut.left), max(0, cut.right - width)),
        borderType=cv2.BORDER_CONSTANT,
        value=(ground,),
    )
    return np.asarray(padded, np.float32)


def _peaks(said: Float32) -> list[tuple[int, int]]:
    """Rows and columns of the highest points, surest first, at most one within 3 pixels."""
    sure = np.ascontiguousarray(said[..., 0])
    highest = cv2.dilate(sure, np.ones((APART_PX, APART_PX), np.uint8))
    rows, columns = np.nonzero((sure >= LEAST_SURE) & (sure == highest))
    order = np.argsort(-sure[rows, columns], kind="stable")
    return [(int(rows[i]), int(columns[i])) for i in order]


def _minutia(said: Float32, row: int, column: int, cut: Box) -> Minutia:
    sure, right, up, ending = (float(value) for value in said[row, column])
    return Minutia(
        kind=MinutiaKind.ENDING if ending >= LEAST_ENDING else MinutiaKind.BIFURCATION,
        x_px=column + cut.left,
        y_px=row + cut.top,
        direction_deg=math.degrees(math.atan2(up, right)) % 360,
        quality=max(1, min(100, round(sure * 100))),
    )


def _inside(minutia: Minutia, found: Foreground) -> bool:
    height, width = found.mask.shape
    row, column = minutia.y_px // 2, minutia.x_px // 2
    return 0 <= row < height and 0 <= column < width and bool(found.mask[row, column])
