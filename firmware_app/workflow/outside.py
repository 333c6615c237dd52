"""What the machine may know of the world, and what happens while nobody has begun; pure."""

from dataclasses import dataclass
from datetime import date

from firmware_app.domain.crossing import Visit
from firmware_app.domain.questions import Question
from firmware_app.domain.rules import Policy
from firmware_app.workflow.commands import Step
from firmware_app.workflow.events import (
    Event,
    ServiceChanged,
    SomebodyNear,
    StartPressed,
    TimedOut,
)
from firmware_app.workflow.states import ChooseLanguage, Idle, OutOfService


@dataclass(frozen=True, slots=True)
class Terms:
    """What the machine may know of the world: today, and what the post decided.

    directions, transports: asked for where there are several; group_size_max: so many cross in one
    session; wakes_on_motion: a camera looks whether anybody comes; authority, retention_days: what
    the notice says of itself. reads_documents, types_documents: by a device, by hand; states_first:
    offered before anything is typed; contact, rights_url: where to ask for what was stored.
    """

    today: date
    policy: Policy
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    out_of_service: str = ""
    reads_chips: bool = False
    directions: tuple[str, ...] = ("ENTRY",)
    transports: tuple[str, ...] = ()
    group_size_max: int = 1
    wakes_on_motion: bool = False
    authority: str = ""
    retention_days: int = 0
    reads_documents: bool = True
    types_documents: bool = True
    clock_uncertain_days: int = 0
    states_first: tuple[str, ...] = ()
    contact: str = ""
    rights_url: str = ""


def home(terms: Terms) -> Idle | OutOfService:
    """Where a visit ends: ready for the next traveller, or shut before one starts."""
    return OutOfService(terms.out_of_service) if terms.out_of_service else Idle()


def resting(state: Idle | OutOfService, event: Event, terms: Terms) -> Step:
    """Nobody has begun: a start, somebody who comes near or goes, or a change of service."""
    match event:
        case ServiceChanged():
            return Step(home(terms))
        case StartPressed(crossing_id=crossing_id) if isinstance(home(terms), Idle):
            return Step(ChooseLanguage(_visit(crossing_id, terms)))
        case SomebodyNear() if isinstance(state, Idle):
            return Step(Idle(awake=True))
        case TimedOut():
            return Step(home(terms))
        case _:
            return Step(state)


def _visit(crossing_id: str, terms: Terms) -> Visit:
    """What nobody has to be asked is known from the start."""
    transport = terms.transports[0] if len(terms.transports) == 1 else ""
    return Visit(crossing_id, direction=terms.directions[0], transport=transport)
