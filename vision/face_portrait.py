"""Finds the portrait on a picture of a document's data page, also where it lies on its side."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vision.face_detect import DetectedFace, FaceDetector
from vision.face_geometry import cut, square
from vision.face_mesh import FaceMesher, Mesh, roll_deg
from vision.image import Bgr8, within

LONGEST_PX = 2400
LEAST_PRESENCE = 0.9
ROOM = 2.0
"""The portrait is cut this much wider than the face's box."""
MOST_ROLL_DEG, MOST_ROLL_LEFT_DEG = 45.0, 15.0
"""How far the head may lean on the page, and after it was cut out upright."""
MOST_SIDE_PX, LEAST_SIDE_PX = 640, 96


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Portrait:
    """One cut: its pixels, how large the face was on the page, how sure the detector is of it."""

    pixels: Bgr8
    face_px: float
    score: float


class PortraitFinder:
    """Looks at the whole page, then at ever smaller parts of it, in four orientations."""

    def __init__(self, detector: FaceDetector, mesher: FaceMesher) -> None:
        self._detector = detector
        self._mesher = mesher

    def find(self, page: Bgr8) -> Bgr8 | None:
        """The largest face with room around it, upright; None where no face is found.

        A face is also found lying on its side or upside down, with less certainty: of the four
        orientations the one with the surest face is taken.
        """
        page = within(page, LONGEST_PX)
        for parts in (1, 2, 4):
            found = []
            for quarter_turns in range(4):
                turned = np.ascontiguousarray(np.rot90(page, quarter_turns))
                found += self._largest(turned, parts)
            if found:
                return max(found, key=_surety).pixels
        return None

    def _largest(self, page: Bgr8, parts: int) -> list[_Portrait]:
        """The largest face of this orientation that stays one when it is cut out; none or one."""
        best: _Portrait | None = None
        for part in _tiles(page, parts):
            for face in self._detector.find(part):
                if best is not None and face.box.longest_px <= best.face_px:
                    break
                best = self._cut_out(part, face) or best
        return [] if best is None else [best]

    def _cut_out(self, part: Bgr8, face: DetectedFace) -> _Portrait | None:
        mesh = self._closely(part, face)
        if mesh.presence < LEAST_PRESENCE or abs(roll_deg(mesh.points)) > MOST_ROLL_DEG:
            return None
        pixels = _upright(part, face, mesh)
        again = self._detector.find(pixels)
        if not again:
            return None
        left_deg = roll_deg(self._closely(pixels, again[0]).points)
        if abs(left_deg) > MOST_ROLL_LEFT_DEG:
            return None
        return _Portrait(pixels, face.box.longest_px, again[0].score)

    def _closely(self, pixels: Bgr8, face: DetectedFace) -> Mesh:
        """Two passes at least: on print the second is surer of what is a face and what is not."""
        return self._mesher.follow(pixels, self._mesher.lay(pixels, face))


def _tiles(page: Bgr8, parts: int) -> Iterator[Bgr8]:
    """Squares of the longer side divided by `parts`, each half over the next."""
    height, width = page.shape[:2]
    side = math.ceil(max(height, width) / parts)
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield page[top : top + side, left : left + side]


def _starts(length: int, side: int) -> range:
    return range(0, max(1, length - side // 2), max(1, side // 2))


def _upright(part: Bgr8, face: DetectedFace, mesh: Mesh) -> Bgr8:
    width = face.box.longest_px * ROOM
    side = int(np.clip(round(width), LEAST_SIDE_PX, MOST_SIDE_PX))
    angle = math.radians(roll_deg(mesh.points))
    return cut(part, square(face.box.centre, width, angle, side), side)


def _surety(portrait: _Portrait) -> float:
    return portrait.score
