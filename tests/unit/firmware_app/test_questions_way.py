"""The questions on the way: branches, back, countries by search, days by pad, a group's answers."""

from dataclasses import replace
from datetime import date

import pytest

from firmware_app.domain.crossing import Document, ReadMethod, Visit
from firmware_app.domain.document_checks import check_document
from firmware_app.domain.mrz import parse
from firmware_app.domain.questions import Answer, Condition, Kind, Question
from firmware_app.domain.rules import Policy
from firmware_app.ui.page_event import page
from firmware_app.ui.screens import screen
from firmware_app.ui.texts import Texts
from firmware_app.workflow import events
from firmware_app.workflow.events import Touched
from firmware_app.workflow.machine import step
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.questions import first_question
from firmware_app.workflow.states import AskQuestion, Review

TODAY = date(2026, 11, 22)
MRZ = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F3104150<<<<<<<<<<<<<<02",
    ),
    TODAY,
)
DOCUMENT = Document(MRZ, check_document(MRZ, TODAY), ReadMethod.SERIAL)
WHY = Question("purpose-of-visit", 1, ("tourism", "work", "transit"), icons={"work": "tool"})
DAYS = Question(
    "stay-days", 1, kind=Kind.DAYS, when=(Condition("purpose-of-visit", none_of=("transit",)),)
)
PERMIT = Question(
    "has-permit", 1, kind=Kind.YES_NO, when=(Condition("purpose-of-visit", one_of=("work",)),)
)
LIVES = Question("country-of-residence", 1, kind=Kind.COUNTRY, nationality_not=("GHA",))
TERMS = Terms(
    TODAY,
    Policy(specimens=True),
    ("en", "fr", "ar"),
    (WHY, DAYS, PERMIT, LIVES),
    states_first=("GHA", "TGO"),
)
OWN = {f"{one}-title": "Your own words?" for one in (DAYS.id, PERMIT.id, LIVES.id)}
TEXTS = Texts.load(languages=("en", "ar")).plus({"en": OWN, "ar": dict.fromkeys(OWN, "سؤال {")})
TYPED = events.Typed


@pytest.fixture
def begun():
    return first_question(Visit("id", document=DOCUMENT), TERMS).state


def go(state, *happenings):
    for event in happenings:
        state = step(state, event, TERMS).state
        if isinstance(state, AskQuestion | Review):
            page(screen(state, TERMS), 1, TEXTS)
    return state


def codes(state):
    return [one.code for one in state.visit.answers]


def shown(state):
    return {button.id: button for button in screen(state, TERMS).buttons}


def test_a_branch_is_asked_and_another_is_not(begun):
    state = go(begun, Touched("work"), TYPED("20"), Touched("yes"), Touched("state-TGO"))
    assert isinstance(state, Review)
    assert codes(state) == ["work", "20", "yes", "TGO"]
    state = go(begun, Touched("transit"), Touched("state-GHA"))
    assert isinstance(state, Review)
    assert codes(state) == ["transit", "GHA"]


def test_back_through_a_branch_forgets_what_is_no_longer_asked(begun):
    state = go(begun, Touched("work"), TYPED("20"), Touched("yes"), Touched("state-TGO"))
    state = go(state, Touched("back"), Touched("back"), Touched("back"), Touched("back"))
    assert (state.index, codes(state)) == (0, [])
    assert "back" not in shown(state)
    assert go(state, Touched("back")) == state
    state = go(state, Touched("transit"))
    assert (state.index, codes(state)) == (3, ["transit"])


def test_answers_of_a_group_stay_where_they_still_hold_and_the_rest_is_asked():
    shared = (Answer("purpose-of-visit", 1, "work"), Answer("has-permit", 1, "no"))
    state = first_question(Visit("id", document=DOCUMENT, answers=shared), TERMS).state
    assert state.index == 1, "the days are asked, the rest is known"
    state = go(state, TYPED("5"))
    assert (state.index, codes(state)) == (3, ["work", "5", "no"])
    of_ghana = replace(DOCUMENT, mrz=replace(MRZ, nationality="GHA"))
    lives = (Answer("purpose-of-visit", 1, "transit"), Answer("country-of-residence", 1, "TGO"))
    state = first_question(Visit("id", document=of_ghana, answers=lives), TERMS).state
    assert isinstance(state, Review)
    assert codes(state) == ["transit"], "who is of Ghana is not asked where they live"


@pytest.mark.parametrize("text", ["", "-3", "ten", "3651", "12.5", "9" * 80])
def test_days_that_are_none_get_a_hint_and_stay(begun, text):
    state = go(begun, Touched("tourism"), TYPED(text))
    assert (state.index, state.hint) == (1, "question-hint-days")
    assert len(screen(state, TERMS).entry.value) <= 4


@pytest.mark.parametrize(("text", "code"), [("007", "7"), ("٣٠", "30"), ("0", "0"), (" 12 ", "12")])
def test_days_in_any_digits_are_a_number(begun, text, code):
    assert codes(go(begun, Touched("tourism"), TYPED(text))) == ["tourism", code]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("tog", "TGO"),
        ("cote d", "CIV"),
        ("DEU", "DEU"),
        ("ger", "D"),
        ("Allem", "D"),
        ("united", "USA"),
        ("united k", "GBR"),
        ("gbn", "GBN"),
    ],
)
def test_a_country_is_found_by_its_first_letters(begun, query, code):
    state = go(begun, Touched("transit"))
    assert list(shown(state))[:4] == ["enter", "state-UTO", "state-GHA", "state-TGO"]
    state = go(state, TYPED(query))
    found = [name for name in shown(state) if name.startswith("state-")]
    assert f"state-{code}" in found
    assert len(found) <= 6
    names = [shown(state)[one].text for one in found]
    assert len(set(names)) == len(names), "one name never stands twice"
    assert go(state, Touched(f"state-{code}")).visit.answers[-1].code == code
    assert "tog" not in repr(state)


def test_a_country_is_found_in_its_own_script_and_none_by_noise(begun):
    arabic = replace(begun, visit=replace(begun.visit, language="ar"))
    state = go(arabic, Touched("transit"), TYPED("غان"))
    assert shown(state)["state-GHA"].text == "غانا"
    state = go(state, TYPED("zzzz"))
    assert not [name for name in shown(state) if name.startswith("state-")]
    assert screen(state, TERMS).entry.alphabet == "arabic"
    assert go(state, Touched("state-QQQ"), Touched("GHA")) == state


def test_own_words_own_icons_and_yes_and_no(begun):
    assert shown(begun)["work"].icon == "tool"
    state = go(begun, Touched("work"), TYPED("20"))
    drawn = page(screen(state, TERMS), 1, TEXTS)
    assert drawn["title"] == "Your own words?"
    assert [one["label"] for one in drawn["buttons"]][:2] == ["Yes", "No"]
    arabic = replace(state, visit=replace(state.visit, language="ar"))
    assert page(screen(arabic, TERMS), 1, TEXTS)["title"] == "سؤال {"


def test_what_is_no_answer_here_changes_nothing(begun):
    for event in (Touched("yes"), Touched("state-GHA"), TYPED("tourism"), Touched("enter")):
        assert go(begun, event) == begun
