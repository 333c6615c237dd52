"""A document typed by hand: what is taken and refused, what a digit tells, what it becomes."""

from datetime import date

import pytest

from firmware_app.domain.crossing import ReadMethod, Visit
from firmware_app.domain.document_checks import Evidence, Result, check_document
from firmware_app.domain.document_checks_chip import ChipEvidence, Reading
from firmware_app.domain.rules import Policy, Reason, decide
from firmware_app.domain.typed_document import (
    NONE,
    TypedField,
    TypedSoFar,
    asked,
    digit_fits,
    document,
    doubtful_places,
    field_before,
    mrz_of,
    next_field,
)
from firmware_app.domain.typed_words import Refused, as_typed, longest, taken

TODAY = date(2026, 11, 22)
WHOLE = TypedSoFar(
    (
        (TypedField.KIND, "passport"),
        (TypedField.ISSUING_STATE, "UTO"),
        (TypedField.NUMBER, "L898902C3"),
        (TypedField.NUMBER_DIGIT, "6"),
        (TypedField.BIRTH, "1974-08-12"),
        (TypedField.BIRTH_DIGIT, "2"),
        (TypedField.EXPIRY, "2031-04-15"),
        (TypedField.EXPIRY_DIGIT, "0"),
        (TypedField.SEX, "F"),
        (TypedField.NATIONALITY, "UTO"),
        (TypedField.SURNAME, "ERIKSSON"),
        (TypedField.GIVEN_NAMES, "ANNA MARIA"),
    )
)


def result(found, code):
    check = next(one for one in found.checks if one.code == code)
    return check.result, check.why


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (TypedField.NUMBER, " l898-902 c3 ", "L898902C3"),
        (TypedField.NUMBER, "٤٣٢AB", "432AB"),
        (TypedField.BIRTH, "12081974", "1974-08-12"),
        (TypedField.BIRTH, "١٢/٠٨/١٩٧٤", "1974-08-12"),
        (TypedField.BIRTH, "00001974", "1974-XX-XX"),
        (TypedField.BIRTH, "00081974", "1974-08-XX"),
        (TypedField.EXPIRY, "29.02.2028", "2028-02-29"),
        (TypedField.BIRTH_DIGIT, "፪", "2"),
        (TypedField.SURNAME, "o'Brien-Müller", "OBRIEN MUELLER"),
    ],
)
def test_what_people_type_becomes_what_the_zone_says(field, text, value):
    assert taken(field, text, WHOLE, TODAY).value == value


@pytest.mark.parametrize(
    ("field", "text", "hint", "wrong"),
    [
        (TypedField.NUMBER, "AB?1", "typing-hint-number", (2,)),
        (TypedField.NUMBER, "", "typing-hint-number", ()),
        (TypedField.NUMBER, "L898902C3X", "typing-hint-number-long", (9,)),
        (TypedField.BIRTH, "120874", "typing-hint-date", ()),
        (TypedField.BIRTH, "31021974", "typing-hint-date", (0, 1)),
        (TypedField.BIRTH, "12131974", "typing-hint-date", (2, 3)),
        (TypedField.BIRTH, "12001974", "typing-hint-date", (2, 3)),
        (TypedField.BIRTH, "12081074", "typing-hint-date", (4, 5, 6, 7)),
        (TypedField.BIRTH, "23112026", "typing-hint-date", tuple(range(8))),
        (TypedField.NUMBER_DIGIT, "12", "typing-hint-digit", ()),
        (TypedField.SURNAME, "محمد", "typing-hint-name", ()),
        (TypedField.SURNAME, "Ɲaɲa", "typing-hint-name", ()),
        (TypedField.SURNAME, "R2D2", "typing-hint-name", ()),
        (TypedField.SURNAME, "- '", "typing-hint-name", ()),
    ],
)
def test_what_is_no_value_is_answered_by_a_hint_and_its_places(field, text, hint, wrong):
    assert taken(field, text, WHOLE, TODAY) == Refused(hint, wrong)


def test_the_fields_come_one_by_one_and_back_again():
    typed, seen = TypedSoFar(), []
    while (field := next_field(typed)) is not None:
        seen.append(field)
        typed = typed.plus(field, WHOLE.said(field))
    assert seen == list(TypedField)
    assert field_before(typed, TypedField.KIND) is None
    assert [field_before(typed, one) for one in seen[1:]] == seen[:-1]


