"""From reader and passive authentication to checks: words fit, and no pass outdoes the verdict."""

from datetime import date
from itertools import product

import pytest

from drivers.chip.api import ChipProof, ChipReading, ProofResult, ProtocolProof
from drivers.chip.errors import ChipAccessError, ChipProtocolError
from drivers.chip.files import FileId
from drivers.chip.passive_result import (
    Finding,
    Found,
    GroupResult,
    PassiveResult,
    Question,
    Verdict,
)
from drivers.chip.tlv import write
from firmware_app.domain.document_checks_chip import Access, Reading, check_chip
from firmware_app.domain.mrz import parse
from firmware_app.workers.chip_evidence import NO_CHIP, evidence, unread

LINES = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
MRZ = parse(LINES, date(2026, 11, 22))
DG1 = write(0x61, write(0x5F1F, "".join(LINES).encode()))
ASKED = tuple(one for one in Question if one is not Question.ISSUER)


def proof(result=ProofResult.NOT_APPLICABLE):
    return ProtocolProof(result, "a sentence", "")


def reading(files=(FileId.SOD, FileId.COM, FileId.DG1), active=None, chip=None, **changes):
    whole = ChipProof(ProofResult.NOT_DONE, "", "", active or proof(), chip or proof(), proof())
    given = {
        "files": {int(file): DG1 if file is FileId.DG1 else b"" for file in files},
        "protected": (),
        "missing": (),
        "access": "PACE ECDH-GM AES-128 NIST P-256",
        "chip": whole,
        "apdus": 40,
        "card_access": b"there",
    }
    return ChipReading(**(given | changes))


def passive(verdict=Verdict.VALID, found=None, **changes):
    answers = dict.fromkeys(ASKED, Found.PASSED) | (found or {})
    findings = tuple(Finding(question, one, "a sentence") for question, one in answers.items())
    given = {"verdict": verdict, "reason": "", "findings": findings, "sod_sha256": "00"}
    return PassiveResult(**(given | {"issuing_state": "UTO"} | changes))


def checks(read=None, held=None):
    found = evidence(read or reading(), held or passive())
    return {check.code: (check.result.value, check.why) for check in check_chip(MRZ, found)}


def test_a_good_chip_passes_all_and_is_not_proven_without_a_proof():
    told = checks()
    assert told["chip.passive_authentication"] == ("passed", "")
    assert told["chip.dg1_against_mrz"] == ("passed", "")
    assert told["chip.issuer_against_mrz"] == ("passed", "")
    assert told["chip.card_access_against_dg14"] == ("passed", "")
    assert told["chip.proven"] == ("not_done", "genuine_data_chip_not_proven")
    assert checks(reading(active=proof(ProofResult.PASSED)))["chip.proven"] == ("passed", "")


def test_a_key_that_is_signed_and_not_given_is_withheld():
    told = checks(reading(active=proof(ProofResult.FAILED)))
    assert told["chip.active_authentication"] == ("failed", "withheld")
    here = (FileId.DG1, FileId.DG15)
    told = checks(reading(files=here, active=proof(ProofResult.FAILED)))
    assert told["chip.active_authentication"] == ("failed", "does_not_hold")
    assert told["chip.proven"] == ("failed", "does_not_hold")


@pytest.mark.parametrize(
    ("question", "found", "code", "answer"),
    [
        (Question.STRUCTURE, Found.FAILED, "signature", ("failed", "unparsable")),
        (Question.DIGEST, Found.FAILED, "signature", ("failed", "does_not_hold")),
        (Question.SIGNATURE, Found.NOT_DONE, "signature", ("not_done", "not_judged")),
        (Question.CHAIN, Found.FAILED, "chain", ("failed", "does_not_hold")),
        (Question.SIGNER, Found.FAILED, "chain", ("failed", "does_not_hold")),
        (Question.ISSUER, Found.NOT_DONE, "chain", ("not_done", "issuer_unknown")),
        (Question.PERIOD, Found.FAILED, "validity", ("failed", "does_not_hold")),
        (Question.REVOCATION, Found.FAILED, "revocation", ("failed", "revoked")),
        (Question.REVOCATION, Found.NOT_DONE, "revocation", ("not_done", "no_list")),
        (Question.GROUPS, Found.FAILED, "hashes", ("failed", "does_not_hold")),
        (Question.STATES, Found.FAILED, "issuing_state", ("failed", "differs")),
    ],
)
def test_each_finding_has_its_code(question, found, code, answer):
    told = checks(held=passive(Verdict.NOT_DONE, {question: found}))
    assert told[f"chip.passive.{code}"] == answer
    assert told["chip.passive_authentication"][0] == answer[0]
    assert told["chip.proven"][0] == "not_done"


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.VALID])
def test_no_pass_outdoes_the_verdict(verdict):
    assert checks(held=passive(verdict))["chip.passive_authentication"][0] == "not_done"
    for question, found in product(ASKED, Found):
        told = checks(held=passive(verdict, {question: found}))
        assert told["chip.passive_authentication"][0] != "passed", (question, found)


