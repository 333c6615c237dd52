"""The document typed by hand: how one gets there, back, what slips do, and what it becomes."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.domain.crossing import Party, ReadMethod, Visit
from firmware_app.domain.document_checks import Result
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Outcome, Policy, Reason, decide
from firmware_app.domain.typed_document import TypedField
from firmware_app.ui.screens import screen
from firmware_app.workflow import events
from firmware_app.workflow.events import DocumentUnreadable, StartPressed, TimedOut, Touched
from firmware_app.workflow.machine import step
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.patience import patience_s
from firmware_app.workflow.vocabulary import (
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    Called,
    ChipDone,
    ConfirmDocument,
    ForgetPortrait,
    Idle,
    NextPerson,
    ReadChip,
    ReadDocument,
    ReadNotice,
    SeeOfficer,
    StillThere,
    StopDevices,
    TakePortrait,
    TypeDocument,
)

TERMS = Terms(
    date(2026, 11, 22), Policy(specimens=True), ("en", "fr", "ar"), QUESTIONS, states_first=("UTO",)
)
NO_READER = replace(TERMS, reads_documents=False)
UNREAD = DocumentUnreadable("document-cue-unreadable-try-again")
TO_DOCUMENT = (StartPressed("id"), Touched("language-en"), Touched("continue"))
OFFERED = (*TO_DOCUMENT, UNREAD, UNREAD, UNREAD)
TYPED = events.Typed
PASSPORT = {
    TypedField.KIND: Touched("kind-passport"),
    TypedField.ISSUING_STATE: Touched("state-UTO"),
    TypedField.NUMBER: TYPED("L898902C3"),
    TypedField.NUMBER_DIGIT: TYPED("6"),
    TypedField.BIRTH: TYPED("12081974"),
    TypedField.BIRTH_DIGIT: TYPED("2"),
    TypedField.EXPIRY: TYPED("15042031"),
    TypedField.EXPIRY_DIGIT: TYPED("0"),
    TypedField.SEX: Touched("sex-f"),
    TypedField.NATIONALITY: Touched("state-UTO"),
    TypedField.SURNAME: TYPED("Eriksson"),
    TypedField.GIVEN_NAMES: TYPED("Anna Maria"),
}


def walk(*happenings, state=None, terms=TERMS):
    commands = []
    for event in happenings:
        done = step(state, event, terms)
        state = done.state
        commands += done.commands
        shown = screen(state, terms)
        assert len({button.id for button in shown.buttons}) == len(shown.buttons)
    return state, commands


def start(*happenings, terms=TERMS):
    return walk(*happenings, state=Idle(), terms=terms)


def typing(until=None, terms=TERMS, **instead):
    """Every field answered rightly, up to `until`; `instead` by the field's name."""
    state, _ = start(*OFFERED, Touched("type-it"), terms=terms)
    for field, event in PASSPORT.items():
        if field is until:
            break
        assert state.field is field
        state, _ = walk(instead.get(field.name, event), state=state, terms=terms)
    return state


def buttons(state, terms=TERMS):
    return {button.id for button in screen(state, terms).buttons}


def test_it_is_offered_after_the_first_failed_try_and_after_the_last():
    state, _ = start(*TO_DOCUMENT)
    assert "type-it" not in buttons(state)
    assert walk(Touched("type-it"), state=state) == (state, [])
    state, _ = walk(UNREAD, state=state)
    assert {"type-it", "back", "help"} <= buttons(state)
    state, commands = walk(Touched("type-it"), state=state)
    assert state.field is TypedField.KIND
    assert commands == [StopDevices(), ForgetPortrait()]
    state, commands = start(*OFFERED)
    assert state.field is None
    assert buttons(state) == {"type-it", "again", "end", "help"}
    assert walk(Touched("again"), state=state) == (AwaitDocument(state.visit, 3), [ReadDocument()])


def test_a_reader_that_is_away_keeps_nobody():
    state, _ = start(*TO_DOCUMENT, DocumentUnreadable("cue", device_gone=True))
    assert isinstance(state, TypeDocument)
    state, _ = start(
        *TO_DOCUMENT, UNREAD, UNREAD, UNREAD, terms=replace(TERMS, types_documents=False)
    )
    assert isinstance(state, SeeOfficer)


