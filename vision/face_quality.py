"""How fit a face is for a template: what to tell the person, and a score of our own."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from vision.face_detect import Box
from vision.face_geometry import Points
from vision.face_mesh import Pose
from vision.face_template import aligned
from vision.image import Bgr8, Gray8, exposure, sharpness, to_gray8

QUALITY_METHOD, QUALITY_VERSION = "border-kiosk-face-quality", "1"
"""Our own measure, not ISO/IEC 29794-5: the worst of size, sharpness, light and pose, 0-100."""


class Advice(StrEnum):
    """The one thing that the person should change; a message key for the screen."""

    NO_FACE = "no_face"
    TWO_FACES = "two_faces"
    CLOSER = "closer"
    FARTHER = "farther"
    CENTRE = "centre"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    LOOK_STRAIGHT = "look_straight"
    HOLD_STILL = "hold_still"


@dataclass(frozen=True, slots=True)
class FaceLimits:
    """Where advice begins. Sharpness is the variance of the Laplacian on the 112x112 cut.

    Measured on 100 press photographs (LFW): sharpness 74-440 (5-95 %) as they are, 10-31 when
    blurred by sigma 2 px. Light is judged by the range of greys, not their mean, so that dark skin
    in good light passes.
    """

    least_eye_distance_px: float = 28.0
    most_face_share: float = 0.85
    most_off_centre: float = 0.30
    most_yaw_deg: float = 15.0
    most_pitch_deg: float = 18.0
    most_roll_deg: float = 20.0
    least_sharpness: float = 22.0
    least_light_p95: float = 60.0
    most_burnt_pct: float = 30.0
    second_face_share: float = 0.6


@dataclass(frozen=True, slots=True)
class Light:
    """Of the face: the 95th percentile of grey, the range from the 5th to it, burnt pixels."""

    p95: float
    range: float
    burnt_pct: float


@dataclass(frozen=True, slots=True)
class Measures:
    """What advice and quality are judged by."""

    box: Box
    picture_px: tuple[int, int]
    eye_distance_px: float
    pose: Pose
    sharpness: float
    light: Light


def light(gray: Gray8) -> Light:
    """Read the light off grey pixels."""
    low, high = (float(v) for v in np.percentile(gray, (5, 95)))
    return Light(high, high - low, exposure(gray).bright_pct)


def measure_cut(pixels: Bgr8, points: Points) -> tuple[float, Light]:
    """Sharpness and light of the face, on its upright 112x112 cut."""
    gray = to_gray8(aligned(pixels, points))
    return sharpness(gray, side_px=gray.shape[0]), light(gray)


def advise(seen: Measures, limits: FaceLimits) -> Advice | None:
    """Place first, then light, then pose, then rest; None when all is well."""
    return _place(seen, limits) or _light(seen.light, limits) or _stance(seen, limits)


def quality(seen: Measures) -> int:
    """0 to 100: the worst of the parts, each 100 at what a good enrolment wants."""
    turn = max(abs(seen.pose.yaw_deg), abs(seen.pose.pitch_deg), abs(seen.pose.roll_deg))
    parts = (
        seen.eye_distance_px / 60,
        seen.sharpness / 150,
        seen.light.range / 80,
        1 - max(0.0, seen.light.burnt_pct - 5) / 50,
        1 - max(0.0, turn - 5) / 40,
    )
    return round(100 * min(1.0, max(0.0, min(parts))))


def _place(seen: Measures, limits: FaceLimits) -> Advice | None:
    width, height = seen.picture_px
    if seen.eye_distance_px < limits.least_eye_distance_px:
        return Advice.CLOSER
    if seen.box.longest_px > limits.most_face_share * min(width, height):
        return Advice.FARTHER
    off_x = abs(seen.box.centre.real / width - 0.5)
    off_y = abs(seen.box.centre.imag / height - 0.5)
    return Advice.CENTRE if max(off_x, off_y) > limits.most_off_centre else None


def _light(found: Light, limits: FaceLimits) -> Advice | None:
    if found.burnt_pct > limits.most_burnt_pct:
        return Advice.LESS_LIGHT
    return Advice.MORE_LIGHT if found.p95 < limits.least_light_p95 else None


def _stance(seen: Measures, limits: FaceLimits) -> Advice | None:
    turned = (
        abs(seen.pose.yaw_deg) > limits.most_yaw_deg
        or abs(seen.pose.pitch_deg) > limits.most_pitch_deg
        or abs(seen.pose.roll_deg) > limits.most_roll_deg
    )
    if turned:
        return Advice.LOOK_STRAIGHT
    return Advice.HOLD_STILL if seen.sharpness < limits.least_sharpness else None
