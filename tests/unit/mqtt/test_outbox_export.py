"""Rows to a stick and receipts from it: several sticks, damaged outboxes, wrong files."""

import shutil
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from mqtt import courier
from mqtt.contract import specimen
from mqtt.courier import Cargo, Manifest, Reader
from mqtt.envelope import Kind
from mqtt.errors import OutboxCorruptError, OutboxCourierError
from mqtt.outbox import Outbox
from mqtt.outbox_drop import drop, drop_folder, is_for, read_receipts, take_dropped
from mqtt.outbox_export import export
from mqtt.outbox_status import look, owner_pid
from mqtt.receipts import Receipt, ReceiptAlarm, ReceiptEntry, ReceiptLevel, make_receipt

KIOSK = specimen.KIOSK
MAX_BYTES = 64 * 2**20
FILE = "01920000-0000-7000-8000-0000000000f1"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "outbox.db"


@pytest.fixture
def stick(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def outbox(path, seal):
    with Outbox(path, kiosk=KIOSK, max_bytes=MAX_BYTES) as opened:
        opened.commit([seal(opened.epoch_head(specimen.EPOCH))], 0.0)
        yield opened


def put(outbox, seal, count=1, size_bytes=500):
    rows = []
    for _ in range(count):
        first = seal(outbox.head(), bytes(size_bytes))
        rows += [first, seal(first.next_head, bytes(size_bytes), Kind.ATTACHMENT)]
        outbox.commit(rows[-2:], 1.0)
    return rows


def carried(file):
    reader = Reader()
    rows = [one.data for one in reader.feed(file.read_bytes())]
    return reader.end(), rows


def entry(row):
    return ReceiptEntry(row.epoch, row.sequence, row.statement_sha256)


def receipts_file(folder, rows, key, kiosk=KIOSK, cargo=Cargo.RECEIPTS, of=""):
    made_at = datetime(2026, 3, 1, tzinfo=UTC)
    entries = tuple(entry(one) for one in rows)
    receipt = Receipt(of or kiosk, ReceiptLevel.COMMITTED, entries, made_at)
    data = make_receipt(receipt, key)
    manifest = Manifest(cargo=cargo, kiosk=kiosk, file=FILE, part=1, rows=1, bytes=len(data))
    file = folder / manifest.name
    file.write_bytes(b"".join(courier.write(manifest, [data])))
    return file


def test_a_stick_takes_what_has_no_receipt_events_first_and_sealed(outbox, path, stick, seal):
    rows = put(outbox, seal, 3)
    entries = tuple(entry(one) for one in rows[:2])
    receipt = Receipt(KIOSK, ReceiptLevel.COMMITTED, entries, datetime(2026, 3, 1, tzinfo=UTC))
    outbox.receipted(receipt, 2.0)
    found = export(path, stick)
    assert (found.waiting, found.rows, found.left, found.unreadable) == (5, 5, 0, 0)
    (file,) = stick.iterdir()
    manifest, wires = carried(file)
    assert (manifest.kiosk, manifest.rows, manifest.name) == (KIOSK, 5, file.name)
    crossings, pictures = rows[2::2], rows[3::2]
    assert wires[1:] == [one.wire() for one in [*crossings, *pictures]]
    assert outbox.levels(3.0).ready == 5


def test_another_stick_takes_only_what_the_first_did_not(outbox, path, stick, seal):
    put(outbox, seal, 2)
    assert export(path, stick).rows == 5
    put(outbox, seal, 1)
    assert export(path, stick, resume=True).rows == 2
    assert export(path, stick, resume=True).waiting == 0
    assert export(path, stick).rows == 7
    assert len(list(stick.iterdir())) == 3


@contextmanager
def small_stick(at, size):
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small stick needs the right to mount")
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


def test_a_small_stick_takes_what_fits_and_the_next_ones_the_rest(outbox, path, stick, seal):
    put(outbox, seal, 30, size_bytes=40_000)
    wires = {row.wire for row in outbox.batch(1000, 2.0)}
    seen, sticks, left = set(), 0, 1
    while left:
        with small_stick(stick, "2m"):
            found = export(path, stick, resume=sticks > 0)
            left, sticks = found.left, sticks + 1
            assert found.rows > 0
            assert [one.name[0] != "." for one in stick.iterdir()] == [True]
            for file in found.files:
                seen.update(carried(file)[1])
        assert sticks < 10
    assert sticks > 1
    assert seen == wires


def test_a_stick_without_any_room_is_no_error_and_takes_nothing(outbox, path, stick, seal):
    put(outbox, seal, 2)
    with small_stick(stick, "1m"):
        found = export(path, stick)
        assert (found.rows, found.left) == (0, 5)
        assert list(stick.iterdir()) == []


def test_a_stick_that_may_not_be_written_is_told(outbox, path, stick, seal):
    put(outbox, seal)
    with small_stick(stick, "4m"):
        subprocess.run(["mount", "-o", "remount,ro", str(stick)], check=True)
        with pytest.raises(OutboxCourierError) as caught:
            export(path, stick)
        assert caught.value.mend


def test_a_damaged_file_gives_the_rows_that_read(outbox, path, stick, seal):
    put(outbox, seal, 40, size_bytes=9_000)
    wires = {row.wire for row in outbox.batch(1000, 2.0)}
    outbox.close()
    aside = path.with_name("outbox.db.unreadable-1")
    data = bytearray(path.read_bytes())
    data[400_000:420_000] = bytes(20_000)
    aside.write_bytes(data)
    found = export(aside, stick)
    assert found.unreadable > 0
    assert found.rows > 60
    for file in found.files:
        assert set(carried(file)[1]) <= wires


def test_what_is_no_outbox_is_told(tmp_path, stick):
    file = tmp_path / "other"
    file.write_bytes(b"somebody's letter" * 300)
    with pytest.raises(OutboxCorruptError):
        export(file, stick)


def test_receipts_that_came_back_by_stick_mark_the_rows_by_the_owner(
    outbox, path, stick, seal, centre_key
):
    rows = put(outbox, seal, 2)
    file = receipts_file(stick, rows[:3], centre_key)
    assert read_receipts(file, KIOSK, [centre_key.public_key()]).entries == 3
    drop(file, path)
    assert look(path).receipts_waiting == 1
    assert outbox.levels(2.0).receipted == 0
    assert take_dropped(outbox, path, [centre_key.public_key()], 3.0) == [(file.name, 3, "")]
    assert outbox.levels(4.0).receipted == 3
    assert take_dropped(outbox, path, [centre_key.public_key()], 3.0) == []
    drop(file, path)  # once more: it does no harm
    assert take_dropped(outbox, path, [centre_key.public_key()], 3.0) == [(file.name, 0, "")]


def test_receipts_that_the_centre_did_not_sign_mark_nothing_are_kept_and_told(
    outbox, path, stick, seal, centre_key, kiosk_key
):
    rows = put(outbox, seal)
    file = receipts_file(stick, rows, kiosk_key)
    alarms = []
    keys = [centre_key.public_key()]
    assert read_receipts(file, KIOSK, keys).refused == 1
    drop(file, path)
    ((name, marked, why),) = take_dropped(outbox, path, keys, 3.0, alarms.append)
    assert alarms == [ReceiptAlarm.FORGED]
    assert (name, marked) == (file.name, 0)
    assert "not the centre's" in why
    assert outbox.levels(4.0).receipted == 0
    assert look(path).receipts_refused == 1
    assert take_dropped(outbox, path, [centre_key.public_key()], 3.0) == []


def test_true_receipts_in_the_wrong_place_mark_nothing_and_are_told(
    outbox, path, stick, seal, centre_key
):
    rows = put(outbox, seal)
    keys, alarms = [centre_key.public_key()], []
    drop(receipts_file(stick, rows, centre_key, of="another"), path)
    lie = SimpleNamespace(epoch=rows[0].epoch, sequence=1, statement_sha256=bytes(32))
    drop(receipts_file(stick, [lie], centre_key).rename(stick / "strange.receipts"), path)
    told = take_dropped(outbox, path, keys, 3.0, alarms.append)
    assert sorted(alarms) == [ReceiptAlarm.FOREIGN, ReceiptAlarm.REPLAYED]
    assert [(marked, bool(why)) for _, marked, why in told] == [(0, True), (0, True)]
    assert outbox.levels(4.0).receipted == 0


@pytest.mark.parametrize("fault", ["cut", "foreign", "events", "letter", "gone"])
def test_a_wrong_file_of_receipts_is_told(outbox, path, stick, seal, centre_key, fault):
    rows = put(outbox, seal)
    keys = [centre_key.public_key()]
    if fault == "foreign":
        file = receipts_file(stick, rows, centre_key, kiosk="other")
    elif fault == "events":
        file = receipts_file(stick, rows, centre_key, cargo=Cargo.EVENTS)
    else:
        file = receipts_file(stick, rows, centre_key)
    if fault == "cut":
        file.write_bytes(file.read_bytes()[:-5])
    if fault == "letter":
        file.write_bytes(b"somebody's letter")
    if fault == "gone":
        file.unlink()
    with pytest.raises(OutboxCourierError) as caught:
        read_receipts(file, KIOSK, keys)
    assert caught.value.mend
    folder = drop_folder(path)
    folder.mkdir()
    if file.exists():
        shutil.copy(file, folder / "wrong.receipts")
        ((_, marked, why),) = take_dropped(outbox, path, keys, 3.0)
        assert marked == 0
        assert why
    assert outbox.levels(4.0).receipted == 0


def test_the_owner_is_seen_without_taking_his_lock(outbox, path):
    lock = path.with_name("outbox.db.lock")
    assert owner_pid(lock) is not None
    outbox.close()
    assert owner_pid(lock) is None
    assert owner_pid(path.with_name("nothing")) is None


def test_status_reads_beside_the_owner(outbox, path, seal):
    put(outbox, seal, 2)
    rows = outbox.batch(2, 2.0)
    outbox.mark_sent([row.row_id for row in rows], 100.0)
    seen = look(path)
    assert (seen.kiosk, seen.ready, seen.sent, seen.receipted) == (KIOSK, 3, 2, 0)
    assert seen.oldest_waiting_s == pytest.approx(100.0)
    assert seen.head == outbox.head()
    assert seen == replace(seen, suspect=False, set_aside=())
    outbox.suspect()
    assert look(path).suspect


def test_a_stick_goes_round_several_kiosks(outbox, path, stick, seal, centre_key):
    rows = put(outbox, seal)
    ours = receipts_file(stick, rows, centre_key)
    theirs = receipts_file(stick, rows, centre_key, kiosk=f"{KIOSK}-2")
    assert is_for(ours, KIOSK)
    assert not is_for(theirs, KIOSK)
    (stick / "letter.receipts").write_bytes(b"somebody's letter")
    assert is_for(stick / "letter.receipts", KIOSK)  # so that it is told, not passed over


def test_what_a_stick_that_was_pulled_out_left_is_cleared_away(outbox, path, stick, seal):
    put(outbox, seal)
    left = stick / f".{KIOSK}-01234567-0001.courier.77.new"
    other = stick / ".other-01234567-0001.courier.77.new"
    for one in (left, other):
        one.write_bytes(b"half a file")
    export(path, stick)
    assert not left.exists()
    assert other.exists()


def test_an_outbox_on_a_full_partition_is_exported_all_the_same(tmp_path, stick, seal):
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_stick(disk, "4m"):
        path = disk / "outbox.db"
        with Outbox(path, kiosk=KIOSK, max_bytes=3 * 2**20) as outbox:
            outbox.commit([seal(outbox.epoch_head(specimen.EPOCH))], 0.0)
            put(outbox, seal, 3)
            with (disk / "others.log").open("wb", buffering=0) as file, suppress(OSError):
                while file.write(bytes(4096)) == 4096:
                    pass
            found = export(path, stick)
        assert (found.rows, found.left, found.remembered) == (7, 0, False)
