"""What an inspector would check on the document, done or not done, in the words of BSI TR-03135."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from firmware_app.domain.mrz import Mrz


class Result(StrEnum):
    """How a check ended; `not_done` always says why."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: a stable code, its result, why as a code, and the names of its inputs."""

    code: str
    result: Result
    why: str = ""
    inputs: tuple[str, ...] = ()


NO_CHIP = "no_chip_reader"
CHIP_CHECKS = ("chip.passive_authentication", "chip.active_authentication", "chip.dg1_against_mrz")


def check_document(mrz: Mrz, today: date) -> tuple[Check, ...]:
    """Every check of this release in a fixed order; what was not done is never left out."""
    done = [Check("mrz.format", Result.PASSED, inputs=("mrz.lines",))]
    done += [
        Check(
            f"mrz.check_digit.{digit.field}",
            Result.PASSED if digit.holds else Result.FAILED,
            inputs=(f"mrz.{digit.field}",),
        )
        for digit in mrz.check_digits
    ]
    done.append(_expiry(mrz, today))
    done.append(Check("vz.against_mrz", Result.NOT_DONE, "visual_zone_not_read"))
    done += [Check(code, Result.NOT_DONE, NO_CHIP) for code in CHIP_CHECKS]
    return tuple(done)


def _expiry(mrz: Mrz, today: date) -> Check:
    inputs = ("mrz.expiry", "today")
    if not mrz.expiry:
        return Check("document.expiry", Result.NOT_APPLICABLE, "never_expires", inputs)
    if re.search("X", mrz.expiry):
        return Check("document.expiry", Result.NOT_DONE, "expiry_incomplete", inputs)
    try:
        last_day = date.fromisoformat(mrz.expiry)
    except ValueError:
        return Check("document.expiry", Result.FAILED, "expiry_no_date", inputs)
    if last_day < today:
        return Check("document.expiry", Result.FAILED, "expired", inputs)
    return Check("document.expiry", Result.PASSED, inputs=inputs)
