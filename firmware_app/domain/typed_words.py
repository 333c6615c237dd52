"""What a person's fingers give, made into the value of one field; or why it is none (pure).

Any text at all may come: it is bounded, and what is no value is answered by a hint, never an error.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from firmware_app.domain import transliteration
from firmware_app.domain.mrz_layouts import named
from firmware_app.domain.typed_document import CHECKED, DATES, KINDS, NAMES, TypedField, TypedSoFar

TEXT_LIMIT = 64
NAME_LIMIT = 60
FIRST_YEAR = 1900
AHEAD_YEARS = 60
"""So far ahead may an expiry be typed; the document's checks judge it more strictly."""
UNKNOWN = "00"
_NUMBER = re.compile("[0-9A-Z]([0-9A-Z<]*[0-9A-Z])?")


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """A value for the field; personal."""

    value: str

    def __repr__(self) -> str:
        """Nothing of it."""
        return "Taken()"


@dataclass(frozen=True, slots=True)
class Refused:
    """No value: the message id of what helps, and the places, from 0, that it speaks of."""

    hint: str
    wrong: tuple[int, ...] = ()


def taken(field: TypedField, text: str, typed: TypedSoFar, today: date) -> Taken | Refused:
    """What this text means as this field, which is one that is typed, not chosen."""
    text = unicodedata.normalize("NFC", text)[:TEXT_LIMIT].strip()
    if field in DATES:
        return _date(western(text), today, ahead=field is TypedField.EXPIRY)
    if field in NAMES:
        return _name(text)
    if field in CHECKED:
        digit = re.sub("[^0-9]", "", western(text))
        return Taken(digit) if len(digit) == 1 else Refused("typing-hint-digit")
    return _number(western(text), typed)


def western(text: str) -> str:
    """Any script's digits as 0-9: Arabic, Persian, Devanagari, full width, Ethiopic 1 to 9."""
    return "".join(str(unicodedata.digit(sign, sign)) for sign in text)


def as_typed(field: TypedField, value: str) -> str:
    """The value as it stands in the entry: a date as DDMMYYYY."""
    if field in DATES and value:
        return (value[8:10] + value[5:7] + value[0:4]).replace("X", "0")
    return value


def longest(field: TypedField, typed: TypedSoFar) -> int:
    """How many signs the entry takes."""
    if field in DATES:
        return 8
    if field in NAMES:
        return NAME_LIMIT
    return 1 if field in CHECKED else number_limit(typed)


def number_limit(typed: TypedSoFar) -> int:
    """The longest number of this kind; cards may print long ones (Doc 9303-5, 4.2.2)."""
    layout = named(KINDS[typed.said(TypedField.KIND) or "passport"][0])
    width = layout.number.end - layout.number.start
    first = layout.optional[0]
    return width + (first.end - first.start - 1 if layout.long_number else 0)


def fits_kind(typed: TypedSoFar) -> TypedSoFar:
    """The same; a number that is too long for another kind of document is asked for again."""
    if len(typed.said(TypedField.NUMBER)) <= number_limit(typed):
        return typed
    again = {TypedField.NUMBER, TypedField.NUMBER_DIGIT}
    return TypedSoFar(tuple(pair for pair in typed.given if pair[0] not in again))


def _number(text: str, typed: TypedSoFar) -> Taken | Refused:
    number = re.sub(r"[\s./-]", "", text).upper()
    if not _NUMBER.fullmatch(number):
        return Refused(
            "typing-hint-number", tuple(_all_but(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"))
        )
    if len(number) > number_limit(typed):
        return Refused("typing-hint-number-long", tuple(range(number_limit(typed), len(number))))
    return Taken(number)


def _all_but(text: str, allowed: str) -> list[int]:
    return [at for at, sign in enumerate(text) if sign not in allowed]


def _date(text: str, today: date, *, ahead: bool) -> Taken | Refused:
    digits = re.sub("[^0-9]", "", text)
    if len(digits) != 8:
        return Refused("typing-hint-date")
    day, month, year = digits[:2], digits[2:4], int(digits[4:])
    if not FIRST_YEAR <= year <= today.year + (AHEAD_YEARS if ahead else 0):
        return Refused("typing-hint-date", (4, 5, 6, 7))
    if int(month) > 12 or (month == UNKNOWN and day != UNKNOWN):
        return Refused("typing-hint-date", (2, 3))
    last = monthrange(year, int(month))[1] if month != UNKNOWN else 0
    if int(day) > last:
        return Refused("typing-hint-date", (0, 1))
    value = f"{year:04d}-{month}-{day}".replace(f"-{UNKNOWN}", "-XX")
    if not ahead and value.replace("X", "0") > today.isoformat():
        return Refused("typing-hint-date", tuple(range(8)))
    return Taken(value)


def _name(text: str) -> Taken | Refused:
    """Latin letters as the zone writes them: marks fall away, hyphens and apostrophes too."""
    letters = [sign for sign in text if unicodedata.category(sign).startswith("L")]
    latin = all(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
    if not latin or any(sign.isdigit() for sign in text) or not transliteration.can_compare(text):
        return Refused("typing-hint-name")
    name = transliteration.machine_form(text)[:NAME_LIMIT].strip()
    return Taken(name) if name else Refused("typing-hint-name")
