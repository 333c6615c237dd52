"""The document checks: what fails, what passes, and that nothing undone is left out."""

from dataclasses import replace
from datetime import date

import pytest

from firmware_app.domain.document_checks import Evidence, Result, check_document
from firmware_app.domain.document_checks_catalogue import CATALOGUE, Check, Follow, follow
from firmware_app.domain.document_checks_reading import Confidence
from firmware_app.domain.mrz import CheckDigit, Repair, parse
from firmware_app.domain.mrz_layouts import LAYOUTS

TODAY = date(2026, 11, 22)
EXPIRED = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)
GOOD = replace(EXPIRED, issuing_state="FRA", nationality="FRA", expiry="2031-04-15")
CARD = parse(
    (
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ),
    TODAY,
)
FRENCH = replace(
    CARD, layout="FR-ID", document_code="ID", expiry="", nationality="FRA", issued="2019-05"
)


def by_code(mrz, today=TODAY, evidence=None):
    return {check.code: check for check in check_document(mrz, today, evidence or Evidence())}


def said(code, mrz, today=TODAY, evidence=None):
    check = by_code(mrz, today, evidence)[code]
    return check.result.value, check.why


def failed(mrz, today=TODAY):
    return [code for code, check in by_code(mrz, today).items() if check.result is Result.FAILED]


def test_every_code_of_the_catalogue_is_answered_once_and_in_its_order():
    for mrz in (EXPIRED, GOOD, CARD, FRENCH):
        assert [check.code for check in check_document(mrz, TODAY)] == list(CATALOGUE)


def test_a_valid_passport_fails_nothing():
    assert failed(GOOD) == []


def test_an_expired_specimen_fails_by_its_expiry_and_its_state_only():
    assert failed(EXPIRED) == ["document.specimen", "document.expiry"]


def test_codes_that_were_shipped_stay():
    shipped = ["mrz.format", "document.expiry", "vz.against_mrz"]
    shipped += [f"mrz.check_digit.{one}" for one in ("number", "birth", "expiry", "optional")]
    shipped += ["mrz.check_digit.composite", "chip.passive_authentication"]
    shipped += ["chip.active_authentication", "chip.dg1_against_mrz"]
    assert set(shipped) <= set(CATALOGUE)


def test_what_was_not_done_is_listed_with_its_reason():
    checks = by_code(GOOD)
    undone = [one for one in checks.values() if one.code.startswith(("vz.", "chip.", "optical."))]
    assert len(undone) > 15
    assert {one.result for one in undone} == {Result.NOT_DONE}
    assert {one.why for one in undone} == {
        "visual_zone_not_read",
        "no_chip_reader",
        "no_page_scanner",
    }
    assert not any(one.inputs for one in undone), "what was not done used nothing"


# ---- expiry ---------------------------------------------------------------------------------


def test_the_last_day_is_still_valid():
    assert said("document.expiry", EXPIRED, date(2012, 4, 15)) == ("passed", "")
    assert said("document.expiry", EXPIRED, date(2012, 4, 16)) == ("failed", "expired")


@pytest.mark.parametrize(
    ("expiry", "answer"),
    [
        ("2031-XX-XX", ("not_done", "expiry_incomplete")),
        ("2031-02-30", ("failed", "expiry_no_date")),
        ("2025-XX-XX", ("failed", "expired")),
        ("2099-12-31", ("passed", "")),
        ("", ("not_done", "expiry_not_printed")),
    ],
)
def test_an_expiry_is_judged_as_far_as_it_is_known(expiry, answer):
    assert said("document.expiry", replace(GOOD, expiry=expiry)) == answer


@pytest.mark.parametrize(
    ("mrz", "answer"),
    [
        (replace(CARD, expiry=""), ("not_applicable", "never_expires")),
        (replace(CARD, expiry="1999-01-01"), ("not_done", "expiry_perhaps_never")),
        (replace(CARD, expiry="2099-12-31"), ("not_done", "expiry_perhaps_never")),
        (FRENCH, ("not_done", "not_in_layout")),
    ],
)
def test_cards_without_an_end_are_told_from_cards_that_do_not_say_it(mrz, answer):
    assert said("document.expiry", mrz) == answer


@pytest.mark.parametrize(
    ("today", "answer"),
    [
        (date(2031, 4, 12), ("passed", "")),
        (date(2031, 4, 14), ("not_done", "clock_not_sure")),
        (date(2031, 4, 17), ("not_done", "clock_not_sure")),
        (date(2031, 4, 18), ("failed", "expired")),
    ],
)
def test_a_day_that_the_clock_does_not_know_is_not_judged(today, answer):
    evidence = Evidence(clock_uncertain_days=2)
    assert said("document.expiry", GOOD, today, evidence) == answer


