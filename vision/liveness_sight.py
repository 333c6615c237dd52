"""What the liveness test sees of one frame: pose, eyes, mouth, skin, surroundings; no pictures."""

import cv2
import numpy as np
import numpy.typing as npt

from vision.face_geometry import Points
from vision.face_pipeline import FaceLook, SeenFace
from vision.face_quality import Advice
from vision.face_template import FaceTemplate
from vision.image import Bgr8, Float32
from vision.liveness_artefacts import artefacts
from vision.liveness_seen import LINEAR, Fingerprint, Sight

__all__ = ["Sight", "see"]

PRINT_PX = (96, 72)
"""Width and height of a fingerprint: a frame made small in grey."""

# Point numbers of the MediaPipe face mesh; right and left are the person's own.
LIPS = (78, 308, (82, 13, 312), (87, 14, 317))
SKIN = ((151, 9, 108, 337), (50, 205, 101), (280, 425, 330))
"""Forehead, right cheek, left cheek."""
PATCH_SHARE = 0.05
STRIDE_PX = 6


def see(
    pixels: Bgr8,
    look: FaceLook,
    at_s: float,
    template: FaceTemplate | None = None,
    passive: float | None = None,
    *,
    closely: bool = True,
) -> Sight | None:
    """What one frame shows; None where not exactly one face was seen.

    look: what the face pipeline said of these same pixels; closely: look for a screen's traces,
    which takes longer than all else and need not be done with every frame.
    """
    if look.face is None or look.advice is Advice.TWO_FACES:
        return None
    face = look.face
    points = face.mesh.points
    return Sight(
        at_s=at_s,
        yaw_deg=face.pose.yaw_deg,
        pitch_deg=face.pose.pitch_deg,
        roll_deg=face.pose.roll_deg,
        centre_px=face.box.centre,
        width_px=face.box.longest_px,
        points=points,
        eyes_open=(face.eyes.left.openness, face.eyes.right.openness),
        mouth_open=_gap(points, LIPS),
        skin_bgr=skin(pixels, points),
        around_bgr=around(pixels, face),
        fingerprint=fingerprint(pixels),
        artefacts=artefacts(pixels, face.box) if closely else None,
        template=template,
        passive=passive,
    )


def fingerprint(pixels: Bgr8) -> Fingerprint:
    """The frame made small in grey, uint8 (72, 96); a camera's noise changes it each time."""
    few = np.ascontiguousarray(pixels[::3, ::3])
    small = cv2.resize(few, PRINT_PX, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def skin(pixels: Bgr8, points: Points) -> Float32:
    """Mean linear light (3, 3) of forehead, right and left cheek; rows of zeros off the picture."""
    half = max(2, round(float(np.ptp(points[:, 0])) * PATCH_SHARE))
    return np.stack([_patch(pixels, points[list(which), :2].mean(axis=0), half) for which in SKIN])


def around(pixels: Bgr8, face: SeenFace) -> Float32:
    """Mean linear light (3,) beside the head: left and right of it, above the shoulders."""
    box = face.box
    seen = pixels[::STRIDE_PX, ::STRIDE_PX]
    rows = np.arange(seen.shape[0]) * STRIDE_PX
    columns = np.arange(seen.shape[1]) * STRIDE_PX
    beside = np.abs(columns - box.centre.real) > 0.85 * box.width_px
    above = rows < box.top_px + 0.9 * box.height_px
    room = seen[above][:, beside].reshape(-1, 3)
    return _mean(room)


def _patch(pixels: Bgr8, centre: Points, half: int) -> Float32:
    x, y = (round(float(value)) for value in centre)
    part = pixels[max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1]
    return _mean(part.reshape(-1, 3))


def _mean(colours: npt.NDArray[np.uint8]) -> Float32:
    if len(colours) == 0:
        return np.zeros(3, np.float32)
    return np.asarray(LINEAR[colours].mean(axis=0), np.float32)


def _gap(points: Points, where: tuple[int, int, tuple[int, ...], tuple[int, ...]]) -> float:
    """Mean height between the upper and the lower rim, over the distance of the corners."""
    one, other, upper, lower = where
    heights = np.linalg.norm(points[list(upper), :2] - points[list(lower), :2], axis=1)
    width = float(np.linalg.norm(points[one, :2] - points[other, :2]))
    return float(heights.mean()) / max(width, 1e-6)
