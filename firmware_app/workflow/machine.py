"""The traveller's way as one pure function: step(state, event, terms) -> state and commands.

No I/O, no clock, no thread. Three tries a step, then another way or a person; help at every step;
thirty idle seconds warn, twenty more wipe.
"""

from dataclasses import replace
from typing import assert_never

from firmware_app.workflow.begin import begin
from firmware_app.workflow.called import call, called
from firmware_app.workflow.commands import Step, StopDevices, WatchForMotion
from firmware_app.workflow.document import await_chip, await_document, confirm
from firmware_app.workflow.ends import leave
from firmware_app.workflow.events import (
    Event,
    PortraitTaken,
    ServiceChanged,
    TimedOut,
    Touched,
    Typed,
)
from firmware_app.workflow.face import await_face
from firmware_app.workflow.fingers import await_finger, why_no_finger
from firmware_app.workflow.officer import officer_step
from firmware_app.workflow.officer_words import OfficerEvent
from firmware_app.workflow.outside import Terms, resting
from firmware_app.workflow.party import done, saving
from firmware_app.workflow.questions import ask
from firmware_app.workflow.resume import resume
from firmware_app.workflow.review import review
from firmware_app.workflow.states import (
    AskQuestion,
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    Beginning,
    Called,
    ConfirmDocument,
    Done,
    Entering,
    Idle,
    Interrupted,
    Interruptible,
    Resting,
    Review,
    Saving,
    SeeOfficer,
    State,
    StillThere,
    TouchStep,
    TypeDocument,
    WhyNoFinger,
)
from firmware_app.workflow.tries import EXTENSIONS
from firmware_app.workflow.typing import type_document


def step(state: State, event: Event, terms: Terms) -> Step:
    """Give the next state and what to do; an event that means nothing here changes nothing."""
    if isinstance(event, OfficerEvent):
        return _watching(state, event, officer_step(state, event, terms), terms)
    return _watching(state, event, _step(state, event, terms), terms)


def _step(state: State, event: Event, terms: Terms) -> Step:
    match state:
        case Called():
            return called(state, event, terms)
        case StillThere():
            return _still_there(state, event, terms)
        case Saving():
            return saving(state, event, terms)
        case SeeOfficer():
            return done(state, event, terms)
        case _ if event == Touched("help"):
            return call(state)
        case _:
            return _own_part(state, event, terms)


def _own_part(state: Interrupted, event: Event, terms: Terms) -> Step:
    if isinstance(state, Resting):
        return resting(state, event, terms)
    if isinstance(state, Done):
        return done(state, event, terms)
    return _visiting(state, event, terms)


def _watching(before: State, event: Event, step_: Step, terms: Terms) -> Step:
    """While nobody is here a camera watches for motion, where the post wants that."""
    if not terms.wakes_on_motion:
        return step_
    began = before != step_.state or isinstance(event, ServiceChanged)
    if step_.state == Idle() and began:
        return Step(step_.state, (*step_.commands, WatchForMotion()))
    if before == Idle() and step_.state != Idle():
        return Step(step_.state, (StopDevices(), *step_.commands))
    return step_


def _still_there(state: StillThere, event: Event, terms: Terms) -> Step:
    match event:
        case TimedOut() | Touched(button="end"):
            return leave(state.back_to, terms)
        case Touched(button="help"):
            return call(state.back_to)
        case Touched() | Typed():
            return resume(_extended(state.back_to))
        case PortraitTaken(found=found):
            return Step(StillThere(_with_portrait(state.back_to, found=found)))
        case _:
            return Step(state)


def _visiting(state: Interruptible, event: Event, terms: Terms) -> Step:
    """What holds at every step of a visit; the rest is the step's own."""
    match event:
        case Touched(button="end"):
            return leave(state, terms)
        case TimedOut() if state.visit.extensions >= EXTENSIONS:
            return leave(state, terms)
        case TimedOut():
            return Step(StillThere(state))
        case PortraitTaken(found=found):
            return Step(_with_portrait(state, found=found))
        case _:
            return _own_step(state, event, terms)


def _own_step(state: Interruptible, event: Event, terms: Terms) -> Step:
    match state:
        case AwaitDocument():
            return await_document(state, event, terms)
        case AwaitChip():
            return await_chip(state, event)
        case AwaitFace():
            return await_face(state, event, terms)
        case AwaitFinger():
            return await_finger(state, event, terms)
        case TypeDocument() | AskQuestion():
            return _entering(state, event, terms)
        case _:
            return _touch_step(state, event, terms) if isinstance(event, Touched) else Step(state)


def _entering(state: Entering, event: Event, terms: Terms) -> Step:
    """Where a text may come beside touches."""
    if isinstance(state, TypeDocument):
        return type_document(state, event, terms)
    return ask(state, event, terms)


def _touch_step(state: TouchStep, event: Touched, terms: Terms) -> Step:
    if isinstance(state, Beginning):
        return begin(state, event, terms)
    match state:
        case ConfirmDocument():
            return confirm(state, event, terms)
        case WhyNoFinger():
            return why_no_finger(state, event, terms)
        case Review():
            return review(state, event, terms)
        case _:
            assert_never(state)


def _with_portrait(state: Interruptible, *, found: bool) -> Interruptible:
    return replace(state, visit=replace(state.visit, portrait_found=found))


def _extended(state: Interruptible) -> Interruptible:
    """Count that more time was asked for: at most ten times, then the next idle wait wipes."""
    return replace(state, visit=replace(state.visit, extensions=state.visit.extensions + 1))
