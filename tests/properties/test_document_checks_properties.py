"""Whatever parses is checked: each code once, in order, without an error, and fit for the wire."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from firmware_app.domain.document_checks import Evidence, Result, check_document
from firmware_app.domain.document_checks_catalogue import CATALOGUE
from firmware_app.domain.document_checks_chip import (
    Access,
    Answer,
    ChipEvidence,
    PassiveEvidence,
    ProofEvidence,
    Reading,
    check_chip,
)
from firmware_app.domain.document_checks_reading import Confidence
from firmware_app.domain.document_checks_visual import VisualZone, against_visual
from firmware_app.domain.mrz import MrzError, Repair, parse
from firmware_app.domain.mrz_shapes import shapes
from mqtt import groups

ZONE = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REPAIRS = st.builds(
    Repair, st.integers(0, 2), st.integers(0, 43), st.just("O"), st.just("0"), st.just("class")
)
CONFIDENCES = st.none() | st.builds(
    Confidence,
    st.lists(st.lists(st.floats(), max_size=44).map(tuple), max_size=3).map(tuple),
    st.floats(0, 1),
)
WORDS = st.text(max_size=12)
PAGES = st.none() | st.builds(VisualZone, *(8 * [WORDS]))
REASONS = sorted({why for entry in CATALOGUE.values() for why in entry.whys} | {"", "new"})
ANSWERS = st.builds(Answer, st.sampled_from(Result), st.sampled_from(REASONS))
FILES = st.lists(st.sampled_from(["com", "sod", "dg1", "dg2", "dg14"]), max_size=3).map(tuple)
READ_CHIPS = st.builds(
    ChipEvidence,
    st.just(Reading.READ),
    access=st.sampled_from(Access),
    files=FILES,
    unread=FILES,
    protected=FILES,
    card_access=ANSWERS,
    passive=st.builds(PassiveEvidence, *(6 * [ANSWERS]), st.sampled_from(["", "UTO", "D", "FRA"])),
    proofs=st.builds(ProofEvidence, ANSWERS, ANSWERS, ANSWERS),
)
CHIPS = st.none() | READ_CHIPS | st.builds(ChipEvidence, st.sampled_from(Reading))
EVIDENCE = st.builds(Evidence, st.integers(-2, 400_000), CONFIDENCES, PAGES, CHIPS)


@st.composite
def zones(draw):
    """Lines of a real layout with likely characters, a few of them changed to any other."""
    shape = draw(st.sampled_from(shapes()))
    lines = [list(map(str, (draw(st.sampled_from(sign)) for sign in row))) for row in shape.lines]
    for line in lines:
        for column in draw(st.lists(st.integers(0, len(line) - 1), max_size=3)):
            line[column] = draw(st.sampled_from(ZONE))
    return tuple("".join(line) for line in lines)


DATES = st.builds(
    "{:02d}{:02d}{:02d}".format, st.integers(0, 99), st.integers(0, 12), st.integers(0, 31)
)


@st.composite
def passports(draw):
    """Passports whose dates are dates of a kind, so that most of them parse."""
    state = draw(st.sampled_from(["UTO", "FRA", "D<<", "XXA", "QQQ", "SUN"]))
    kind = draw(st.sampled_from(["P<", "PD", "V<", "I<", "X<"]))
    name = draw(st.text("ABC<", min_size=39, max_size=39))
    birth, expiry = draw(DATES), draw(DATES | st.just("<<<<<<"))
    second = f"L898902C36{state}{birth}2F{expiry}9ZE184226B<<<<<10"
    return f"{kind}{state}{name}", second


@given(zones() | passports(), st.dates(), EVIDENCE, st.lists(REPAIRS, max_size=4))
def test_a_parsed_zone_is_always_checked(lines, today, evidence, repairs):
    try:
        mrz = parse(lines, today)
    except MrzError:
        return
    checks = check_document(replace(mrz, repairs=tuple(repairs)), today, evidence)
    assert [check.code for check in checks] == list(CATALOGUE)
    for check in checks:
        assert check.why or check.result is Result.PASSED
        groups.DocumentCheck(
            code=check.code,
            result=groups.Result(check.result.value),
            why=check.why or None,
            inputs=check.inputs,
        )


SPECIMEN = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    date(2026, 11, 22),
)


@given(PAGES)
def test_any_visual_zone_is_compared_without_an_error(visual):
    whole, *fields = against_visual(SPECIMEN, visual)
    failed = any(check.result is Result.FAILED for check in fields)
    assert (whole.result is Result.FAILED) is failed


@given(READ_CHIPS)
def test_a_chip_is_never_proven_by_a_failure_or_by_nothing(chip):
    mrz = parse(
        (
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ),
        date(2026, 11, 22),
    )
    told = {check.code: check.result for check in check_chip(mrz, chip)}
    answers = (chip.passive.signature, chip.passive.chain, chip.passive.validity)
    good = all(one.result is Result.PASSED for one in (*answers, chip.passive.hashes))
    failed = Result.FAILED in {chip.passive.revocation.result, chip.passive.issuing_state.result}
    proofs = {one.result for one in (chip.proofs.active, chip.proofs.chip, chip.proofs.mapping)}
    if told["chip.passive_authentication"] is Result.PASSED:
        assert good
        assert not failed
    if told["chip.proven"] is Result.PASSED:
        assert told["chip.passive_authentication"] is Result.PASSED
        assert Result.PASSED in proofs
        assert Result.FAILED not in proofs
    if Result.FAILED in proofs:
        assert told["chip.proven"] is Result.FAILED
