"""The way to the document: language, notice, direction, means of transport; pure."""

from dataclasses import replace
from typing import assert_never

from firmware_app.domain.crossing import Visit
from firmware_app.workflow.commands import Step
from firmware_app.workflow.ends import to_officer
from firmware_app.workflow.events import Touched
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.resume import resume
from firmware_app.workflow.states import (
    AwaitDocument,
    Beginning,
    ChooseDirection,
    ChooseLanguage,
    ChooseTransport,
    ReadNotice,
)
from firmware_app.workflow.tries import TRIES
from firmware_app.workflow.typing import begin_typing
from firmware_app.workflow.way_back import before_transport

DIRECTIONS = {"direction-entry": "ENTRY", "direction-exit": "EXIT"}
PICTURES = "language-pictures"


def begin(state: Beginning, event: Touched, terms: Terms) -> Step:
    """One touch on the way to the document."""
    match state:
        case ChooseLanguage():
            return _language(state, event, terms)
        case ReadNotice():
            return _notice(state, event, terms)
        case ChooseDirection():
            return _direction(state, event, terms)
        case ChooseTransport():
            return _transport(state, event, terms)
        case _:
            assert_never(state)


def _language(state: ChooseLanguage, event: Touched, terms: Terms) -> Step:
    """Who chooses pictures hears the post's first language, if they hear anything."""
    chosen = event.button.removeprefix("language-")
    if event.button == PICTURES:
        visit = replace(state.visit, language=terms.languages[0], pictures_only=True)
    elif chosen in terms.languages:
        visit = replace(state.visit, language=chosen, pictures_only=False)
    else:
        return Step(state)
    return Step(ReadNotice(visit))


def _notice(state: ReadNotice, event: Touched, terms: Terms) -> Step:
    match event.button:
        case "continue":
            return _after_notice(state.visit, terms)
        case "more":
            return Step(replace(state, more=True))
        case "back" if state.more:
            return Step(replace(state, more=False))
        case "back":
            return Step(ChooseLanguage(state.visit))
        case _:
            return Step(state)


def _after_notice(visit: Visit, terms: Terms) -> Step:
    if len(terms.directions) > 1:
        return Step(ChooseDirection(visit))
    return _after_direction(visit, terms)


def _after_direction(visit: Visit, terms: Terms) -> Step:
    if len(terms.transports) > 1:
        return Step(ChooseTransport(visit))
    return to_document(visit, terms)


def to_document(visit: Visit, terms: Terms) -> Step:
    """With the reader armed and all tries left; by hand where the post has none."""
    if terms.reads_documents:
        return resume(AwaitDocument(visit, TRIES))
    return begin_typing(visit) if terms.types_documents else to_officer(visit, terms)


def _direction(state: ChooseDirection, event: Touched, terms: Terms) -> Step:
    if event.button == "back":
        return Step(ReadNotice(state.visit))
    if DIRECTIONS.get(event.button) not in terms.directions:
        return Step(state)
    visit = replace(state.visit, direction=DIRECTIONS[event.button])
    return _after_direction(visit, terms)


def _transport(state: ChooseTransport, event: Touched, terms: Terms) -> Step:
    if event.button == "back":
        return before_transport(state.visit, terms)
    chosen = event.button.removeprefix("transport-")
    if chosen not in terms.transports or chosen == event.button:
        return Step(state)
    return to_document(replace(state.visit, transport=chosen), terms)
