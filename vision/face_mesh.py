"""468 points of a face in three dimensions."""

import cmath
import math
from dataclasses import dataclass

import numpy as np

from vision.face_detect import LEFT_EYE, RIGHT_EYE, Box, DetectedFace
from vision.face_geometry import Points, Similarity, cut, fed, square
from vision.image import Bgr8
from vision.model_store import ModelStore

SIDE_PX = 192
MARGIN = 1.5
"""The cut is this much wider than the face, as the network was trained."""
BOX_SHARE, BOX_LOWER = 0.96, 0.046
"""The detector's box in the mesh's longer side, and how much lower its middle lies: medians of 34
photographs, on which it varied by 5 and 4 %."""
MOST_OFF = 0.05
"""In cuts: one pass was needed for 87 of 100 photographs, and templates compared as after two."""

# Point numbers of the MediaPipe face mesh; right and left are the person's own.
RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS = (33, 133), (263, 362)
NOSE_TIPS, MOUTH_RIGHT, MOUTH_LEFT = (1, 4), 61, 291
FOREHEAD, CHIN = 10, 152
_PAIRS = ((33, 263), (133, 362), (61, 291), (234, 454), (127, 356), (50, 280), (105, 334))


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the head points, in degrees; (0, 0, 0) looks into the camera.

    Positive yaw: turned to the person's own left (the nose moves right in an unmirrored picture).
    Positive pitch: chin up. Positive roll: leaned to the person's own left shoulder.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mesh:
    """468 points (468, 3): x, y, and depth (smaller is nearer), all in pixels of the picture."""

    points: Points
    presence: float

    def __repr__(self) -> str:
        """Say how sure, never the shape of the face."""
        return f"Mesh(presence={self.presence:.2f})"

    @property
    def box(self) -> Box:
        """The square that the detector would lay around this face, as it is in the median."""
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        longest = float(max(high - low))
        x, y = ((low + high) / 2).tolist()
        side = BOX_SHARE * longest
        return Box(x - side / 2, y + BOX_LOWER * longest - side / 2, side, side)


class FaceMesher:
    """Lays the mesh on a face that was found."""

    def __init__(self, models: ModelStore) -> None:
        self._model = models.open("face-landmark")

    def lay(self, pixels: Bgr8, face: DetectedFace) -> Mesh:
        """One pass on a cut around the box; a second where the first cut was far off the face."""
        eyes = face.points[LEFT_EYE] - face.points[RIGHT_EYE]
        upright = complex(*eyes) / max(abs(complex(*eyes)), 1e-6)
        middle = face.box.centre - upright * 1j * BOX_LOWER * face.box.longest_px
        width, angle = face.box.longest_px * MARGIN / BOX_SHARE, cmath.phase(upright)
        to_cut = square(middle, width, angle, SIDE_PX)
        first = self._once(pixels, to_cut)
        return self.follow(pixels, first) if _far(to_cut, _around(first.points)) else first

    def follow(self, pixels: Bgr8, last: Mesh) -> Mesh:
        """One pass where the face was on the frame before; `presence` says if it still is."""
        return self._once(pixels, _around(last.points))

    def _once(self, pixels: Bgr8, to_cut: Similarity) -> Mesh:
        points, logit = self._model.run(fed(cut(pixels, to_cut, SIDE_PX), 1 / 255))
        laid = to_cut.inverse().on(points.reshape(468, 3))
        laid.flags.writeable = False
        return Mesh(laid, 1 / (1 + math.exp(-float(np.clip(logit.item(), -50, 50)))))


def roll_deg(points: Points) -> float:
    """How far the head leans, from the picture alone: the mean direction of seven pairs."""
    right, left = (points[list(rows), :2].mean(axis=0) for rows in zip(*_PAIRS, strict=True))
    return math.degrees(math.atan2(left[1] - right[1], left[0] - right[0]))


def eyes(points: Points) -> tuple[Points, Points]:
    """Centres (2,) of the person's right and left eye."""
    right = points[list(RIGHT_EYE_CORNERS), :2].mean(axis=0)
    left = points[list(LEFT_EYE_CORNERS), :2].mean(axis=0)
    return right, left


def _far(cut_made: Similarity, cut_wanted: Similarity) -> bool:
    """Whether a face lies further from where the network wants it than one pass puts right."""
    off = cut_wanted.after(cut_made.inverse())
    middle = complex(SIDE_PX, SIDE_PX) / 2
    moved = abs(off.turn * middle + off.shift - middle) / SIDE_PX
    return (
        moved > MOST_OFF
        or abs(math.log(max(off.scale, 1e-6))) > 2.5 * MOST_OFF
        or abs(cmath.phase(off.turn)) > 1.5 * MOST_OFF
    )


def _around(points: Points) -> Similarity:
    """The cut that the network wants: upright by the eyes, around all points."""
    right, left = eyes(points)
    angle = math.atan2(float(left[1] - right[1]), float(left[0] - right[0]))
    turn = cmath.rect(1.0, angle)
    upright = (points[:, 0] + 1j * points[:, 1]) * turn.conjugate()
    low = complex(upright.real.min(), upright.imag.min())
    high = complex(upright.real.max(), upright.imag.max())
    width = max(high.real - low.real, high.imag - low.imag) * MARGIN
    return square((low + high) / 2 * turn, width, angle, SIDE_PX)
