"""The outbox: order, states, room, one owner, and what survives."""

import sqlite3
import stat
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from mqtt.contract import specimen
from mqtt.envelope import NO_PREVIOUS, Head, Kind, Sealed
from mqtt.errors import (
    OutboxBusyError,
    OutboxChainError,
    OutboxCorruptError,
    OutboxDiskError,
    OutboxForeignError,
    OutboxFullError,
    OutboxVersionError,
)
from mqtt.outbox import CLOCK_KEPT_EVERY_S, ERASE_SLICE, RESERVE_BYTES, Outbox
from mqtt.outbox_file import read_beside
from mqtt.outbox_rows import LEASE_S
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel

EPOCH_2 = "01920000-0000-7000-8000-0000000000e2"
ROOMY_BYTES = 64 * 1024 * 1024


def sealed_at(head, size_bytes=100, kind=None):
    """A row of the right shape; the outbox never looks into the bytes."""
    natural = Kind.EPOCH_START if head.sequence == 1 else Kind.CROSSING
    return Sealed(
        kiosk=head.kiosk,
        epoch=head.epoch,
        sequence=head.sequence,
        previous=head.previous,
        kind=kind or natural,
        event_id=f"01920000-0000-7000-8000-{head.sequence:012x}",
        hour="2026-03-01T10:00:00Z",
        statement=f"statement {head.epoch} {head.sequence}".encode(),
        ciphertext=b"\xc0" * size_bytes,
    )


def add(outbox, now_s=0.0, size_bytes=100, attachments=0):
    """Commit one crossing (or the epoch_start of a new outbox) with its attachments."""

    def at(head):
        first = sealed_at(head or outbox.epoch_head(specimen.EPOCH), size_bytes)
        rows = [first]
        for _ in range(attachments):
            rows.append(sealed_at(rows[-1].next_head, size_bytes, Kind.ATTACHMENT))
        return rows

    return outbox.append(at, now_s)


