"""The last look before saving; pure."""

from firmware_app.workflow.commands import Step
from firmware_app.workflow.ends import store
from firmware_app.workflow.events import Touched
from firmware_app.workflow.face import once_more
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.questions import question_before
from firmware_app.workflow.states import Review
from firmware_app.workflow.tries import RETAKES


def review(state: Review, event: Touched, terms: Terms) -> Step:
    """Save, another picture of the face, or back to the last question."""
    match event.button:
        case "continue":
            return store(state.visit, terms)
        case "face-again" if state.visit.retakes < RETAKES:
            return once_more(state.visit)
        case "back":
            return question_before(state.visit, terms, len(terms.questions)) or Step(state)
        case _:
            return Step(state)
