"""Where a traveller's way may stand: the states of the workflow, frozen values without I/O.

A new state that the machine forgets fails mypy.
"""

from dataclasses import dataclass
from dataclasses import field as _field

from firmware_app.domain.biometrics import Finger
from firmware_app.domain.crossing import Party, Visit
from firmware_app.domain.rules import Outcome
from firmware_app.domain.typed_document import NOTHING_TYPED, TypedField, TypedSoFar
from firmware_app.workflow.face_ask import NOTHING_ASKED, FaceAsk


@dataclass(frozen=True, slots=True)
class Idle:
    """The attract screen; nobody has begun. awake: somebody moves before it."""

    awake: bool = False


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
    """Who collects, why, how long, what the alternative is; more: in full."""

    visit: Visit
    more: bool = False


@dataclass(frozen=True, slots=True)
class ChooseDirection:
    """Whether the traveller enters or leaves, where the post serves both."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class ChooseTransport:
    """How the traveller came, where the post knows several means."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class AwaitDocument:
    """The reader is armed."""

    visit: Visit
    tries_left: int
    cue: str = "document-cue-present"


@dataclass(frozen=True, slots=True)
class TypeDocument:
    """The document is typed by hand; field: what is asked now, None: whether to type at all.

    wrong: places, from 0, that a check digit or a hint speaks of; misfits: how often a digit did
    not fit; query: what was typed and is no value yet.
    """

    visit: Visit
    field: TypedField | None = None
    typed: TypedSoFar = NOTHING_TYPED
    wrong: tuple[int, ...] = ()
    hint: str = ""
    misfits: int = 0
    query: str = _field(default="", repr=False)


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
    """One question on the screen; `index` counts from 0, in all questions of the post.

    query: what was typed to find an answer; hint: the message id of what helps.
    """

    visit: Visit
    index: int
    query: str = _field(default="", repr=False)
    hint: str = ""


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
    """Committed; the last of the party is who was saved just now."""

    party: Party


@dataclass(frozen=True, slots=True)
class Companions:
    """Whether somebody of the same group comes next."""

    party: Party


@dataclass(frozen=True, slots=True)
class NextPerson:
    """The next of the group steps up; of the one before nothing personal is left."""

    party: Party


@dataclass(frozen=True, slots=True)
class Go:
    """Where to go now: to the lane or to the officer, in equal words and time.

    extensions: how often somebody wanted more time to read it.
    """

    party: Party
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class SeeOfficer:
    """A person takes over; nothing was saved, or saving failed."""

    language: str
    pictures_only: bool = False


@dataclass(frozen=True, slots=True)
class StillThere:
    """Thirty seconds without a touch: warn, then wipe; `back_to` is where a touch returns."""

    back_to: "Interruptible"


@dataclass(frozen=True, slots=True)
class Called:
    """A person has been called and comes; whoever does not want to wait goes on where they were.

    helped: the person is here.
    """

    back_to: "Interrupted"
    helped: bool = False


Resting = Idle | OutOfService
Beginning = ChooseLanguage | ReadNotice | ChooseDirection | ChooseTransport
TouchStep = Beginning | ConfirmDocument | WhyNoFinger | Review
Entering = TypeDocument | AskQuestion
Interruptible = AwaitDocument | AwaitChip | Entering | AwaitFace | AwaitFinger | TouchStep
Done = Saved | Companions | NextPerson | Go
Interrupted = Resting | Interruptible | Done
State = Interrupted | Saving | SeeOfficer | StillThere | Called
