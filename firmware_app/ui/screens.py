"""State -> Screen: which words, buttons and pictures stand where; pure."""

from typing import assert_never

from firmware_app.ui.screen import Screen
from firmware_app.ui.screens_answers import answers
from firmware_app.ui.screens_begin import begin
from firmware_app.ui.screens_ending import ending
from firmware_app.ui.screens_sensing import sensing
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import (
    AskQuestion,
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    ChooseLanguage,
    ConfirmDocument,
    Go,
    Idle,
    OutOfService,
    ReadNotice,
    Review,
    Saved,
    Saving,
    SeeOfficer,
    State,
    StillThere,
    WhyNoFinger,
)


def screen(state: State, terms: Terms) -> Screen:
    """The one screen of this state."""
    match state:
        case Idle() | OutOfService() | ChooseLanguage() | ReadNotice():
            return begin(state, terms)
        case AwaitDocument() | AwaitChip() | AwaitFace() | AwaitFinger() | WhyNoFinger():
            return sensing(state)
        case ConfirmDocument() | AskQuestion() | Review():
            return answers(state, terms)
        case StillThere() | Saving() | Saved() | Go() | SeeOfficer():
            return ending(state)
        case _:
            assert_never(state)
