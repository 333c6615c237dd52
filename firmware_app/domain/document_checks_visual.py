"""The visual zone held against the machine readable zone, field by field (pure)."""

import re
from dataclasses import dataclass

from firmware_app.domain import transliteration
from firmware_app.domain.document_checks_catalogue import (
    VISUAL_FIELDS,
    Check,
    Result,
    because,
    passed,
)
from firmware_app.domain.mrz_layouts import named
from firmware_app.domain.mrz_values import Mrz

WHOLE = "vz.against_mrz"
NAMES = ("surname", "given_names")
DATES = ("birth", "expiry")


@dataclass(frozen=True, slots=True, repr=False)
class VisualZone:
    """What the page says to people, as printed, in any script; "" for what was not read.

    birth and expiry are YYYY-MM-DD with `XX` for unknown parts; sex is F, M, X or unspecified;
    issuing_state and nationality are codes of Doc 9303-3, section 5.
    """

    issuing_state: str = ""
    number: str = ""
    surname: str = ""
    given_names: str = ""
    nationality: str = ""
    birth: str = ""
    sex: str = ""
    expiry: str = ""

    def __repr__(self) -> str:
        """Say how much was read, never what it says."""
        return f"VisualZone({sum(bool(getattr(self, field)) for field in VISUAL_FIELDS)} fields)"


def against_visual(mrz: Mrz, visual: VisualZone | None) -> tuple[Check, ...]:
    """The comparison as a whole and for each field; never raises.

    The whole fails where one field differs and passes where all that could be compared agree.
    """
    if visual is None:
        return tuple(because(code, "visual_zone_not_read") for code in (WHOLE, *_codes().values()))
    fields = [_field(mrz, visual, field) for field in VISUAL_FIELDS]
    judged = [check for check in fields if check.result in {Result.PASSED, Result.FAILED}]
    used = [name for check in judged for name in check.inputs]
    return (_whole({check.result for check in fields}, used), *fields)


def _codes() -> dict[str, str]:
    return {field: f"{WHOLE}.{field}" for field in VISUAL_FIELDS}


def _whole(results: set[Result], used: list[str]) -> Check:
    if Result.FAILED in results:
        return because(WHOLE, "differs", *used)
    return passed(WHOLE, *used) if Result.PASSED in results else because(WHOLE, "field_not_read")


def _field(mrz: Mrz, visual: VisualZone, field: str) -> Check:
    code = _codes()[field]
    if field in {"nationality", "expiry"} and getattr(named(mrz.layout), field) is None:
        return because(code, "not_in_layout", "mrz.layout")
    shown: str = getattr(visual, field)
    if not shown:
        return because(code, "field_not_read")
    if field in NAMES and not _comparable(mrz, visual, field):
        return because(code, "not_comparable", f"vz.{field}", f"mrz.{field}")
    return passed(code) if _agrees(mrz, shown, field) else because(code, "differs")


def _comparable(mrz: Mrz, visual: VisualZone, field: str) -> bool:
    """Whether a table has the letters, and the zone had room for the name.

    A single name stands as surname in the zone, wherever the page has it (Doc 9303-3, 4.6).
    """
    if not getattr(mrz, field) and (mrz.names_truncated or not visual.surname):
        return False
    return transliteration.can_compare(getattr(visual, field))


def _agrees(mrz: Mrz, shown: str, field: str) -> bool:
    said: str = getattr(mrz, field)
    if field in NAMES:
        return transliteration.agrees(shown, said, truncated=mrz.names_truncated)
    return shown == said if field in DATES else _bare(shown) == _bare(said)


def _bare(text: str) -> str:
    """A number or code without what printers put between its characters, in capitals."""
    return re.sub(r"[\s<./-]", "", text).upper()
