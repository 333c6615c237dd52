"""The document checks: what fails, what passes, and that nothing undone is left out."""

from dataclasses import replace
from datetime import date

from firmware_app.domain.document_checks import CHIP_CHECKS, Result, check_document
from firmware_app.domain.mrz import parse

TODAY = date(2026, 11, 22)
EXPIRED = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)


def _by_code(mrz, today=TODAY):
    return {check.code: check for check in check_document(mrz, today)}


def test_an_expired_passport_fails_by_its_expiry_only():
    checks = _by_code(EXPIRED)
    assert checks["document.expiry"].result is Result.FAILED
    failed = [code for code, check in checks.items() if check.result is Result.FAILED]
    assert failed == ["document.expiry"]


def test_the_last_day_is_still_valid():
    assert _by_code(EXPIRED, date(2012, 4, 15))["document.expiry"].result is Result.PASSED
    assert _by_code(EXPIRED, date(2012, 4, 16))["document.expiry"].result is Result.FAILED


def test_an_incomplete_or_absent_expiry_is_not_judged():
    unknown = _by_code(replace(EXPIRED, expiry="2031-XX-XX"))["document.expiry"]
    never = _by_code(replace(EXPIRED, expiry=""))["document.expiry"]
    assert (unknown.result, never.result) == (Result.NOT_DONE, Result.NOT_APPLICABLE)
    assert unknown.why
    assert never.why


def test_what_was_not_done_is_listed_with_its_reason():
    checks = _by_code(EXPIRED)
    for code in (*CHIP_CHECKS, "vz.against_mrz"):
        assert checks[code].result is Result.NOT_DONE
        assert checks[code].why
