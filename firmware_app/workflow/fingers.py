"""The finger step of the traveller's way: each finger of the post, or the reason why not; pure."""

from dataclasses import replace

from firmware_app.domain.biometrics import FingerMissing, NotCaptured
from firmware_app.domain.crossing import Visit
from firmware_app.domain.rules import fingers_owed, fingers_told
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.questions import first_question
from firmware_app.workflow.tries import TRIES, worth_another
from firmware_app.workflow.vocabulary import (
    AwaitFinger,
    Event,
    FingerAdvice,
    FingerFailed,
    FingerTaken,
    ScanFinger,
    Step,
    StopDevices,
    Touched,
    WhyNoFinger,
)

REASONS = {
    "finger-missing": NotCaptured.FINGER_MISSING,
    "finger-bandaged": NotCaptured.FINGER_BANDAGED,
    "finger-other": NotCaptured.TRAVELLER_CANNOT,
}
"""Why a finger is not given, by the button that says so."""


def next_finger(visit: Visit, terms: Terms) -> Step:
    """Ask for the next finger; children, and whose age is not known, never meet the scanner."""
    owed = fingers_owed(visit, terms.policy, terms.today)
    if owed:
        return armed(AwaitFinger(visit, owed[0], TRIES))
    told = fingers_told(visit, terms.policy, terms.today)
    return first_question(replace(visit, fingers=told), terms)


def armed(state: AwaitFinger) -> Step:
    """Enter the step, or come back to it, with the scanner on."""
    return Step(state, (ScanFinger(state.position),))


def await_finger(state: AwaitFinger, event: Event, terms: Terms) -> Step:
    """What happens while the scanner waits."""
    match event:
        case FingerAdvice(cue=cue):
            return Step(replace(state, cue=cue))
        case FingerTaken(sample=sample) if sample.position is state.position:
            visit = replace(state.visit, fingers=(*state.visit.fingers, sample))
            return next_finger(visit, terms)
        case FingerFailed(reason=reason) if worth_another(state.tries_left, reason):
            poor = state.poor or reason is NotCaptured.QUALITY
            return armed(replace(state, tries_left=state.tries_left - 1, poor=poor))
        case FingerFailed(reason=reason):
            poor = state.poor and reason is NotCaptured.TIME
            return _without(state, NotCaptured.QUALITY if poor else reason, terms)
        case Touched(button="cannot-give-finger"):
            why = WhyNoFinger(state.visit, state.position, state.tries_left)
            return Step(why, (StopDevices(),))
        case _:
            return Step(state)


def why_no_finger(state: WhyNoFinger, event: Touched, terms: Terms) -> Step:
    """What the traveller says of the finger that is not given."""
    if event.button == "back":
        return armed(AwaitFinger(state.visit, state.position, state.tries_left))
    if event.button not in REASONS:
        return Step(state)
    return _without(state, REASONS[event.button], terms)


def _without(state: AwaitFinger | WhyNoFinger, reason: NotCaptured, terms: Terms) -> Step:
    """A finger is never a gate: the reason goes into the event and the way goes on."""
    missing = FingerMissing(state.position, reason)
    visit = replace(state.visit, fingers=(*state.visit.fingers, missing))
    onward = next_finger(visit, terms)
    return Step(onward.state, (StopDevices(), *onward.commands))
