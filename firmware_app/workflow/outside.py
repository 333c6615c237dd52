"""What happens outside a visit: at rest, while saving, and as the traveller leaves; pure."""

from dataclasses import dataclass
from datetime import date

from firmware_app.domain.crossing import Visit
from firmware_app.domain.questions import Question
from firmware_app.domain.rules import Policy
from firmware_app.workflow.vocabulary import (
    ChooseLanguage,
    CrossingStored,
    Event,
    Go,
    Idle,
    OutOfService,
    Saved,
    Saving,
    SeeOfficer,
    ServiceChanged,
    StartPressed,
    Step,
    StoreFailed,
    TimedOut,
    Touched,
    Wipe,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the machine may know of the world: today, policy, languages, questions."""

    today: date
    policy: Policy
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    out_of_service: str = ""
    reads_chips: bool = False


def home(terms: Terms) -> Idle | OutOfService:
    """Where a visit ends: ready for the next traveller, or shut before one starts."""
    return OutOfService(terms.out_of_service) if terms.out_of_service else Idle()


def resting(state: Idle | OutOfService, event: Event, terms: Terms) -> Step:
    """Nobody is here: a start, a call for a person, or a change of service."""
    match event:
        case ServiceChanged():
            return Step(home(terms))
        case StartPressed(crossing_id=crossing_id) if isinstance(home(terms), Idle):
            return Step(ChooseLanguage(Visit(crossing_id)))
        case Touched(button="help"):
            return Step(SeeOfficer(terms.languages[0]))
        case _:
            return Step(state)


def saving(state: Saving, event: Event) -> Step:
    """Only this crossing's own answer counts: one that hung on the disk may answer much later."""
    own = state.visit.crossing_id
    match event:
        case CrossingStored(crossing_id=crossing_id, code=code) if crossing_id == own:
            return Step(Saved(code, state.visit.language, state.outcome), (Wipe(),))
        case StoreFailed(crossing_id=crossing_id) if crossing_id != own:
            return Step(state)
        case StoreFailed() | TimedOut():
            return Step(SeeOfficer(state.visit.language), (Wipe(),))
        case _:
            return Step(state)


def leaving(state: Saved | Go | SeeOfficer, event: Event, terms: Terms) -> Step:
    """The visit is over and wiped; where to go stands a while, then the kiosk rests."""
    match event:
        case TimedOut() | Touched(button="continue") if isinstance(state, Saved):
            return Step(Go(state.code, state.language, state.outcome))
        case Touched(button="help"):
            return Step(SeeOfficer(state.language))
        case TimedOut() | Touched(button="end"):
            return Step(home(terms), (Wipe(),))
        case _:
            return Step(state)
