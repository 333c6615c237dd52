"""What was taken of a face and of fingers: templates, qualities, decisions; no pictures."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Finger(IntEnum):
    """Finger positions of ISO/IEC 19794-2:2005, table 2."""

    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10


class NotCaptured(StrEnum):
    """Why a biometric sample is missing; docs/finger_quality.md lists those of fingers.

    The first three are the traveller's own word, for one finger; the next two the age rule's.
    """

    TRAVELLER_CANNOT = "traveller_cannot"
    FINGER_MISSING = "finger_missing"
    FINGER_BANDAGED = "finger_bandaged"
    TOO_YOUNG = "too_young"
    AGE_UNKNOWN = "age_unknown"
    NOT_REACHED = "not_reached"
    QUALITY = "quality_too_low"
    DEVICE = "device_unavailable"
    TIME = "no_sample_in_time"


class LivenessDecision(StrEnum):
    """ISO/IEC 30107-3 in three words."""

    LIVE = "live"
    NOT_SURE = "not_sure"
    ATTACK = "attack"


@dataclass(frozen=True, slots=True)
class Model:
    """Which network or rule gave the number."""

    id: str
    version: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class CaptureDevice:
    """Which device took the sample."""

    make: str
    model: str
    serial: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """Sample quality from 0 (worst) to 100, and what measured it (ISO/IEC 29794-1)."""

    algorithm: str
    version: str
    score: int


@dataclass(frozen=True, slots=True, repr=False)
class FaceSample:
    """A live face as a template; `template` is the vendor format named by `model`."""

    template: bytes
    quality: Quality
    device: CaptureDevice
    model: Model

    def __repr__(self) -> str:
        """Say the quality, never the face."""
        return f"FaceSample(quality={self.quality.score})"


@dataclass(frozen=True, slots=True, repr=False)
class FingerSample:
    """One finger as an ISO/IEC 19794-2:2005 record."""

    position: Finger
    record: bytes
    quality: Quality
    minutiae: int
    device: CaptureDevice
    model: Model

    def __repr__(self) -> str:
        """Say which finger and how good, never the ridges."""
        return f"FingerSample({self.position.name.lower()}, quality={self.quality.score})"


@dataclass(frozen=True, slots=True)
class FingerMissing:
    """A finger that was asked for and not given, with the reason."""

    position: Finger
    reason: NotCaptured


class Became(StrEnum):
    """What became of a challenge; the last two are the traveller's own choice."""

    OBEYED = "obeyed"
    NOT_OBEYED = "not_obeyed"
    REPLACED = "replaced"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Challenge:
    """One thing that was asked before the camera, such as turn_left."""

    code: str
    became: Became


@dataclass(frozen=True, slots=True)
class Liveness:
    """What the liveness test found: method, what was asked, scores by cue, decision."""

    method: str
    version: str
    challenges: tuple[Challenge, ...]
    scores: tuple[tuple[str, float], ...]
    decision: LivenessDecision


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: what with what, score, the threshold and its false match rate, decision."""

    reference: str
    score: float
    threshold: float
    false_match_rate: float
    algorithm: str
    matched: bool
