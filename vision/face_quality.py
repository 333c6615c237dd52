"""How fit a face is: components from 0 to 100 by the names of ISO/IEC 29794-5, and what to say.

The measures behind them are our own, made from pixels, mesh and lids; none is the standard's
reference algorithm, and docs/face_quality.md says for each in what it differs. On each scale 100 is
as good as can be used, 50 is where the default limits begin to ask the person for something.
"""

import math
from dataclasses import dataclass, fields
from enum import StrEnum

from vision.face_quality_measures import Measures

QUALITY_METHOD, QUALITY_VERSION = "border-kiosk-face-quality", "2"
"""Our own measure, not ISO/IEC 29794-5's unified score: the least of UNIFIED, 0-100."""


class Advice(StrEnum):
    """The one thing that the person should change; a message key for the screen."""

    NO_FACE = "no_face"
    TWO_FACES = "two_faces"
    CLOSER = "closer"
    FARTHER = "farther"
    CENTRE = "centre"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    BACK_LIGHT = "back_light"
    UNEVEN_LIGHT = "uneven_light"
    LOOK_STRAIGHT = "look_straight"
    HOLD_STILL = "hold_still"
    UNCOVER_FACE = "uncover_face"
    TAKE_OFF_GLASSES = "take_off_glasses"
    OPEN_EYES = "open_eyes"
    CLOSE_MOUTH = "close_mouth"
    LOOK_AT_CAMERA = "look_at_camera"


@dataclass(frozen=True, slots=True)
class Components:
    """Each 0 to 100. In brackets the quality component of ISO/IEC 29794-5 that it answers to.

    single_face (single face present): by the size of the next largest face.
    inter_eye_distance (inter-eye distance): 100 at 60 px, the least of a token portrait.
    head_size (head size): the head in the shorter side of the picture.
    crop (leftward, rightward, upward, downward crop of the face image): place and room around.
    over_exposure (over-exposure prevention): burnt share of the face.
    under_exposure (under-exposure prevention): crushed share of the face.
    dynamic_range (dynamic range): entropy of the greys of the face.
    contrast (luminance variance): range of the greys of the face.
    illumination_uniformity (illumination uniformity): darker over lighter side.
    yaw, pitch, roll (head pose): degrees from looking into the camera.
    sharpness (sharpness): fine over coarse detail.
    mouth_occlusion (mouth occlusion prevention): detail of the mouth; a patterned cloth passes.
    eyes_visible (eyes visible): light around the eyes; mirrored or clear glasses pass.
    eyes_open (eyes open), mouth_closed (mouth closed): gaps of lids and lips.
    gaze (no component of the standard's; ISO/IEC 19794-5, 7.2.3 asks for it): sideways only.
    natural_colour (natural colour): red over blue of the skin; recognises exchanged channels.
    background (background uniformity): gradients beside and above the head.
    """

    single_face: int
    inter_eye_distance: int
    head_size: int
    crop: int
    over_exposure: int
    under_exposure: int
    dynamic_range: int
    contrast: int
    illumination_uniformity: int
    yaw: int
    pitch: int
    roll: int
    sharpness: int
    mouth_occlusion: int
    eyes_visible: int
    eyes_open: int
    mouth_closed: int
    gaze: int
    natural_colour: int
    background: int

    @property
    def unified(self) -> int:
        """The least of UNIFIED: one bad part spoils a comparison, whatever the others are."""
        return min(int(getattr(self, name)) for name in UNIFIED)

    @property
    def colours_wrong(self) -> bool:
        """Red and blue are exchanged, or the light is so blue that no skin can be seen in it."""
        return self.natural_colour < 50


UNIFIED = (
    *("inter_eye_distance", "over_exposure", "under_exposure", "dynamic_range", "contrast"),
    *("illumination_uniformity", "yaw", "pitch", "roll", "sharpness"),
    *("mouth_occlusion", "eyes_visible"),
)


@dataclass(frozen=True, slots=True)
class FaceLimits:
    """The least of each component before the person is asked for something; 0: never asked."""

    single_face: float = 50
    inter_eye_distance: float = 50
    head_size: float = 50
    crop: float = 50
    over_exposure: float = 50
    under_exposure: float = 50
    dynamic_range: float = 50
    contrast: float = 50
    illumination_uniformity: float = 50
    yaw: float = 50
    pitch: float = 50
    roll: float = 50
    sharpness: float = 50
    mouth_occlusion: float = 50
    eyes_visible: float = 50
    eyes_open: float = 50
    mouth_closed: float = 50
    gaze: float = 50
    natural_colour: float = 0
    background: float = 0


