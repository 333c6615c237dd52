"""ICAO Doc 9303 text to fields: lines in, a judged machine readable zone out.

Layouts: Doc 9303-4 (TD3), -5 (TD1), -6 (TD2), -7 (MRV-A, MRV-B), each 4.2.2; check digits:
Doc 9303-3, 4.9.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LINE_LIMIT = 90


class MrzError(Exception):
    """The lines are no machine readable zone; says where, never what stood there."""

    mend: ClassVar[str] = "Lay the document down again, flat, until the reader signals."


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field stands: line index, first and past-last column; the check digit follows it."""

    line: int
    start: int
    end: int
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """One document format: shape, fields, and the ranges that its composite digit covers."""

    name: str
    lines: int
    columns: int
    names: Field
    number: Field
    nationality: Field
    birth: Field
    sex: Field
    expiry: Field
    optional: tuple[Field, ...]
    composite: tuple[Field, ...] = ()
    composite_at: tuple[int, int] | None = None


def _two_lines(
    name: str,
    columns: int,
    optional: Field,
    composite: tuple[Field, ...] = (),
    composite_at: tuple[int, int] | None = None,
) -> Layout:
    """The layouts whose second line begins alike: number, nationality, birth, sex, expiry."""
    return Layout(
        name=name,
        lines=2,
        columns=columns,
        names=Field(0, 5, columns, checked=False),
        number=Field(1, 0, 9),
        nationality=Field(1, 10, 13, checked=False),
        birth=Field(1, 13, 19),
        sex=Field(1, 20, 21, checked=False),
        expiry=Field(1, 21, 27),
        optional=(optional,),
        composite=composite,
        composite_at=composite_at,
    )


_NUMBER_AND_BIRTH = (Field(1, 0, 10), Field(1, 13, 20))
TD3 = _two_lines("TD3", 44, Field(1, 28, 42), (*_NUMBER_AND_BIRTH, Field(1, 21, 43)), (1, 43))
TD2 = _two_lines(
    "TD2", 36, Field(1, 28, 35, checked=False), (*_NUMBER_AND_BIRTH, Field(1, 21, 35)), (1, 35)
)
MRV_A = _two_lines("MRV-A", 44, Field(1, 28, 44, checked=False))
MRV_B = _two_lines("MRV-B", 36, Field(1, 28, 36, checked=False))
TD1 = Layout(
    name="TD1",
    lines=3,
    columns=30,
    names=Field(2, 0, 30, checked=False),
    number=Field(0, 5, 14),
    nationality=Field(1, 15, 18, checked=False),
    birth=Field(1, 0, 6),
    sex=Field(1, 7, 8, checked=False),
    expiry=Field(1, 8, 14),
    optional=(Field(0, 15, 30, checked=False), Field(1, 18, 29, checked=False)),
    composite=(Field(0, 5, 30), Field(1, 0, 7), Field(1, 8, 15), Field(1, 18, 29)),
    composite_at=(1, 29),
)


@dataclass(frozen=True, slots=True)
class CheckDigit:
    """One printed check digit: whose it is and whether it holds."""

    field: str
    holds: bool


@dataclass(frozen=True, slots=True, repr=False)
class Mrz:
    """A machine readable zone, field by field; personal, so its repr shows the layout only.

    birth and expiry are YYYY-MM-DD; unknown parts of a birth date stay `XX` (Doc 9303-3, 4.8);
    sex is F, M, X or unspecified.
    """

    layout: str
    document_code: str
    issuing_state: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    optional: tuple[str, ...]
    check_digits: tuple[CheckDigit, ...]
    lines: tuple[str, ...]

    def __repr__(self) -> str:
        """Say the layout, never the person."""
        return f"Mrz({self.layout})"

    @property
    def all_hold(self) -> bool:
        """Whether every printed check digit holds."""
        return all(digit.holds for digit in self.check_digits)


def check_digit(text: str) -> int:
    """Doc 9303-3, 4.9: weights 7, 3, 1 over 0-9 = 0-9, A-Z = 10-35, `<` = 0, modulo 10."""
    weights = (7, 3, 1)
    total = 0
    for position, sign in enumerate(text):
        total += weights[position % 3] * max(ALPHABET.find(sign), 0)
    return total % 10


def parse(lines: tuple[str, ...], today: date) -> Mrz:
    """Judge the lines of one document; raises MrzError where they are none.

    A wrong check digit is no error: it is reported in `check_digits`. `today` settles the century.
    """
    lines = tuple(line.strip().upper() for line in lines)
    layout = _layout(lines)
    digits = _check_digits(layout, lines)
    surname, given_names = _names(_cut(lines, layout.names))
    number, number_digit = _number(layout, lines)
    return Mrz(
        layout=layout.name,
        document_code=_letters(lines[0][:2], "document code"),
        issuing_state=_letters(lines[0][2:5], "issuing state"),
        surname=surname,
        given_names=given_names,
        number=number,
        nationality=_letters(_cut(lines, layout.nationality), "nationality"),
        birth=_birth(_cut(lines, layout.birth), today),
        sex=_sex(_cut(lines, layout.sex)),
        expiry=_expiry(_cut(lines, layout.expiry), today),
        optional=tuple(_cut(lines, field).strip("<") for field in layout.optional),
        check_digits=(number_digit, *digits),
        lines=lines,
    )