def test_a_chip_that_keeps_its_zone_to_itself_is_not_judged_genuine():
    """Else the good files of another's chip would pass beside a forged page."""
    told = checks(reading(files=(FileId.SOD, FileId.DG2)), passive(issuing_state=""))
    assert told["chip.passive.issuing_state"][0] == "not_done"
    assert told["chip.passive_authentication"] == ("not_done", "not_judged")
    assert told["chip.dg1_against_mrz"][0] == "not_done"


def test_what_was_not_asked_is_open():
    nothing = PassiveResult(Verdict.NOT_DONE, "", (), "00")
    told = checks(held=nothing)
    assert told["chip.passive_authentication"] == ("not_done", "not_judged")
    assert told["chip.active_authentication"] == ("not_done", "data_not_genuine")


@pytest.mark.parametrize(
    ("changes", "access"),
    [
        ({}, Access.PACE),
        ({"access": "BAC"}, Access.BAC),
        ({"access": "BAC", "warnings": ("bac_after_pace",)}, Access.BAC_AFTER_PACE),
        ({"access": "none"}, Access.NONE),
    ],
)
def test_the_way_in_is_told(changes, access):
    assert evidence(reading(**changes), passive()).access is access


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"card_access": b""}, ("not_applicable", "no_card_access")),
        ({"warnings": ("card_access_differs",)}, ("failed", "differs")),
        ({"warnings": ("sod_unreadable", "pace_hidden")}, ("failed", "pace_hidden")),
        ({"warnings": ("card_access_unsigned",)}, ("not_done", "unsigned")),
        ({"warnings": ("card_access_unreadable",)}, ("not_done", "not_judged")),
    ],
)
def test_card_access_is_told(changes, answer):
    assert checks(reading(**changes))["chip.card_access_against_dg14"] == answer


def test_files_are_named_and_what_is_signed_and_missing_is_said():
    groups = {1: GroupResult.MATCHES, 2: GroupResult.NOT_READ}
    read = reading(missing=(FileId.DG2, FileId.DG11), protected=(FileId.DG3,))
    found = evidence(read, passive(groups=groups))
    assert found.files == ("dg1", "sod", "com")
    assert found.unread == ("dg2",)
    assert found.protected == ("dg3",)


def test_a_security_object_that_is_not_given_is_withheld():
    told = checks(reading(files=(FileId.COM, FileId.DG1)), passive(verdict=Verdict.UNPARSABLE))
    assert told["chip.passive.signature"] == ("failed", "withheld")
    assert told["chip.passive_authentication"] == ("failed", "not_genuine")


def test_a_zone_that_is_none_is_not_compared():
    spoilt = reading()
    broken = reading(files=())
    assert evidence(spoilt, passive()).lines == LINES
    assert evidence(broken, passive()).lines == ()
    odd = ChipReading(
        files={1: b"\x61\x00"}, protected=(), missing=(), access="BAC", chip=spoilt.chip,
        apdus=1, card_access=b"",
    )  # fmt: skip
    assert evidence(odd, passive()).lines == ()


def test_a_chip_that_was_not_read_says_how():
    assert NO_CHIP.reading is Reading.NO_CHIP
    assert unread(ChipAccessError("chip", "no.")).reading is Reading.REFUSED
    assert unread(ChipProtocolError("chip", "no.")).reading is Reading.BROKEN_OFF