def test_a_card_without_expiry_is_asked_for_no_digit_of_it():
    typed = WHOLE.plus(TypedField.KIND, "card").plus(TypedField.EXPIRY, NONE)
    assert TypedField.EXPIRY_DIGIT not in list(asked(typed))
    found = document(typed, TODAY)
    assert result(found, "document.expiry") == (Result.NOT_APPLICABLE, "never_expires")
    assert longest(TypedField.NUMBER, typed) > longest(TypedField.NUMBER, WHOLE)


@pytest.mark.parametrize(
    ("field", "value", "places"),
    [
        (TypedField.NUMBER, "LB98902C3", (1,)),
        (TypedField.NUMBER, "L8989O2C3", (5,)),
        (TypedField.NUMBER, "L899802C3", (3, 4)),
        (TypedField.BIRTH, "1974-12-08", (0, 1, 2, 3)),
        (TypedField.BIRTH, "1947-08-12", (6, 7)),
    ],
)
def test_a_wrong_digit_points_to_where_the_slip_may_be(field, value, places):
    typed = WHOLE.plus(field, value)
    assert not digit_fits(typed, field)
    assert set(places) <= set(doubtful_places(typed, field))
    assert result(document(typed, TODAY), f"mrz.check_digit.{field}") == (Result.FAILED, "wrong")


def test_g_and_6_are_the_pair_that_no_digit_tells_apart():
    typed = WHOLE.plus(TypedField.NUMBER, "G12").plus(TypedField.NUMBER_DIGIT, "1")
    other = typed.plus(TypedField.NUMBER, "612")
    assert digit_fits(typed, TypedField.NUMBER) == digit_fits(other, TypedField.NUMBER)


def test_what_was_typed_is_a_referral_that_says_so_and_what_was_not_done():
    typed = WHOLE.plus(TypedField.BIRTH_DIGIT, NONE)
    found = document(typed, TODAY)
    assert found.read_method is ReadMethod.TYPED
    assert result(found, "mrz.format") == (Result.NOT_APPLICABLE, "typed")
    assert result(found, "mrz.repaired") == (Result.NOT_APPLICABLE, "typed")
    assert result(found, "mrz.check_digit.number") == (Result.PASSED, "")
    assert result(found, "mrz.check_digit.birth") == (Result.NOT_DONE, "not_typed")
    assert result(found, "mrz.check_digit.composite") == (Result.NOT_DONE, "not_typed")
    _, reasons = decide(Visit("id", document=found), Policy(specimens=True), TODAY)
    assert Reason.DOCUMENT_TYPED in reasons
    assert Reason.DOCUMENT_CHECK_FAILED not in reasons


def test_nothing_of_a_person_stands_in_a_repr_or_an_error():
    assert "ERIKSSON" not in repr(WHOLE) + repr(taken(TypedField.SURNAME, "Eriksson", WHOLE, TODAY))
    with pytest.raises(ValueError, match="expiry is not typed yet"):
        mrz_of(TypedSoFar(WHOLE.given[:6]))


def test_a_date_comes_back_as_it_was_typed():
    assert as_typed(TypedField.BIRTH, "1974-08-12") == "12081974"
    assert as_typed(TypedField.BIRTH, "1974-XX-XX") == "00001974"
    assert as_typed(TypedField.NUMBER, "L898902C3") == "L898902C3"


LINES = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F3104150ZE184226B<<<<<10",
)


@pytest.mark.parametrize(
    ("typed", "lines", "says"),
    [
        (WHOLE, LINES, (Result.PASSED, "", ("chip.dg1", "mrz.lines"))),
        (
            WHOLE.plus(TypedField.SURNAME, "ERIKSON"),
            LINES,
            (Result.FAILED, "differs", ("chip.dg1", "mrz.surname")),
        ),
        (WHOLE, ("P<UTO", "L898"), (Result.NOT_DONE, "no_printed_lines", ())),
        (WHOLE, (), (Result.NOT_DONE, "not_judged", ())),
    ],
)
def test_a_chip_that_was_opened_tells_whether_the_typing_is_right(typed, lines, says):
    chip = ChipEvidence(Reading.READ, lines=lines)
    evidence = Evidence(typed=True, chip=chip)
    checks = check_document(mrz_of(typed), TODAY, evidence)
    one = next(check for check in checks if check.code == "chip.dg1_against_mrz")
    assert (one.result, one.why, one.inputs) == says
