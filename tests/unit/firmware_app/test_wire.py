"""From the document's checks to what the centre shows: nothing is lost, nothing cannot be said."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from firmware_app.clock import ClockQuality
from firmware_app.domain.biometrics import Became, Challenge, Liveness, LivenessDecision
from firmware_app.domain.crossing import Document, Party, ReadMethod, Stored, Visit
from firmware_app.domain.document_checks import Evidence, check_document
from firmware_app.domain.document_checks_catalogue import CATALOGUE
from firmware_app.domain.document_checks_reading import Confidence
from firmware_app.domain.mrz import MrzError, Repair, parse
from firmware_app.domain.mrz_shapes import shapes
from firmware_app.domain.rules import Outcome, Policy, decide
from firmware_app.workers.wire import Moment, Site, crossing_event
from firmware_app.workflow.party import next_visit
from firmware_app.workflow.runner import Durations
from firmware_app.workflow.vocabulary import StoreCrossing
from mqtt import events, groups
from mqtt.central.show import as_text
from mqtt.central.store import StoredEvent
from mqtt.contract import generate
from mqtt.envelope import Head

TODAY = date(2026, 11, 22)
EPOCH = "01a20168-0000-7000-8000-0000000000e0"
SITE = Site(
    kiosk_id="uto-1",
    post="UTABC/HAM",
    authority="UTO",
    lane="1",
    mode="LAND",
    training=False,
    legal_basis="act-12",
    notice_version="1",
    retention_days=30,
    software=groups.Software(
        release="0", git_commit="unknown", configuration_sha256=bytes(32), models={}
    ),
)
MOMENT = Moment(datetime(2026, 11, 22, 12, tzinfo=UTC), ClockQuality("ntp", 5), EPOCH, 1)
MRZ = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)
DOUBT = Confidence(((0.99,) * 44, (0.4, *(0.99,) * 43)), 0.9)


def said_document(mrz, confidence):
    checks = check_document(mrz, TODAY, Evidence(confidence=confidence))
    return Document(mrz, checks, ReadMethod.CAMERA, confidence)


def said(mrz, confidence=None):
    """The event of a visit with this document, as the centre decodes it."""
    visit = Visit("01a20168-0000-7000-8000-000000000001", document=said_document(mrz, confidence))
    command = StoreCrossing(visit, *decide(visit, Policy(), TODAY))
    event = crossing_event(SITE, command, Durations(), MOMENT, Head("uto-1", EPOCH, 1))
    return events.decode(events.encode(event))


def test_direction_means_group_and_notice_are_in_the_event():
    first, own = "01a20168-0000-7000-8000-000000000002", "01a20168-0000-7000-8000-000000000001"
    adult = Stored(first, "K7QM-2X9D-4T83", referred=False, adult=True)
    party = Party((adult,), "fr", pictures_only=True, direction="EXIT", transport="car")
    visit = replace(next_visit(own, party), document=said_document(MRZ, None))
    command = StoreCrossing(visit, Outcome.COMPLETED, (), accompanied_by=first)
    event = crossing_event(SITE, command, Durations(), MOMENT, Head("uto-1", EPOCH, 1))
    Draft202012Validator(generate.event_schema()).validate(json.loads(msgspec.json.encode(event)))
    crossing = events.decode(events.encode(event)).crossing
    assert (crossing.direction, crossing.transport) == ("EXIT", "car")
    assert (crossing.group_reference, crossing.group_person) == (first, 2)
    assert crossing.accompanied_by == first
    assert (event.law.notice_version, event.law.notice_language) == ("1", "zxx")
    alone = said(MRZ)
    assert (alone.crossing.group_reference, alone.crossing.group_person) == (own, 1)
    assert (alone.crossing.transport, alone.crossing.accompanied_by) == (None, None)
    assert alone.law.notice_language == "en"


def test_every_check_reaches_the_centre_in_its_order_with_reason_and_inputs():
    event = said(MRZ)
    assert [one.code for one in event.document_checks] == list(CATALOGUE)
    for sent, found in zip(check_document(MRZ, TODAY), event.document_checks, strict=True):
        expected = sent if sent.code != "mrz.read_confidence" else found
        assert (found.why or "", found.inputs) == (expected.why, expected.inputs)
        assert found.result.value == expected.result.value


def test_the_event_is_one_of_the_contract_and_the_centre_shows_what_was_not_done():
    event = said(MRZ, DOUBT)
    Draft202012Validator(generate.event_schema()).validate(json.loads(msgspec.json.encode(event)))
    when = "2026-11-22T12:00:00+00:00"
    place = (1, "uto-1", EPOCH, 1, "crossing", "demo", "software", when)
    shown = as_text(StoredEvent(*place, events.encode(event), 1)).splitlines()
    checks = [line.split()[1].rstrip(":") for line in shown if line.split()[1:2] != []]
    assert [one for one in checks if one in CATALOGUE] == list(CATALOGUE)
    assert "    - chip.passive_authentication: not_done (no_chip_reader)" in shown
    assert "    - mrz.read_confidence: failed (doubtful_characters); inputs mrz.line.2:1" in shown


def test_repairs_and_doubt_of_a_camera_are_in_the_event():
    repaired = replace(MRZ, repairs=(Repair(1, 9, "G", "6", "class"), Repair(1, 0, "?", "L", "x")))
    document = said(repaired, DOUBT).document
    assert [(one.line, one.column, one.was, one.now) for one in document.repairs] == [
        (2, 10, "G", "6"),
        (2, 1, "?", "L"),
    ]
    assert document.read_confidence == groups.ReadConfidence(least=0.4, sure=0.9, doubtful=1)
    assert said(MRZ).document.read_confidence is None


def test_a_digit_that_is_not_printed_is_not_called_passed():
    card = parse(
        (
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8",
        ),
        TODAY,
    )
    assert said(card).document.check_digits["optional"] is groups.Result.NOT_APPLICABLE
    assert said(card).document.check_digits["number"] is groups.Result.PASSED


def test_a_nationality_that_is_no_letters_is_left_out_and_its_check_failed():
    event = said(parse((MRZ.lines[0], MRZ.lines[1].replace("UTO", "U70")), TODAY))
    assert event.traveller.nationality == ()
    (check,) = [one for one in event.document_checks if one.code == "document.nationality"]
    assert check.result is groups.Result.FAILED
    assert "document_check_failed" in event.crossing.referral_reasons


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_a_confidence_that_is_none_does_not_keep_a_crossing_from_being_stored(value):
    broken = Confidence(((value,) * 44, (0.99,) * 44), 0.9)
    assert said(MRZ, broken).document.read_confidence.least == 0


@pytest.mark.parametrize(
    ("uncertainty_ms", "days"),
    [(5, 0), (59_999, 0), (60_000, 1), (86_400_000, 1), (86_400_001, 2)],
)
def test_a_clock_in_doubt_is_in_doubt_by_whole_days(uncertainty_ms, days):
    assert ClockQuality("rtc", uncertainty_ms).uncertain_days == days


@st.composite
def zones(draw):
    shape = draw(st.sampled_from(shapes()))
    return tuple("".join(draw(st.sampled_from(sign)) for sign in row) for row in shape.lines)


@given(zones())
def test_whatever_parses_can_be_stored(lines):
    try:
        mrz = parse(lines, TODAY)
    except MrzError:
        return
    assert said(mrz).document.mrz_lines == mrz.lines


def test_what_became_of_each_challenge_reaches_the_centre():
    asked = tuple(
        Challenge(code, became)
        for code, became in (
            ("turn_left", Became.REPLACED),
            ("blink", Became.OBEYED),
            ("look_up", Became.NOT_OBEYED),
            ("colours", Became.SKIPPED),
        )
    )
    found = Liveness("challenges", "2", asked, (("relief", 0.9),), LivenessDecision.NOT_SURE)
    visit = Visit("01a20168-0000-7000-8000-000000000001", liveness=found)
    command = StoreCrossing(visit, *decide(visit, Policy(), TODAY))
    event = crossing_event(SITE, command, Durations(), MOMENT, Head("uto-1", EPOCH, 1))
    told = events.decode(events.encode(event)).liveness
    assert (told.method, told.decision, told.scores) == (
        "challenges/2",
        "not_sure",
        {"relief": 0.9},
    )
    assert [(one.code, one.result.value, one.why) for one in told.challenges] == [
        ("turn_left", "not_done", "replaced"),
        ("blink", "passed", None),
        ("look_up", "failed", None),
        ("colours", "not_done", "skipped"),
    ]