def test_a_post_without_a_reader_begins_with_typing_and_back_leads_to_the_notice():
    state, commands = start(*TO_DOCUMENT, terms=NO_READER)
    assert state.field is TypedField.KIND
    assert ReadDocument() not in commands
    assert isinstance(walk(Touched("back"), state=state, terms=NO_READER)[0], ReadNotice)
    party = Party(())
    state, _ = walk(StartPressed("next"), state=NextPerson(party), terms=NO_READER)
    assert state.field is TypedField.KIND
    assert isinstance(walk(Touched("back"), state=state, terms=NO_READER)[0], NextPerson)
    officers = replace(NO_READER, types_documents=False)
    assert isinstance(start(*TO_DOCUMENT, terms=officers)[0], SeeOfficer)


def test_a_whole_document_is_confirmed_with_no_portrait_and_referred_for_what_it_is():
    state = typing()
    assert isinstance(state, ConfirmDocument)
    found = state.visit.document
    assert found.read_method is ReadMethod.TYPED
    assert (found.mrz.number, found.mrz.birth) == ("L898902C3", "1974-08-12")
    assert found.mrz.all_hold
    state, commands = walk(Touched("yes"), state=state)
    assert isinstance(state, AwaitFace)
    assert TakePortrait() not in commands
    outcome, reasons = decide(state.visit, TERMS.policy, TERMS.today)
    assert outcome is Outcome.REFERRED
    assert reasons[0] is Reason.DOCUMENT_TYPED
    assert not state.visit.portrait_found


def test_a_chip_is_opened_with_what_was_typed():
    state = typing(terms=replace(TERMS, reads_chips=True))
    assert isinstance(state, AwaitChip)
    document = state.visit.document
    reading = replace(TERMS, reads_chips=True)
    last = typing(until=TypedField.GIVEN_NAMES, terms=reading)
    _, commands = walk(PASSPORT[TypedField.GIVEN_NAMES], state=last, terms=reading)
    assert commands == [ReadChip(document)]
    _, commands = walk(ChipDone(document, portrait_found=False), state=state)
    assert commands == [], "no page lies there that it was read from"


def test_a_digit_that_does_not_fit_marks_the_place_and_blocks_nobody():
    state = typing(until=TypedField.NUMBER_DIGIT, NUMBER=TYPED("L8989O2C3"))
    state, _ = walk(TYPED("6"), state=state)
    assert (state.field, state.wrong) == (TypedField.NUMBER, (5,))
    entry = screen(state, TERMS).entry
    assert (entry.value, entry.wrong, entry.hint) == ("L8989O2C3", (5,), "typing-hint-check")
    mended, _ = walk(TYPED("L898902C3"), state=state)
    assert mended.field is TypedField.BIRTH, "the digit fits now and is not asked again"
    state, _ = walk(TYPED("L8989O2C3"), state=state)
    assert state.field is TypedField.NUMBER_DIGIT, "perhaps it is the digit"
    assert "go-on-anyway" not in buttons(state)
    assert walk(Touched("go-on-anyway"), state=state)[0] == state
    state, _ = walk(TYPED("6"), state=state)
    assert {"go-on-anyway", "help"} <= buttons(state)
    state, _ = walk(Touched("go-on-anyway"), state=state)
    assert state.field is TypedField.BIRTH
    for field in list(PASSPORT)[4:]:
        state, _ = walk(PASSPORT[field], state=state)
    results = {one.code: one.result for one in state.visit.document.checks}
    assert results["mrz.check_digit.number"] is Result.FAILED
    assert results["mrz.check_digit.birth"] is Result.PASSED


def test_who_cannot_find_a_digit_goes_on_without():
    state = typing(NUMBER_DIGIT=Touched("no-digit"))
    results = {one.code: (one.result, one.why) for one in state.visit.document.checks}
    assert results["mrz.check_digit.number"] == (Result.NOT_DONE, "not_typed")


