"""What the workflow asks of its workers, and what one step gives: frozen values."""

from dataclasses import dataclass
from typing import Literal

from firmware_app.domain.biometrics import Finger
from firmware_app.domain.crossing import Document, Visit
from firmware_app.domain.rules import Outcome, Reason
from firmware_app.workflow.states import State

CallReason = Literal["help", "referral", "no_crossing", "crossing_not_stored"]
"""Touched help; is to see an officer; is sent there with nothing to save; could not be saved."""


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
class ForgetPortrait:
    """Forget the portrait of the document before: another document comes, by hand."""


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
class WatchForMotion:
    """Look now and then whether anybody comes, and keep nothing of it."""


@dataclass(frozen=True, slots=True)
class CallPerson:
    """Let an officer know, at once, that somebody waits at this kiosk; who, nobody says."""

    reason: CallReason


@dataclass(frozen=True, slots=True)
class StopDevices:
    """Take back whatever was asked of reader, camera and scanner."""


@dataclass(frozen=True, slots=True)
class StoreCrossing:
    """Seal the visit and commit it to the outbox.

    accompanied_by: the crossing of the adult with whom a minor came, else empty.
    """

    visit: Visit
    outcome: Outcome
    reasons: tuple[Reason, ...]
    accompanied_by: str = ""


@dataclass(frozen=True, slots=True)
class Wipe:
    """Forget everything of this visit, within a second."""


Command = (
    ReadDocument
    | ReadChip
    | TakePortrait
    | ForgetPortrait
    | LookForFace
    | LeaveChallenge
    | ScanFinger
    | WatchForMotion
    | CallPerson
    | StopDevices
    | StoreCrossing
    | Wipe
)


@dataclass(frozen=True, slots=True)
class Step:
    """Where to go and what to do on the way."""

    state: State
    commands: tuple[Command, ...] = ()
