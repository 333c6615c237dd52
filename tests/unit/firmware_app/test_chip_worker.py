"""The chip worker on the simulated reader: what it posts, keeps and says for each kind of chip."""

import queue
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from drivers.chip import certificates
from drivers.chip.csca import CscaStore
from drivers.chip.simulated_peer import SPECIMEN, SimulatedChipPeer, document, issuer_of
from drivers.chip.simulated_reader import SimulatedChipReader
from drivers.errors import DeviceGoneError
from firmware_app.domain.crossing import Document, ReadMethod
from firmware_app.domain.document_checks import check_document
from firmware_app.domain.mrz import parse
from firmware_app.workers import chip
from firmware_app.workers.chip import ChipWorker
from firmware_app.workers.device_worker import DeviceWorker
from firmware_app.workers.session import Session
from firmware_app.workflow.vocabulary import ChipDone, ChipProgress, ReadChip
from vision.errors import ImageError

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
READ_LIMIT_S = 20.0


def document_of(lines=SPECIMEN):
    mrz = parse(lines, TODAY)
    return Document(mrz, check_document(mrz, TODAY), ReadMethod.SERIAL)


SHOWN = document_of()
ANOTHER = document_of((SPECIMEN[0], "D231458907UTO7408122F3104150ZE184226B<<<<<14"))


@dataclass
class Eyes:
    """Sees the whole picture as the face, or nothing, or fails."""

    found: bool = True
    error: Exception | None = None
    seen: list = field(default_factory=list)

    def find_portrait(self, page):
        if self.error is not None:
            raise self.error
        self.seen.append(page.shape)
        return page if self.found else None


@dataclass
class Desk:
    """A worker, the peer that lays chips on its reader, and what it posted."""

    peer: SimulatedChipPeer
    said: queue.Queue
    worker: ChipWorker
    eyes: Eyes
    session: Session
    percents: list = field(default_factory=list)

    def read(self, shown=SHOWN):
        """What became of one reading."""
        self.worker.read(ReadChip(shown))
        return self.done()

    def done(self):
        until_s = time.monotonic() + READ_LIMIT_S
        while True:
            happened = self.said.get(timeout=until_s - time.monotonic())
            if isinstance(happened, ChipDone):
                return happened
            assert isinstance(happened, ChipProgress)
            self.percents.append(happened.percent)


@pytest.fixture(scope="module")
def believed():
    return CscaStore.of((certificates.parse(issuer_of(SPECIMEN).csca.encoded),))


@pytest.fixture
def desk(believed, monkeypatch):
    monkeypatch.setattr(chip, "PLACE_LIMIT_S", 1.0)
    peer, said, eyes, session = SimulatedChipPeer(), queue.Queue(), Eyes(), Session()
    device = DeviceWorker("chip_reader", lambda: SimulatedChipReader(peer))
    worker = ChipWorker(
        device, said.put, session, eyes, believed, lambda: TODAY, lambda: NOW, lambda: 0
    )
    device.start()
    yield Desk(peer, said, worker, eyes, session)
    device.stop()
    peer.leave()


def results(done):
    """Each check of the chip by its code: result and, where there is one, the reason."""
    return {
        one.code: (one.result.value, one.why)
        for one in done.document.checks
        if one.code.startswith("chip.")
    }


@pytest.mark.parametrize("profile", ["pace", "bac"])
def test_a_good_chip_is_read_judged_and_its_portrait_kept(desk, profile):
    desk.peer.place(document(profile=profile))
    done = desk.read()
    found = results(done)
    assert done.portrait_found
    assert desk.session.portrait() is not None
    assert dict(desk.session.attachments())["document_portrait"].startswith(b"\xff\xd8")
    for code in ("chip.passive.signature", "chip.passive.chain", "chip.dg1_against_mrz"):
        assert found[code][0] == "passed", code
    assert desk.percents == sorted(desk.percents)
    assert desk.percents[-1] == 100
    protocols = dict(done.document.chip.protocols)
    assert any(words.lower().startswith(profile) for words in protocols.values())


def test_the_portrait_goes_with_the_visit_and_is_overwritten(desk):
    desk.peer.place(document())
    desk.read()
    kept = desk.session.portrait()
    assert kept.any()
    desk.session.wipe()
    assert not kept.any()
    assert desk.session.attachments() == ()


def test_what_is_read_after_the_wipe_lands_nowhere(desk):
    desk.eyes.find_portrait = lambda page: (desk.session.wipe(), page)[1]
    desk.peer.place(document())
    desk.read()
    assert desk.session.portrait() is None


def test_without_a_chip_the_way_goes_on_after_the_place_limit(desk):
    began_s = time.monotonic()
    done = desk.read()
    assert time.monotonic() - began_s < READ_LIMIT_S / 4
    assert results(done)["chip.read"] == ("not_done", "no_chip_answered")
    assert not done.portrait_found
    assert done.document.mrz == SHOWN.mrz


def test_the_lines_of_another_document_do_not_open_it(desk):
    desk.peer.place(document(profile="bac"))
    done = desk.read(ANOTHER)
    assert results(done)["chip.read"][1] == "access_refused"
    assert (done.portrait_found, desk.session.portrait()) == (False, None)


