"""The chip's checks: nothing is valid by default, proofs need genuine data, failures count."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from firmware_app.domain.document_checks import Evidence, check_document
from firmware_app.domain.document_checks_catalogue import CATALOGUE, Follow, Result, follow
from firmware_app.domain.document_checks_chip import (
    Access,
    Answer,
    ChipEvidence,
    PassiveEvidence,
    ProofEvidence,
    Reading,
    check_chip,
)
from firmware_app.domain.document_checks_chip_codes import CHIP
from firmware_app.domain.mrz import parse

MRZ = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    date(2026, 11, 22),
)
YES, NO, OPEN = Answer(Result.PASSED), Answer(Result.FAILED), Answer(Result.NOT_DONE)
NONE = Answer(Result.NOT_APPLICABLE)
GENUINE = PassiveEvidence(YES, YES, YES, OPEN, YES, YES, state="UTO")
GOOD = ChipEvidence(
    Reading.READ,
    access=Access.PACE,
    files=("com", "sod", "dg1", "dg2", "dg15"),
    card_access=YES,
    passive=GENUINE,
    proofs=ProofEvidence(active=YES, chip=NONE, mapping=NONE),
    lines=MRZ.lines,
)


def by_code(chip, mrz=MRZ):
    return {check.code: check for check in check_chip(mrz, chip)}


def said(code, chip, mrz=MRZ):
    check = by_code(chip, mrz)[code]
    return check.result.value, check.why


def passive(**answers):
    return replace(GOOD, passive=replace(GENUINE, **answers))


def proofs(**answers):
    return replace(GOOD, proofs=ProofEvidence(**answers))


@pytest.mark.parametrize(
    "chip", [None, GOOD, *(ChipEvidence(reading) for reading in Reading)], ids=repr
)
def test_every_code_is_answered_once_in_the_catalogues_order(chip):
    assert [check.code for check in check_chip(MRZ, chip)] == list(CHIP)
    whole = check_document(MRZ, date(2026, 11, 22), Evidence(chip=chip))
    assert [check.code for check in whole] == list(CATALOGUE)


def test_a_good_chip_passes_what_it_has():
    results = {code: check.result.value for code, check in by_code(GOOD).items()}
    assert {code for code, result in results.items() if result != "passed"} == {
        "chip.passive.revocation",
        "chip.chip_authentication",
        "chip.chip_authentication_mapping",
    }
    assert said("chip.chip_authentication", GOOD) == ("not_applicable", "not_offered")
    assert by_code(GOOD)["chip.read"].inputs == (
        "chip.com", "chip.sod", "chip.dg1", "chip.dg2", "chip.dg15",
    )  # fmt: skip
    assert by_code(GOOD)["chip.passive.hashes"].inputs == (
        "chip.sod", "chip.dg1", "chip.dg2", "chip.dg15",
    )  # fmt: skip


def test_a_chip_of_which_nothing_is_known_passes_nothing_but_that_it_was_read():
    checks = by_code(ChipEvidence(Reading.READ, access=Access.PACE))
    passed = {code for code, check in checks.items() if check.result is Result.PASSED}
    assert passed == {"chip.read", "chip.access_protocol"}
    assert not any(check.result is Result.FAILED for check in checks.values())


@pytest.mark.parametrize(
    ("reading", "answer", "then"),
    [
        (Reading.NO_CHIP, ("not_done", "no_chip_answered"), Follow.NOTHING),
        (Reading.NO_READER, ("not_done", "reader_away"), Follow.NOTHING),
        (Reading.REFUSED, ("failed", "access_refused"), Follow.READ_AGAIN),
        (Reading.BROKEN_OFF, ("not_done", "broken_off"), Follow.READ_AGAIN),
    ],
)
def test_a_chip_that_was_not_read_says_why_once(reading, answer, then):
    checks = by_code(replace(GOOD, reading=reading))
    assert (checks["chip.read"].result.value, checks["chip.read"].why) == answer
    assert follow(checks["chip.read"]) is then
    rest = [check for code, check in checks.items() if code != "chip.read"]
    assert {(check.result, check.why) for check in rest} == {(Result.NOT_DONE, "chip_not_read")}


def test_files_that_are_missing_or_protected_are_said():
    assert said("chip.read", replace(GOOD, protected=("dg3",))) == ("passed", "files_protected")
    both = replace(GOOD, protected=("dg3",), unread=("dg2",))
    assert said("chip.read", both) == ("not_done", "files_unread")


@pytest.mark.parametrize(
    ("access", "answer"),
    [
        (Access.PACE, ("passed", "")),
        (Access.BAC, ("passed", "basic_access_control")),
        (Access.BAC_AFTER_PACE, ("failed", "bac_after_pace")),
        (Access.NONE, ("not_applicable", "no_access_control")),
    ],
)
def test_the_weaker_way_in_is_a_finding_only_where_a_stronger_was_offered(access, answer):
    assert said("chip.access_protocol", replace(GOOD, access=access)) == answer


# ---- passive authentication -----------------------------------------------------------------

PARTS = ("signature", "chain", "validity", "revocation", "hashes", "issuing_state")


@pytest.mark.parametrize("part", PARTS)
def test_one_failed_part_is_enough_and_is_named(part):
    chip = passive(**{part: NO})
    check = by_code(chip)["chip.passive_authentication"]
    assert (check.result.value, check.why) == ("failed", "not_genuine")
    assert check.inputs == ("chip.sod", f"chip.passive.{part}")
    assert said("chip.proven", chip) == ("not_done", "data_not_genuine")
    assert follow(check) is Follow.REFER


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_nobody_judged_is_never_a_pass_of_the_whole_but_for_revocation(part):
    expected = ("passed", "") if part == "revocation" else ("not_done", "not_judged")
    assert said("chip.passive_authentication", passive(**{part: OPEN})) == expected


def test_an_unknown_issuer_is_not_done_and_says_so():
    chip = passive(chain=Answer(Result.NOT_DONE, "issuer_unknown"))
    assert said("chip.passive.chain", chip) == ("not_done", "issuer_unknown")
    assert said("chip.passive_authentication", chip) == ("not_done", "issuer_unknown")
    assert said("chip.active_authentication", chip) == ("not_done", "data_not_genuine")


def test_no_group_read_is_no_genuine_data():
    chip = passive(hashes=NONE)
    assert said("chip.passive.hashes", chip) == ("not_applicable", "no_group_read")
    assert said("chip.passive_authentication", chip) == ("not_done", "not_judged")


@pytest.mark.parametrize(
    ("part", "answer", "words"),
    [
        ("signature", Answer(Result.FAILED, "unparsable"), ("failed", "unparsable")),
        ("signature", NO, ("failed", "does_not_hold")),
        ("revocation", Answer(Result.FAILED, "revoked"), ("failed", "revoked")),
        ("revocation", Answer(Result.NOT_DONE, "no_list"), ("not_done", "no_list")),
        ("issuing_state", NO, ("failed", "differs")),
        ("chain", Answer(Result.FAILED, "no such reason"), ("failed", "does_not_hold")),
        ("chain", Answer(Result.PASSED, "issuer_unknown"), ("passed", "")),
        ("chain", Answer(Result.FAILED, "issuer_unknown"), ("failed", "does_not_hold")),
        ("validity", NONE, ("not_done", "not_judged")),
    ],
)
def test_answers_are_told_in_the_catalogues_words(part, answer, words):
    assert said(f"chip.passive.{part}", passive(**{part: answer})) == words


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("why", ["", "no such reason", "not_judged"])
def test_a_failure_stays_a_failure_whatever_reason_is_given(part, why):
    check = by_code(passive(**{part: Answer(Result.FAILED, why)}))[f"chip.passive.{part}"]
    assert check.result is Result.FAILED


# ---- the chip's own proofs ------------------------------------------------------------------


def test_genuine_data_alone_leave_the_chip_unproven():
    for chip in (proofs(active=NONE, chip=NONE, mapping=NONE), proofs()):
        assert said("chip.passive_authentication", chip) == ("passed", "")
        assert said("chip.proven", chip) == ("not_done", "genuine_data_chip_not_proven")


@pytest.mark.parametrize("protocol", ["active", "chip", "mapping"])
def test_any_proof_proves_and_any_failure_outweighs_it(protocol):
    rest = {one: YES for one in ("active", "chip", "mapping") if one != protocol}
    assert said("chip.proven", proofs(**{protocol: YES}))[0] == "passed"
    assert said("chip.proven", proofs(**{protocol: NO}, **rest)) == ("failed", "does_not_hold")
    withheld = Answer(Result.FAILED, "withheld")
    assert said("chip.proven", proofs(**{protocol: withheld}, **rest))[0] == "failed"


def test_a_proof_by_a_key_that_nobody_signed_proves_nothing():
    chip = replace(GOOD, passive=PassiveEvidence())
    for code in ("chip.active_authentication", "chip.proven", "chip.card_access_against_dg14"):
        assert said(code, chip) == ("not_done", "data_not_genuine")
    assert said("chip.chip_authentication", chip) == ("not_done", "data_not_genuine")


def test_what_fails_fails_also_without_genuine_data():
    chip = replace(proofs(active=NO), passive=PassiveEvidence(), card_access=NO)
    assert said("chip.active_authentication", chip)[0] == "failed"
    assert said("chip.proven", chip)[0] == "failed"
    assert said("chip.card_access_against_dg14", chip) == ("failed", "differs")


def test_a_chip_without_card_access_has_nothing_to_compare():
    chip = replace(GOOD, card_access=NONE, passive=PassiveEvidence())
    assert said("chip.card_access_against_dg14", chip) == ("not_applicable", "no_card_access")


def test_no_combination_of_answers_makes_an_unproven_chip_proven():
    for answers in product((YES, NO, OPEN, NONE), repeat=4):
        signature, chain, active, agreed = answers
        chip = replace(
            GOOD,
            passive=replace(GENUINE, signature=signature, chain=chain),
            proofs=ProofEvidence(active=active, chip=agreed),
        )
        proven = said("chip.proven", chip)[0] == "passed"
        genuine = signature is YES and chain is YES
        assert proven == (genuine and YES in {active, agreed} and NO not in {active, agreed})


# ---- against the printed lines --------------------------------------------------------------


def test_lines_that_differ_are_read_again_and_then_go_to_the_officer():
    other = (MRZ.lines[0], MRZ.lines[1].replace("L898902C3", "L898902C4"))
    check = by_code(replace(GOOD, lines=other))["chip.dg1_against_mrz"]
    assert (check.result, check.why) == (Result.FAILED, "differs")
    assert follow(check) is Follow.READ_AGAIN
    assert said("chip.dg1_against_mrz", replace(GOOD, lines=())) == ("not_done", "not_judged")


@pytest.mark.parametrize(
    ("chip", "answer"),
    [
        (GOOD, ("passed", "")),
        (passive(state="FRA"), ("failed", "differs")),
        (passive(issuing_state=NO), ("failed", "differs")),
        (passive(issuing_state=OPEN), ("not_done", "not_judged")),
        (passive(state=""), ("not_done", "not_judged")),
    ],
)
def test_the_signers_state_is_the_printed_one(chip, answer):
    assert said("chip.issuer_against_mrz", chip) == answer


def test_a_state_of_one_letter_is_the_same_with_and_without_fillers():
    german = replace(MRZ, issuing_state="D")
    assert said("chip.issuer_against_mrz", passive(state="D<<"), german)[0] == "passed"


def test_nothing_personal_is_shown():
    assert repr(GOOD) == "ChipEvidence(read, pace, 5 files)"
    assert "ERIKSSON" not in str(check_chip(MRZ, GOOD))
