"""Why a finger is missing: every reason travels by its code and position, and none decides."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from firmware_app.clock import ClockQuality
from firmware_app.config import PolicyChoice
from firmware_app.domain.biometrics import Finger, FingerMissing, NotCaptured
from firmware_app.domain.crossing import Document, ReadMethod, Visit
from firmware_app.domain.document_checks import check_document
from firmware_app.domain.mrz import parse
from firmware_app.domain.rules import Policy, decide
from firmware_app.workers.wire import Moment, Site, crossing_event
from firmware_app.workflow.fingers import REASONS
from firmware_app.workflow.runner import Durations
from firmware_app.workflow.vocabulary import StoreCrossing
from mqtt import events, groups
from mqtt.contract import specimen
from mqtt.envelope import Head

TODAY = date(2026, 11, 22)
EPOCH = "01a20168-0000-7000-8000-0000000000e0"
MRZ = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)
VISIT = Visit(
    "01a20168-0000-7000-8000-000000000001",
    document=Document(MRZ, check_document(MRZ, TODAY), ReadMethod.SERIAL),
)
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
PAGE = Path(__file__).resolve().parents[3] / "docs" / "finger_quality.md"


def sent(visit: Visit) -> events.CrossingEvent:
    """The event as the centre decodes it."""
    command = StoreCrossing(visit, *decide(visit, Policy(), TODAY))
    event = crossing_event(SITE, command, Durations(), MOMENT, Head("uto-1", EPOCH, 1))
    decoded = events.decode(events.encode(event))
    assert isinstance(decoded, events.CrossingEvent)
    return decoded


@pytest.mark.parametrize("reason", NotCaptured)
def test_each_reason_travels_for_its_own_finger_and_changes_nothing_else(
    reason: NotCaptured,
) -> None:
    fingers = (
        FingerMissing(Finger.LEFT_LITTLE, reason),
        FingerMissing(Finger.RIGHT_INDEX, NotCaptured.DEVICE),
    )
    event = sent(replace(VISIT, fingers=fingers))
    told = [(one.position, one.reason_not_captured) for one in event.biometrics[1:]]
    assert told == [(10, reason.value), (2, "device_unavailable")]
    assert event.crossing == sent(VISIT).crossing


def test_the_page_lists_every_reason_that_a_kiosk_sends_for_a_finger() -> None:
    page = PAGE.read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert {reason.value for reason in NotCaptured} <= listed


def test_the_example_of_the_contract_gives_a_reason_that_a_kiosk_sends() -> None:
    example = specimen.crossing().biometrics[1]
    assert example.reason_not_captured in set(NotCaptured)


def test_each_reason_on_the_screen_is_another_one() -> None:
    assert len(set(REASONS.values())) == len(REASONS) == 3


def test_no_configuration_asks_a_child_below_twelve() -> None:
    assert PolicyChoice().finger_from_years == Policy().finger_from_years == 12
