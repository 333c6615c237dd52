"""Dates of the machine readable zone: six characters to YYYY-MM-DD, and the century that is meant.

Doc 9303-3, 4.8: YYMMDD, unknown parts as fillers; in practice also as 00. Two digits of a year say
no century, so it follows from the kind of date and document and from today's date.
"""

import re
from datetime import date

from firmware_app.domain.mrz_layouts import Layout
from firmware_app.domain.mrz_values import MrzError

AHEAD_YEARS = 20
AHEAD_CARD_YEARS = 50
"""So far may an expiry lie ahead: passports and visas; cards, some of which hold for decades."""

_YEAR_AND_MONTH = re.compile(r"[0-9]{2}(0[1-9]|1[0-2])")
_ROMANIAN_CENTURIES = {"1": 1900, "2": 1900, "3": 1800, "4": 1800, "5": 2000, "6": 2000}


def expiry_of(text: str, layout: Layout, today: date) -> str:
    """YYYY-MM-DD, or nothing where no date is printed; raises MrzError where it can be no date.

    Of the years with these two digits it is the latest that is not too far ahead for the document.
    """
    if not text.strip("<"):
        return ""
    year, month, day = _parts(text, "expiry")
    if year == "XX":
        raise MrzError("the expiry year is no number.")
    ahead = AHEAD_CARD_YEARS if layout.name in {"TD1", "TD2", "RO-ID"} else AHEAD_YEARS
    return f"{_latest(int(year), today.year + ahead):04d}-{month}-{day}"


def issued_of(layout: Layout, number: str, today: date) -> str:
    """YYYY-MM from the French card's number; nothing for others, or where no month stands there."""
    if layout.name != "FR-ID" or not _YEAR_AND_MONTH.match(number):
        return ""
    return f"{_latest(int(number[:2]), today.year):04d}-{number[2:4]}"


def birth_of(text: str, not_after: str) -> str:
    """YYYY-MM-DD; unknown parts XX, an unknown year XXXX; raises MrzError where it can be no date.

    Of the years with these two digits it is the latest in which the birth is not after `not_after`:
    YYYY-MM-DD or YYYY-MM of today, or of the issue or expiry if that is earlier.
    """
    year, month, day = _parts(text, "birth")
    if year == "XX" or text == "000000":
        return f"XXXX-{month}-{day}"
    limit_year, limit_rest = not_after[:4], not_after[5:].replace("XX", "99")
    full = _latest(int(year), int(limit_year))
    rest = f"{month}-{day}".replace("XX", "01")
    if str(full) == limit_year and rest[: len(limit_rest)] > limit_rest:
        full -= 100
    return f"{full:04d}-{month}-{day}"


def romanian_birth(birth: str, personal: str) -> str:
    """The birth with the century that the first digit of the Romanian personal number tells."""
    century = _ROMANIAN_CENTURIES.get(personal[:1])
    if century is None or birth.startswith("XX"):
        return birth
    return f"{century // 100:02d}{birth[2:]}"


def _latest(two_digits: int, limit: int) -> int:
    """The latest year up to the limit that ends in these two digits."""
    return limit - (limit - two_digits) % 100


def _parts(text: str, name: str) -> tuple[str, str, str]:
    """Year, month and day as two digits each or XX; raises MrzError."""
    year, month, day = text[0:2], text[2:4], text[4:6]
    for part, top in ((year, 99), (month, 12), (day, 31)):
        if part != "<<" and not (part.isdigit() and int(part) <= top):
            raise MrzError(f"the {name} date is no date.")
    return _known(year, "<<"), _known(month, "<<", "00"), _known(day, "<<", "00")


def _known(part: str, *unknown: str) -> str:
    return "XX" if part in unknown else part
