"""Typing: the same document as its lines; junk is bounded; a confused sign is caught and marked."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from firmware_app.domain.document_checks_typed import differences
from firmware_app.domain.mrz import MrzFields, parse
from firmware_app.domain.mrz_digits import check_digit
from firmware_app.domain.mrz_repair import CONFUSED
from firmware_app.domain.mrz_writer import write
from firmware_app.domain.typed_document import (
    DIGIT_OF,
    KINDS,
    TypedField,
    TypedSoFar,
    digit_fits,
    document,
    doubtful_places,
    mrz_of,
    next_field,
)
from firmware_app.domain.typed_words import NAME_LIMIT, Refused, as_typed, longest, taken

TODAY = date(2026, 11, 22)
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SAME_DIGIT = {"G", "6"}
CHOSEN = {TypedField.KIND, TypedField.ISSUING_STATE, TypedField.SEX, TypedField.NATIONALITY}
word = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
state = st.sampled_from(["UTO", "D", "XXA", "GHA", "RKS"])


@st.composite
def documents(draw):
    """A document of a kind that can be typed, without optional data."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    layout, code = KINDS[kind]
    ahead = {"TD3": 20}.get(layout, 50)
    expiry = draw(st.dates(date(TODAY.year - 40, 1, 1), date(TODAY.year + ahead, 12, 31)))
    birth = min(expiry, TODAY) - timedelta(days=draw(st.integers(0, 80 * 365)))
    fields = MrzFields(
        layout=layout,
        document_code=code,
        issuing_state=draw(state),
        surname=draw(word),
        given_names=draw(st.one_of(st.just(""), word)),
        number=draw(st.text(SIGNS, min_size=1, max_size=9 if layout == "TD3" else 12)),
        nationality=draw(state),
        birth=draw(st.sampled_from([f"{birth}", f"{birth.year}-XX-XX"])),
        sex=draw(st.sampled_from(["F", "M", "unspecified"])),
        expiry=f"{expiry}",
    )
    return kind, fields


def copied(kind, fields):
    """What a careful traveller types of it, screen by screen, digits included."""
    read = parse(write(fields), TODAY)
    printed = {one.field: one.printed for one in read.check_digits}
    said = {
        TypedField.KIND: kind,
        TypedField.ISSUING_STATE: fields.issuing_state,
        TypedField.NUMBER: fields.number,
        TypedField.BIRTH: as_typed(TypedField.BIRTH, fields.birth),
        TypedField.EXPIRY: as_typed(TypedField.EXPIRY, fields.expiry),
        TypedField.SEX: fields.sex,
        TypedField.NATIONALITY: fields.nationality,
        TypedField.SURNAME: fields.surname.lower(),
        TypedField.GIVEN_NAMES: fields.given_names,
        **{digit: printed[field.value] for field, digit in DIGIT_OF.items()},
    }
    typed = TypedSoFar()
    while (field := next_field(typed)) is not None:
        chosen = field in CHOSEN or not said[field]
        value = said[field] if chosen else taken(field, said[field], typed, TODAY).value
        typed = typed.plus(field, value)
    return read, typed


@given(documents())
def test_typing_a_valid_document_gives_the_mrz_that_its_lines_give(case):
    kind, fields = case
    read, typed = copied(kind, fields)
    not_typed = ("composite", "optional")
    seen = replace(
        read,
        lines=(),
        check_digits=tuple(one for one in read.check_digits if one.field not in not_typed),
    )
    assert mrz_of(typed) == seen
    assert all(digit_fits(typed, field) for field in DIGIT_OF)
    codes = [check.code for check in document(typed, TODAY).checks]
    assert len(codes) == len(set(codes))


@given(documents(), st.data())
def test_the_chip_of_a_typed_document_agrees_and_tells_what_was_mistyped(case, data):
    kind, fields = case
    _, typed = copied(kind, fields)
    lines = write(fields)
    assert differences(mrz_of(typed), lines) == ()
    other = {"number": "Q0Q0Q0Q0Q", "surname": "QQQQ", "sex": "X", "nationality": "QQQ"}
    field = data.draw(st.sampled_from(sorted(other)))
    slip = replace(mrz_of(typed), **{field: other[field]})
    assert differences(slip, lines) == (field,)


@given(st.text(SIGNS, min_size=1, max_size=9), st.data())
def test_a_single_confused_sign_is_caught_and_its_place_is_among_the_marked(number, data):
    places = [at for at, sign in enumerate(number) if sign in CONFUSED and sign not in SAME_DIGIT]
    if not places:
        number, places = number[:-1] + "O", [len(number) - 1]
    at = data.draw(st.sampled_from(places))
    slip = number[:at] + CONFUSED[number[at]] + number[at + 1 :]
    typed = TypedSoFar(
        ((TypedField.NUMBER, slip), (TypedField.NUMBER_DIGIT, str(check_digit(number))))
    )
    assert not digit_fits(typed, TypedField.NUMBER)
    assert at in doubtful_places(typed, TypedField.NUMBER)


@given(st.dates(date(1930, 1, 1), TODAY), st.integers(0, 7), st.integers(1, 9))
def test_any_other_digit_in_a_date_is_caught_unless_the_century_hides_it(born, at, more):
    printed = str(check_digit(f"{born:%y%m%d}"))
    right = f"{born:%d%m%Y}"
    wrong = right[:at] + str((int(right[at]) + more) % 10) + right[at + 1 :]
    found = taken(TypedField.BIRTH, wrong, TypedSoFar(), TODAY)
    if isinstance(found, Refused):
        return
    typed = TypedSoFar(((TypedField.BIRTH, found.value), (TypedField.BIRTH_DIGIT, printed)))
    # the zone has two digits of the year: what stands before them no check digit sees
    assert digit_fits(typed, TypedField.BIRTH) == (at in {4, 5})
    assert all(0 <= place < 8 for place in doubtful_places(typed, TypedField.BIRTH))


@given(
    st.sampled_from(sorted(set(TypedField) - CHOSEN)),
    st.text(max_size=4000),
    st.sampled_from(sorted(KINDS)),
)
def test_any_junk_is_a_bounded_value_or_a_hint(field, junk, kind):
    typed = TypedSoFar(((TypedField.KIND, kind),))
    found = taken(field, junk, typed, TODAY)
    if isinstance(found, Refused):
        assert found.hint.startswith("typing-hint-")
        assert all(0 <= place < 64 for place in found.wrong)
    else:
        assert 0 < len(found.value) <= max(longest(field, typed), 10, NAME_LIMIT)
        assert taken(field, as_typed(field, found.value), typed, TODAY) == found
