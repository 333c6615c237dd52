"""The questions and the last look before saving; pure."""

from dataclasses import replace

from firmware_app.domain.crossing import Visit
from firmware_app.domain.questions import Answer
from firmware_app.workflow.commands import Step
from firmware_app.workflow.ends import store
from firmware_app.workflow.events import Touched
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import AskQuestion, Review


def question(state: AskQuestion, event: Touched, terms: Terms) -> Step:
    """One answer, or back to the question before."""
    asked = terms.questions[state.index]
    if event.button == "back" and state.index > 0:
        earlier = replace(state.visit, answers=state.visit.answers[:-1])
        return Step(AskQuestion(earlier, state.index - 1))
    if event.button not in asked.answers:
        return Step(state)
    answer = Answer(asked.id, asked.version, event.button)
    visit = replace(state.visit, answers=(*state.visit.answers, answer))
    return first_question(visit, terms)


def first_question(visit: Visit, terms: Terms) -> Step:
    """The first question without an answer, else the last look; a group's answers are shared."""
    if len(visit.answers) < len(terms.questions):
        return Step(AskQuestion(visit, len(visit.answers)))
    return Step(Review(visit))


def review(state: Review, event: Touched, terms: Terms) -> Step:
    """Save, or back to the last question."""
    match event.button:
        case "continue":
            return store(state.visit, terms)
        case "back":
            earlier = replace(state.visit, answers=state.visit.answers[:-1])
            return Step(AskQuestion(earlier, len(terms.questions) - 1))
        case _:
            return Step(state)
