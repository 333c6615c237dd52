"""A person is called: the visit waits and can go on, be handed over, or end; pure."""

from dataclasses import replace

from firmware_app.workflow.commands import CallPerson, Step, StopDevices, Wipe
from firmware_app.workflow.ends import leave, to_officer
from firmware_app.workflow.events import Event, TimedOut, Touched
from firmware_app.workflow.outside import Terms, home
from firmware_app.workflow.resume import resume
from firmware_app.workflow.states import (
    Called,
    Companions,
    Go,
    Idle,
    Interrupted,
    NextPerson,
    OutOfService,
    Resting,
    Saved,
    SeeOfficer,
)


def call(state: Interrupted) -> Step:
    """The devices rest meanwhile: whoever waits is not to be photographed."""
    return Step(Called(_told(state)), (StopDevices(), CallPerson("help")))


def _told(state: Interrupted) -> Interrupted:
    """From now on it is known that a person was called."""
    match state:
        case Idle() | OutOfService():
            return state
        case Saved() | Companions() | NextPerson() | Go():
            return replace(state, party=replace(state.party, called=True))
        case _:
            return replace(state, visit=replace(state.visit, called=True))


def called(state: Called, event: Event, terms: Terms) -> Step:
    """Go on, go to the officer, or end; whoever does nothing is expected at the officer's."""
    match event:
        case Touched(button="go-on"):
            return _go_on(state.back_to, terms)
        case Touched(button="to-officer") | TimedOut():
            return _hand_over(state.back_to, terms)
        case Touched(button="end"):
            return leave(state.back_to, terms)
        case _:
            return Step(state)


def _go_on(state: Interrupted, terms: Terms) -> Step:
    return Step(home(terms)) if isinstance(state, Resting) else resume(state)


def _hand_over(state: Interrupted, terms: Terms) -> Step:
    match state:
        case Idle() | OutOfService():
            return Step(SeeOfficer(terms.languages[0]))
        case Saved() | Companions() | NextPerson() | Go():
            party = state.party
            return Step(SeeOfficer(party.language, party.pictures_only), (Wipe(),))
        case _:
            return to_officer(state.visit, terms)
