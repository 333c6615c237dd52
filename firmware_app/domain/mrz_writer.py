"""Fields to the lines of a machine readable zone: every layout, digits and truncation included.

The other direction of mrz.parse, for simulated documents, tests and training pictures. What is
written as it stands in MrzFields: names in A-Z and blanks (transliteration.machine_form).
"""

import re

from firmware_app.domain.mrz_digits import check_digit
from firmware_app.domain.mrz_layouts import Field, Layout, named
from firmware_app.domain.mrz_names import names_field, one_name_field
from firmware_app.domain.mrz_values import MrzFields

SEXES = {"F": "F", "M": "M", "X": "X", "unspecified": "<"}
NAME = re.compile(r"[A-Z]+( [A-Z]+)*")
DATE = re.compile(r"([0-9]{4}|XXXX)-([0-9]{2}|XX)-([0-9]{2}|XX)")

Grid = list[list[str]]


class MrzFieldError(ValueError):
    """A field that no zone of this layout can carry; says which, never what stood in it."""


def write(fields: MrzFields) -> tuple[str, ...]:
    """The lines of a zone that says this, every check digit right.

    Names too long are truncated (Doc 9303-4 to -7, 4.2.3); nothing else is. Raises MrzFieldError
    for a field that does not fit its layout, MrzError for a layout that does not exist.
    """
    layout = named(fields.layout)
    grid = [["<"] * layout.columns for _ in range(layout.lines)]
    _put_head(grid, layout, fields)
    _put_names(grid, layout, fields)
    _put(grid, layout.birth, _date(fields.birth, "birth"))
    _put(grid, layout.sex, _one_of(SEXES, fields.sex))
    if layout.nationality is not None:
        _put(grid, layout.nationality, _letters(fields.nationality, 3, "nationality"))
    if layout.expiry is not None:
        _put(grid, layout.expiry, _date(fields.expiry, "expiry") if fields.expiry else "<<<<<<")
    rest = _put_number(grid, layout, fields)
    _put_optional(grid, layout, fields, rest)
    _put_digits(grid, layout, long=bool(rest))
    return tuple("".join(row) for row in grid)


def _put(grid: Grid, field: Field, text: str) -> None:
    width = field.end - field.start
    grid[field.line][field.start : field.end] = list(text.ljust(width, "<"))


def _put_head(grid: Grid, layout: Layout, fields: MrzFields) -> None:
    code = _letters(fields.document_code, 2, "document code")
    state = _letters(fields.issuing_state, 3, "issuing state")
    national = {"FR-ID": "IDFRA", "RO-ID": "IDROU"}.get(layout.name)
    if code[0] not in layout.begins or national not in {None, code + state}:
        raise MrzFieldError("the document code or issuing state is none of this layout.")
    grid[0][:5] = list(code.ljust(2, "<") + state.ljust(3, "<"))


def _put_names(grid: Grid, layout: Layout, fields: MrzFields) -> None:
    for name in (fields.surname, fields.given_names):
        if name and not NAME.fullmatch(name):
            raise MrzFieldError("the names are more than A-Z and single blanks.")
    if not fields.surname:
        raise MrzFieldError("there is no surname; a single name is one.")
    width = layout.names.end - layout.names.start
    if layout.given is None:
        _put(grid, layout.names, names_field(fields.surname, fields.given_names, width))
        return
    _put(grid, layout.names, one_name_field(fields.surname, width))
    # The French card separates given names by two fillers and cuts where the field ends.
    given = fields.given_names.replace(" ", "<<")
    _put(grid, layout.given, given[: layout.given.end - layout.given.start])


def _put_number(grid: Grid, layout: Layout, fields: MrzFields) -> str:
    """Write the number; gives what of it and its digit goes on in the optional field."""
    number, width = fields.number, layout.number.end - layout.number.start
    if not re.fullmatch("[A-Z0-9]([A-Z0-9<]*[A-Z0-9])?", number):
        raise MrzFieldError("the number is empty or more than 0-9, A-Z and inner fillers.")
    if len(number) <= width:
        _put(grid, layout.number, number)
        return ""
    if not layout.long_number or "<" in number:
        raise MrzFieldError("the number is too long for this layout.")
    _put(grid, layout.number, number[:width])
    return number[width:] + str(check_digit(number))


def _put_optional(grid: Grid, layout: Layout, fields: MrzFields, rest: str) -> None:
    if len(fields.optional) > len(layout.optional):
        raise MrzFieldError("there are more optional fields than in this layout.")
    texts = list(fields.optional) + [""] * (len(layout.optional) - len(fields.optional))
    if rest:
        texts[0] = f"{rest}<{texts[0]}" if texts[0] else rest
    for field, text in zip(layout.optional, texts, strict=True):
        if len(text) > field.end - field.start or re.search("[^0-9A-Z<]", text):
            raise MrzFieldError("an optional field is too long, or more than 0-9, A-Z and fillers.")
        _put(grid, field, text)


def _put_digits(grid: Grid, layout: Layout, *, long: bool) -> None:
    """Every check digit; that of a long number stands in the optional field already."""
    checked = [layout.birth, *([layout.expiry] if layout.expiry else [])]
    checked += [field for field in layout.optional if field.checked]
    checked += [] if long else [layout.number]
    for field in checked:
        grid[field.line][field.end] = str(check_digit(field.of(_lines(grid))))
    if layout.composite_at is not None:
        line, column = layout.composite_at
        text = "".join(field.of(_lines(grid)) for field in layout.composite)
        grid[line][column] = str(check_digit(text))


def _lines(grid: Grid) -> tuple[str, ...]:
    return tuple("".join(row) for row in grid)


def _letters(text: str, longest: int, field: str) -> str:
    if not re.fullmatch(f"[A-Z]{{1,{longest}}}", text):
        raise MrzFieldError(f"the {field} is no letters, or too many.")
    return text


def _one_of(signs: dict[str, str], word: str) -> str:
    if word not in signs:
        raise MrzFieldError("the sex is none of F, M, X, unspecified.")
    return signs[word]


def _date(text: str, field: str) -> str:
    """YYMMDD of YYYY-MM-DD; unknown parts as fillers (Doc 9303-3, 4.8)."""
    found = DATE.fullmatch(text)
    if found is None:
        raise MrzFieldError(f"the {field} is no YYYY-MM-DD, with XX for what is unknown.")
    return (found[1][2:] + found[2] + found[3]).replace("XX", "<<")