def test_an_expiry_that_was_not_judged_goes_to_the_officer():
    for why, entry in CATALOGUE["document.expiry"].whys.items():
        expected = Follow.NOTHING if why == "never_expires" else Follow.REFER
        again = why == "expiry_no_date"
        assert entry.follow is (Follow.READ_AGAIN if again else expected), why


# ---- plausibility ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"birth": "1974-02-30"}, "birth_no_date"),
        ({"birth": "2026-11-23"}, "born_after_today"),
        ({"birth": "2030-XX-XX"}, "born_after_today"),
        ({"birth": "2013-01-01", "expiry": "2012-04-15"}, "born_after_expiry"),
        ({"birth": "1902-01-01"}, "age_implausible"),
        ({"expiry": "2042-01-01"}, "expiry_too_far"),
        ({"issued": "2027-01"}, "issued_after_today"),
        ({"birth": "2019-06-01", "issued": "2019-05"}, "born_after_issue"),
    ],
)
def test_dates_that_cannot_belong_together_fail_with_the_reason(change, why):
    assert said("document.issue_plausibility", replace(GOOD, **change)) == ("failed", why)


@pytest.mark.parametrize(
    "change",
    [
        {"birth": "2026-11-22"},
        {"birth": "2026-XX-XX"},
        {"birth": "1903-11-22"},
        {"expiry": "2037-11-22"},
        {"birth": "1974-02-XX"},
        {"birth": "XXXX-05-17"},
        {"expiry": "2031-02-30"},
    ],
)
def test_rare_but_possible_dates_pass(change):
    assert said("document.issue_plausibility", replace(GOOD, **change)) == ("passed", "")


def test_the_old_may_have_cards_for_decades_and_the_young_may_not():
    old = replace(CARD, birth="1950-01-01", expiry="2075-01-01")
    young = replace(old, birth="1990-01-01")
    code = "document.issue_plausibility"
    assert said(code, old)[0] == "passed"
    assert said(code, replace(old, birth="XXXX-XX-XX"))[0] == "passed"
    assert said(code, young) == ("failed", "expiry_too_far")


def test_only_dates_that_were_known_are_named_as_inputs():
    check = by_code(replace(GOOD, birth="XXXX-XX-XX"))["document.issue_plausibility"]
    assert check.inputs == ("mrz.expiry", "mrz.document_code", "today")
    nothing = replace(GOOD, birth="XXXX-XX-XX", expiry="")
    assert said("document.issue_plausibility", nothing) == ("not_done", "dates_unknown")


# ---- the reading ----------------------------------------------------------------------------


def test_each_check_digit_is_answered_by_its_field():
    digits = (
        CheckDigit("number", holds=True, printed="6"),
        CheckDigit("birth", holds=False, printed="3"),
        CheckDigit("expiry", holds=False, printed="O"),
        CheckDigit("optional", holds=True, printed="<", absent=True),
    )
    answers = by_code(replace(GOOD, check_digits=digits))
    found = {
        code.rpartition(".")[2]: (check.result.value, check.why)
        for code, check in answers.items()
        if code.startswith("mrz.check_digit.")
    }
    assert found == {
        "number": ("passed", ""),
        "birth": ("failed", "wrong"),
        "expiry": ("failed", "not_a_digit"),
        "optional": ("not_applicable", "field_empty"),
        "composite": ("not_applicable", "not_in_layout"),
    }


def test_a_repair_is_reported_with_its_place_and_fails_nothing():
    repaired = replace(GOOD, repairs=(Repair(1, 13, "O", "0", "class"),))
    check = by_code(repaired)["mrz.repaired"]
    assert (check.result, check.why) == (Result.PASSED, "repaired")
    assert check.inputs == ("mrz.line.2:14",)
    assert by_code(GOOD)["mrz.repaired"].why == ""


def camera(*doubtful, sure=0.9):
    lines = [[0.99] * 44, [0.99] * 44]
    for line, column, value in doubtful:
        lines[line][column] = value
    return Evidence(confidence=Confidence(tuple(map(tuple, lines)), sure))


def test_a_doubtful_character_is_named_by_its_place():
    check = by_code(GOOD, evidence=camera((0, 4, 0.5), (1, 8, 0.89)))["mrz.read_confidence"]
    assert (check.result, check.why) == (Result.FAILED, "doubtful_characters")
    assert check.inputs == ("mrz.line.1:5", "mrz.line.2:9")
    assert follow(check) is Follow.READ_AGAIN


@pytest.mark.parametrize(
    ("doubts", "answer"),
    [
        ([(1, 13, 0.5)], ("passed", "doubt_settled")),
        ([(1, 43, 0.5)], ("passed", "doubt_settled")),
        ([(1, 13, 0.5), (1, 21, 0.5)], ("passed", "doubt_settled")),
        ([(1, 13, 0.5), (1, 14, 0.5)], ("failed", "doubtful_characters")),
        ([(1, 0, 0.5)], ("failed", "doubtful_characters")),
        ([(0, 6, 0.5)], ("failed", "doubtful_characters")),
        ([(1, 11, 0.5)], ("failed", "doubtful_characters")),
    ],
    ids=["birth", "composite", "birth and expiry", "two in one", "letter", "name", "state"],
)
def test_a_check_digit_settles_one_doubtful_numeral_and_no_letter(doubts, answer):
    assert said("mrz.read_confidence", EXPIRED, evidence=camera(*doubts)) == answer


