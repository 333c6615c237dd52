"""The owner's side of the relay against publishers that are honest, dead, or hostile."""

import os
import socket
import threading
import time

import pytest

from mqtt.contract import specimen
from mqtt.envelope import Head
from mqtt.outbox import Outbox
from mqtt.receipts import (
    Receipt,
    ReceiptAlarm,
    ReceiptEntry,
    ReceiptLevel,
    make_receipt,
)
from mqtt.relay import RelayServer, RelaySettings, RelaySocketError
from mqtt.relay_frames import Answer, Greeting, Link, Offer, Retain, Signed, Taken
from mqtt.relay_socket import connect

SETTINGS = RelaySettings(keep_after_receipt_s=0.0, upkeep_s=0.05, receipt_limit_s=0.3)


class Owner:
    def __init__(self, folder, seal, receipt_key):
        self.outbox = Outbox(folder / "outbox", kiosk=specimen.KIOSK, max_bytes=2**26)
        self.notices = []
        self.signed = []
        self.receipts = []
        self.alarms = []
        self.receipt_key = receipt_key
        self.seal = seal
        self.rows = []
        self.relay = RelayServer(
            path=folder / "relay.sock",
            outbox=self.outbox,
            receipt_keys=[receipt_key.public_key()],
            kiosk=specimen.KIOSK,
            on_signed=lambda *what: self.signed.append(what),
            on_receipt=self.receipts.append,
            on_alarm=self.alarms.append,
            tell=self.notices.append,
            settings=SETTINGS,
        )
        self.relay.start()
        self.put(self.outbox.epoch_head(specimen.EPOCH))

    def put(self, head: Head | None = None):
        sealed = self.seal(head or self.outbox.head())
        self.outbox.commit([sealed], time.monotonic())
        self.rows.append(sealed)
        self.relay.committed([sealed])

    def receipt(self, key=None, kiosk=specimen.KIOSK, digest=None):
        entries = tuple(
            ReceiptEntry(row.epoch, row.sequence, digest or row.statement_sha256)
            for row in self.rows
        )
        word = Receipt(kiosk, ReceiptLevel.COMMITTED, entries, specimen.CAPTURED_AT)
        return make_receipt(word, key or self.receipt_key)

    def levels(self):
        return self.outbox.levels(time.monotonic())

    def names(self):
        return [notice.name for notice in self.notices]

    def close(self):
        self.relay.stop()
        self.outbox.close()


class Peer:
    """A publisher as the test wants it."""

    def __init__(self, path):
        self.line = connect(path)
        self.frames = []
        self.closed = False

    def hear(self):
        try:
            frames = self.line.read()
        except ConnectionResetError:
            frames = None
        self.closed = self.closed or frames is None
        self.frames += frames or []
        return self.frames

    def of(self, kind):
        return [frame for frame in self.hear() if isinstance(frame, kind)]

    def say(self, *frames):
        self.line.send(frames)

    def raw(self, data):
        self.line.line.setblocking(True)
        self.line.line.sendall(data)
        self.line.line.setblocking(False)


def until(true, limit_s=5.0):
    give_up_s = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < give_up_s, "not in time"
        threading.Event().wait(0.01)


@pytest.fixture
def owner(tmp_path, seal, centre_key):
    owner = Owner(tmp_path, seal, centre_key)
    yield owner
    owner.close()


@pytest.fixture
def peer(owner):
    peer = Peer(owner.relay.path)
    yield peer
    peer.line.close()


def test_it_greets_then_offers_what_is_due_once_the_broker_is_there(owner, peer):
    until(lambda: peer.of(Greeting) and peer.of(Retain))
    assert peer.of(Greeting)[0].kiosk == specimen.KIOSK
    threading.Event().wait(0.1)
    assert peer.of(Offer) == []
    peer.say(Link(True, ""))
    until(lambda: peer.of(Offer))
    (offer,) = peer.of(Offer)
    assert offer.topic == f"border/v1/{specimen.KIOSK}/events"
    assert offer.payload == owner.rows[0].wire()
    assert ("specversion", "1.0") in offer.properties
    assert owner.relay.link_up


