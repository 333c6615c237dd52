"""A face as 192 numbers, their form of 192 bytes, and how alike two of them are."""

from dataclasses import dataclass

import cv2
import numpy as np

from vision.face_geometry import Points, Similarity, cut, fed, fit
from vision.face_mesh import MOUTH_LEFT, MOUTH_RIGHT, NOSE_TIPS, eyes
from vision.image import Bgr8, Float32
from vision.model_store import ModelStore

SIDE_PX = 112
NUMBERS = 192
# Where eyes, nose and mouth corners lie in the 112x112 cut that ArcFace-type networks are fed.
PLACES: Points = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ],
    np.float32,
)
# The mesh's points want a slightly wider cut than those that the network was trained with; chosen
# among 0.88 to 1.12 on the first half of lfw10, confirmed on the second (docs/model_cards/face.md).
_NARROWER = 0.97
_PLACES: Points = ((PLACES - SIDE_PX / 2) * _NARROWER + SIDE_PX / 2).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FaceTemplate:
    """192 float32 numbers of length 1. Personal data: never in a log."""

    numbers: Float32

    def __repr__(self) -> str:
        """Say that it is one, never what it holds."""
        return f"FaceTemplate({NUMBERS} numbers)"

    @property
    def scale(self) -> float:
        """What one step of the int8 form is worth."""
        return max(float(np.abs(self.numbers).max()), 1e-9) / 127

    def to_int8(self) -> bytes:
        """192 signed bytes; times `scale` they are the numbers again, within half a step."""
        return bytes(np.round(self.numbers / self.scale).astype(np.int8).tobytes())

    @staticmethod
    def from_int8(data: bytes) -> "FaceTemplate":
        """Back from 192 signed bytes; the scale is not needed, the length is 1 again.

        Raises ValueError when there are not 192.
        """
        if len(data) != NUMBERS:
            raise ValueError(f"a face template has {NUMBERS} bytes, not {len(data)}.")
        return _unit(np.frombuffer(data, np.int8).astype(np.float32))


class FaceTemplater:
    """Makes templates with MobileFaceNet."""

    def __init__(self, models: ModelStore) -> None:
        self._model = models.open("face-template")
        self.card = self._model.card

    def make(self, pixels: Bgr8, points: Points) -> FaceTemplate:
        """Lay the face upright by five points of its mesh, and describe it."""
        cut_out = cut(pixels, _upright(points, _PLACES), SIDE_PX, cv2.INTER_CUBIC)
        (numbers,) = self._model.run(fed(cut_out, 1 / 128, -127.5 / 128))
        return _unit(numbers[0])


def compare(first: FaceTemplate, second: FaceTemplate) -> float:
    """Cosine, from -1 to 1; 1 is the same picture."""
    return float(first.numbers @ second.numbers)


def aligned(pixels: Bgr8, points: Points) -> Bgr8:
    """The face as 112x112 with eyes, nose and mouth at their usual places, for measuring it."""
    return cut(pixels, _upright(points, PLACES), SIDE_PX)


def _upright(points: Points, places: Points) -> Similarity:
    right, left = eyes(points)
    nose = points[list(NOSE_TIPS), :2].mean(axis=0)
    five = np.stack([right, left, nose, points[MOUTH_RIGHT, :2], points[MOUTH_LEFT, :2]])
    return fit(five, places)


def _unit(numbers: Float32) -> FaceTemplate:
    unit = (numbers / max(float(np.linalg.norm(numbers)), 1e-9)).astype(np.float32)
    unit.flags.writeable = False
    return FaceTemplate(unit)
