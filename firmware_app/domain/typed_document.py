"""A travel document typed by hand: field by field to the same Mrz that its lines would give (pure).

Whoever types may copy the check digits of the machine readable zone: they tell a slip, and where it
may be. Nothing is repaired, and nothing that a device read is touched (docs/adr/0014).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from firmware_app.domain.crossing import Document, ReadMethod
from firmware_app.domain.document_checks import Evidence, check_document
from firmware_app.domain.mrz_digits import check_digit
from firmware_app.domain.mrz_layouts import named
from firmware_app.domain.mrz_names import may_be_truncated, names_field
from firmware_app.domain.mrz_repair import CONFUSED
from firmware_app.domain.mrz_values import CheckDigit, Mrz


class TypedField(StrEnum):
    """What is asked, one a screen, in this order."""

    KIND = "kind"
    ISSUING_STATE = "issuing-state"
    NUMBER = "number"
    NUMBER_DIGIT = "number-digit"
    BIRTH = "birth"
    BIRTH_DIGIT = "birth-digit"
    EXPIRY = "expiry"
    EXPIRY_DIGIT = "expiry-digit"
    SEX = "sex"
    NATIONALITY = "nationality"
    SURNAME = "surname"
    GIVEN_NAMES = "given-names"


KINDS = {
    "passport": ("TD3", "P"),
    "card": ("TD1", "I"),
    "card-two-lines": ("TD2", "I"),
}
"""By the picture that is touched: the layout, and the letter that opens its zone."""
DIGIT_OF = {
    TypedField.NUMBER: TypedField.NUMBER_DIGIT,
    TypedField.BIRTH: TypedField.BIRTH_DIGIT,
    TypedField.EXPIRY: TypedField.EXPIRY_DIGIT,
}
CHECKED = {digit: field for field, digit in DIGIT_OF.items()}
STATES = frozenset({TypedField.ISSUING_STATE, TypedField.NATIONALITY})
DATES = frozenset({TypedField.BIRTH, TypedField.EXPIRY})
NAMES = frozenset({TypedField.SURNAME, TypedField.GIVEN_NAMES})
SEXES = ("F", "M", "unspecified")
NONE = ""
"""Told that there is none: no such digit was found, no expiry is printed, no given names."""
_MRZ_DATE_AT = (6, 7, 2, 3, 0, 1)
"""Where each sign of YYMMDD stands in DDMMYYYY, as dates are typed."""


@dataclass(frozen=True, slots=True, repr=False)
class TypedSoFar:
    """What was typed so far, by field; personal. A field that is told to be empty holds NONE."""

    given: tuple[tuple[TypedField, str], ...] = ()

    def __repr__(self) -> str:
        """Say how many fields, never what stands in them."""
        return f"TypedSoFar({len(self.given)} fields)"

    def get(self, field: TypedField) -> str | None:
        """What was typed there; None where nothing was yet."""
        return dict(self.given).get(field)

    def said(self, field: TypedField) -> str:
        """What was typed there, nothing where nothing was."""
        return self.get(field) or NONE

    def plus(self, field: TypedField, value: str) -> "TypedSoFar":
        """With this field; what stood there before is forgotten."""
        return TypedSoFar(tuple({**dict(self.given), field: value}.items()))


NOTHING_TYPED = TypedSoFar()


def next_field(typed: TypedSoFar) -> TypedField | None:
    """The first that is asked and not told yet; None when all is there."""
    return next((field for field in asked(typed) if typed.get(field) is None), None)


def field_before(typed: TypedSoFar, field: TypedField) -> TypedField | None:
    """The one asked before this; None at the first."""
    order = list(asked(typed))
    at = order.index(field) if field in order else 0
    return order[at - 1] if at else None


def asked(typed: TypedSoFar) -> Iterator[TypedField]:
    """Every field that is asked: what is not printed has no check digit."""
    for field in TypedField:
        if field not in CHECKED or typed.get(CHECKED[field]) != NONE:
            yield field


def digit_fits(typed: TypedSoFar, field: TypedField) -> bool:
    """Whether the check digit that was typed for this field is its own; none typed says nothing."""
    digit = typed.said(DIGIT_OF[field])
    return not digit or digit == str(check_digit(_covered(field, typed.said(field))))


def doubtful_places(typed: TypedSoFar, field: TypedField) -> tuple[int, ...]:
    """Where, from 0 in what was typed, the slip may be that the check digit tells of.

    First what is taken for another sign (O and 0, I and 1, ...) or digits, if one such change makes
    the digit fit; else neighbours, or day and month, that changed places; else every sign that is
    often taken for another. None where nothing points anywhere. G and 6 differ by ten: no check
    digit tells them apart (Doc 9303-3, 4.9).
    """
    text, digit = _covered(field, typed.said(field)), typed.said(DIGIT_OF[field])
    places = _taken_for_another(text, digit) or _changed_places(text, digit, is_date=field in DATES)
    if not places:
        places = {at for at, sign in enumerate(text) if sign in CONFUSED and field not in DATES}
    return tuple(sorted(_MRZ_DATE_AT[at] if field in DATES else at for at in places))


def document(typed: TypedSoFar, today: date, clock_uncertain_days: int = 0) -> Document:
    """The whole document with its checks; raises ValueError while a field is missing."""
    mrz = mrz_of(typed)
    evidence = Evidence(clock_uncertain_days=clock_uncertain_days, typed=True)
    return Document(mrz, check_document(mrz, today, evidence), ReadMethod.TYPED)


def typed_of(found: Document) -> TypedSoFar:
    """What somebody typed to get this document, for whoever wants to put it right."""
    mrz = found.mrz
    kinds = {layout: kind for kind, (layout, _) in KINDS.items()}
    printed = {one.field: one.printed for one in mrz.check_digits}
    digits = {digit: printed.get(field.value, NONE) for field, digit in DIGIT_OF.items()}
    said = {
        TypedField.KIND: kinds.get(mrz.layout, "passport"),
        TypedField.ISSUING_STATE: mrz.issuing_state,
        TypedField.NUMBER: mrz.number,
        TypedField.BIRTH: mrz.birth,
        TypedField.EXPIRY: mrz.expiry,
        TypedField.SEX: mrz.sex,
        TypedField.NATIONALITY: mrz.nationality,
        TypedField.SURNAME: mrz.surname,
        TypedField.GIVEN_NAMES: mrz.given_names,
    }
    return TypedSoFar(tuple({**said, **digits}.items()))


def mrz_of(typed: TypedSoFar) -> Mrz:
    """What the zone says, as far as it was typed: no lines, no composite digit, no optional data.

    Raises ValueError while a field is missing.
    """
    missing = next_field(typed)
    if missing is not None:
        raise ValueError(f"{missing.value} is not typed yet.")
    layout_name, code = KINDS[typed.said(TypedField.KIND)]
    layout = named(layout_name)
    surname, given_names = typed.said(TypedField.SURNAME), typed.said(TypedField.GIVEN_NAMES)
    width = layout.names.end - layout.names.start
    return Mrz(
        layout=layout_name,
        document_code=code,
        issuing_state=typed.said(TypedField.ISSUING_STATE),
        surname=surname,
        given_names=given_names,
        number=typed.said(TypedField.NUMBER),
        nationality=typed.said(TypedField.NATIONALITY),
        birth=typed.said(TypedField.BIRTH),
        sex=typed.said(TypedField.SEX),
        expiry=typed.said(TypedField.EXPIRY),
        optional=tuple("" for _ in layout.optional),
        check_digits=tuple(_check_digits(typed)),
        lines=(),
        names_truncated=may_be_truncated(names_field(surname, given_names, width)),
    )


def _check_digits(typed: TypedSoFar) -> Iterator[CheckDigit]:
    for field, digit in DIGIT_OF.items():
        printed = typed.said(digit) if typed.said(field) else NONE
        if printed:
            yield CheckDigit(field.value, digit_fits(typed, field), printed)


def _covered(field: TypedField, value: str) -> str:
    """What the check digit covers: a date as YYMMDD, unknown parts as fillers."""
    return (value[2:4] + value[5:7] + value[8:10]).replace("X", "<") if field in DATES else value


def _taken_for_another(text: str, digit: str) -> set[int]:
    return {
        at
        for at, sign in enumerate(text)
        if sign in CONFUSED and _fits(text[:at] + CONFUSED[sign] + text[at + 1 :], digit)
    }


def _changed_places(text: str, digit: str, *, is_date: bool) -> set[int]:
    found: set[int] = set()
    for at in range(len(text) - 1):
        swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        if swapped != text and _fits(swapped, digit):
            found |= {at, at + 1}
    day_and_month = text[:2] + text[4:6] + text[2:4]
    if is_date and day_and_month != text and _fits(day_and_month, digit):
        found |= {2, 3, 4, 5}
    return found


def _fits(text: str, digit: str) -> bool:
    return str(check_digit(text)) == digit
