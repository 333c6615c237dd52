"""Minutiae by LEADER, slow and good: the teacher of the network that ships, and a yardstick."""

import math

import cv2
import numpy as np

from vision.finger_minutiae import MOST_MINUTIAE, around, inside, window
from vision.finger_segment import Box, Foreground
from vision.image import Float32, Gray8
from vision.iso19794_2 import Minutia, MinutiaKind
from vision.model_store import ModelCard, ModelStore, give_back_memory

NETWORK = "finger-minutiae-leader"
SIDE_STEP_PX = 32
LONGEST_SIDE_PX = 448
"""22.8 mm: bounds time and memory; a print that is longer is cut around its middle."""
SMALLEST = np.zeros((1, SIDE_STEP_PX, SIDE_STEP_PX, 1), np.float32)
LEAST_SURE = 0.6
APART_PX = 7
LEAST_ENDING = 0.5


class LeaderFinder:
    """LEADER on the part of the picture that holds the print; a MinutiaFinder."""

    def __init__(self, models: ModelStore) -> None:
        """Load the network. Raises ModelError."""
        self._model = models.open(NETWORK)

    @property
    def card(self) -> ModelCard:
        """Name, version and sha256 of the network."""
        return self._model.card

    def find(self, gray: Gray8, found: Foreground) -> tuple[Minutia, ...]:
        """Give the minutiae inside the print, surest first; raises ModelError."""
        cut = around(found.box, gray, SIDE_STEP_PX, LONGEST_SIDE_PX)
        (said,) = self._model.run(np.asarray(window(gray, cut), np.float32)[None, :, :, None])
        self._model.run(SMALLEST)  # gives some 250 MB back until the next finger, in 50 ms
        give_back_memory()
        here = highest(said[0], LEAST_SURE)
        minutiae = (_minutia(said[0], row, column, cut) for row, column in here)
        return tuple(m for m in minutiae if inside(m, found))[:MOST_MINUTIAE]


def highest(said: Float32, least_sure: float) -> list[tuple[int, int]]:
    """Rows and columns of the highest points, surest first, at most one within 3 pixels."""
    sure = np.ascontiguousarray(said[..., 0])
    tops = cv2.dilate(sure, np.ones((APART_PX, APART_PX), np.uint8))
    rows, columns = np.nonzero((sure >= least_sure) & (sure == tops))
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