def receipt_for(*sealed, kiosk=specimen.KIOSK, level=ReceiptLevel.COMMITTED):
    entries = tuple(ReceiptEntry(one.epoch, one.sequence, one.statement_sha256) for one in sealed)
    return Receipt(kiosk, level, entries, datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox.db"


@pytest.fixture
def opened(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        yield outbox


def sequences(rows):
    return [row.sequence for row in rows]


def test_a_new_outbox_has_no_head_and_begins_with_an_epoch(opened):
    assert opened.head() is None
    start = opened.epoch_head(specimen.EPOCH)
    assert start == Head(specimen.KIOSK, specimen.EPOCH, 1, NO_PREVIOUS)
    one = sealed_at(start)
    opened.commit([one], 0.0)
    assert opened.head() == one.next_head


def test_the_head_goes_on_after_a_reopen_and_a_new_epoch_names_it(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        add(outbox)
        (last,) = add(outbox)
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        assert outbox.head() == last.next_head
        start = outbox.epoch_head(EPOCH_2)
        assert (start.sequence, start.previous) == (1, last.statement_sha256)
        outbox.commit([sealed_at(start)], 0.0)
        assert outbox.head() == replace(sealed_at(start).next_head)


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": 4},
        {"sequence": 2},
        {"previous": bytes(32)},
        {"epoch": EPOCH_2},
        {"kiosk": "other"},
        {"kind": Kind.EPOCH_START, "sequence": 1, "previous": bytes(32), "epoch": EPOCH_2},
    ],
)
def test_what_does_not_follow_the_head_is_not_written(opened, change):
    add(opened)
    add(opened)
    head = opened.head()
    with pytest.raises(OutboxChainError):
        opened.commit([sealed_at(head), replace(sealed_at(head), **change)], 0.0)
    assert opened.head() == head
    assert opened.levels(0.0).ready == 2


def test_a_crossing_before_any_epoch_is_not_written(opened):
    with pytest.raises(OutboxChainError):
        opened.commit([sealed_at(Head(specimen.KIOSK, specimen.EPOCH, 2))], 0.0)


def test_the_same_epoch_cannot_begin_twice(opened):
    add(opened)
    with pytest.raises(OutboxChainError):
        opened.commit([sealed_at(opened.epoch_head(specimen.EPOCH))], 0.0)
    assert opened.head().sequence == 2


def test_text_goes_before_pictures(opened):
    add(opened)
    add(opened, attachments=2)
    add(opened, attachments=1)
    assert sequences(opened.batch(10, 0.0)) == [1, 2, 5, 3, 4, 6]


def test_the_wire_comes_out_as_it_was_sealed(opened):
    add(opened)
    (one,) = add(opened)
    row = opened.batch(10, 0.0)[1]
    assert row.wire == one.wire()
    assert (row.kind, row.event_id, row.hour) == (one.kind, one.event_id, one.hour)


def test_a_row_is_given_once_until_it_is_put_back_or_its_lease_ends(opened):
    for _ in range(3):
        add(opened)
    rows = opened.batch(2, 0.0)
    assert sequences(rows) == [1, 2]
    assert sequences(opened.batch(2, 1.0)) == [3]
    opened.put_back([rows[1].row_id])
    assert sequences(opened.batch(2, 2.0)) == [2]
    assert sequences(opened.batch(3, LEASE_S)) == [1]


def test_rows_without_receipt_are_due_after_60_120_240_seconds_and_never_above_an_hour(opened):
    add(opened)
    now_s = 1000.0
    for wait_s in (60, 120, 240, 480, 960, 1920, 3600, 3600):
        (row,) = opened.batch(1, now_s)
        opened.mark_sent([row.row_id], now_s)
        assert opened.due_again(now_s + wait_s - 0.5) == 0
        now_s += wait_s
        assert opened.due_again(now_s) == 1
    assert opened.batch(1, now_s)[0].attempts == 8


def test_a_post_may_choose_how_soon_a_row_is_sent_again(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES, resend_s=2.0) as outbox:
        add(outbox)
        (row,) = outbox.batch(1, 100.0)
        outbox.mark_sent([row.row_id], 100.0)
        assert outbox.due_again(101.5) == 0
        assert outbox.due_again(102.0) == 1


def test_after_a_reopen_sent_rows_are_due_in_60_seconds_whatever_the_clock_says(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        add(outbox, 5_000_000.0)
        for now_s in (5_000_000.0, 5_000_100.0):
            (row,) = outbox.batch(1, now_s)
            outbox.mark_sent([row.row_id], now_s)
            outbox.due_again(now_s + 60)
        (row,) = outbox.batch(1, 5_000_200.0) or [row]
        outbox.mark_sent([row.row_id], 5_000_300.0)
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        assert outbox.due_again(3.0) == 0
        assert outbox.due_again(62.0) == 0
        assert outbox.due_again(63.0) == 1
        assert outbox.batch(1, 63.0)[0].attempts >= 2


def test_a_receipt_counts_only_for_the_very_statement(opened):
    start, one = add(opened)[0], add(opened)[0]
    other = replace(one, statement=b"another statement in the same place")
    wrong_epoch = replace(one, epoch=EPOCH_2)
    assert opened.receipted(receipt_for(other), 1.0) == 0
    assert opened.receipted(receipt_for(wrong_epoch), 1.0) == 0
    assert opened.receipted(receipt_for(start, one, kiosk="other"), 1.0) == 0
    assert opened.levels(1.0).receipted == 0
    assert opened.receipted(receipt_for(start, one, other), 1.0) == 2
    assert opened.receipted(receipt_for(start, one), 2.0) == 0
    assert opened.batch(10, 2.0) == []


def test_a_post_that_asks_for_replication_waits_for_it(path):
    with Outbox(
        path,
        kiosk=specimen.KIOSK,
        max_bytes=ROOMY_BYTES,
        receipt_level=ReceiptLevel.REPLICATED,
    ) as outbox:
        (one,) = add(outbox)
        assert outbox.receipted(receipt_for(one), 1.0) == 0
        assert outbox.receipted(receipt_for(one, level=ReceiptLevel.REPLICATED), 1.0) == 1


def test_an_idle_outbox_writes_no_more_than_its_clock_now_and_then(path):
    """It is asked each second; a card that is written each second wears out."""
    log = path.with_name(path.name + "-wal")
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        add(outbox)
        written = []
        for now_s in range(1, int(2 * CLOCK_KEPT_EVERY_S) + 10):
            before = log.read_bytes()
            assert outbox.erase(float(now_s), 3600.0) == outbox.due_again(float(now_s)) == 0
            if log.read_bytes() != before:
                written.append(now_s)
        assert written == [CLOCK_KEPT_EVERY_S, 2 * CLOCK_KEPT_EVERY_S]
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        assert outbox.levels(0.0).oldest_unreceipted_s == 2 * CLOCK_KEPT_EVERY_S


def test_a_receipted_row_is_never_sent_again(opened):
    (one,) = add(opened)
    (row,) = opened.batch(1, 0.0)
    opened.receipted(receipt_for(one), 1.0)
    opened.mark_sent([row.row_id], 2.0)
    assert opened.due_again(1e6) == 0
    assert opened.levels(2.0).receipted == 1


def test_only_receipted_rows_are_erased_and_only_after_their_time(opened):
    start, _ = add(opened)[0], add(opened)[0]
    (row, _) = opened.batch(2, 0.0)
    opened.mark_sent([row.row_id], 0.0)
    opened.receipted(receipt_for(start), 100.0)
    assert opened.erase(100.0 + 3599, keep_after_receipt_s=3600) == 0
    assert opened.erase(100.0 + 3600, keep_after_receipt_s=3600) == 1
    assert opened.erase(1e9, keep_after_receipt_s=0) == 0
    levels = opened.levels(1e9)
    assert (levels.ready, levels.sent, levels.receipted, levels.erased) == (1, 0, 0, 1)


def test_many_rows_are_erased_slice_by_slice_and_the_log_is_emptied_with_the_last(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        add(outbox)
        rows = add(outbox, attachments=ERASE_SLICE)
        outbox.receipted(receipt_for(*rows), 1.0)
        log = path.with_name(path.name + "-wal")
        assert outbox.erase_slice(2.0, 0.0) == ERASE_SLICE
        assert log.stat().st_size > 0
        assert outbox.erase_slice(2.0, 0.0) == 1
        assert log.stat().st_size == 0
        assert outbox.levels(2.0).erased == ERASE_SLICE + 1


def test_retention_is_powered_time_so_that_reboots_neither_stretch_nor_cut_it(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        (one,) = add(outbox, 50_000.0)
        outbox.receipted(receipt_for(one), 50_010.0)
        add(outbox, 50_100.0)
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        assert outbox.erase(7.0, keep_after_receipt_s=100) == 0
        assert outbox.erase(7.0 + 11, keep_after_receipt_s=100) == 1


def test_a_clock_that_goes_back_makes_nothing_older_or_younger(opened):
    add(opened, 1000.0)
    assert opened.levels(1060.0).oldest_unreceipted_s == pytest.approx(60)
    assert opened.levels(10.0).oldest_unreceipted_s == pytest.approx(60)


def test_erased_bytes_are_gone_from_every_file(path):
    canary = b"CANARY-IN-A-SEALED-ROW"
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        (one,) = outbox.append(
            lambda _: [replace(sealed_at(outbox.epoch_head(specimen.EPOCH)), ciphertext=canary)],
            0.0,
        )
        assert any(canary in file.read_bytes() for file in path.parent.iterdir())
        outbox.receipted(receipt_for(one), 1.0)
        outbox.erase(2.0, keep_after_receipt_s=0)
        assert not any(canary in file.read_bytes() for file in path.parent.iterdir())


def fill(outbox, size_bytes=40_000):
    """Commit until the outbox says full; how many rows went in."""
    count = 0
    while not outbox.is_full:
        add(outbox, size_bytes=size_bytes)
        count += 1
    return count


def overfill(outbox):
    """Commit without asking; ends by an OutboxFullError."""
    for _ in range(1000):
        add(outbox, size_bytes=20_000)


def test_full_is_said_before_a_traveller_starts_and_his_crossing_still_fits(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=4_000_000) as outbox:
        assert fill(outbox) > 50
        add(outbox, size_bytes=40_000, attachments=4)
        with pytest.raises(OutboxFullError) as caught:
            overfill(outbox)
        assert caught.value.mend
        assert outbox.levels(0.0).used_pct <= 90
        assert path.stat().st_size <= 4_000_000


def test_a_full_outbox_keeps_what_it_has_and_drains(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=4_000_000) as outbox:
        count = fill(outbox)
        while outbox.levels(0.0).used_pct < 89:
            add(outbox, size_bytes=1)
        before = outbox.head()
        with pytest.raises(OutboxFullError):
            add(outbox, size_bytes=RESERVE_BYTES)
        assert outbox.head() == before
        rows = outbox.batch(1000, 0.0)
        assert len(rows) == outbox.levels(0.0).ready >= count
        entries = tuple(ReceiptEntry(row.epoch, row.sequence, sha_of(row)) for row in rows)
        receipt = Receipt(
            specimen.KIOSK, ReceiptLevel.COMMITTED, entries, datetime(2026, 3, 1, tzinfo=UTC)
        )
        assert outbox.receipted(receipt, 1.0) == len(rows)
        # room is short, so rows go before their retention ends, but no more than needed
        erased = outbox.erase(1.0, keep_after_receipt_s=1e9)
        assert 0 < erased < len(rows)
        assert not outbox.is_full
        add(outbox, size_bytes=40_000)


def sha_of(row):
    return sha256(f"statement {row.epoch} {row.sequence}".encode()).digest()


def test_a_full_kiosk_can_still_start_an_epoch(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=4_000_000) as outbox:
        fill(outbox)
        with pytest.raises(OutboxFullError):
            overfill(outbox)
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=4_000_000) as outbox:
        assert outbox.is_full
        outbox.commit([sealed_at(outbox.epoch_head(EPOCH_2), 2_000)], 0.0)
        assert outbox.head().epoch == EPOCH_2


def test_a_second_owner_is_refused_with_its_mend(path, opened):
    with pytest.raises(OutboxBusyError) as caught:
        Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES)
    assert "one owner" in caught.value.mend
    opened.close()
    opened.close()
    Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES).close()


def test_the_card_of_another_kiosk_is_refused_and_let_go(path, opened):
    opened.close()
    for _ in range(2):
        with pytest.raises(OutboxForeignError, match=specimen.KIOSK):
            Outbox(path, kiosk="other", max_bytes=ROOMY_BYTES)


def test_a_file_of_a_newer_release_is_left_alone(path, opened):
    add(opened)
    opened.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 2")
    database.close()
    before = path.read_bytes()
    with pytest.raises(OutboxVersionError):
        Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES)
    assert path.read_bytes() == before


