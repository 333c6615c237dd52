"""A typed document held against the lines in its chip, field by field (pure)."""

from firmware_app.domain.mrz_digits import document_number
from firmware_app.domain.mrz_layouts import Layout, clean, layout_of
from firmware_app.domain.mrz_names import names_field, split_names
from firmware_app.domain.mrz_values import Mrz, MrzError

_SEXES = {"<": "unspecified", "X": "unspecified"}


def differences(mrz: Mrz, lines: tuple[str, ...]) -> tuple[str, ...] | None:
    """The fields in which the typed document differs; None where the lines cannot be compared.

    What nobody types (optional data, the second letter of the kind) is not compared.
    """
    try:
        lines = clean(lines)
        layout = layout_of(lines)
        said = _said(layout, lines) | {"number": document_number(layout, lines)}
    except MrzError:
        return None
    if layout.given is not None or layout.nationality is None or layout.expiry is None:
        return None
    typed = {
        "issuing_state": mrz.issuing_state,
        "number": mrz.number,
        "nationality": mrz.nationality,
        "birth": _printed(mrz.birth),
        "sex": mrz.sex,
        "expiry": _printed(mrz.expiry),
    }
    found = [field for field, value in typed.items() if said[field] != value]
    return (*found, *_names(mrz, layout.names.of(lines)))


def _said(layout: Layout, lines: tuple[str, ...]) -> dict[str, str]:
    """What the lines say, dates as six digits with 0 for what is unknown."""
    sex = layout.sex.of(lines)
    fields = {"nationality": layout.nationality, "birth": layout.birth, "expiry": layout.expiry}
    text = {name: field.of(lines) for name, field in fields.items() if field is not None}
    return {
        "issuing_state": lines[0][2:5].rstrip("<"),
        "nationality": text.get("nationality", "").rstrip("<"),
        "birth": text.get("birth", "").replace("<", "0"),
        "expiry": text.get("expiry", "").replace("<", "0"),
        "sex": _SEXES.get(sex, sex),
    }


def _names(mrz: Mrz, field: str) -> tuple[str, ...]:
    """Cut names count as the same; a document may print what does not fit whole."""
    if names_field(mrz.surname, mrz.given_names, len(field)) == field:
        return ()
    surname, given_names = split_names(field)
    pairs = (("surname", surname, mrz.surname), ("given_names", given_names, mrz.given_names))
    return tuple(name for name, said, typed in pairs if said != typed)


def _printed(day: str) -> str:
    """YYYY-MM-DD as six digits; none as the fillers of a document that never expires."""
    return (day[2:4] + day[5:7] + day[8:10]).replace("X", "0") or "000000"