def test_back_leads_through_every_field_and_keeps_what_was_typed():
    state, seen = typing(until=TypedField.GIVEN_NAMES), []
    while state.field is not TypedField.KIND:
        state, _ = walk(Touched("back"), state=state)
        seen.append(state.field)
        shown = screen(state, TERMS).entry
        if state.field is TypedField.BIRTH:
            assert shown.value == "12081974"
    assert seen == list(TypedField)[-2::-1]
    state, commands = walk(Touched("back"), state=state)
    assert isinstance(state, AwaitDocument)
    assert commands == [ReadDocument()]


def test_another_kind_asks_for_a_number_that_is_too_long_for_it_again():
    state = typing(
        until=TypedField.BIRTH,
        KIND=Touched("kind-card"),
        NUMBER=TYPED("ABCDE123456789"),
        NUMBER_DIGIT=Touched("no-digit"),
    )
    for _ in range(4):
        state, _ = walk(Touched("back"), state=state)
    state, _ = walk(Touched("kind-passport"), state=state)
    assert state.field is TypedField.NUMBER


def test_again_at_the_confirmation_leads_back_into_the_typed_fields():
    state, _ = walk(Touched("again"), state=typing())
    assert state.field is TypedField.GIVEN_NAMES
    assert state.visit.document is None
    assert screen(state, TERMS).entry.value == "ANNA MARIA"
    state, _ = walk(TYPED("Anna"), state=state)
    assert isinstance(state, ConfirmDocument)
    assert state.visit.document.mrz.given_names == "ANNA"
    assert state.visit.document.mrz.all_hold


def test_a_state_is_found_by_its_first_letters_and_only_issuers_issue():
    state = typing(until=TypedField.ISSUING_STATE)
    assert "state-UTO" in buttons(state)
    state, _ = walk(TYPED("Gha"), state=state)
    assert "state-GHA" in buttons(state)
    assert walk(Touched("state-XXA"), state=state)[0] == state, "nobody stateless issues"
    assert walk(Touched("state-ZAR"), state=state)[0] == state, "withdrawn"
    state, _ = walk(Touched("state-GHA"), state=state)
    assert state.field is TypedField.NUMBER


def test_the_nationality_offers_the_issuer_and_who_has_no_state():
    state = typing(until=TypedField.NATIONALITY, ISSUING_STATE=Touched("state-GHA"))
    names = [one for one in buttons(state) if one.startswith("state-")]
    assert set(names) == {"state-GHA", "state-UTO", "state-XXB", "state-XXA"}
    state, _ = walk(Touched("state-XXB"), state=state)
    assert state.typed.said(TypedField.NATIONALITY) == "XXB"


def test_what_is_refused_stays_on_the_screen_with_its_hint():
    state = typing(until=TypedField.BIRTH)
    state, _ = walk(TYPED("31021974"), state=state)
    entry = screen(state, TERMS).entry
    assert (entry.value, entry.wrong, entry.hint) == ("31021974", (0, 1), "typing-hint-date")
    assert "31021974" not in repr(state)


@pytest.mark.parametrize("field", list(TypedField))
def test_on_every_field_a_person_is_one_touch_away_and_idle_time_warns(field):
    state = typing(until=field)
    called, _ = walk(Touched("help"), state=state)
    assert isinstance(called, Called)
    assert walk(Touched("go-on"), state=called)[0].field is field
    assert patience_s(state) == 90
    assert isinstance(walk(TimedOut(), state=state)[0], StillThere)
    assert screen(state, TERMS).private


happenings = st.one_of(
    st.builds(TYPED, st.text(max_size=80)),
    st.sampled_from([*PASSPORT.values(), *map(Touched, ("back", "no-digit", "no-date", "enter"))]),
    st.sampled_from([Touched("go-on-anyway"), Touched("again"), Touched("type-it"), UNREAD]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(happenings, max_size=60))
def test_whatever_is_typed_and_touched_there_is_a_screen_with_a_person_on_it(many):
    state = TypeDocument(Visit("id"))
    for event in many:
        state = step(state, event, TERMS).state
        shown = screen(state, TERMS)
        assert "help" in {button.id for button in shown.buttons}
        if shown.entry is not None:
            assert len(shown.entry.value) <= 64
