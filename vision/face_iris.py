"""The eyes seen closely: lids and iris of each, how far open, and where they look."""

import math
from dataclasses import dataclass

import numpy as np

from vision.face_geometry import Points, Similarity, cut, square
from vision.face_mesh import LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS
from vision.image import Bgr8
from vision.model_store import ModelStore

SIDE_PX = 64
MARGIN = 2.3
"""The cut is this much wider than the eye, as the network was trained."""
LOWER_LID, UPPER_LID = (1, 2, 3, 4, 5, 6, 7), (9, 10, 11, 12, 13, 14, 15)
"""Rows of the lids, outer to inner corner, of the same place along the eye; 0 and 8: corners."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Eye:
    """One eye, in pixels of the picture: lids (16, 2) from the outer corner, iris (5, 2).

    iris: its centre, then four places on its rim.
    """

    lids: Points
    iris: Points

    def __repr__(self) -> str:
        """Say that it is one, never its shape."""
        return "Eye()"

    @property
    def width_px(self) -> float:
        """Corner to corner."""
        return float(np.linalg.norm(self.lids[8] - self.lids[0]))

    @property
    def openness(self) -> float:
        """The widest gap between the lids, in eye widths: about 0.3 open, 0.1 shut."""
        gaps = np.linalg.norm(self.lids[list(UPPER_LID)] - self.lids[list(LOWER_LID)], axis=1)
        return float(gaps.max()) / max(self.width_px, 1e-6)

    @property
    def iris_diameter_px(self) -> float:
        """Across the iris; a grown person's measures about 11.7 mm."""
        return (
            float(
                np.linalg.norm(self.iris[1] - self.iris[3])
                + np.linalg.norm(self.iris[2] - self.iris[4])
            )
            / 2
        )

    @property
    def gaze(self) -> complex:
        """Where the iris stands off the middle of the corners, in eye widths, right + i down.

        "Right" is along the line of the eye, to the right of an unmirrored picture.
        """
        first, last = self.lids[0], self.lids[8]
        along = complex(*(last - first))
        along = along if along.real >= 0 else -along
        off = complex(*(self.iris[0] - (first + last) / 2))
        return off * along.conjugate() / max(abs(along) ** 2, 1e-9)


@dataclass(frozen=True, slots=True)
class Eyes:
    """The person's own right and left eye."""

    right: Eye
    left: Eye

    @property
    def openness(self) -> float:
        """Of the eye that is less open."""
        return min(self.right.openness, self.left.openness)

    @property
    def gaze(self) -> complex:
        """The mean of both: what turns both eyes to one side, not what turns them inwards."""
        return (self.right.gaze + self.left.gaze) / 2


class EyeReader:
    """Lays lids and iris on both eyes of a mesh."""

    def __init__(self, models: ModelStore) -> None:
        self._model = models.open("iris-landmark")

    def read(self, pixels: Bgr8, points: Points) -> Eyes:
        """Both eyes of the face whose mesh is `points`, in pixels of `pixels`."""
        right = self._read(pixels, points[list(RIGHT_EYE_CORNERS), :2], mirrored=False)
        left = self._read(pixels, points[list(LEFT_EYE_CORNERS), :2], mirrored=True)
        return Eyes(right, left)

    def _read(self, pixels: Bgr8, corners: Points, *, mirrored: bool) -> Eye:
        to_cut = _around(corners, mirrored=mirrored)
        laid = cut(pixels, to_cut, SIDE_PX)
        laid = laid[:, ::-1] if mirrored else laid
        fed = laid[None, :, :, ::-1].astype(np.float32) / 255
        lids, iris = self._model.run(np.ascontiguousarray(fed))
        back = to_cut.inverse()
        places = [rows.reshape(-1, 3)[:, :2].copy() for rows in (lids, iris)]
        for rows in places:
            if mirrored:
                rows[:, 0] = SIDE_PX - rows[:, 0]
        return Eye(back.on(places[0][:16]), back.on(places[1]))


def _around(corners: Points, *, mirrored: bool) -> Similarity:
    """The cut around one eye, level by its corners (outer, inner)."""
    along = complex(*(corners[1] - corners[0])) * (-1 if mirrored else 1)
    middle = complex(*corners.mean(axis=0))
    return square(middle, abs(along) * MARGIN, math.atan2(along.imag, along.real), SIDE_PX)
