"""What an inspector would check on the document, done or not done, in the words of BSI TR-03135.

`check_document` gives every code of the catalogue exactly once and in its order, so that what was
not done is never left out. docs/document_checks.md is the table of codes for consumers.
"""

from dataclasses import dataclass
from datetime import date

from firmware_app.domain import codes
from firmware_app.domain import document_checks_dates as dates
from firmware_app.domain import document_checks_reading as reading
from firmware_app.domain.document_checks_catalogue import CATALOGUE, Check, Result, because, passed
from firmware_app.domain.document_checks_chip import ChipEvidence, check_chip
from firmware_app.domain.document_checks_visual import VisualZone, against_visual
from firmware_app.domain.mrz_layouts import LAYOUTS, named
from firmware_app.domain.mrz_values import Mrz

__all__ = ["Check", "Evidence", "Result", "check_document"]

KINDS = frozenset("".join(layout.begins for layout in LAYOUTS))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the zone itself.

    clock_uncertain_days: by how much `today` may be wrong. confidence: a camera's own doubt, None
    where no camera read. visual_zone: what the page says to people, None where nobody read it.
    chip: what its reading found, None where the kiosk has no chip reader. typed: by a person, field
    by field.
    """

    clock_uncertain_days: int = 0
    confidence: reading.Confidence | None = None
    visual_zone: VisualZone | None = None
    chip: ChipEvidence | None = None
    typed: bool = False


ZONE_ALONE = Evidence()


def check_document(mrz: Mrz, today: date, evidence: Evidence = ZONE_ALONE) -> tuple[Check, ...]:
    """Every check of this release in the catalogue's order; never raises for a parsed zone."""
    about = dates.Today.about(today, evidence.clock_uncertain_days)
    done = [
        because("mrz.format", "typed") if evidence.typed else passed("mrz.format"),
        reading.characters(mrz),
        *reading.check_digits(mrz, typed=evidence.typed),
        because("mrz.repaired", "typed") if evidence.typed else reading.repairs(mrz),
        reading.confidence(mrz, evidence.confidence),
        reading.names(mrz),
        *_what_it_is(mrz),
        dates.expiry(mrz, about),
        dates.plausibility(mrz, about),
        _optional_data(mrz),
        *against_visual(mrz, evidence.visual_zone),
        *check_chip(mrz, evidence.chip),
    ]
    answered = {check.code: check for check in done}
    return tuple(answered.get(code) or _not_built_in(code) for code in CATALOGUE)


def _not_built_in(code: str) -> Check:
    """A check that this kiosk has no device for: the catalogue knows its one reason."""
    return because(code, next(iter(CATALOGUE[code].whys)))


def _what_it_is(mrz: Mrz) -> tuple[Check, ...]:
    return (
        _kind(mrz),
        _travel_document(mrz),
        _issuing_state(mrz),
        _nationality(mrz),
        _specimen(mrz),
    )


def _kind(mrz: Mrz) -> Check:
    first = mrz.document_code[:1]
    if first not in KINDS:
        return because("document.kind", "kind_unknown")
    if not codes.is_known_kind(mrz.layout, mrz.document_code):
        return because("document.kind", "kind_not_of_layout")
    return passed("document.kind")


def _travel_document(mrz: Mrz) -> Check:
    code = "document.travel_document"
    return because(code, "visa") if mrz.document_code.startswith("V") else passed(code)


def _issuing_state(mrz: Mrz) -> Check:
    code = "document.issuing_state"
    withdrawn = codes.is_former_state(mrz.issuing_state)
    return because(code, "code_withdrawn") if withdrawn else _state(code, mrz.issuing_state)


def _nationality(mrz: Mrz) -> Check:
    code = "document.nationality"
    if named(mrz.layout).nationality is None:
        return because(code, "not_in_layout", "mrz.layout")
    return _state(code, mrz.nationality)


def _state(code: str, state: str) -> Check:
    return passed(code) if codes.is_known_state(state) else because(code, "code_unknown")


def _specimen(mrz: Mrz) -> Check:
    code = "document.specimen"
    specimen = any(codes.is_specimen_state(one) for one in (mrz.issuing_state, mrz.nationality))
    return because(code, "specimen_state") if specimen else passed(code)


def _optional_data(mrz: Mrz) -> Check:
    code = "document.optional_data"
    why = "national_meaning" if any(mrz.optional) else "field_empty"
    return because(code, why, "mrz.optional")
