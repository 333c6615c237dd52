"""The words of the workflow: states (where we are), events (what happened), commands (what to do).

Frozen values without I/O. A new state or event that the machine forgets fails mypy.
"""

from dataclasses import dataclass

from firmware_app.domain.biometrics import (
    Comparison,
    FaceSample,
    Finger,
    FingerSample,
    Liveness,
    NotCaptured,
)
from firmware_app.domain.crossing import Document, Visit
from firmware_app.domain.rules import Outcome, Reason
from firmware_app.workflow.face_ask import NOTHING_ASKED, FaceAsk

# ---- states: where we are -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Idle:
    """The attract screen; nobody is here."""


@dataclass(frozen=True, slots=True)
class OutOfService:
    """No traveller can start: `reason` is for the engineer's log, not for the screen."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """Each language in its own script."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class ReadNotice:
    """Who collects, why, how long, what the alternative is."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class AwaitDocument:
    """The reader is armed."""

    visit: Visit
    tries_left: int
    cue: str = "document-cue-present"


@dataclass(frozen=True, slots=True)
class AwaitChip:
    """The chip is read and proven; `percent` of its files are here."""

    visit: Visit
    percent: int = 0


@dataclass(frozen=True, slots=True)
class ConfirmDocument:
    """The traveller sees what was read."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class AwaitFace:
    """The camera looks; one cue at a time. left_one: a challenge was said to be impossible."""

    visit: Visit
    tries_left: int
    cue: str = "face-cue-look-here"
    ask: FaceAsk = NOTHING_ASKED
    left_one: bool = False


@dataclass(frozen=True, slots=True)
class AwaitFinger:
    """The scanner is armed for one finger; `poor`: pictures came that were no use."""

    visit: Visit
    position: Finger
    tries_left: int
    cue: str = "finger-cue-place"
    poor: bool = False


@dataclass(frozen=True, slots=True)
class WhyNoFinger:
    """The traveller cannot give this finger and is asked why; `tries_left` if it was a mistake."""

    visit: Visit
    position: Finger
    tries_left: int


@dataclass(frozen=True, slots=True)
class AskQuestion:
    """One question on the screen; `index` counts from 0."""

    visit: Visit
    index: int


@dataclass(frozen=True, slots=True)
class Review:
    """The last look before saving."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class Saving:
    """The traveller waits for the disk, never for the network."""

    visit: Visit
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Saved:
    """Committed; `code` is the slip's code."""

    code: str
    language: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Go:
    """Where to go now: to the lane or to the officer, in equal words and time (FLOW, step 9)."""

    code: str
    language: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class SeeOfficer:
    """A person takes over; nothing was saved, or saving failed."""

    language: str


@dataclass(frozen=True, slots=True)
class StillThere:
    """Thirty seconds without a touch: warn, then wipe; `back_to` is where a touch returns."""

    back_to: "Interruptible"


TouchStep = ReadNotice | ConfirmDocument | WhyNoFinger | AskQuestion | Review
Interruptible = ChooseLanguage | AwaitDocument | AwaitChip | AwaitFace | AwaitFinger | TouchStep
State = Idle | OutOfService | Interruptible | Saving | Saved | Go | SeeOfficer | StillThere

# ---- events: what happened ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartPressed:
    """Somebody touched start; the runner gives the crossing its id."""

    crossing_id: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A button that stands on the current screen."""

    button: str


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
)

# ---- commands: what to do -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """Arm the document reader for one try."""


@dataclass(frozen=True, slots=True)
class ReadChip:
    """Open the chip of the document that lies there, with its lines."""

    document: Document


@dataclass(frozen=True, slots=True)
class TakePortrait:
    """Look at the page that lies on the reader and keep its portrait for the comparison."""


@dataclass(frozen=True, slots=True)
class LookForFace:
    """Look for a live face for one try."""


@dataclass(frozen=True, slots=True)
class LeaveChallenge:
    """The traveller cannot do the challenge of now: ask for another; `every`: for none any more."""

    every: bool = False


@dataclass(frozen=True, slots=True)
class ScanFinger:
    """Arm the scanner for one try."""

    position: Finger


@dataclass(frozen=True, slots=True)
class StopDevices:
    """Take back whatever was asked of reader, camera and scanner."""


@dataclass(frozen=True, slots=True)
class StoreCrossing:
    """Seal the visit and commit it to the outbox."""

    visit: Visit
    outcome: Outcome
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Wipe:
    """Forget everything of this visit, within a second."""


Command = (
    ReadDocument
    | ReadChip
    | TakePortrait
    | LookForFace
    | LeaveChallenge
    | ScanFinger
    | StopDevices
    | StoreCrossing
    | Wipe
)


@dataclass(frozen=True, slots=True)
class Step:
    """Where to go and what to do on the way."""

    state: State
    commands: tuple[Command, ...] = ()
