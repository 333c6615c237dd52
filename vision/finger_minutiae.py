"""Minutiae of a 500 ppi print by the project's own network "finger-minutiae"."""

import math
from typing import Protocol

import cv2
import numpy as np

from vision.finger_planes import Found, normalised, peaks
from vision.finger_segment import Box, Foreground
from vision.image import Gray8
from vision.iso19794_2 import Minutia, MinutiaKind
from vision.model_store import ModelCard, ModelStore

NETWORK = "finger-minutiae"
SIDE_STEP_PX = 16
LONGEST_SIDE_PX = 576
"""29 mm: bounds time and memory; a print that is longer is cut around its middle."""
MARGIN_PX = 12
LEAST_SURE = 0.2
SUREST, FIFTH = 0.60, 0.32
"""Where the surest and the fifth surest both are less sure, no ridges run. On two pictures of bare
skin, however turned, they are 0.51 and 0.29 at most; on the poorest of 320 prints 0.50 and 0.35."""
MOST_MINUTIAE = 255


class MinutiaFinder(Protocol):
    """What finds minutiae; another network or method takes this place."""

    @property
    def card(self) -> ModelCard:
        """Name, version and sha256 of what finds them, for the event."""

    def find(self, gray: Gray8, found: Foreground) -> tuple[Minutia, ...]:
        """Give the minutiae inside the print, in pixels of the 500 ppi picture, surest first."""


class NetworkFinder:
    """The network on the part of the picture that holds the print."""

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
        print_ = normalised(window(gray, cut))
        (planes,) = self._model.run(print_[None, :, :, None])
        here = peaks(planes[0], LEAST_SURE)
        if not here or (here[0].sure < SUREST and here[:5][-1].sure < FIFTH):
            return ()
        minutiae = (_minutia(one, cut) for one in here)
        return tuple(m for m in minutiae if inside(m, found))[:MOST_MINUTIAE]


def around(box: Box, gray: Gray8, step: int, longest: int) -> Box:
    """The box with a margin, its sides multiples of `step`; it may reach out of the picture."""
    height, width = gray.shape
    left, right = _span(box.left, box.right, width, step, longest)
    top, bottom = _span(box.top, box.bottom, height, step, longest)
    return Box(left, top, right, bottom)


def _span(start: int, end: int, whole: int, step: int, longest: int) -> tuple[int, int]:
    length = end - start + 2 * MARGIN_PX
    length = min(longest, math.ceil(length / step) * step)
    first = (start + end - length) // 2
    first = max(0, min(first, whole - length)) if length <= whole else (whole - length) // 2
    return first, first + length


def window(gray: Gray8, cut: Box) -> Gray8:
    """The cut; what lies out of the picture has its border's grey."""
    height, width = gray.shape
    within = gray[max(0, cut.top) : cut.bottom, max(0, cut.left) : cut.right]
    ground = float(np.median(np.concatenate((gray[0], gray[-1], gray[:, 0], gray[:, -1]))))
    padded = cv2.copyMakeBorder(
        within,
        *(max(0, -cut.top), max(0, cut.bottom - height)),
        *(max(0, -cut.left), max(0, cut.right - width)),
        borderType=cv2.BORDER_CONSTANT,
        value=(ground,),
    )
    return np.asarray(padded, np.uint8)


def inside(minutia: Minutia, found: Foreground) -> bool:
    """Whether it lies in the print."""
    height, width = found.mask.shape
    row, column = minutia.y_px // 2, minutia.x_px // 2
    return 0 <= row < height and 0 <= column < width and bool(found.mask[row, column])


def _minutia(one: Found, cut: Box) -> Minutia:
    return Minutia(
        kind=MinutiaKind.ENDING if one.ending else MinutiaKind.BIFURCATION,
        x_px=round(one.x_px) + cut.left,
        y_px=round(one.y_px) + cut.top,
        direction_deg=one.direction_deg % 360,
        quality=max(1, min(100, round(one.sure * 100))),
    )
