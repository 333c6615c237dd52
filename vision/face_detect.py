"""Where faces are: boxes, six points and scores out of a picture, by BlazeFace."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from vision.face_geometry import Points, fed, half
from vision.image import Bgr8, Float32
from vision.model_store import Model, ModelStore

RIGHT_EYE, LEFT_EYE, NOSE, MOUTH, RIGHT_EAR, LEFT_EAR = range(6)
"""Rows of DetectedFace.points; right and left are the person's own."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels of the picture; may reach over its edge."""

    left_px: float
    top_px: float
    width_px: float
    height_px: float

    @property
    def centre(self) -> complex:
        """The middle as a complex number, right + i down."""
        return complex(self.left_px + self.width_px / 2, self.top_px + self.height_px / 2)

    @property
    def longest_px(self) -> float:
        """The longer side."""
        return max(self.width_px, self.height_px)

    def overlap(self, other: "Box") -> float:
        """Intersection over union, 0-1."""
        return float(overlap(self.corners(), other.corners()[None])[0])

    def corners(self) -> Float32:
        """Left, top, right, bottom (4,)."""
        right, bottom = self.left_px + self.width_px, self.top_px + self.height_px
        return np.array([self.left_px, self.top_px, right, bottom], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """One face: its box, six points (6, 2) in pixels, and a score from 0 to 1."""

    box: Box
    points: Points
    score: float


@dataclass(frozen=True, slots=True)
class Reach:
    """One detector: its network, the square it is fed, and its anchors: (cells, each) by grid."""

    model: str
    side_px: int
    grids: tuple[tuple[int, int], ...]


NEAR = Reach("face-detection-short-range", 128, ((16, 2), (8, 6)))
"""Faces that fill a tenth of the picture's longer side or more."""
FAR = Reach("face-detection-full-range", 192, ((48, 1),))
"""Faces down to a thirtieth; four times the work."""


class FaceDetector:
    """Finds faces; `reach` says how small they may be."""

    def __init__(self, models: ModelStore, reach: Reach = NEAR, least_score: float = 0.6) -> None:
        self._model: Model = models.open(reach.model)
        self._side_px = reach.side_px
        self._least_logit = math.log(least_score / (1 - least_score))
        self._anchors = _anchors(reach)

    def find(self, pixels: Bgr8) -> tuple[DetectedFace, ...]:
        """All faces, the largest first."""
        side_px = self._side_px
        scale, laid = _letterboxed(pixels, side_px)
        regressors, logits = self._model.run(fed(laid, 1 / 127.5, -1))
        kept = np.flatnonzero(logits[0, :, 0] >= self._least_logit)
        scores = 1 / (1 + np.exp(-np.clip(logits[0, kept, 0], -50, 50)))
        # each row: 8 points; the first two are the box's centre and size
        rows = regressors[0][kept].reshape(-1, 8, 2) / side_px
        rows[:, [0, 2, 3, 4, 5, 6, 7]] += self._anchors[kept][:, None]
        faces = [_face(row * side_px / scale, score) for row, score in _merged(rows, scores)]
        return tuple(sorted(faces, key=lambda face: -face.box.longest_px))


def overlap(first: Float32, others: Float32) -> Float32:
    """Intersection over union of one (4,) box with (n, 4): left, top, right, bottom."""
    low = np.maximum(first[:2], others[:, :2])
    high = np.minimum(first[2:], others[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(others[:, 2:] - others[:, :2], axis=1) + np.prod(first[2:] - first[:2])
    return np.asarray(both / np.maximum(areas - both, 1e-9), dtype=np.float32)


def _anchors(reach: Reach) -> Float32:
    """Centres (n, 2) from 0 to 1, in the order of the network's rows."""
    grids = []
    for cells, each in reach.grids:
        y, x = np.mgrid[0:cells, 0:cells]
        centres = np.stack([x, y], axis=-1).reshape(-1, 2)
        grids.append(np.repeat((centres + 0.5) / cells, each, axis=0))
    return np.asarray(np.concatenate(grids), dtype=np.float32)


def _letterboxed(pixels: Bgr8, side_px: int) -> tuple[float, Bgr8]:
    """The picture's scale, and it at the top left of a black square."""
    height, width = pixels.shape[:2]
    scale = side_px / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    while min(pixels.shape[:2]) >= 8 and max(pixels.shape[:2]) > 4 * side_px:
        pixels = half(pixels)
    laid = np.zeros((side_px, side_px, 3), np.uint8)
    laid[: size[1], : size[0]] = cv2.resize(pixels, size, interpolation=how)
    return scale, laid


def _merged(rows: Float32, scores: Float32) -> list[tuple[Float32, float]]:
    """Lay boxes that overlap by 0.3 or more together, weighted by score (weighted NMS)."""
    corners = np.concatenate([rows[:, 0] - rows[:, 1] / 2, rows[:, 0] + rows[:, 1] / 2], axis=1)
    left = np.argsort(-scores)
    found: list[tuple[Float32, float]] = []
    while len(left):
        same = overlap(corners[left[0]], corners[left]) >= 0.3
        same[0] = True
        group = left[same]
        found.append((np.average(rows[group], axis=0, weights=scores[group]), scores[left[0]]))
        left = left[~same]
    return found


def _face(row: Float32, score: float) -> DetectedFace:
    (x, y), (width, height) = row[0], row[1]
    box = Box(float(x - width / 2), float(y - height / 2), float(width), float(height))
    return DetectedFace(box, row[2:].astype(np.float32), float(score))
