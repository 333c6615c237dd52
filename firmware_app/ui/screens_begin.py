"""The screens before the document: attract, closed, language, notice; pure."""

from typing import assert_never

from firmware_app.ui.screen import Button, Screen
from firmware_app.ui.screen_parts import BACK, CONTINUE, END, HELP
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import ChooseLanguage, Idle, OutOfService, ReadNotice

OWN_NAMES = {"en": "English", "fr": "Français", "ar": "العربية"}


def begin(state: Idle | OutOfService | ChooseLanguage | ReadNotice, terms: Terms) -> Screen:
    """What comes before anything is read."""
    match state:
        case Idle() | OutOfService():
            return _resting(state, terms)
        case ChooseLanguage():
            return _language(state, terms)
        case ReadNotice():
            return _notice(state)
        case _:
            assert_never(state)


def _resting(state: Idle | OutOfService, terms: Terms) -> Screen:
    """Nobody is here: the attract screen, or the kiosk is closed."""
    language = terms.languages[0]
    if isinstance(state, OutOfService):
        return Screen(
            "out-of-service",
            "out-of-service-title",
            language,
            cue="out-of-service-cue",
            picture="out-of-service",
        )
    start = Button("start", "button-start", "primary", "start")
    return Screen(
        "attract",
        "attract-title",
        language,
        cue="attract-cue",
        buttons=(start, HELP),
        picture="attract",
    )


def _language(state: ChooseLanguage, terms: Terms) -> Screen:
    """Each language by its own name."""
    names = tuple(
        Button(f"language-{code}", "", "choice", text=OWN_NAMES.get(code, code))
        for code in terms.languages
    )
    return Screen("language", "language-title", state.visit.language, buttons=(*names, END, HELP))


def _notice(state: ReadNotice) -> Screen:
    """Who collects, why, how long."""
    return Screen(
        "notice",
        "notice-title",
        state.visit.language,
        cue="notice-cue",
        buttons=(CONTINUE, BACK, END, HELP),
        picture="notice",
    )
