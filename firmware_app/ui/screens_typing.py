"""The screens on which somebody types: the document field by field, and questions; pure."""

from typing import assert_never

from firmware_app.domain.languages import LANGUAGES
from firmware_app.domain.questions import Kind, Question
from firmware_app.domain.typed_document import (
    CHECKED,
    DATES,
    KINDS,
    NAMES,
    STATES,
    TypedField,
)
from firmware_app.domain.typed_words import as_typed, longest
from firmware_app.ui import state_search
from firmware_app.ui.screen import Alphabet, Button, Entry, Screen
from firmware_app.ui.screen_parts import BACK, END, HELP, STEPS
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.questions import DAYS_DIGITS, has_before
from firmware_app.workflow.states import AskQuestion, TypeDocument
from firmware_app.workflow.typing import MISFITS, QUERY_LIMIT, choosable

TYPE_IT = Button("type-it", "button-type-it", icon="type-it")
AGAIN = Button("again", "button-again", icon="again")
ENTER = Button("enter", "button-enter", "primary", "enter")
GO_ON_ANYWAY = Button("go-on-anyway", "button-go-on-anyway", icon="continue")
NOTHING = {
    TypedField.EXPIRY: (Button("no-date", "button-no-date", icon="no"),),
    TypedField.GIVEN_NAMES: (Button("no-given-names", "button-no-given-names", icon="no"),),
    **dict.fromkeys(CHECKED, (Button("no-digit", "button-no-digit", icon="no"),)),
}
FEW = 3
WITHOUT_STATE = ("XXB", "XXA")
"""Refugees by the convention of 1951, and stateless persons (Doc 9303-3, section 5)."""
_ALPHABETS: dict[str, Alphabet] = {"LATIN": "latin", "ARABIC": "arabic", "ETHIOPIC": "ethiopic"}


def typing(state: TypeDocument, terms: Terms) -> Screen:
    """One field, or whether to type at all."""
    if state.field is None:
        again = (AGAIN,) if terms.reads_documents else ()
        first = Button(TYPE_IT.id, TYPE_IT.message, "primary", TYPE_IT.icon)
        return _screen("offer", (first, *again, END, HELP))
    choices = _choices(state, state.field, terms)
    entry = _entry(state, state.field)
    anyway = (GO_ON_ANYWAY,) if state.misfits >= MISFITS else ()
    enter = (ENTER,) if entry is not None else ()
    buttons = (*enter, *choices, *anyway, *NOTHING.get(state.field, ()), BACK, END, HELP)
    return _screen(state.field.value, buttons, entry)


def question(state: AskQuestion, terms: Terms) -> Screen:
    """One question: its answers, or what is searched or typed for one."""
    asked = terms.questions[state.index]
    back = (BACK,) if has_before(state.visit, terms, state.index) else ()
    return Screen(
        "question",
        f"{asked.id}-title",
        buttons=(*_answers(state, asked, terms), *back, END, HELP),
        entry=_question_entry(state, asked),
        picture=asked.icon,
        step=5,
        steps=STEPS,
        private=asked.kind in {Kind.COUNTRY, Kind.DAYS},
    )


def _screen(field: str, buttons: tuple[Button, ...], entry: Entry | None = None) -> Screen:
    return Screen(
        "typing",
        f"typing-title-{field}",
        cue=f"typing-cue-{field}",
        buttons=buttons,
        entry=entry,
        picture=f"typing-{field}",
        step=1,
        steps=STEPS,
        private=True,
    )


def _choices(state: TypeDocument, field: TypedField, terms: Terms) -> tuple[Button, ...]:
    """What is touched instead of typed."""
    if field is TypedField.KIND:
        return tuple(_choice(f"kind-{kind}") for kind in KINDS)
    if field is TypedField.SEX:
        return tuple(Button(f"sex-{one}", f"sex-{one}", "choice", f"sex-{one}") for one in "fmx")
    if field in STATES:
        return _states(state.visit.language, state.query, _first(state, field, terms), field)
    return ()


def _first(state: TypeDocument, field: TypedField, terms: Terms) -> tuple[str, ...]:
    """What most travellers have: the nationality of the issuer, or that of a refugee."""
    if field is not TypedField.NATIONALITY:
        return terms.states_first
    issuer = state.typed.said(TypedField.ISSUING_STATE)
    return (issuer, *terms.states_first[:FEW], *WITHOUT_STATE)


def _choice(name: str) -> Button:
    return Button(name, f"button-{name}", "choice", name)


def _states(
    language: str, query: str, first: tuple[str, ...], field: TypedField | None
) -> tuple[Button, ...]:
    codes = state_search.found(language, query, first, lambda code: choosable(code, field))
    return tuple(_state(language, code) for code in codes)


def _state(language: str, code: str) -> Button:
    """By its name; who has no state finds themselves in the words of the release."""
    message = f"state-{code.lower()}" if code in WITHOUT_STATE else ""
    text = "" if message else state_search.name(language, code)
    return Button(f"state-{code}", message, "choice", "state", text)


def _entry(state: TypeDocument, field: TypedField) -> Entry | None:
    if field in {TypedField.KIND, TypedField.SEX}:
        return None
    if field in STATES:
        return _search(state.visit.language, field.value, state.query, bool(state.query))
    value = state.query or as_typed(field, state.typed.said(field))
    length = longest(field, state.typed)
    return Entry(field.value, _alphabet(field), length, value, state.wrong, state.hint)


def _alphabet(field: TypedField) -> Alphabet:
    if field in NAMES:
        return "latin"
    return "digits" if field in DATES or field in CHECKED else "mrz"


def _search(language: str, field: str, query: str, searched: bool) -> Entry:
    """Letters of the traveller's own script; Latin ones find a state, too."""
    alphabet = _ALPHABETS[LANGUAGES[language].script]
    hint = "typing-hint-states" if searched else ""
    return Entry(field, alphabet, QUERY_LIMIT, query, hint=hint)


def _answers(state: AskQuestion, asked: Question, terms: Terms) -> tuple[Button, ...]:
    match asked.kind:
        case Kind.CHOICE:
            return tuple(
                Button(code, f"{asked.id}-{code}", "choice", asked.icons.get(code, code))
                for code in asked.codes
            )
        case Kind.YES_NO:
            return tuple(
                Button(code, f"answer-{code}", "choice", asked.icons.get(code, code))
                for code in asked.codes
            )
        case Kind.COUNTRY:
            document = state.visit.document
            own = (document.mrz.nationality,) if document and document.mrz.nationality else ()
            first = (*own, *terms.states_first)
            return (ENTER, *_states(state.visit.language, state.query, first, None))
        case Kind.DAYS:
            return (ENTER,)
        case _:
            assert_never(asked.kind)


def _question_entry(state: AskQuestion, asked: Question) -> Entry | None:
    if asked.kind is Kind.COUNTRY:
        return _search(state.visit.language, "country", state.query, bool(state.query))
    if asked.kind is Kind.DAYS:
        return Entry("days", "digits", DAYS_DIGITS, state.query, hint=state.hint)
    return None
