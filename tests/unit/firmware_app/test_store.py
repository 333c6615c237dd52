"""Storing a crossing: sealed for the centre, chained, with its pictures, or honestly refused."""

import gc
import queue
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app.domain.biometrics import (
    CaptureDevice,
    FaceSample,
    Finger,
    FingerMissing,
    FingerSample,
    Model,
    NotCaptured,
    Quality,
)
from firmware_app.domain.crossing import Document, ReadMethod, Visit
from firmware_app.domain.document_checks import check_document
from firmware_app.domain.mrz import parse
from firmware_app.domain.questions import Answer
from firmware_app.domain.rules import Outcome, Reason
from firmware_app.workers.session import Session
from firmware_app.workers.store import StoreWorker
from firmware_app.workers.wire import Site
from firmware_app.workflow.runner import Durations
from firmware_app.workflow.vocabulary import CrossingStored, StoreCrossing, StoreFailed
from mqtt import events, groups
from mqtt.envelope import Assurance, Kind, Profile, Sealer, open_ciphertext, read_wire
from mqtt.outbox import Outbox
from mqtt.reference import reference

TODAY = date(2026, 11, 22)
MRZ = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)
DEVICE, MODEL = CaptureDevice("make", "model", "1"), Model("net", "1", "ab" * 32)
VISIT = Visit(
    "01a20168-0000-7000-8000-000000000001",
    language="ar",
    document=Document(MRZ, check_document(MRZ, TODAY), ReadMethod.SERIAL),
    face=FaceSample(b"t" * 192, Quality("q", "1", 80), DEVICE, MODEL),
    fingers=(FingerSample(Finger.RIGHT_INDEX, b"FMR", Quality("q", "1", 70), 40, DEVICE, MODEL),),
    answers=(Answer("purpose-of-visit", 1, "tourism"),),
)
REFERRED = StoreCrossing(VISIT, Outcome.REFERRED, (Reason.LIVENESS_NOT_SURE,))
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


class Bench:
    def __init__(self, tmp_path, max_bytes=4 * 2**20):
        self.signer = ec.generate_private_key(ec.SECP256R1())
        self.centre = ec.generate_private_key(ec.SECP256R1())
        sealer = Sealer(self.signer, (self.centre.public_key(),), Profile.DEMO, Assurance.SOFTWARE)
        self.outbox = Outbox(tmp_path / "outbox.sqlite3", kiosk="uto-1", max_bytes=max_bytes)
        self.session = Session()
        self.said = queue.Queue()
        self.announced = []
        self.worker = StoreWorker(
            self.outbox,
            sealer,
            SITE,
            self.session,
            self.said.put,
            self.announced.append,
            lambda: datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC),
        )
        self.worker.start()

    def opened(self):
        found = []
        for row in self.outbox.batch(100, 0.0):
            wire = read_wire(row.wire, lambda _kiosk: self.signer.public_key())
            plain = open_ciphertext(wire.ciphertext, wire.statement, [self.centre])
            found.append((wire, events.decode(plain)))
        return sorted(found, key=lambda one: one[0].statement.sequence)

    def close(self):
        self.worker.stop()
        self.outbox.close()


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_a_crossing_and_its_pictures_are_one_chain_that_the_centre_can_open(bench):
    bench.session.keep_face(bench.session.token, b"jpeg of the face")
    bench.worker.store(REFERRED, Durations((("face", 1.5),)))
    assert bench.said.get(timeout=5) == CrossingStored(
        VISIT.crossing_id, reference(VISIT.crossing_id)
    )
    (start, _), (head, event), (tail, picture) = bench.opened()
    assert [one.statement.kind for one in (start, head, tail)] == [
        Kind.EPOCH_START,
        Kind.CROSSING,
        Kind.ATTACHMENT,
    ]
    assert [one.statement.sequence for one in (start, head, tail)] == [1, 2, 3]
    assert head.statement.previous == start.statement_sha256
    assert tail.statement.previous == head.statement_sha256
    assert event.envelope.event_id == VISIT.crossing_id
    assert (event.envelope.epoch, event.envelope.sequence) == (head.statement.epoch, 2)
    assert picture.relates_to == VISIT.crossing_id
    assert picture.data == b"jpeg of the face"
    assert len(bench.announced) == 2, "the relay is told of the epoch and of the crossing"