@pytest.mark.parametrize("story", ["gone", "broken"])
def test_a_reading_that_breaks_off_says_so_and_the_next_one_works(desk, story):
    desk.peer.place(document(story=story))
    found = results(desk.read())
    assert found["chip.read"][0] != "passed"
    assert found["chip.proven"][0] != "passed"
    desk.peer.place(document(profile="bac"))
    assert results(desk.read())["chip.passive.signature"] == ("passed", "")


@pytest.mark.parametrize("story", ["cut", "wrong-mac", "replay"])
def test_one_bad_answer_costs_another_opening_and_not_the_traveller(desk, story):
    desk.peer.place(document(story=story))
    found = results(desk.read())
    assert found["chip.read"][0] == "passed"
    assert found["chip.proven"] == ("passed", "")
    assert desk.percents == sorted(desk.percents)


@pytest.mark.parametrize(
    ("profile", "story"),
    [("pace", "altered-data"), ("pace", "altered-portrait"), ("bac-active", "swapped-key")],
)
def test_what_was_changed_after_the_signature_fails_and_is_never_proven(desk, profile, story):
    desk.peer.place(document(profile=profile, story=story))
    found = results(desk.read())
    assert found["chip.passive.hashes"][0] == "failed"
    assert found["chip.passive_authentication"][0] == "failed"
    assert found["chip.proven"][0] != "passed"
    assert desk.eyes.seen == [], "a portrait that nobody signed is compared with nobody"
    assert desk.session.attachments() == ()


@pytest.mark.parametrize("story", ["altered-portrait", "altered-data"])
def test_nobody_is_compared_with_a_portrait_that_something_speaks_against(desk, story):
    desk.peer.place(document(story=story))
    done = desk.read()
    assert not done.portrait_found
    assert (desk.session.portrait(), desk.session.attachments()) == (None, ())


def test_an_issuer_that_nobody_imported_is_not_judged(desk):
    desk.worker.authorities = CscaStore.of(())
    desk.peer.place(document(profile="bac"))
    found = results(desk.read())
    assert found["chip.passive.chain"] == ("not_done", "issuer_unknown")
    assert found["chip.passive_authentication"][0] == "not_done"


def test_a_reading_that_is_taken_back_posts_no_end_and_the_next_one_works(desk):
    desk.peer.place(document(story="slow"))
    desk.worker.read(ReadChip(SHOWN))
    assert isinstance(desk.said.get(timeout=READ_LIMIT_S), ChipProgress)
    desk.worker.device.cancel()
    desk.peer.place(document(profile="bac"))
    done = desk.read()
    assert dict(done.document.chip.protocols), "this is the second chip's"
    assert desk.said.empty()


def test_a_reader_that_is_away_keeps_nobody(desk, monkeypatch):
    monkeypatch.setattr(chip, "READ_LIMIT_S", 0.5)

    def away():
        raise DeviceGoneError("chip_reader", "unplugged.")

    desk.worker.device = DeviceWorker("chip_reader", away)
    desk.worker.device.start()
    try:
        assert results(desk.read())["chip.read"] == ("not_done", "reader_away")
    finally:
        desk.worker.device.stop()


@pytest.mark.parametrize("trouble", [{"found": False}, {"error": ImageError("no picture")}])
def test_a_portrait_without_a_face_is_none_and_the_page_may_give_one(desk, trouble):
    for name, value in trouble.items():
        setattr(desk.eyes, name, value)
    desk.peer.place(document(profile="bac"))
    done = desk.read()
    assert not done.portrait_found
    assert desk.session.attachments() == ()
    assert results(done)["chip.passive.signature"] == ("passed", "")


@pytest.mark.parametrize("story", ["good", "gone", "altered-data"])
def test_no_log_and_no_repr_names_anybody(desk, capfd, story):
    desk.peer.place(document(story=story))
    done = desk.read()
    said = "".join(capfd.readouterr()) + repr(desk.worker.session) + repr(done.document.chip)
    assert "chip_" in said
    for secret in ("ERIKSSON", "ANNA", "L898902D1", "740812", "310415", "ZE184226B"):
        assert secret not in said


def test_names_in_full_are_believed_where_the_state_signed_them(desk):
    desk.peer.place(document(full_name="ÉRIKSSÖN<<ÅNNA<MÄRIA", birth_place="ZÜRICH"))
    person = desk.read().document.person
    assert (person.surname, person.given_names) == ("ÉRIKSSÖN", "ÅNNA MÄRIA")
    assert person.place_of_birth == "ZÜRICH"
    assert "KSS" not in repr(person)


def test_the_date_of_issue_is_believed_where_the_state_signed_it(desk):
    desk.peer.place(document(authority="UTOPIA"))
    assert desk.read().document.chip.issued == "2025-01-01"


@pytest.mark.parametrize("story", ["other-state", "altered-data"])
def test_what_no_known_state_signed_gives_no_face_and_no_name(desk, story):
    desk.peer.place(document(story=story, full_name="ÉRIKSSÖN<<ÅNNA<MÄRIA", authority="UTOPIA"))
    done = desk.read()
    assert done.document.person is None
    assert done.document.chip.issued == ""
    assert not done.portrait_found
    assert desk.session.attachments() == ()