def test_a_new_row_goes_out_at_once_and_moves_the_head(owner, peer):
    peer.say(Link(True, ""))
    until(lambda: peer.of(Offer))
    peer.say(Answer(peer.of(Offer)[0].token, 0))
    owner.put()
    until(lambda: len(peer.of(Offer)) == 2, limit_s=0.4)
    until(lambda: any(owner.rows[1].statement in one.payload for one in peer.of(Retain)))


def test_a_receipt_ends_the_row_and_is_told(owner, peer):
    peer.say(Link(True, ""))
    until(lambda: peer.of(Offer))
    peer.say(Answer(peer.of(Offer)[0].token, 0), Signed(1, "receipts", owner.receipt()))
    until(lambda: owner.levels().erased == 1)
    assert peer.of(Taken) == [Taken(1)]
    assert [receipt.entries[0].sequence for receipt in owner.receipts] == [1]
    assert owner.relay.last_receipt_age_s < 5


@pytest.mark.parametrize("reason", [0x10, 0x87, 0x83, 0x80])
def test_a_row_that_was_not_delivered_is_offered_again(owner, peer, reason):
    peer.say(Link(True, ""))
    until(lambda: peer.of(Offer))
    peer.say(Answer(peer.of(Offer)[0].token, reason))
    until(lambda: "not_delivered" in owner.names())
    assert owner.levels().sent == 0
    until(lambda: len(peer.of(Offer)) == 2)


def test_rows_of_a_publisher_that_died_are_offered_to_the_next(owner, peer):
    peer.say(Link(True, ""))
    until(lambda: peer.of(Offer))
    peer.line.close()
    until(lambda: not owner.relay.link_up)
    second = Peer(owner.relay.path)
    second.say(Link(True, ""))
    until(lambda: second.of(Offer))
    assert second.of(Offer)[0].payload == owner.rows[0].wire()
    second.line.close()


def test_a_liar_that_acknowledges_all_and_forges_receipts_erases_nothing(
    owner, peer, kiosk_key, centre_key
):
    peer.say(Link(True, ""), *(Answer(token, 0) for token in range(1000)))
    until(lambda: peer.of(Offer))
    peer.say(Answer(peer.of(Offer)[0].token, 0))
    until(lambda: owner.levels().sent == 1)
    peer.say(
        Signed(1, "receipts", owner.receipt(key=kiosk_key)),
        Signed(2, "receipts", owner.receipt(kiosk="another")),
        Signed(3, "receipts", owner.receipt(digest=bytes(32))),
        Signed(4, "receipts", owner.receipt()[:-1] + b"\x00"),
        Signed(5, "receipts", b"noise"),
    )
    until(lambda: len(peer.of(Taken)) == 5)
    levels = owner.levels()
    assert (levels.receipted, levels.erased) == (0, 0)
    assert owner.receipts == []
    assert "receipt_refused" in owner.names()
    forged = ReceiptAlarm.FORGED
    assert owner.alarms == [forged, ReceiptAlarm.FOREIGN, ReceiptAlarm.REPLAYED, forged, forged]


def test_a_true_receipt_that_comes_again_is_no_alarm_also_when_its_row_is_erased(owner, peer):
    peer.say(Link(True, ""), *(Signed(token, "receipts", owner.receipt()) for token in (1, 2, 3)))
    until(lambda: owner.levels().erased == 1)
    peer.say(Signed(4, "receipts", owner.receipt()))
    until(lambda: len(peer.of(Taken)) == 4)
    assert owner.alarms == []
    assert "receipt_refused" not in owner.names()


