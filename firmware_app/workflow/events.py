"""What may happen to the workflow: events of the page, the devices and the disk, frozen values."""

from dataclasses import dataclass

from firmware_app.domain.biometrics import (
    Comparison,
    FaceSample,
    FingerSample,
    Liveness,
    NotCaptured,
)
from firmware_app.domain.crossing import Document
from firmware_app.workflow.face_ask import NOTHING_ASKED, FaceAsk
from firmware_app.workflow.officer_words import OfficerEvent


@dataclass(frozen=True, slots=True)
class StartPressed:
    """Somebody touched start; the runner gives the crossing its id."""

    crossing_id: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A button that stands on the current screen."""

    button: str


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """What was typed into the entry of the current screen, as it was sent; personal."""

    text: str

    def __repr__(self) -> str:
        """Nothing of it."""
        return "Typed()"


@dataclass(frozen=True, slots=True)
class SomebodyNear:
    """Something moves before the resting kiosk, or nothing can be seen there at all."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The state's patience is over."""


@dataclass(frozen=True, slots=True)
class DocumentArrived:
    """A document was read, parsed and checked."""

    document: Document


@dataclass(frozen=True, slots=True)
class DocumentAdvice:
    """One cue for the document step, while a camera reads."""

    cue: str


@dataclass(frozen=True, slots=True)
class DocumentUnreadable:
    """No document in this try; `cue` is the message that helps.

    device_gone: the reader itself is away, so that another try would only keep the traveller.
    """

    cue: str
    device_gone: bool = False


@dataclass(frozen=True, slots=True)
class ChipProgress:
    """So much of the chip is read, 0-100 percent."""

    percent: int


@dataclass(frozen=True, slots=True)
class ChipDone:
    """The chip was read, or could not be: the document's checks say which and why."""

    document: Document
    portrait_found: bool


@dataclass(frozen=True, slots=True)
class PortraitTaken:
    """The page camera looked at the document; `found` says whether there was a portrait."""

    found: bool


@dataclass(frozen=True, slots=True)
class FaceAdvice:
    """One cue for the face step, and what is asked of the traveller."""

    cue: str
    ask: FaceAsk = NOTHING_ASKED


@dataclass(frozen=True, slots=True)
class FaceTaken:
    """A live face, its liveness, and how it compares with the document's portrait."""

    sample: FaceSample
    liveness: Liveness
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class FaceFailed:
    """No face in this try."""

    reason: NotCaptured


@dataclass(frozen=True, slots=True)
class FingerAdvice:
    """One cue for the finger step."""

    cue: str


@dataclass(frozen=True, slots=True)
class FingerTaken:
    """A finger good enough."""

    sample: FingerSample


@dataclass(frozen=True, slots=True)
class FingerFailed:
    """No finger in this try."""

    reason: NotCaptured


@dataclass(frozen=True, slots=True)
class CrossingStored:
    """That crossing is on disk; `code` is for the slip."""

    crossing_id: str
    code: str


@dataclass(frozen=True, slots=True)
class StoreFailed:
    """That crossing could not be written."""

    crossing_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ServiceChanged:
    """Whether the kiosk may take travellers changed; the terms say what holds now."""


Event = (
    StartPressed
    | Touched
    | Typed
    | SomebodyNear
    | TimedOut
    | DocumentAdvice
    | DocumentArrived
    | DocumentUnreadable
    | ChipProgress
    | ChipDone
    | PortraitTaken
    | FaceAdvice
    | FaceTaken
    | FaceFailed
    | FingerAdvice
    | FingerTaken
    | FingerFailed
    | CrossingStored
    | StoreFailed
    | ServiceChanged
    | OfficerEvent
)
