"""A publisher that lies in every frame: it can delay, and nothing else."""

import random
import resource
import threading
import time

import pytest

from mqtt.contract import specimen
from mqtt.outbox import Outbox
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel, make_receipt
from mqtt.relay import QUEUED_LIMIT_BYTES, RelayServer, RelaySettings
from mqtt.relay_frames import MOST_COUNTED, Answer, Link, Offer, Signed, Traffic, encode
from mqtt.relay_socket import connect

ROWS = 30


@pytest.fixture
def owner(tmp_path, seal, centre_key):
    with Outbox(tmp_path / "outbox", kiosk=specimen.KIOSK, max_bytes=2**26, resend_s=0.3) as outbox:
        rows = [seal(outbox.epoch_head(specimen.EPOCH))]
        for _ in range(ROWS - 1):
            rows.append(seal(rows[-1].next_head))
        outbox.commit(rows, time.monotonic())
        relay = RelayServer(
            path=tmp_path / "relay.sock",
            outbox=outbox,
            receipt_keys=[centre_key.public_key()],
            kiosk=specimen.KIOSK,
            on_signed=lambda _leaf, _payload: None,
            tell=lambda _notice: None,
            settings=RelaySettings(keep_after_receipt_s=0.0, upkeep_s=0.05, receipt_limit_s=0.2),
        )
        relay.start()
        try:
            yield outbox, relay, rows
        finally:
            relay.stop()


def lies(rows, key, dice):
    """One frame that no honest publisher sends, or sends so."""
    entries = tuple(ReceiptEntry(one.epoch, one.sequence, one.statement_sha256) for one in rows)
    receipt = make_receipt(
        Receipt(specimen.KIOSK, ReceiptLevel.COMMITTED, entries, specimen.CAPTURED_AT), key
    )
    at = dice.randrange(len(receipt))
    return dice.choice(
        [
            Link(up=dice.random() < 0.7, why="x" * 5000),
            Answer(dice.randrange(200), dice.choice([0, 0, 0, 0x10, 0x80, 0x97, 99999, -5])),
            Signed(dice.randrange(9), "receipts", receipt),
            Signed(1, "receipts", receipt[:at] + bytes([receipt[at] ^ 1]) + receipt[at + 1 :]),
            Signed(1, "../../etc/passwd", bytes(dice.randrange(2000))),
            Traffic(dice.randrange(MOST_COUNTED), dice.randrange(MOST_COUNTED), 7),
        ]
    )


def feed(path, rows, key, dice, frames):
    """Connect and lie until cut off; what the owner says is read now and then, or not."""
    line = connect(path)
    line.line.settimeout(2)
    try:
        for _ in range(frames):
            line.line.sendall(encode(lies(rows, key, dice)))
            if dice.random() < 0.01:
                line.line.sendall(dice.randbytes(9))
            if dice.random() < 0.5:
                line.line.setblocking(False)
                line.read()
                line.line.settimeout(2)
    except OSError:
        pass
    finally:
        line.close()


def test_nothing_is_erased_and_nothing_is_lost_whatever_it_says(owner, kiosk_key, centre_key):
    outbox, relay, rows = owner
    dice = random.Random(7)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(4):
        feed(relay.path, rows, kiosk_key, dice, 300)
        peer = relay._peer
        assert peer is None or peer.queued_bytes <= QUEUED_LIMIT_BYTES + 2**20
    levels = outbox.levels(time.monotonic())
    assert (levels.receipted, levels.erased) == (0, 0)
    assert levels.ready + levels.sent == ROWS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 60_000
    assert relay._thread.is_alive(), "the owner's thread survives every lie"
    _deliver_honestly(outbox, relay, rows, centre_key)


def _deliver_honestly(outbox, relay, rows, centre_key):
    """An honest publisher after all those gets every row, and the centre's receipt ends them."""
    give_up_s = time.monotonic() + 45
    pause = threading.Event()
    line, wires = None, set()
    while len(wires) < ROWS:
        assert time.monotonic() < give_up_s, f"{len(wires)} of {ROWS} rows offered again"
        line = line or _joined(relay.path)
        frames = line.read() if line is not None else []
        if frames is None:
            line.close()
            line = None
            continue
        for frame in frames:
            if isinstance(frame, Offer):
                wires.add(frame.payload)
                line.send([Answer(frame.token, 0)])
        pause.wait(0.01)
    assert wires == {row.wire() for row in rows}
    entries = tuple(ReceiptEntry(one.epoch, one.sequence, one.statement_sha256) for one in rows)
    word = Receipt(specimen.KIOSK, ReceiptLevel.COMMITTED, entries, specimen.CAPTURED_AT)
    line.send([Signed(1, "receipts", make_receipt(word, centre_key))])
    while outbox.levels(time.monotonic()).erased < ROWS:
        assert time.monotonic() < give_up_s, "erased after a true receipt"
        pause.wait(0.02)
    line.close()


def _joined(path):
    try:
        line = connect(path)
        line.send([Link(up=True, why="")])
    except OSError:
        return None
    return line


def test_a_row_whose_lease_ends_before_its_answer_is_not_offered_twice(tmp_path, seal, centre_key):
    """On 64 kbit/s an answer may take longer than the outbox lends a row for."""
    clock_s = [0.0]
    with Outbox(tmp_path / "outbox", kiosk=specimen.KIOSK, max_bytes=2**26) as outbox:
        outbox.commit([seal(outbox.epoch_head(specimen.EPOCH))], 0.0)
        relay = RelayServer(
            path=tmp_path / "relay.sock",
            outbox=outbox,
            receipt_keys=[centre_key.public_key()],
            kiosk=specimen.KIOSK,
            on_signed=lambda _leaf, _payload: None,
            tell=lambda _notice: None,
            outbox_clock=lambda: clock_s[0],
        )
        side = relay._side
        side.take(Link(up=True, why=""))
        assert len(side.fill()) == 1
        clock_s[0] = 61.0
        assert side.fill() == []
        assert outbox.levels(clock_s[0]).ready == 1