@dataclass(frozen=True, slots=True)
class Need:
    """Something to ask for: short_by is how many points its component is below the limit."""

    advice: Advice
    short_by: float


def score(seen: Measures) -> Components:
    """Put each measure on its scale. The figures are explained in docs/face_quality.md."""
    head = min(_on(seen.head_share, 0.60, 0.85), _on(seen.head_share, 0.20, 0.10))
    return Components(
        single_face=_on(seen.second_share, 0.40, 0.60),
        inter_eye_distance=_on(seen.eye_distance_px, 60, 30),
        head_size=head,
        crop=min(_on(seen.off_centre, 0.15, 0.30), _on(seen.margin, 0.0, -0.05)),
        over_exposure=_on(seen.burnt_pct, 2, 12.5),
        under_exposure=_on(seen.crushed_pct, 2, 12.5),
        dynamic_range=_on(seen.greys_bits, 6.8, 5.5),
        contrast=_on(seen.grey_range, 80, 32),
        illumination_uniformity=_on(seen.balance, 0.50, 0.25),
        yaw=_on(abs(seen.pose.yaw_deg), 5, 15),
        pitch=_on(abs(seen.pose.pitch_deg), 5, 18),
        roll=_on(abs(seen.pose.roll_deg), 5, 20),
        sharpness=_on(seen.sharpness, 0.40, 0.28),
        mouth_occlusion=_on(seen.mouth_detail, 0.16, 0.12),
        eyes_visible=_on(seen.lens, 0.45, 0.25),
        eyes_open=_on(seen.openness, 0.24, 0.16),
        mouth_closed=_on(seen.mouth_gap, 0.10, 0.14),
        gaze=_on(seen.gaze, 0.05, 0.11),
        natural_colour=_on(seen.warmth, 0.08, -0.06),
        background=_on(seen.room, 3, 12),
    )


def needs(seen: Measures, scored: Components, limits: FaceLimits) -> tuple[Need, ...]:
    """All that is below its limit, what must be mended first in front."""
    found = (
        Need(_advice(field.name, seen), getattr(limits, field.name) - getattr(scored, field.name))
        for field in fields(Components)
    )
    worst: dict[Advice, Need] = {}
    for need in found:
        known = worst.get(need.advice)
        if need.short_by > (known.short_by if known else 0):
            worst[need.advice] = need
    return tuple(worst.values())


def _on(value: float, full: float, half: float) -> int:
    """100 at `full`, 50 at `half`, in a straight line down to 0; what is no number is 0."""
    points = 100 - 50 * (value - full) / (half - full)
    return round(min(100.0, max(0.0, points))) if math.isfinite(points) else 0


_ASKED = {
    "single_face": Advice.TWO_FACES,
    "inter_eye_distance": Advice.CLOSER,
    "crop": Advice.CENTRE,
    "over_exposure": Advice.LESS_LIGHT,
    "illumination_uniformity": Advice.UNEVEN_LIGHT,
    "yaw": Advice.LOOK_STRAIGHT,
    "pitch": Advice.LOOK_STRAIGHT,
    "roll": Advice.LOOK_STRAIGHT,
    "sharpness": Advice.HOLD_STILL,
    "mouth_occlusion": Advice.UNCOVER_FACE,
    "eyes_visible": Advice.TAKE_OFF_GLASSES,
    "eyes_open": Advice.OPEN_EYES,
    "mouth_closed": Advice.CLOSE_MOUTH,
    "gaze": Advice.LOOK_AT_CAMERA,
}
BACK_LIGHT_TIMES = 6.0
WASHED_OUT_GREY = 200.0


def _advice(component: str, seen: Measures) -> Advice:
    """What to ask for where this component is low."""
    if component == "head_size":
        return Advice.FARTHER if seen.head_share > 0.5 else Advice.CLOSER
    if component in _ASKED:
        return _ASKED[component]
    if component == "background":
        return Advice.CENTRE
    if seen.grey > WASHED_OUT_GREY:
        return Advice.LESS_LIGHT
    return Advice.BACK_LIGHT if seen.behind > BACK_LIGHT_TIMES else Advice.MORE_LIGHT