def test_the_event_says_what_was_done_what_was_not_and_why(bench):
    bench.worker.store(REFERRED, Durations((("face", 1.5),)))
    bench.said.get(timeout=5)
    event = bench.opened()[1][1]
    assert event.crossing.outcome == "referred"
    assert event.crossing.referral_reasons == ("liveness_not_sure",)
    assert event.crossing.duration_s == {"face": 1.5}
    assert event.traveller.surname.mrz == "ERIKSSON"
    assert event.law.notice_language == "ar"
    assert event.law.retention_until == "2026-12-22"
    assert event.comparison[0].decision == "not_done"
    assert event.comparison[0].why == "no_portrait"
    assert [one.group for one in event.not_captured] == ["liveness"]
    codes = {one.code: one for one in event.document_checks}
    assert codes["chip.passive_authentication"].why == "no_chip_reader"
    assert codes["document.expiry"].result == groups.Result.FAILED
    modalities = [(one.modality, one.reason_not_captured) for one in event.biometrics]
    assert modalities == [("face", None), ("finger", None)]


def test_a_missing_finger_carries_its_reason(bench):
    missing = FingerMissing(Finger.RIGHT_INDEX, NotCaptured.TRAVELLER_CANNOT)
    visit = replace(VISIT, fingers=(missing,), face=NotCaptured.TIME)
    bench.worker.store(replace(REFERRED, visit=visit), Durations())
    bench.said.get(timeout=5)
    reasons = [one.reason_not_captured for one in bench.opened()[1][1].biometrics]
    assert reasons == ["no_sample_in_time", "traveller_cannot"]


def test_a_full_outbox_refuses_and_nothing_of_the_visit_stays(tmp_path, capsys):
    bench = Bench(tmp_path, max_bytes=1_200_000)
    said = None
    for number in range(200):
        visit = replace(VISIT, crossing_id=f"01a20168-0000-7000-8000-{number:012x}")
        bench.session.keep_face(bench.session.token, bytes(30_000))
        bench.worker.store(replace(REFERRED, visit=visit), Durations())
        said = bench.said.get(timeout=5)
        if isinstance(said, StoreFailed):
            break
    stored = [one for one in bench.opened() if one[0].statement.kind is Kind.CROSSING]
    bench.close()
    assert said == StoreFailed(visit.crossing_id, "OutboxFullError")
    assert len(stored) == number
    errors = capsys.readouterr().err
    assert "crossing_not_stored" in errors
    assert "ERIKSSON" not in errors


def test_a_fault_of_ours_fails_one_crossing_and_the_next_is_stored(bench, capsys):
    site = bench.worker.site
    bench.worker.site = replace(site, retention_days=10**9)
    bench.worker.store(REFERRED, Durations())
    assert bench.said.get(timeout=5).crossing_id == VISIT.crossing_id
    assert "OverflowError" in capsys.readouterr().err
    bench.worker.site = site
    bench.worker.store(REFERRED, Durations())
    assert isinstance(bench.said.get(timeout=5), CrossingStored)


def test_nothing_of_the_traveller_waits_in_the_thread_for_the_next_one(bench):
    own_id = "01a20168-0000-7000-8000-00000000cafe"
    bench.worker.store(replace(REFERRED, visit=replace(VISIT, crossing_id=own_id)), Durations())
    bench.said.get(timeout=5)

    def held():
        gc.collect()
        visits = [one for one in gc.get_objects() if isinstance(one, Visit)]
        return [one for one in visits if one.crossing_id == own_id]

    until_s = time.monotonic() + 3
    while held() and time.monotonic() < until_s:
        threading.Event().wait(0.02)
    assert not held()
