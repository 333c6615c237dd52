"""The screens that show what was read and ask: confirm, question, review; pure."""

from typing import assert_never

from firmware_app.domain.biometrics import FingerSample
from firmware_app.domain.crossing import Visit
from firmware_app.domain.questions import Answer, Kind
from firmware_app.ui.screen import Button, Row, Screen
from firmware_app.ui.screen_parts import BACK, END, HELP, STEPS, document_rows
from firmware_app.ui.screens_typing import question
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.questions import has_before
from firmware_app.workflow.states import AskQuestion, ConfirmDocument, Review
from firmware_app.workflow.tries import RETAKES

FACE_AGAIN = Button("face-again", "button-face-again", icon="face")


def answers(state: ConfirmDocument | AskQuestion | Review, terms: Terms) -> Screen:
    """What was read, what is asked, what will be saved."""
    match state:
        case ConfirmDocument():
            return _confirm(state)
        case AskQuestion():
            return question(state, terms)
        case Review():
            return _review(state, terms)
        case _:
            assert_never(state)


def _confirm(state: ConfirmDocument) -> Screen:
    """Whether this document is the traveller's."""
    document = state.visit.document
    return Screen(
        "confirm",
        "confirm-title",
        buttons=(
            Button("yes", "button-yes", "primary", "yes"),
            Button("not-me", "button-not-me", icon="no"),
            Button("again", "button-again", icon="again"),
            END,
            HELP,
        ),
        rows=document_rows(document.mrz) if document else (),
        step=2,
        steps=STEPS,
        private=True,
    )


def _review(state: Review, terms: Terms) -> Screen:
    """The last look before saving: all that will be, a face and a finger as marks."""
    visit = state.visit
    back = (BACK,) if has_before(visit, terms, len(terms.questions)) else ()
    again = (FACE_AGAIN,) if visit.retakes < RETAKES else ()
    return Screen(
        "review",
        "review-title",
        cue="review-cue",
        buttons=(Button("continue", "button-save", "primary", "yes"), *again, *back, END, HELP),
        rows=(
            *(document_rows(visit.document.mrz)[:2] if visit.document else ()),
            *_captured(visit),
            *_chosen(visit, terms),
            *_answered(visit, terms),
        ),
        step=6,
        steps=STEPS,
        private=True,
    )


def _captured(visit: Visit) -> tuple[Row, ...]:
    """Whether there is a face and, where the post asked for one, a finger."""
    rows = (Row("row-face", "yes" if visit.face_taken else "no", "mark"),)
    if not visit.fingers:
        return rows
    given = any(isinstance(one, FingerSample) for one in visit.fingers)
    return (*rows, Row("row-finger", "yes" if given else "no", "mark"))


def _chosen(visit: Visit, terms: Terms) -> tuple[Row, ...]:
    """What was asked before the document."""
    asked = (
        ("direction", visit.direction.lower(), terms.directions),
        ("transport", visit.transport, terms.transports),
    )
    return tuple(
        Row(f"{what}-title", f"{what}-{chosen}", "message")
        for what, chosen, choices in asked
        if chosen and len(choices) > 1
    )


def _answered(visit: Visit, terms: Terms) -> tuple[Row, ...]:
    kinds = {question.id: question.kind for question in terms.questions}
    return tuple(_answer(one, kinds.get(one.question)) for one in visit.answers)


def _answer(one: Answer, kind: Kind | None) -> Row:
    title = f"{one.question}-title"
    match kind:
        case Kind.COUNTRY:
            return Row(title, one.code, "state")
        case Kind.DAYS:
            return Row(title, one.code)
        case Kind.YES_NO:
            return Row(title, f"answer-{one.code}", "message")
        case _:
            return Row(title, f"{one.question}-{one.code}", "message")
