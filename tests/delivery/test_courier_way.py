"""Without any network: rows by stick through the real commands, receipts back by stick; forks."""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from firmware_app.services.outbox import OutboxUpkeep
from mqtt import cbor, courier, events
from mqtt.central.courier import CourierDesk, CourierFileError, CourierKioskError
from mqtt.central.settings import CentralSettings
from mqtt.contract import specimen
from mqtt.courier import Cargo, Manifest, Reader
from mqtt.envelope import Assurance, Kind, Profile, Sealer
from mqtt.keys import load_private_key, load_public_key
from mqtt.outbox import Outbox
from mqtt.receipts import verify_receipt

KIOSK = "kiosk-1"
CONFIG = """\
kiosk_id = "kiosk-1"
profile = "demo"
relay_socket = "relay.sock"
[post]
locode = "UTABC"
code = "DEMO"
authority = "UTO"
[devices]
document_reader = ""
camera = ""
[storage]
outbox = "outbox.sqlite3"
[keys]
signing = "{signing}"
recipients = ["{recipient}"]
receipts = ["{receipts}"]
[law]
legal_basis = "demo"
notice_version = "1"
retention_days = 1
"""


@dataclass
class Card:
    """A kiosk's card: its outbox and kiosk.toml in one folder, with the owner's work."""

    folder: Path
    site: object
    outbox: Outbox = field(init=False)

    def __post_init__(self):
        files = self.site.kiosk(KIOSK)
        self.folder.mkdir(exist_ok=True)
        text = CONFIG.format(
            signing=files.signing.private,
            recipient=self.site.recipient.public,
            receipts=self.site.receipts.public,
        )
        self.config.write_text(text, encoding="utf-8")
        recipients = (load_public_key(self.site.recipient.public),)
        signer = load_private_key(files.signing.private)
        self.sealer = Sealer(signer, recipients, Profile.DEMO, Assurance.SOFTWARE)

    @property
    def config(self):
        return self.folder / "kiosk.toml"

    @property
    def path(self):
        return self.folder / "outbox.sqlite3"

    def open(self):
        self.outbox = Outbox(self.path, kiosk=KIOSK, max_bytes=64 * 2**20)
        keys = [load_public_key(self.site.receipts.public)]
        self.upkeep = OutboxUpkeep(self.outbox, self.path, keys)
        event = msgspec.structs.replace(specimen.epoch_start(), event_id=str(uuid4()))
        epoch = self.outbox.epoch_head(str(uuid4()))
        self.outbox.commit([self.seal(event, Kind.EPOCH_START, epoch)], 0.0)
        return self

    def put(self, count):
        for _ in range(count):
            self.outbox.append(lambda head: [self.crossing(head)], 1.0)
        return self

    @contextmanager
    def at_work(self):
        """The owner's upkeep, again and again, as the running kiosk does it."""
        done = threading.Event()

        def work():
            while not done.wait(0.05):
                assert self.upkeep.why_closed() == ""

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def crossings(self, count):
        """So many, linked, for one commit."""

        def seal(head):
            rows = []
            for _ in range(count):
                rows.append(self.crossing(head))
                head = rows[-1].next_head
            return rows

        return seal

    def crossing(self, head):
        event = specimen.crossing()
        envelope = msgspec.structs.replace(
            event.envelope,
            event_id=str(uuid4()),
            kiosk_id=KIOSK,
            epoch=head.epoch,
            sequence=head.sequence,
        )
        return self.seal(msgspec.structs.replace(event, envelope=envelope), Kind.CROSSING, head)

    def seal(self, event, kind, head):
        name = event.envelope.event_id if kind is Kind.CROSSING else event.event_id
        data, at = events.encode(event), specimen.CAPTURED_AT
        return self.sealer.seal(data, head=head, kind=kind, event_id=name, at_utc=at)

    def kiosk(self, *words, code=0):
        command = [sys.executable, "-m", "firmware_app", "outbox", *map(str, words)]
        return answer([*command, "--config", self.config, "--json"], code)


def answer(command, code=0):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout) if done.stdout else {"said": done.stderr}


