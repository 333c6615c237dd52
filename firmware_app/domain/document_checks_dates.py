"""The checks on a document's dates: is it valid, and can its dates belong together (pure)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from firmware_app.domain.document_checks_catalogue import Check, because, passed
from firmware_app.domain.mrz_layouts import TD1, named
from firmware_app.domain.mrz_values import Mrz

EXPIRY = "document.expiry"
PLAUSIBLE = "document.issue_plausibility"
IDENTITY_CARDS = frozenset(TD1.begins)
NEVER_BY_CUSTOM = ("99-01-01", "99-12-31")
OLDEST_YEARS = 123
"""One more than the longest proven life (122 years and 164 days)."""
LONGEST_YEARS = 15
"""Passports and visas are issued for ten years, some longer by what an older one had left."""
CARDS_FOR_LIFE_FROM_YEARS = 55
"""Several states give the elderly identity cards for decades; no limit is applied from here."""


@dataclass(frozen=True, slots=True)
class Today:
    """The day, as well as the kiosk knows it: between `earliest` and `latest`."""

    earliest: date
    latest: date

    @classmethod
    def about(cls, today: date, uncertain_days: int) -> "Today":
        """Today give or take some days; stays within the calendar."""
        doubt = timedelta(days=max(uncertain_days, 0))
        return cls(
            max(today, date.min + doubt) - doubt,
            min(today, date.max - doubt) + doubt,
        )


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day that a date with unknown parts can mean."""

    first: date
    last: date


def span(text: str) -> Span | None:
    """The days that YYYY-MM-DD with `XX` for unknown parts can mean; None: year unknown.

    Raises ValueError where the calendar has no such day.
    """
    parts = re.fullmatch(r"(\d{4})-(\d\d|XX)-(\d\d|XX)", text, re.ASCII)
    if parts is None:
        return None
    year, month, day = parts.groups()
    months = (1, 12) if month == "XX" else (int(month), int(month))
    if not 1 <= months[0] <= months[1] <= 12 or not int(year):
        raise ValueError("no such month")
    lengths = [monthrange(int(year), one)[1] for one in months]
    days = (1, lengths[1]) if day == "XX" else (int(day), int(day))
    return Span(date(int(year), months[0], days[0]), date(int(year), months[1], days[1]))


def expiry(mrz: Mrz, today: Today) -> Check:
    """Whether the document is valid today; a day in doubt is not judged."""
    if not mrz.expiry:
        return because(EXPIRY, _why_no_expiry(mrz), "mrz.expiry", "mrz.document_code")
    if mrz.document_code[:1] in IDENTITY_CARDS and mrz.expiry[2:] in NEVER_BY_CUSTOM:
        return because(EXPIRY, "expiry_perhaps_never", "mrz.expiry", "mrz.document_code")
    try:
        return _valid(span(mrz.expiry), today)
    except ValueError:
        return because(EXPIRY, "expiry_no_date", "mrz.expiry")


def _why_no_expiry(mrz: Mrz) -> str:
    if named(mrz.layout).expiry is None:
        return "not_in_layout"
    card = mrz.document_code[:1] in IDENTITY_CARDS
    return "never_expires" if card else "expiry_not_printed"


def _valid(days: Span | None, today: Today) -> Check:
    if days is not None and days.last < today.earliest:
        return because(EXPIRY, "expired")
    if days is None or days.first != days.last:
        return because(EXPIRY, "expiry_incomplete", "mrz.expiry")
    if days.last < today.latest:
        return because(EXPIRY, "clock_not_sure", "mrz.expiry", "today")
    return passed(EXPIRY)


def plausibility(mrz: Mrz, today: Today) -> Check:
    """Whether birth, issue, expiry and kind can belong together; the first finding counts."""
    try:
        birth = span(mrz.birth)
    except ValueError:
        return because(PLAUSIBLE, "birth_no_date", "mrz.birth")
    issued, ends = _known_span(f"{mrz.issued}-XX"), _known_span(mrz.expiry)
    found = _issue_finding(birth, issued, today) or _birth_finding(birth, ends, today)
    if not found and ends and _too_far(mrz, birth, ends, today):
        found = "expiry_too_far"
    known = (("mrz.birth", birth), ("mrz.issued", issued), ("mrz.expiry", ends))
    inputs = tuple(name for name, days in known if days)
    if found:
        return because(PLAUSIBLE, found, *inputs, "mrz.document_code", "today")
    if not inputs:
        return because(PLAUSIBLE, "dates_unknown", *(name for name, _ in known))
    return passed(PLAUSIBLE, *inputs, "mrz.document_code", "today")


def _known_span(text: str) -> Span | None:
    """As `span`; a day that does not exist is unknown here: the expiry check finds it."""
    try:
        return span(text)
    except ValueError:
        return None


def _issue_finding(birth: Span | None, issued: Span | None, today: Today) -> str:
    if issued and issued.first > today.latest:
        return "issued_after_today"
    return "born_after_issue" if issued and birth and birth.first > issued.last else ""


def _birth_finding(birth: Span | None, ends: Span | None, today: Today) -> str:
    if birth is None:
        return ""
    if birth.first > today.latest:
        return "born_after_today"
    if ends and birth.first > ends.last:
        return "born_after_expiry"
    return "age_implausible" if today.earliest.year - birth.last.year > OLDEST_YEARS else ""


def _too_far(mrz: Mrz, birth: Span | None, ends: Span, today: Today) -> bool:
    if ends.first.year - today.latest.year <= LONGEST_YEARS:
        return False
    if mrz.document_code[:1] not in IDENTITY_CARDS:
        return True
    return birth is not None and today.latest.year - birth.first.year < CARDS_FOR_LIFE_FROM_YEARS