def test_a_wrong_check_digit_settles_no_doubt():
    wrong = parse((EXPIRED.lines[0], EXPIRED.lines[1].replace("7408122", "7408132")), TODAY)
    assert said("mrz.read_confidence", wrong, evidence=camera((1, 13, 0.5)))[0] == "failed"


def test_what_a_check_digit_repaired_is_settled_and_what_the_column_alone_says_is_not():
    by_digit = replace(EXPIRED, repairs=(Repair(1, 0, "I", "L", "check_digit"),))
    by_class = replace(EXPIRED, repairs=(Repair(0, 6, "0", "O", "class"),))
    assert said("mrz.read_confidence", by_digit, evidence=camera((1, 0, 0.5)))[0] == "passed"
    assert said("mrz.read_confidence", by_class, evidence=camera((0, 6, 0.5)))[0] == "failed"


def test_a_sure_camera_passes_and_no_camera_is_no_case():
    assert said("mrz.read_confidence", GOOD, evidence=camera((1, 1, 0.9))) == ("passed", "")
    assert said("mrz.read_confidence", GOOD) == ("not_applicable", "not_read_by_camera")


@pytest.mark.parametrize("value", [float("nan"), -0.1, 1.1, float("inf")])
def test_a_confidence_that_is_none_is_doubt(value):
    evidence = camera((0, 0, value))
    assert said("mrz.read_confidence", GOOD, evidence=evidence)[1] == "doubtful_characters"
    assert 0 <= evidence.confidence.least <= 1


def test_a_confidence_of_other_lines_is_no_confidence():
    evidence = Evidence(confidence=Confidence(((0.99,) * 36, (0.99,) * 36), 0.9))
    assert said("mrz.read_confidence", GOOD, evidence=evidence) == (
        "failed",
        "confidence_incomplete",
    )


def test_a_picture_of_nothing_but_doubt_names_a_bounded_number_of_places():
    evidence = Evidence(confidence=Confidence(((0.1,) * 44, (0.1,) * 44), 0.9))
    assert len(by_code(GOOD, evidence=evidence)["mrz.read_confidence"].inputs) == 16


def test_malformed_fields_and_cut_names_are_told():
    odd = replace(GOOD, malformed=("names", "nationality"), names_truncated=True)
    check = by_code(odd)["mrz.forbidden_characters"]
    assert (check.why, check.inputs) == ("malformed_fields", ("mrz.names", "mrz.nationality"))
    assert said("mrz.names_complete", odd) == ("not_done", "names_may_be_cut")


# ---- the document ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code", "why"),
    [
        ({"document_code": "X"}, "document.kind", "kind_unknown"),
        ({"document_code": "I"}, "document.kind", "kind_not_of_layout"),
        ({"document_code": "V"}, "document.travel_document", "visa"),
        ({"document_code": "IV", "layout": "TD1"}, "document.kind", "kind_not_of_layout"),
        ({"issuing_state": "SUN"}, "document.issuing_state", "code_withdrawn"),
        ({"issuing_state": "QQQ"}, "document.issuing_state", "code_unknown"),
        ({"nationality": "QQQ"}, "document.nationality", "code_unknown"),
        ({"nationality": ""}, "document.nationality", "code_unknown"),
        ({"nationality": "UTO"}, "document.specimen", "specimen_state"),
    ],
)
def test_what_the_document_cannot_be_fails(change, code, why):
    assert said(code, replace(GOOD, **change)) == ("failed", why)


def test_the_specimen_state_is_a_known_code_and_a_specimen():
    assert said("document.issuing_state", EXPIRED) == ("passed", "")
    assert said("document.specimen", EXPIRED) == ("failed", "specimen_state")


def test_every_layout_knows_its_own_kinds():
    for layout in LAYOUTS:
        for first in layout.begins:
            code = replace(GOOD, layout=layout.name, document_code=first)
            assert said("document.kind", code) == ("passed", "")


def test_national_data_are_left_untouched_and_that_is_said():
    assert said("document.optional_data", GOOD) == ("not_done", "national_meaning")
    empty = replace(GOOD, optional=("",))
    assert said("document.optional_data", empty) == ("not_applicable", "field_empty")


def test_a_check_of_a_newer_release_is_followed_by_its_result():
    assert follow(Check("chip.future", Result.FAILED, "new")) is Follow.REFER
    assert follow(Check("chip.future", Result.NOT_DONE, "new")) is Follow.NOTHING