def centre(site, *words, code=0):
    command = [sys.executable, "-m", "mqtt.central", *map(str, words)]
    return answer([*command, "--config", site.configuration, "--json"], code)


@pytest.fixture
def card(site, tmp_path):
    card = Card(tmp_path / "card", site).open()
    yield card
    card.outbox.close()


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_rows_go_by_stick_once_and_receipts_come_back_by_stick(card, site, stick):
    card.put(5)
    sent = card.kiosk("export", stick)
    assert (sent["rows"], sent["left"], len(sent["files"])) == (6, 0, 1)
    stored = centre(site, "courier", "import", stick)
    assert stored["whole"]
    assert [(one["new"], one["again"]) for one in stored["files"]] == [(6, 0)]
    (stick / "letter.courier").write_bytes(b"somebody's letter")  # keeps no other file back
    again = centre(site, "courier", "import", stick, code=2)
    assert [(one["new"], one["again"]) for one in again["files"]] == [(0, 6)]
    assert (again["whole"], again["unread"]) == (False, 1)
    found = centre(site, "audit")
    assert found["whole"]
    assert found["kiosks"][0]["statements"] == 6

    assert card.outbox.levels(2.0).receipted == 0
    with card.at_work():
        back = card.kiosk("import", stick)
    assert (back["entries"], back["refused"], back["taken"]) == (12, 0, True)
    assert (back["files"], back["others"]) == (2, 0)
    assert card.outbox.levels(2.0).receipted == 6
    assert card.kiosk("status")["waiting"] == 0
    assert card.kiosk("verify")["whole"]
    assert card.kiosk("export", stick)["waiting"] == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_copied_card_shows_as_a_fork_and_both_branches_are_kept(card, site, stick, tmp_path):
    card.put(2)
    card.outbox.close()
    copy = tmp_path / "copy"
    shutil.copytree(card.folder, copy)
    other = Card(copy, site).open().put(3)
    card.open().put(1)
    try:
        for number, one in enumerate((card, other)):
            folder = stick / str(number)
            folder.mkdir()
            one.kiosk("export", folder)
    finally:
        other.outbox.close()
    stored = centre(site, "courier", "import", stick)
    assert sum(one["forks"] for one in stored["files"]) == 1
    assert sum(one["new"] + one["forks"] for one in stored["files"]) == 3 + 2 + 4
    found = centre(site, "audit", code=1)["kiosks"][0]
    assert found["statements"] == 9
    assert found["forks"]
    assert not found["gaps"]


