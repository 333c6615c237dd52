"""The eyes seen closely: lids and iris of each, how far open, and where they look."""

import math
from dataclasses import dataclass, field

import numpy as np

from vision.face_geometry import Points, Similarity, cut, fed, fit, square
from vision.face_mesh import LEFT_EYE_CORNERS, RIGHT_EYE_CORNERS
from vision.image import Bgr8
from vision.model_store import ModelStore

SIDE_PX = 64
MARGIN = 2.3
"""The cut is this much wider than the eye, as the network was trained."""
STILL = 0.03
"""In eye widths: what opening and gaze of an eye may differ by when it has not moved."""
KEPT_S = 0.15
"""No eye is kept from a frame longer ago: at 5 frames a second both are read on each."""
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


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its corners' rows in the mesh (outer, inner), and whether it is fed mirrored.

    The network knows right eyes alone.
    """

    corners: tuple[int, int]
    mirrored: bool


RIGHT, LEFT = Side(RIGHT_EYE_CORNERS, mirrored=False), Side(LEFT_EYE_CORNERS, mirrored=True)


class EyeReader:
    """Lays lids and iris on the eyes of a mesh."""

    def __init__(self, models: ModelStore) -> None:
        self._model = models.open("iris-landmark")

    def read(self, pixels: Bgr8, points: Points) -> Eyes:
        """Both eyes of the face whose mesh is `points`, in pixels of `pixels`."""
        return Eyes(self.one(pixels, points, RIGHT), self.one(pixels, points, LEFT))

    def one(self, pixels: Bgr8, points: Points, side: Side) -> Eye:
        """One of them."""
        to_cut = _around(_corners(points, side), mirrored=side.mirrored)
        seen = cut(pixels, to_cut, SIDE_PX)
        seen = np.ascontiguousarray(seen[:, ::-1]) if side.mirrored else seen
        lids, iris = self._model.run(fed(seen, 1 / 255))
        rows = np.concatenate([lids.reshape(-1, 3)[:16, :2], iris.reshape(-1, 3)[:, :2]])
        if side.mirrored:
            rows[:, 0] = SIDE_PX - rows[:, 0]
        laid = to_cut.inverse().on(rows)
        return Eye(laid[:16], laid[16:])


@dataclass(slots=True)
class EyeFollower:
    """Both eyes of one face over its frames, at the price of one where they hold still.

    They take turns: one is read, the other moves along with the mesh. It is read as well where the
    first is not as it was last read, as in a blink, and where the frame before is older than
    KEPT_S. So an eye that moves by itself is seen one frame late at most.
    """

    reader: EyeReader
    _eyes: Eyes | None = None
    _points: Points = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    _at_s: float = 0.0
    _turn: tuple[Side, Side] = (RIGHT, LEFT)

    def read(self, pixels: Bgr8, points: Points, at_s: float) -> Eyes:
        """Both eyes on the next frame, as EyeReader.read gives them."""
        if self._eyes is not None and 0 < at_s - self._at_s <= KEPT_S:
            self._eyes = self._followed(pixels, points, self._eyes)
        else:
            self._eyes = self.reader.read(pixels, points)
        self._points, self._at_s = points, at_s
        return self._eyes

    def _followed(self, pixels: Bgr8, points: Points, last: Eyes) -> Eyes:
        """One read, and the other kept where it may be."""
        first, other = self._turn
        self._turn = (other, first)
        held, eyes = {RIGHT: last.right, LEFT: last.left}, {}
        eyes[first] = self.reader.one(pixels, points, first)
        if _still(eyes[first], held[first]):
            moved = fit(_corners(self._points, other), _corners(points, other))
            eyes[other] = Eye(moved.on(held[other].lids), moved.on(held[other].iris))
        else:
            eyes[other] = self.reader.one(pixels, points, other)
        return Eyes(eyes[RIGHT], eyes[LEFT])


def _still(now: Eye, before: Eye) -> bool:
    return max(abs(now.openness - before.openness), abs(now.gaze - before.gaze)) <= STILL


def _corners(points: Points, side: Side) -> Points:
    return points[list(side.corners), :2]


def _around(corners: Points, *, mirrored: bool) -> Similarity:
    """The cut around one eye, level by its corners (outer, inner)."""
    along = complex(*(corners[1] - corners[0])) * (-1 if mirrored else 1)
    middle = complex(*corners.mean(axis=0))
    return square(middle, abs(along) * MARGIN, math.atan2(along.imag, along.real), SIDE_PX)