def _layout(lines: tuple[str, ...]) -> Layout:
    for number, line in enumerate(lines[:3], start=1):
        if len(line) > LINE_LIMIT or re.search(r"[^0-9A-Z<]", line):
            raise MrzError(f"line {number} has a character outside 0-9, A-Z, <.")
    shape = (len(lines), len(lines[0]) if lines else 0)
    if len({len(line) for line in lines}) > 1:
        raise MrzError("the lines differ in length.")
    visa = bool(lines) and lines[0].startswith("V")
    for layout in (MRV_A, MRV_B) if visa else (TD3, TD2, TD1):
        if shape == (layout.lines, layout.columns):
            return layout
    raise MrzError(f"{shape[0]} lines of {shape[1]} characters are no layout of Doc 9303.")


def _cut(lines: tuple[str, ...], field: Field) -> str:
    return lines[field.line][field.start : field.end]


def _letters(text: str, field: str) -> str:
    bare = text.rstrip("<")
    if not bare.isalpha():
        raise MrzError(f"the {field} is no letters.")
    return bare


def _sex(text: str) -> str:
    """F, M, or unspecified (`<`; some states print X in the machine readable zone too)."""
    sexes = {"F": "F", "M": "M", "X": "X", "<": "unspecified"}
    if text not in sexes:
        raise MrzError("the sex is none of F, M, X, <.")
    return sexes[text]


def _digit_holds(text: str, printed: str) -> bool:
    if printed == "<":
        return not text.strip("<")
    return printed == str(check_digit(text))


def _check_digits(layout: Layout, lines: tuple[str, ...]) -> list[CheckDigit]:
    fields = [("birth", layout.birth), ("expiry", layout.expiry)]
    fields += [("optional", field) for field in layout.optional if field.checked]
    digits = [
        CheckDigit(name, _digit_holds(_cut(lines, field), lines[field.line][field.end]))
        for name, field in fields
    ]
    if layout.composite_at is not None:
        row, column = layout.composite_at
        text = "".join(_cut(lines, field) for field in layout.composite)
        printed = lines[row][column]
        digits.append(CheckDigit("composite", printed == str(check_digit(text))))
    return digits


def _number(layout: Layout, lines: tuple[str, ...]) -> tuple[str, CheckDigit]:
    """The document number; a long one goes on in the optional field (Doc 9303-5, 4.2.2)."""
    text = _cut(lines, layout.number)
    printed = lines[layout.number.line][layout.number.end]
    rest = _cut(lines, layout.optional[0]).rstrip("<") if layout.name in {"TD1", "TD2"} else ""
    if printed == "<" and len(rest.split("<")[0]) >= 2:
        tail = rest.split("<")[0]
        text, printed = text + tail[:-1], tail[-1]
    if not text.strip("<"):
        raise MrzError("there is no document number.")
    return text.rstrip("<"), CheckDigit("number", _digit_holds(text, printed))


def _names(text: str) -> tuple[str, str]:
    surname, _, given = text.rstrip("<").partition("<<")
    return surname.replace("<", " ").strip(), re.sub("<+", " ", given).strip()


def _birth(text: str, today: date) -> str:
    """A birth lies in the past: of the two centuries the later one that does (9303-3, 4.8)."""
    year, month, day = text[:2], text[2:4], text[4:]
    for part, top in ((month, 12), (day, 31)):
        _check_part(part, top, "birth")
    if not year.isdigit():
        return f"XXXX-{_known(month)}-{_known(day)}"
    century = today.year // 100 * 100
    later = (century + int(year), int(_known(month, "01")), int(_known(day, "01")))
    past = later <= (today.year, today.month, today.day)
    full = century + int(year) - (0 if past else 100)
    return f"{full:04d}-{_known(month)}-{_known(day)}"


def _expiry(text: str, today: date) -> str:
    """An expiry lies within 50 years of today; `<` means that the document does not expire."""
    if not text.strip("<"):
        return ""
    _check_part(text[2:4], 12, "expiry")
    _check_part(text[4:], 31, "expiry")
    if not text[:2].isdigit():
        raise MrzError("the expiry year is no number.")
    century = today.year // 100 * 100
    candidates = [century + shift + int(text[:2]) for shift in (-100, 0, 100)]
    year = min(candidates, key=lambda candidate: abs(candidate - today.year))
    return f"{year:04d}-{_known(text[2:4])}-{_known(text[4:])}"


def _check_part(part: str, top: int, field: str) -> None:
    if "<" in part or part == "00":
        return
    if not part.isdigit() or int(part) > top:
        raise MrzError(f"the {field} date is no date.")


def _known(part: str, unknown: str = "XX") -> str:
    return part if part.isdigit() and part != "00" else unknown
