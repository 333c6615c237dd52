"""Forged receipts by the thousand: what the centre hears of them, and what the outbox takes."""

import os

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app.services.receipt_alarms import EVERY_S, RETRY_S, ReceiptAlarms
from mqtt import envelope, events
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Kind, Profile, Sealer
from mqtt.errors import OutboxFullError
from mqtt.notice import OnChange
from mqtt.outbox import Outbox
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel, make_receipt
from mqtt.relay_frames import Signed
from mqtt.relay_owner import OwnerSide

KIOSK_KEY, CENTRE_KEY, FORGER_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
MANY = 2000


class Bench:
    """The real owner's half of the relay, the real outbox, and a clock that is set by hand."""

    def __init__(self, folder, max_bytes=2**26):
        self.now_s = 0.0
        self.sealer = Sealer(
            KIOSK_KEY, (CENTRE_KEY.public_key(),), Profile.DEMO, Assurance.SOFTWARE
        )
        self.outbox = Outbox(folder / "outbox", kiosk=specimen.KIOSK, max_bytes=max_bytes)
        self.alarms = ReceiptAlarms(self.outbox, self.sealer, monotonic_s=lambda: self.now_s)
        self.committed = []
        self.side = OwnerSide(
            kiosk=specimen.KIOSK,
            outbox=self.outbox,
            receipt_keys=[CENTRE_KEY.public_key()],
            on_signed=lambda _leaf, _payload: None,
            on_receipt=lambda _receipt: None,
            on_alarm=self.alarms.heard,
            said=OnChange(lambda _notice: None),
        )
        self.put(self.outbox.epoch_head(specimen.EPOCH), specimen.epoch_start(), Kind.EPOCH_START)

    def put(self, head, event, kind):
        at, name = specimen.CAPTURED_AT, event.event_id
        sealed = self.sealer.seal(
            events.encode(event), head=head, kind=kind, event_id=name, at_utc=at
        )
        self.outbox.commit([sealed], 0.0)

    def receipt(self, key=CENTRE_KEY, kiosk=specimen.KIOSK, sequence=1):
        entry = ReceiptEntry(specimen.EPOCH, sequence, bytes(32))
        word = Receipt(kiosk, ReceiptLevel.COMMITTED, (entry,), specimen.CAPTURED_AT)
        return make_receipt(word, key)

    def hear(self, payload):
        self.side.take(Signed(1, "receipts", payload))

    def turn(self, now_s):
        """As the kiosk's once a second; gives the counts of what was then written."""
        self.now_s = now_s
        before = len(self.committed)
        self.alarms.write(self.committed.extend)
        return [self.opened(one).counts for one in self.committed[before:]]

    def opened(self, sealed):
        found = envelope.read_wire(sealed.wire(), lambda _kiosk: KIOSK_KEY.public_key())
        assert found.statement.kind is Kind.COUNTERS
        plain = envelope.open_ciphertext(found.ciphertext, found.statement, [CENTRE_KEY])
        return events.decode(plain)


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.outbox.close()


def test_each_kind_is_told_at_once_by_its_name_and_erases_nothing(bench):
    assert bench.turn(0.0) == []
    bench.hear(bench.receipt(FORGER_KEY))
    assert bench.turn(1.0) == [{"alarm.receipt_forged": 1}]
    bench.hear(bench.receipt(kiosk="another"))
    bench.hear(bench.receipt())
    bench.hear(bench.receipt(sequence=77))
    assert bench.turn(2.0) == [{"alarm.receipt_foreign": 1, "alarm.receipt_replayed": 2}]
    event = bench.opened(bench.committed[0])
    assert event.since <= event.until
    levels = bench.outbox.levels(3.0)
    assert (levels.ready, levels.receipted, levels.erased) == (3, 0, 0)


def test_a_flood_is_one_event_and_an_hour_later_one_with_the_count(bench):
    forged = [os.urandom(400), bench.receipt(FORGER_KEY)]
    for number in range(MANY):
        bench.hear(forged[number % 2])
        bench.turn(number * 3599.0 / MANY)
    assert [bench.opened(one).counts for one in bench.committed] == [{"alarm.receipt_forged": 1}]
    assert bench.turn(EVERY_S - 0.1) == []
    assert bench.turn(EVERY_S) == [{"alarm.receipt_forged": MANY - 1}]
    assert bench.turn(3 * EVERY_S) == []
    assert bench.outbox.levels(0.0).ready == 3


def test_nothing_of_the_forged_bytes_is_carried(bench):
    bench.hear(os.urandom(100_000))
    bench.hear(bench.receipt(FORGER_KEY, kiosk="M4rker"))
    (counts,) = bench.turn(0.0)
    assert counts == {"alarm.receipt_forged": 2}
    (sealed,) = bench.committed
    assert len(sealed.wire()) < 1500
    told = msgspec.structs.asdict(bench.opened(sealed))
    assert set(told) == {"event_id", "since", "until", "counts"}


def test_what_a_full_outbox_refuses_is_told_when_there_is_room(tmp_path, capsys):
    bench = Bench(tmp_path, max_bytes=2**20)
    with bench.outbox:
        while not bench.outbox.is_full:
            portrait = specimen.portrait(bytes(150_000))
            bench.put(bench.outbox.head(), portrait, Kind.ATTACHMENT)
        _to_the_brim(bench)
        bench.hear(bench.receipt(FORGER_KEY))
        assert bench.turn(0.0) == []
        bench.hear(bench.receipt(FORGER_KEY))
        assert bench.turn(RETRY_S - 1.0) == []
        assert capsys.readouterr().err.count("alarm_not_stored") == 1
        rows = bench.outbox.batch(1000, 0.0)
        entries = tuple(ReceiptEntry(row.epoch, row.sequence, _digest(row.wire)) for row in rows)
        receipt = Receipt(specimen.KIOSK, ReceiptLevel.COMMITTED, entries, specimen.CAPTURED_AT)
        assert bench.outbox.receipted(receipt, 0.0) == len(rows)
        bench.outbox.erase(0.0, 0.0)
        assert bench.turn(RETRY_S) == [{"alarm.receipt_forged": 2}]


def _digest(wire):
    return envelope.read_wire(wire, lambda _kiosk: KIOSK_KEY.public_key()).statement_sha256


def _to_the_brim(bench):
    """Ever smaller events, until not even the smallest fits."""
    for size_bytes in (60_000, 8_000, 1):
        with pytest.raises(OutboxFullError):
            _fill(bench, specimen.portrait(bytes(size_bytes)))


def _fill(bench, portrait):
    while True:
        bench.put(bench.outbox.head(), portrait, Kind.ATTACHMENT)
