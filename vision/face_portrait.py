"""Finds the portrait on a picture of a document's data page, also where it lies on its side."""

import math
from collections.abc import Iterator

import numpy as np

from vision.face_detect import DetectedFace, FaceDetector
from vision.face_geometry import cut, square
from vision.face_mesh import FaceMesher, Mesh, pose
from vision.image import Bgr8, within

LONGEST_PX = 2400
LEAST_PRESENCE = 0.9
ROOM = 2.0
"""The portrait is cut this much wider than the face's box."""
MOST_SIDE_PX, LEAST_SIDE_PX = 640, 96


class PortraitFinder:
    """Looks at the whole page, then at ever smaller parts of it, in four orientations."""

    def __init__(self, detector: FaceDetector, mesher: FaceMesher) -> None:
        self._detector = detector
        self._mesher = mesher

    def find(self, page: Bgr8) -> Bgr8 | None:
        """The largest face with room around it, upright; None where no face is found."""
        page = within(page, LONGEST_PX)
        for parts in (1, 2, 4):
            for quarter_turns in (0, 1, 3, 2):
                turned = np.ascontiguousarray(np.rot90(page, quarter_turns))
                portrait = self._largest(turned, parts)
                if portrait is not None:
                    return portrait
        return None

    def _largest(self, page: Bgr8, parts: int) -> Bgr8 | None:
        """The largest face of this orientation that the mesh confirms and that stands upright."""
        best: tuple[float, Bgr8] | None = None
        for part in _tiles(page, parts):
            for face in self._detector.find(part):
                if best is not None and face.box.longest_px <= best[0]:
                    break
                mesh = self._mesher.lay(part, face)
                if mesh.presence >= LEAST_PRESENCE and abs(pose(mesh.points).roll_deg) <= 45:
                    best = (face.box.longest_px, _upright(part, face, mesh))
        return None if best is None else best[1]


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
    angle = math.radians(pose(mesh.points).roll_deg)
    return cut(part, square(face.box.centre, width, angle, side), side)
