"""The screens that show what was read and ask: confirm, question, review; pure."""

from typing import assert_never

from firmware_app.ui.screen import Button, Screen
from firmware_app.ui.screen_parts import BACK, END, HELP, STEPS, document_rows
from firmware_app.ui.screens_typing import question
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import AskQuestion, ConfirmDocument, Review


def answers(state: ConfirmDocument | AskQuestion | Review, terms: Terms) -> Screen:
    """What was read, what is asked, what will be saved."""
    match state:
        case ConfirmDocument():
            return _confirm(state)
        case AskQuestion():
            return question(state, terms)
        case Review():
            return _review(state)
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
            HELP,
        ),
        rows=document_rows(document.mrz) if document else (),
        step=2,
        steps=STEPS,
        private=True,
    )


def _review(state: Review) -> Screen:
    """The last look before saving."""
    document = state.visit.document
    return Screen(
        "review",
        "review-title",
        cue="review-cue",
        buttons=(Button("continue", "button-save", "primary", "yes"), BACK, END, HELP),
        rows=document_rows(document.mrz)[:2] if document else (),
        step=6,
        steps=STEPS,
        private=True,
    )