@pytest.mark.parametrize(
    ("epoch", "sequence", "alarms"),
    [
        (specimen.EPOCH, 2, [ReceiptAlarm.REPLAYED]),  # this epoch has not come so far
        ("01920000-0000-7000-8000-0000000000ee", 1, []),  # an epoch long erased, perhaps
    ],
)
def test_a_receipt_of_another_life_of_this_kiosk(owner, peer, epoch, sequence, alarms):
    entries = (ReceiptEntry(epoch, sequence, bytes(32)),)
    word = Receipt(specimen.KIOSK, ReceiptLevel.COMMITTED, entries, specimen.CAPTURED_AT)
    peer.say(Signed(1, "receipts", make_receipt(word, owner.receipt_key)))
    until(lambda: peer.of(Taken))
    assert owner.alarms == alarms
    assert owner.levels().ready == 1


@pytest.mark.parametrize(
    "noise",
    [b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 70_000, b"\x00\x00\x00\x01\x81", bytes(4096)],
)
def test_garbage_cuts_the_publisher_off_with_one_line_and_the_owner_goes_on(owner, peer, noise):
    peer.raw(noise)
    until(lambda: peer.hear() is not None and peer.closed)
    until(lambda: "relay_garbage" in owner.names())
    owner.put()
    assert owner.levels().ready == 2
    assert owner.names().count("relay_garbage") == 1


def test_a_frame_that_only_the_owner_may_send_is_garbage_too(owner, peer):
    peer.say(Offer(1, "t", b"", "", ()))
    until(lambda: "relay_garbage" in owner.names())


def test_after_garbage_an_honest_publisher_is_served_again(owner, peer):
    peer.raw(b"\xff" * 8)
    until(lambda: "relay_garbage" in owner.names())
    second = Peer(owner.relay.path)
    until(lambda: second.of(Greeting))
    second.say(Link(True, ""))
    until(lambda: second.of(Offer))
    second.line.close()


def test_who_floods_and_does_not_listen_is_not_buffered_without_end(owner, peer):
    peer.line.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.line.line.settimeout(0.5)
    frame = b"\x00\x00\x00\x0c\x84fsigned\x01ax@"
    sent = 0
    try:
        for _ in range(400):
            sent += peer.line.line.send(frame * 4000)
    except TimeoutError:
        pass
    assert owner.relay._peer.queued_bytes < 8 * 2**20
    owner.put()
    assert owner.levels().ready == 2


def test_a_user_that_may_not_is_turned_away(tmp_path, seal, centre_key):
    owner = Owner(tmp_path, seal, centre_key)
    owner.relay.peer_uids = frozenset({os.geteuid() + 1})
    try:
        peer = Peer(owner.relay.path)
        until(lambda: peer.hear() is not None and peer.closed)
        until(lambda: "relay_stranger" in owner.names())
        assert peer.frames == []
        peer.line.close()
    finally:
        owner.close()


def test_commands_reach_the_owner_by_leaf(owner, peer):
    peer.say(Signed(9, "lists/watch", b"bytes"))
    until(lambda: peer.of(Taken) == [Taken(9)])
    assert owner.signed == [("lists/watch", b"bytes")]


def test_receipts_that_do_not_come_are_told_once(owner, peer):
    peer.say(Link(True, ""))
    until(lambda: peer.of(Offer))
    peer.say(Answer(peer.of(Offer)[0].token, 0))
    until(lambda: "receipts_late" in owner.names())
    assert owner.levels().sent == 1


def test_a_socket_that_cannot_be_made_says_the_mend(tmp_path, seal, centre_key):
    owner = Owner(tmp_path, seal, centre_key)
    other = RelayServer(
        path=tmp_path / ("x" * 120),
        outbox=owner.outbox,
        receipt_keys=[],
        kiosk=specimen.KIOSK,
        on_signed=print,
        tell=print,
    )
    try:
        with pytest.raises(RelaySocketError) as caught:
            other.start()
        assert "100 signs" in caught.value.mend
    finally:
        owner.close()


def test_stopping_twice_and_without_a_start_does_no_harm(owner):
    owner.relay.stop()
    owner.relay.stop()
    assert not owner.relay.path.exists()
