"""Verify finds every kind of harm to an outbox, and the start sets damage aside."""

import sqlite3
from uuid import uuid4

import pytest

from mqtt.contract import specimen
from mqtt.envelope import Kind
from mqtt.errors import OutboxCorruptError, OutboxDiskError
from mqtt.outbox import Outbox
from mqtt.outbox_file import CHECKED_WHOLE_BYTES, full_check
from mqtt.outbox_verify import verify

KIOSK = specimen.KIOSK
MAX_BYTES = 128 * 2**20


@pytest.fixture
def path(tmp_path, seal):
    """Two epochs, three crossings with a picture each."""
    path = tmp_path / "outbox.db"
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as outbox:
        for count in (1, 2):
            outbox.commit([seal(outbox.epoch_head(str(uuid4())))], 0.0)
            for _ in range(count):
                put(outbox, seal)
    return path


def put(outbox, seal, size_bytes=600):
    first = seal(outbox.head(), bytes(size_bytes))
    outbox.commit([first, seal(first.next_head, bytes(size_bytes), Kind.ATTACHMENT)], 1.0)


@pytest.fixture
def keys(kiosk_key):
    return [kiosk_key.public_key()]


def change(path, words, *values):
    with sqlite3.connect(path) as db:
        db.execute(words, values)
    db.close()


def test_a_sound_outbox_is_whole_with_and_beside_its_owner(path, keys, seal):
    said = []
    found = verify(path, keys, said.append)
    assert (found.whole, found.rows, found.epochs, found.kiosk) == (True, 8, 2, KIOSK)
    assert said == [8]
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as outbox:
        put(outbox, seal)
        assert verify(path, keys).rows == 10
    assert not path.with_name("outbox.db-wal").exists()
    assert verify(path, keys).whole


def test_nothing_is_written_by_looking(path, keys):
    before = {one.name: one.read_bytes() for one in path.parent.iterdir()}
    verify(path, keys)
    full_check(path)
    assert {one.name: one.read_bytes() for one in path.parent.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("UPDATE bytes SET ciphertext = x'00' WHERE row_id = 3", "sealed bytes"),
        ("UPDATE bytes SET statement = zeroblob(300) WHERE row_id = 3", "not signed"),
        ("DELETE FROM row WHERE row_id = 3", "were not erased"),
        ("UPDATE row SET sequence = 77 WHERE row_id = 3", "another place"),
        ("UPDATE meta SET value = x'00' WHERE key = 'head_previous'", "head"),
        ("UPDATE meta SET value = 'other' WHERE key = 'kiosk'", "not signed"),
        ("DELETE FROM row WHERE row_id = 8", "newest"),
    ],
)
def test_what_was_done_to_a_row_is_found(path, keys, words, said):
    change(path, words)
    found = verify(path, keys)
    assert not found.whole
    assert said in " ".join(found.faults)


def test_rows_in_another_order_are_found(path, keys):
    for old, new in ((3, 99), (2, 3), (99, 2)):
        change(path, "UPDATE row SET row_id = ? WHERE row_id = ?", new, old)
        change(path, "UPDATE bytes SET row_id = ? WHERE row_id = ?", new, old)
    assert any("does not follow" in fault for fault in verify(path, keys).faults)


def test_the_key_of_another_kiosk_verifies_nothing(path, escrow_key):
    found = verify(path, [escrow_key.public_key()])
    assert found.faults_in_all == 8
    assert not verify(path, []).whole


def test_pages_that_do_not_read_are_found_and_the_rest_is_still_looked_at(path, keys, seal):
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as outbox:
        for _ in range(30):
            put(outbox, seal, 9_000)
    data = bytearray(path.read_bytes())
    data[300_000:310_000] = b"\x5a" * 10_000
    path.write_bytes(data)
    found = verify(path, keys)
    assert not found.whole
    assert found.rows > 20


@pytest.mark.parametrize("content", [b"", b"no database at all, a letter" * 200])
def test_what_is_no_outbox_is_told(tmp_path, keys, content):
    path = tmp_path / "letter"
    path.write_bytes(content)
    with pytest.raises((OutboxCorruptError, OutboxDiskError)) as caught:
        verify(path, keys)
    assert caught.value.mend


@pytest.mark.slow
def test_damage_deep_in_a_large_file_is_found_while_it_works_and_set_aside_at_the_next_start(
    tmp_path, seal
):
    path = tmp_path / "outbox.db"
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as outbox:
        outbox.commit([seal(outbox.epoch_head(str(uuid4())))], 0.0)
        while path.stat().st_size <= CHECKED_WHOLE_BYTES:
            one = seal(outbox.head(), bytes(250_000))
            outbox.commit([one], 0.0)
    damaged = bytearray(path.read_bytes())
    middle = len(damaged) // 2 // 4096 * 4096
    damaged[middle : middle + 4096] = b"\x5a" * 4096  # one page among nine thousand
    path.write_bytes(damaged)
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as outbox:
        assert outbox.corrupt is None
        assert full_check(path) != "ok"
        outbox.suspect()
        assert len(outbox.batch(5, 0.0)) == 5
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as outbox:
        assert "unreadable-1" in str(outbox.corrupt)
        assert outbox.head() is None
