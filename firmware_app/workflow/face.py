"""The face step of the traveller's way: a live face and its challenges, or why not; pure."""

from dataclasses import replace

from firmware_app.domain.biometrics import Comparison, Liveness, LivenessDecision
from firmware_app.domain.crossing import Visit
from firmware_app.workflow.fingers import next_finger
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.tries import TRIES, worth_another
from firmware_app.workflow.vocabulary import (
    AwaitFace,
    Event,
    FaceAdvice,
    FaceFailed,
    FaceTaken,
    LeaveChallenge,
    LookForFace,
    Step,
    Touched,
)


def await_face(state: AwaitFace, event: Event, terms: Terms) -> Step:
    """What happens while the camera looks; undecided or failed goes on, to an officer at the end.

    Whoever cannot do a challenge gets another; who has said so may leave them all.
    """
    match event:
        case FaceAdvice(cue=cue, ask=ask):
            return Step(replace(state, cue=cue, ask=ask))
        case FaceTaken(sample=sample, liveness=liveness, comparison=comparison):
            graver = _graver(state.visit.liveness, liveness)
            first = _first_no(state.visit.comparison, comparison)
            visit = replace(state.visit, face=sample, liveness=graver, comparison=first)
            return next_finger(visit, terms)
        case FaceFailed(reason=reason) if worth_another(state.tries_left, reason):
            return looking(replace(state, tries_left=state.tries_left - 1))
        case FaceFailed(reason=reason):
            kept = state.visit.face if state.visit.face_taken else reason
            return next_finger(replace(state.visit, face=kept), terms)
        case Touched(button=button):
            return _touched(state, button)
        case _:
            return Step(state)


def _touched(state: AwaitFace, button: str) -> Step:
    if button == "cannot-do":
        return Step(replace(state, left_one=True), (LeaveChallenge(),))
    if button == "skip-challenges" and state.left_one:
        return Step(state, (LeaveChallenge(every=True),))
    return Step(state)


def _graver(before: Liveness | None, now: Liveness) -> Liveness:
    """An attack that was seen once is not undone by another picture."""
    attacked = before is not None and before.decision is LivenessDecision.ATTACK
    return before if before is not None and attacked else now


def _first_no(before: Comparison | None, now: Comparison | None) -> Comparison | None:
    """A mismatch stays: more than one comparison would have another rate of false matches."""
    return before if before is not None and not before.matched else now


def once_more(visit: Visit) -> Step:
    """Another picture of the face, as the traveller wishes; a few times."""
    return looking(AwaitFace(replace(visit, retakes=visit.retakes + 1), TRIES))


def looking(state: AwaitFace) -> Step:
    """Enter the step, or come back to it, with the camera on."""
    fresh = AwaitFace(state.visit, state.tries_left, left_one=state.left_one)
    return Step(fresh, (LookForFace(),))
