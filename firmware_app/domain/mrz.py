"""ICAO Doc 9303 text to fields: lines in, a judged machine readable zone out.

Layouts: mrz_layouts; check digits and long numbers: mrz_digits; centuries: mrz_dates; names:
mrz_names. The other direction: mrz_writer. Doubtful characters: mrz_repair.
"""

import re
from datetime import date

from firmware_app.domain.mrz_dates import birth_of, expiry_of, issued_of, romanian_birth
from firmware_app.domain.mrz_digits import check_digit, covers, document_number, optional_data
from firmware_app.domain.mrz_layouts import Layout, clean, layout_of
from firmware_app.domain.mrz_names import may_be_truncated, one_name, split_names
from firmware_app.domain.mrz_values import CheckDigit, Mrz, MrzError, MrzFields, Repair

__all__ = ["CheckDigit", "Mrz", "MrzError", "MrzFields", "Repair", "check_digit", "parse"]

_SEXES = {"F": "F", "M": "M", "X": "X", "<": "unspecified"}


def parse(lines: tuple[str, ...], today: date) -> Mrz:
    """Judge the lines of one document; raises MrzError where they are none.

    Nothing is repaired. A wrong check digit is no error: it is reported in `check_digits`. Nor is a
    character that Doc 9303 forbids in names or nationality: it is reported in `malformed`, because
    documents are printed so. `today` settles the centuries.
    """
    lines = clean(lines)
    layout = layout_of(lines)
    surname, given_names = _names(layout, lines)
    number = document_number(layout, lines)
    issuing_state = _letters(lines[0][2:5], "issuing state")
    nationality = _nationality(layout, lines)
    expiry = expiry_of(layout.expiry.of(lines), layout, today) if layout.expiry else ""
    issued = issued_of(layout, number, today)
    optional = optional_data(layout, lines)
    return Mrz(
        layout=layout.name,
        document_code=_letters(lines[0][:2], "document code"),
        issuing_state=issuing_state,
        surname=surname,
        given_names=given_names,
        number=number,
        nationality=nationality,
        birth=_birth(layout, lines, min(today.isoformat(), issued or expiry or "X")),
        sex=_sex(layout.sex.of(lines)),
        expiry=expiry,
        optional=optional,
        check_digits=tuple(cover.judged(lines) for cover in covers(layout, lines)),
        lines=lines,
        names_truncated=any(may_be_truncated(text) for text in _name_fields(layout, lines)),
        issued=issued,
        malformed=_malformed(layout, lines, surname, nationality),
    )


def _letters(text: str, field: str) -> str:
    bare = text.rstrip("<")
    if not re.fullmatch("[A-Z]+", bare):
        raise MrzError(f"the {field} is no letters.")
    return bare


def _sex(text: str) -> str:
    """F, M, or unspecified (`<`; some states print X in the machine readable zone too)."""
    if text not in _SEXES:
        raise MrzError("the sex is none of F, M, X, <.")
    return _SEXES[text]


def _nationality(layout: Layout, lines: tuple[str, ...]) -> str:
    """The nationality's letters, or nothing where other characters stand there.

    The French card prints none and is given to French nationals only.
    """
    if layout.nationality is None:
        return "FRA"
    bare = layout.nationality.of(lines).rstrip("<")
    return bare if re.fullmatch("[A-Z]+", bare) else ""


def _birth(layout: Layout, lines: tuple[str, ...], not_after: str) -> str:
    birth = birth_of(layout.birth.of(lines), not_after)
    personal = layout.optional[0].of(lines) if layout.name == "RO-ID" else ""
    return romanian_birth(birth, personal)


def _name_fields(layout: Layout, lines: tuple[str, ...]) -> tuple[str, ...]:
    fields = (layout.names, layout.given)
    return tuple(field.of(lines) for field in fields if field is not None)


def _names(layout: Layout, lines: tuple[str, ...]) -> tuple[str, str]:
    texts = _name_fields(layout, lines)
    return split_names(texts[0]) if len(texts) == 1 else (one_name(texts[0]), one_name(texts[1]))


def _malformed(
    layout: Layout, lines: tuple[str, ...], surname: str, nationality: str
) -> tuple[str, ...]:
    """The fields that Doc 9303-3, 4.6 and 5, does not let be written so."""
    found = []
    if not surname or re.search("[0-9]", "".join(_name_fields(layout, lines))):
        found.append("names")
    if not nationality:
        found.append("nationality")
    return tuple(found)