def damage_head(path):
    data = bytearray(path.read_bytes())
    data[:16] = b"not a database!!"
    path.write_bytes(data)


def damage_middle(path):
    data = bytearray(path.read_bytes())
    data[4096:12288] = b"\x5a" * 8192
    path.write_bytes(data)


def damage_end(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [damage_head, damage_middle, damage_end])
def test_an_unreadable_file_is_moved_aside_told_and_never_deleted(path, damage):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        for _ in range(20):
            add(outbox, size_bytes=3000)
    damage(path)
    damaged = path.read_bytes()
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        assert isinstance(outbox.corrupt, OutboxCorruptError)
        assert "outbox.db.unreadable-1" in str(outbox.corrupt)
        assert outbox.head() is None
        add(outbox)
    assert path.with_name("outbox.db.unreadable-1").read_bytes() == damaged
    damage_head(path)
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        assert "unreadable-2" in str(outbox.corrupt)
    assert path.with_name("outbox.db.unreadable-1").read_bytes() == damaged


def test_a_sound_file_is_not_called_corrupt(path, opened):
    add(opened)
    opened.close()
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        assert outbox.corrupt is None


def test_every_file_is_for_its_owner_alone(path, opened):
    add(opened)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_commits_are_synchronous(opened):
    (level,) = opened._db.execute("PRAGMA synchronous").fetchone()
    (mode,) = opened._db.execute("PRAGMA journal_mode").fetchone()
    (secure,) = opened._db.execute("PRAGMA secure_delete").fetchone()
    assert (level, mode, secure) == (2, "wal", 1)


