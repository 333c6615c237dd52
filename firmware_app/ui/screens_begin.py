"""The screens before the document: attract, closed, language, notice, way, transport; pure."""

from dataclasses import replace
from typing import assert_never

from firmware_app.domain.languages import LANGUAGES
from firmware_app.ui.screen import Button, Screen
from firmware_app.ui.screen_parts import BACK, CONTINUE, END, HELP, contact_rows
from firmware_app.workflow.begin import DIRECTIONS, PICTURES
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import (
    Beginning,
    ChooseDirection,
    ChooseLanguage,
    ChooseTransport,
    Idle,
    OutOfService,
    ReadNotice,
)


def begin(state: Idle | OutOfService | Beginning, terms: Terms) -> Screen:
    """What comes before anything is read."""
    match state:
        case Idle() | OutOfService():
            return _resting(state, terms)
        case ChooseLanguage():
            return _language(terms)
        case ReadNotice():
            return _notice(state, terms)
        case ChooseDirection():
            return _choice("direction", tuple(DIRECTIONS))
        case ChooseTransport():
            return _choice("transport", tuple(f"transport-{code}" for code in terms.transports))
        case _:
            assert_never(state)


def _resting(state: Idle | OutOfService, terms: Terms) -> Screen:
    if isinstance(state, OutOfService):
        name = "out-of-service"
        why = state.reason
        cue = f"{name}-cue-{why}" if why in {"update", "maintenance"} else f"{name}-cue"
        return Screen(name, f"{name}-title", cue=cue, buttons=(HELP,), picture=name)
    start = Button("start", "button-start", "primary", "start")
    return Screen(
        "attract",
        "attract-title",
        cue="attract-cue",
        buttons=(start, HELP),
        picture="attract",
        calm=terms.wakes_on_motion and not state.awake,
    )


def _language(terms: Terms) -> Screen:
    names = tuple(
        Button(f"language-{code}", "", "choice", text=LANGUAGES[code].own_name)
        for code in terms.languages
    )
    pictures = Button(PICTURES, "button-pictures-only", "choice", PICTURES)
    return Screen("language", "language-title", buttons=(*names, pictures, END, HELP))


def _notice(state: ReadNotice, terms: Terms) -> Screen:
    """In short first; whoever wants to know more gets it all, point by point."""
    shown = Screen(
        "notice",
        "notice-title",
        cue="notice-cue",
        arguments=(("authority", terms.authority), ("days", terms.retention_days)),
        buttons=(CONTINUE, Button("more", "button-more", icon="more"), BACK, END, HELP),
        picture="notice",
    )
    if not state.more:
        return shown
    full = (CONTINUE, BACK, END, HELP)
    return replace(
        shown,
        name="notice-more",
        title="notice-more-title",
        cue="",
        buttons=full,
        rows=contact_rows(terms),
    )


def _choice(name: str, ids: tuple[str, ...]) -> Screen:
    """One touch among several; each button's id is its text's and its icon's."""
    buttons = tuple(Button(each, each, "choice", each) for each in ids)
    return Screen(name, f"{name}-title", buttons=(*buttons, BACK, END, HELP))