def killed(command, after_s):
    """Run it and kill it so soon, or later where it has ended before."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.kill()
        return process.wait() != 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_export_and_import_may_be_killed_at_any_moment(card, site, stick):
    for _ in range(20):
        card.outbox.append(card.crossings(20), 1.0)
    waiting = card.outbox.levels(2.0).ready
    here = [sys.executable, "-m", "firmware_app", "outbox", "export", str(stick)]
    there = [sys.executable, "-m", "mqtt.central", "courier", "import", str(stick)]
    dice = random.Random(3)
    kills = 0
    for _ in range(3):
        command = [*here, "--config", str(card.config), "--continue"]
        kills += killed(command, dice.uniform(0.3, 2.0))
    card.kiosk("export", stick)
    for file in stick.glob("*.courier"):  # whole, or not there
        reader = Reader()
        assert all(one.data for one in reader.feed(file.read_bytes()))
        reader.end()
    for _ in range(3):
        command = [*there, "--config", str(site.configuration)]
        kills += killed(command, dice.uniform(0.3, 2.0))
    stored = centre(site, "courier", "import", stick)
    assert stored["whole"]
    assert kills > 0
    found = centre(site, "audit")
    assert (found["whole"], found["kiosks"][0]["statements"]) == (True, waiting)
    with card.at_work():
        card.kiosk("import", stick)
    assert card.outbox.levels(3.0).receipted == waiting


# ---- files that nobody should have brought ---------------------------------------------------


@pytest.fixture
def desk(site):
    settings = CentralSettings.load(site.configuration)
    with settings.store() as store:
        yield CourierDesk(settings.intake(store, lambda _notice: None))


@pytest.fixture
def wires(card):
    card.put(4)
    return [row.wire for row in card.outbox.batch(100, 2.0)]


def pack(folder, wires, **other):
    size = sum(len(one) for one in wires)
    fields = {"cargo": Cargo.EVENTS, "kiosk": KIOSK, "file": str(uuid4()), "part": 1}
    manifest = Manifest(**{**fields, "rows": len(wires), "bytes": size, **other})
    path = folder / manifest.name
    path.write_bytes(b"".join(courier.write(manifest, wires)))
    return path


def entries(site, path):
    """How many places the receipts of a receipts file name."""
    keys = [load_public_key(site.receipts.public)]
    rows = Reader().feed(path.read_bytes())
    return sum(len(verify_receipt(one.data, keys).entries) for one in rows)


def test_a_file_that_was_cut_gives_what_came_before_and_the_rest_comes_later(
    desk, site, wires, stick
):
    path = pack(stick, wires)
    data = path.read_bytes()
    path.write_bytes(data[:-100])
    first = desk.take(path, stick)
    assert (first.new, first.whole) == (4, False)
    assert "ends after 4 of 5" in first.why
    assert entries(site, first.receipts) == 4
    path.write_bytes(data)
    second = desk.take(path, stick)
    assert (second.new, second.again, second.whole) == (1, 4, True)


def test_any_order_and_any_repetition_is_stored_once(desk, wires, stick):
    found = desk.take(pack(stick, [*wires[::-1], *wires]), stick)
    assert (found.new + found.forks, found.again) == (5, 5)
    assert found.forks == 0


def test_an_altered_row_is_not_stored_and_gets_no_receipt(desk, site, wires, stick):
    path = pack(stick, wires)
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    found = desk.take(path, stick)
    assert (found.new, found.damaged, found.whole) == (4, 1, False)
    assert entries(site, found.receipts) == 4


def test_rows_that_the_kiosk_did_not_sign_are_not_stored(desk, wires, stick):
    forged = [wires[0][:-1] + b"!", os.urandom(500), b"\xa0", *wires[1:]]
    found = desk.take(pack(stick, forged), stick)
    assert (found.new, found.foreign, found.quarantined) == (4, 3, 0)


def test_rows_of_one_kiosk_in_the_file_of_another_are_not_stored(desk, wires, stick):
    found = desk.take(pack(stick, wires, kiosk="kiosk-2"), stick)
    assert (found.new, found.foreign, found.receipts) == (0, 5, None)


def test_the_file_of_an_unknown_kiosk_is_refused_whole(desk, wires, stick):
    with pytest.raises(CourierKioskError) as caught:
        desk.take(pack(stick, wires, kiosk="nobody"), stick)
    assert "Enrol" in caught.value.mend


@pytest.mark.parametrize("fault", ["letter", "empty", "receipts", "gone", "two halves"])
def test_what_is_no_file_of_rows_is_told(desk, wires, stick, fault):
    path = pack(stick, wires, **({"cargo": Cargo.RECEIPTS} if fault == "receipts" else {}))
    data = path.read_bytes()
    if fault == "letter":
        path.write_bytes(b"somebody's letter" * 1000)
    if fault == "empty":
        path.write_bytes(b"")
    if fault == "gone":
        path.unlink()
    if fault == "two halves":
        path.write_bytes(data[len(data) // 2 :] + data[: len(data) // 2])
    with pytest.raises(CourierFileError) as caught:
        desk.take(path, stick)
    assert caught.value.mend


def test_a_bomb_is_read_in_pieces_and_ends_early(desk, wires, stick):
    path = stick / "bomb.courier"
    manifest = Manifest(cargo=Cargo.EVENTS, kiosk=KIOSK, file=str(uuid4()), part=1, rows=9, bytes=9)
    start = courier.MAGIC + courier.record(cbor.dumps(msgspec.to_builtins(manifest)))
    with path.open("wb") as file:
        file.write(start + b"\xff\xff\xff\xff")
        file.truncate(2**33)  # eight gigabytes of nothing
    with pytest.raises(CourierFileError, match="says that it has"):
        desk.take(path, stick)
