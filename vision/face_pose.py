"""Which way a head points: a standard face laid on the mesh through a camera with a known lens."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.face_geometry import Points
from vision.face_mesh import Pose

Matrix = npt.NDArray[np.float64]

# Right, down and away from the camera, in widths between the outer eye corners, seen level: the
# median of the shapes that the mesh gave for 50 photographs of five people (LFW), made symmetric.
_MIDDLE = (
    (1, 0.496, -0.220),
    (2, 0.558, -0.044),
    (4, 0.424, -0.243),
    (5, 0.326, -0.219),
    (6, 0.087, -0.048),
    (10, -0.525, 0.038),
    (152, 1.311, 0.253),
    (164, 0.609, -0.024),
    (168, 0.000, 0.000),
    (195, 0.245, -0.159),
    (197, 0.168, -0.102),
)
_PAIRS = (
    (33, 263, 0.500, 0.039, 0.248),
    (133, 362, 0.190, 0.058, 0.189),
    (61, 291, 0.293, 0.803, 0.199),
    (234, 454, 0.777, 0.242, 0.852),
    (127, 356, 0.788, 0.085, 0.797),
    (50, 280, 0.543, 0.407, 0.191),
    (105, 334, 0.449, -0.210, 0.083),
    (98, 327, 0.191, 0.534, 0.048),
    (132, 361, 0.746, 0.575, 0.843),
    (58, 288, 0.694, 0.757, 0.788),
    (136, 365, 0.538, 1.017, 0.566),
)


@dataclass(frozen=True, slots=True)
class FaceCamera:
    """The lens: how wide the longer side of the picture looks, in degrees; no distortion.

    A guess that is 10 degrees off moves the pitch of a near face by about one degree.
    """

    field_of_view_deg: float = 45.0

    def matrix(self, picture_px: tuple[int, int]) -> Matrix:
        """The pinhole camera of a picture of (width, height)."""
        width, height = picture_px
        focal_px = max(width, height) / 2 / math.tan(math.radians(self.field_of_view_deg) / 2)
        return np.array([[focal_px, 0, width / 2], [0, focal_px, height / 2], [0, 0, 1]])


def head_pose(points: Points, picture_px: tuple[int, int], camera: FaceCamera) -> Pose:
    """Turn, nod and lean of the mesh against the line from the camera to the face.

    Looking into the camera is (0, 0, 0) wherever in the picture the face stands; how true that is,
    `kiosk evaluate looks` measures. Not the mesh's own depth, which is too shallow: of the turns of
    the simulated traveller it told three quarters, this tells six sevenths.
    """
    seen = points[_ROWS, :2].astype(np.float64)
    _, turned, moved = cv2.solvePnP(
        _FACE, seen, camera.matrix(picture_px), np.zeros(4), flags=cv2.SOLVEPNP_SQPNP
    )
    axes = _facing(np.asarray(moved, np.float64)[:, 0]) @ cv2.Rodrigues(turned)[0]
    right, down = axes[:, 0], axes[:, 1]
    return Pose(
        yaw_deg=math.degrees(math.atan2(right[2], math.hypot(right[0], right[1]))),
        pitch_deg=math.degrees(math.atan2(-down[2], math.hypot(down[0], down[1]))),
        roll_deg=math.degrees(math.atan2(right[1], right[0])),
    )


def _facing(place: Matrix) -> Matrix:
    """The turn that brings the face's place, seen from the camera, to straight ahead."""
    ray = place / max(float(np.linalg.norm(place)), 1e-9)
    across = np.cross(ray, (0.0, 0.0, 1.0))
    sine = float(np.linalg.norm(across))
    turn = across / max(sine, 1e-9) * math.atan2(sine, float(ray[2]))
    return np.asarray(cv2.Rodrigues(turn)[0], np.float64)


def _face() -> tuple[list[int], Matrix]:
    """Rows of the mesh and where they lie on the standard face."""
    rows = [row for row, *_ in _MIDDLE]
    places = [(0.0, down, away) for _, down, away in _MIDDLE]
    for right, left, aside, down, away in _PAIRS:
        rows += [right, left]
        places += [(-aside, down, away), (aside, down, away)]
    return rows, np.array(places)


_ROWS, _FACE = _face()
