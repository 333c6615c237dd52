"""State -> Screen: which words, buttons and pictures stand where; pure."""

from dataclasses import replace
from typing import assert_never

from firmware_app.domain.crossing import Party, Visit
from firmware_app.ui.screen import Screen
from firmware_app.ui.screens_answers import answers
from firmware_app.ui.screens_begin import begin
from firmware_app.ui.screens_ending import ending
from firmware_app.ui.screens_sensing import sensing
from firmware_app.ui.screens_typing import typing
from firmware_app.workflow.outside import Terms
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
    Idle,
    OutOfService,
    Review,
    Saving,
    SeeOfficer,
    State,
    StillThere,
    TypeDocument,
    WhyNoFinger,
)


def screen(state: State, terms: Terms) -> Screen:
    """The one screen of this state, in the traveller's language."""
    shown = _screen(state, terms)
    match who := _who(state):
        case Visit():
            before = who.party.stored if who.party is not None else ()
            return _for(shown, who, len(before) + 1 if before else 0)
        case Party():
            return _for(shown, who, 0)
        case SeeOfficer():
            return replace(shown, language=who.language, pictures_only=who.pictures_only)
        case None:
            return replace(shown, language=terms.languages[0])
        case _:
            assert_never(who)


def _for(shown: Screen, who: Visit | Party, person: int) -> Screen:
    return replace(
        shown,
        language=who.language,
        pictures_only=who.pictures_only,
        person=person,
        persons=person,
        called=who.called,
    )


def _who(state: State) -> Visit | Party | SeeOfficer | None:
    """Whose screen it is; None: nobody's."""
    match state:
        case Idle() | OutOfService():
            return None
        case StillThere(back_to=back_to) | Called(back_to=back_to):
            return _who(back_to)
        case SeeOfficer():
            return state
        case _:
            return state.party if isinstance(state, Done) else state.visit


def _screen(state: State, terms: Terms) -> Screen:
    if isinstance(state, Idle | OutOfService | Beginning):
        return begin(state, terms)
    match state:
        case AwaitDocument() | AwaitChip() | AwaitFace() | AwaitFinger() | WhyNoFinger():
            return sensing(state, terms)
        case TypeDocument():
            return typing(state, terms)
        case ConfirmDocument() | AskQuestion() | Review():
            return answers(state, terms)
        case Saving() | SeeOfficer() | StillThere() | Called():
            return ending(state, terms)
        case _:
            return ending(state, terms)