def test_a_folder_that_is_not_there_is_a_typed_error(tmp_path):
    with pytest.raises(OutboxDiskError) as caught:
        Outbox(tmp_path / "gone" / "outbox.db", kiosk="k", max_bytes=ROOMY_BYTES)
    assert caught.value.mend


def test_many_threads_make_one_chain(opened):
    add(opened)

    def work():
        for _ in range(10):
            add(opened, attachments=1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened.head().sequence == 1 + 1 + 4 * 10 * 2
    rows = sorted(opened.batch(1000, 0.0), key=lambda row: row.sequence)
    assert sequences(rows) == list(range(1, 82))


def test_levels_tell_where_the_rows_are(opened):
    for _ in range(4):
        add(opened, 10.0)
    rows = opened.batch(2, 20.0)
    opened.mark_sent([row.row_id for row in rows], 20.0)
    levels = opened.levels(70.0)
    assert (levels.ready, levels.sent, levels.receipted, levels.erased) == (2, 2, 0, 0)
    assert levels.oldest_unreceipted_s == pytest.approx(60)
    assert 0 < levels.used_bytes < levels.max_bytes
    assert levels.used_pct == pytest.approx(100 * levels.used_bytes / ROOMY_BYTES)


def test_a_disk_error_at_commit_leaves_the_chain_where_it_was(path):
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        add(outbox)
        head = outbox.head()
        outbox._db.execute("PRAGMA query_only = ON")
        with pytest.raises(OutboxDiskError):
            outbox.commit([sealed_at(head)], 0.0)
        outbox._db.execute("PRAGMA query_only = OFF")
        outbox.commit([sealed_at(head)], 0.0)
        assert outbox.head() == sealed_at(head).next_head


def test_append_seals_nothing_into_the_outbox_when_sealing_fails(opened):
    add(opened)
    head = opened.head()

    def broken(_head):
        raise ValueError("no seal")

    with pytest.raises(ValueError, match="no seal"):
        opened.append(broken, 0.0)
    assert opened.head() == head
    add(opened)


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_promised_into_a_file_that_was_taken_away(path, opened, replaced):
    add(opened)
    path.rename(path.with_suffix(".away"))
    if replaced:
        path.write_bytes(b"")
    with pytest.raises(OutboxDiskError):
        add(opened)
    with pytest.raises(OutboxDiskError):
        _ = opened.is_full


def test_who_reads_beside_holds_up_no_commit_and_the_log_is_emptied_later(path):
    canary = b"CANARY-IN-A-SEALED-ROW"
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        (one,) = outbox.append(
            lambda _: [replace(sealed_at(outbox.epoch_head(specimen.EPOCH)), ciphertext=canary)],
            0.0,
        )
        reader = read_beside(path)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM row").fetchall()
        outbox.receipted(receipt_for(one), 1.0)
        began_s = time.monotonic()
        assert outbox.erase(2.0, keep_after_receipt_s=0) == 1
        assert time.monotonic() - began_s < 3  # SQLite itself would wait for five seconds
        add(outbox)
        reader.close()
        outbox.erase(3.0, keep_after_receipt_s=0)
        assert not any(canary in file.read_bytes() for file in path.parent.iterdir())


def test_a_file_that_another_program_locks_is_a_typed_error_and_is_used_again(path, opened):
    add(opened)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OutboxDiskError) as caught:
        add(opened)
    assert "locked" in str(caught.value)
    other.execute("ROLLBACK")
    add(opened)
    opened.close()
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    for _ in range(2):
        with pytest.raises(OutboxDiskError):
            Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES)
    other.close()
    with Outbox(path, kiosk=specimen.KIOSK, max_bytes=ROOMY_BYTES) as outbox:
        assert outbox.corrupt is None
        assert outbox.levels(1.0).ready == 2
