"""An officer at the visit: takes over, hands back, decides, ends; pure.

What an officer does names the crossing that he saw; for any other it means nothing here.
"""

from dataclasses import replace

from firmware_app.domain.crossing import Visit
from firmware_app.domain.officer import Action, Deed
from firmware_app.domain.rules import Outcome, accompanied_by, decide, fingers_told
from firmware_app.workflow.commands import Step, StopDevices, StoreCrossing
from firmware_app.workflow.ends import leave
from firmware_app.workflow.officer_words import (
    OfficerDecides,
    OfficerEnds,
    OfficerEvent,
    OfficerLeaves,
    OfficerTakes,
)
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.resume import resume
from firmware_app.workflow.states import Called, Interruptible, Saving, State, StillThere

OUTCOMES = {Action.LET_PASS: Outcome.COMPLETED, Action.REFUSE: Outcome.REFUSED_BY_OFFICER}


def officer_step(state: State, event: OfficerEvent, terms: Terms) -> Step:
    """What an officer does, at whatever step; nothing where nobody is at a step of a visit."""
    running = _running(state)
    if running is None or running.visit.crossing_id != _meant(event):
        return Step(state)
    match event:
        case OfficerDecides(deed=deed):
            return _decided(state, running.visit, deed, terms)
        case OfficerTakes():
            return _taken(state, running)
        case OfficerLeaves():
            helped = isinstance(state, Called) and state.helped
            return resume(running) if helped else Step(state)
        case OfficerEnds():
            return leave(running, terms)


def running_visit(state: State) -> Visit | None:
    """The visit that is at one of its steps; None while nobody is there or it is being stored."""
    running = _running(state)
    return running.visit if running is not None else None


def _meant(event: OfficerEvent) -> str:
    return event.deed.crossing_id if isinstance(event, OfficerDecides) else event.crossing_id


def _running(state: State) -> Interruptible | None:
    inner = state.back_to if isinstance(state, Called | StillThere) else state
    return inner if isinstance(inner, Interruptible) else None


def _taken(state: State, running: Interruptible) -> Step:
    """The screen says that a person is here; the devices rest and the clocks are patient."""
    assisted = replace(running, visit=replace(running.visit, called=True))
    rests = () if isinstance(state, Called) else (StopDevices(),)
    return Step(Called(assisted, helped=True), rests)


def _decided(state: State, visit: Visit, deed: Deed, terms: Terms) -> Step:
    """Store it now, with the deed; nobody is let pass for a reason that no officer has seen."""
    visit = replace(visit, fingers=fingers_told(visit, terms.policy, terms.today))
    _, reasons = decide(visit, terms.policy, terms.today)
    unseen = {reason.value for reason in reasons} - set(deed.overrides)
    if deed.action is Action.LET_PASS and unseen:
        return Step(state)
    outcome = OUTCOMES[deed.action]
    visit = replace(visit, deeds=(*visit.deeds, deed), called=True)
    store = StoreCrossing(visit, outcome, reasons, accompanied_by(visit, terms.today))
    return Step(Saving(visit, outcome), (StopDevices(), store))
