"""A crossing is saved: who comes next of the same group, and where to go; pure."""

from dataclasses import replace
from typing import assert_never

from firmware_app.domain.crossing import Party, Stored, Visit
from firmware_app.domain.rules import Outcome, is_adult
from firmware_app.workflow.begin import to_document
from firmware_app.workflow.commands import CallPerson, Step, Wipe
from firmware_app.workflow.ends import go
from firmware_app.workflow.events import (
    CrossingStored,
    Event,
    StartPressed,
    StoreFailed,
    TimedOut,
    Touched,
)
from firmware_app.workflow.outside import Terms, home
from firmware_app.workflow.states import (
    Companions,
    Done,
    Go,
    NextPerson,
    Saved,
    Saving,
    SeeOfficer,
)
from firmware_app.workflow.tries import EXTENSIONS


def saving(state: Saving, event: Event, terms: Terms) -> Step:
    """Only this crossing's own answer counts: one that hung on the disk may answer much later."""
    visit = state.visit
    match event:
        case CrossingStored(crossing_id=crossing_id, code=code) if crossing_id == visit.crossing_id:
            return _stored(visit, code, state.outcome, terms)
        case StoreFailed(crossing_id=crossing_id) if crossing_id != visit.crossing_id:
            return Step(state)
        case StoreFailed() | TimedOut():
            officer = SeeOfficer(visit.language, visit.pictures_only)
            return Step(officer, (Wipe(), CallPerson("crossing_not_stored")))
        case Touched(button="help"):
            called = replace(visit, called=True)
            return Step(replace(state, visit=called), (CallPerson("help"),))
        case _:
            return Step(state)


def _stored(visit: Visit, code: str, outcome: Outcome, terms: Terms) -> Step:
    """The disk has it: of the visit only what a group shares is left, and its devices forget."""
    referred = outcome is not Outcome.COMPLETED
    one = Stored(visit.crossing_id, code, referred, is_adult(visit, terms.today))
    before = visit.party.stored if visit.party is not None else ()
    party = Party(
        (*before, one),
        visit.language,
        visit.pictures_only,
        visit.direction,
        visit.transport,
        visit.answers,
        visit.called,
    )
    return Step(Saved(party), (Wipe(),))


def next_visit(crossing_id: str, party: Party) -> Visit:
    """The next person's visit: what the group shares, and nothing else of those before."""
    return Visit(
        crossing_id,
        party.language,
        party.pictures_only,
        party.direction,
        party.transport,
        answers=party.answers,
        called=party.called,
        party=party,
    )


def done(state: Done | SeeOfficer, event: Event, terms: Terms) -> Step:
    """The visit is over and wiped; the next of the group, or where to go, then the kiosk rests."""
    match state:
        case Saved():
            return _saved(state, event, terms)
        case Companions():
            return _companions(state, event)
        case NextPerson():
            return _next_person(state, event, terms)
        case Go() | SeeOfficer():
            return _going(state, event, terms)
        case _:
            assert_never(state)


def _saved(state: Saved, event: Event, terms: Terms) -> Step:
    match event:
        case TimedOut() | Touched(button="continue"):
            others = len(state.party.stored) < terms.group_size_max
            return Step(Companions(state.party) if others else Go(state.party))
        case _:
            return Step(state)


def _companions(state: Companions, event: Event) -> Step:
    match event:
        case Touched(button="together"):
            return Step(NextPerson(state.party))
        case TimedOut() | Touched(button="alone" | "end"):
            return Step(go(state.party))
        case _:
            return Step(state)


def _next_person(state: NextPerson, event: Event, terms: Terms) -> Step:
    match event:
        case StartPressed() if terms.out_of_service:
            officer = SeeOfficer(state.party.language, state.party.pictures_only)
            return Step(officer, (Wipe(), CallPerson("no_crossing")))
        case StartPressed(crossing_id=crossing_id):
            visit = next_visit(crossing_id, state.party)
            onward = to_document(visit, terms)
            return Step(onward.state, (Wipe(), *onward.commands))
        case Touched(button="back"):
            return Step(Companions(state.party))
        case TimedOut() | Touched(button="end"):
            return Step(go(state.party))
        case _:
            return Step(state)


def _going(state: Go | SeeOfficer, event: Event, terms: Terms) -> Step:
    match event:
        case Touched(button="more-time") if isinstance(state, Go) and state.extensions < EXTENSIONS:
            return Step(replace(state, extensions=state.extensions + 1))
        case TimedOut() | Touched(button="end"):
            return Step(home(terms), (Wipe(),))
        case _:
            return Step(state)
