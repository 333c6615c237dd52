"""The questions, asked of whom they concern; pure."""

import re
from dataclasses import replace

from firmware_app.domain.crossing import Visit
from firmware_app.domain.questions import (
    MOST_DAYS,
    About,
    Answer,
    Kind,
    Question,
    is_answer,
    kept,
    next_index,
)
from firmware_app.domain.rules import age_years
from firmware_app.domain.typed_words import TEXT_LIMIT, western
from firmware_app.workflow.commands import Step
from firmware_app.workflow.events import Event, Touched, Typed
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import AskQuestion, Review

DAYS_DIGITS = len(str(MOST_DAYS))


def first_question(visit: Visit, terms: Terms) -> Step:
    """The first question that is open, else the last look.

    Answers that a group shares stay where this person is asked the same; the others are forgotten.
    """
    about = about_of(visit, terms)
    answers = kept(terms.questions, about, visit.answers)
    visit = replace(visit, answers=answers)
    at = next_index(terms.questions, about, answers)
    return Step(AskQuestion(visit, at) if at < len(terms.questions) else Review(visit))


def ask(state: AskQuestion, event: Event, terms: Terms) -> Step:
    """One answer, one search, or back to the question before."""
    question = terms.questions[state.index]
    match event:
        case Touched(button="back"):
            return question_before(state.visit, terms, state.index) or Step(state)
        case Touched(button=button):
            return _answered(state, question, _code(question, button), terms)
        case Typed(text=text):
            return _typed(state, question, text, terms)
        case _:
            return Step(state)


def has_before(visit: Visit, terms: Terms, index: int) -> bool:
    """Whether a question was answered before that place."""
    return question_before(visit, terms, index) is not None


def about_of(visit: Visit, terms: Terms) -> About:
    """What is known of the traveller that decides what is asked."""
    if visit.document is None:
        return About(visit.direction)
    mrz = visit.document.mrz
    return About(visit.direction, mrz.nationality, age_years(mrz, terms.today))


def question_before(visit: Visit, terms: Terms, index: int) -> Step | None:
    """The question answered last before that place, asked again; its answer is forgotten."""
    given = {one.question for one in visit.answers}
    earlier = [at for at in range(index) if terms.questions[at].id in given]
    if not earlier:
        return None
    again = terms.questions[earlier[-1]].id
    left = tuple(one for one in visit.answers if one.question != again)
    return Step(AskQuestion(replace(visit, answers=left), earlier[-1]))


def _code(question: Question, button: str) -> str:
    if question.kind is Kind.COUNTRY:
        return button.removeprefix("state-") if button.startswith("state-") else ""
    return button if button in question.codes else ""


def _answered(state: AskQuestion, question: Question, code: str, terms: Terms) -> Step:
    if not is_answer(question, code):
        return Step(state)
    answer = Answer(question.id, question.version, code)
    others = tuple(one for one in state.visit.answers if one.question != question.id)
    return first_question(replace(state.visit, answers=(*others, answer)), terms)


def _typed(state: AskQuestion, question: Question, text: str, terms: Terms) -> Step:
    """Letters of a country, or a number of days; other kinds have nothing to type."""
    text = text[:TEXT_LIMIT].strip()
    if question.kind is Kind.COUNTRY:
        return Step(replace(state, query=text))
    if question.kind is not Kind.DAYS:
        return Step(state)
    days = re.sub("^0+(?=[0-9])", "", western(text))
    if not is_answer(question, days):
        return Step(replace(state, query=text[:DAYS_DIGITS], hint="question-hint-days"))
    return _answered(state, question, days, terms)
