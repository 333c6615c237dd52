"""What the owner does for its outbox beside travellers: deep check, receipts by hand, mirror."""

import json
import os
import shutil
import threading
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from firmware_app.services.outbox import OutboxUpkeep
from mqtt.contract import specimen
from mqtt.envelope import Kind, Sealed
from mqtt.outbox import Outbox
from mqtt.outbox_drop import drop_folder
from mqtt.outbox_file import CHECKED_WHOLE_BYTES

KIOSK = specimen.KIOSK
MAX_BYTES = 128 * 2**20
KEYS = (ec.generate_private_key(ec.SECP256R1()).public_key(),)


def row(head, size_bytes):
    kind = Kind.EPOCH_START if head.sequence == 1 else Kind.CROSSING
    place = (head.kiosk, head.epoch, head.sequence, head.previous)
    name, statement = str(uuid4()), f"{head.epoch} {head.sequence}".encode()
    return Sealed(*place, kind, name, "2026-03-01T10:00:00Z", statement, os.urandom(size_bytes))


@pytest.fixture
def outbox(tmp_path):
    with Outbox(tmp_path / "outbox.db", kiosk=KIOSK, max_bytes=MAX_BYTES) as opened:
        opened.commit([row(opened.epoch_head(str(uuid4())), 100)], 0.0)
        yield opened


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def until(upkeep, why):
    tick = threading.Event()
    for _ in range(600):
        if upkeep.why_closed() == why:
            return
        tick.wait(0.05)
    pytest.fail(f"never {why!r}")


@pytest.mark.slow
def test_a_large_outbox_is_read_while_it_works_and_damage_closes_it(tmp_path, outbox, capsys):
    path = tmp_path / "outbox.db"
    while path.stat().st_size <= CHECKED_WHOLE_BYTES:
        outbox.commit([row(outbox.head(), 1_000_000)], 0.0)
    outbox.close()
    sound = tmp_path / "sound.db"
    shutil.copy(path, sound)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\x5a" * 4096
    path.write_bytes(data)
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as opened:
        upkeep = OutboxUpkeep(opened, path, KEYS)
        assert upkeep.why_closed() == ""
        upkeep.start()
        until(upkeep, "outbox_unusable")
        assert [one["event"] for one in lines(capsys)] == ["outbox_damaged"]
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as opened:
        assert opened.corrupt is not None
    with Outbox(sound, kiosk=KIOSK, max_bytes=MAX_BYTES) as opened:
        upkeep = OutboxUpkeep(opened, sound, KEYS)
        upkeep.start()
        for thread in threading.enumerate():
            if thread.name == "outbox-check":
                thread.join(30)
        assert [one["event"] for one in lines(capsys)] == ["outbox_checked"]
        assert upkeep.why_closed() == ""


def test_a_small_outbox_was_checked_whole_at_its_start(tmp_path, outbox):
    OutboxUpkeep(outbox, tmp_path / "outbox.db", KEYS).start()
    assert "outbox-check" not in [thread.name for thread in threading.enumerate()]


def test_receipts_that_are_none_are_told_once_and_kept(tmp_path, outbox, capsys):
    path = tmp_path / "outbox.db"
    folder = drop_folder(path)
    folder.mkdir()
    (folder / "a.receipts").write_bytes(b"somebody's letter")
    upkeep = OutboxUpkeep(outbox, path, KEYS)
    for _ in range(3):
        assert upkeep.why_closed() == ""
    (told,) = lines(capsys)
    assert (told["event"], told["severity"]) == ("courier_receipts_refused", "error")
    assert told["mend"]
    assert [one.name for one in folder.iterdir()] == ["a.receipts.refused"]
