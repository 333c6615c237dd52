"""A disk that is full, may not be written or refuses to sync: nothing is confirmed, all is kept."""

import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from mqtt.contract import specimen
from mqtt.envelope import Kind, Sealed
from mqtt.errors import OutboxDiskError, OutboxError, OutboxFullError, OutboxRoomError
from mqtt.outbox import Disk, Outbox
from mqtt.outbox_room import check_partition
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel

KIOSK = specimen.KIOSK
MB = 2**20
BALLAST = Disk(ballast_bytes=2 * MB)


@pytest.fixture
def partition(tmp_path):
    """A partition of its own, 12 MB."""
    folder = tmp_path / "partition"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small partition needs the right to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def run(*words, codes=(0,)):
    done = subprocess.run(list(map(str, words)), capture_output=True, check=False)
    return done.returncode in codes


class Card:
    """An ext4 card in a file, whose kernel may give it up as after an error of the medium."""

    def __init__(self, folder):
        self.image, self.at = folder / "image", folder / "card"
        self.at.mkdir()
        with self.image.open("wb") as file:
            file.truncate(32 * MB)

    def mount(self):
        words = ["mount", "-o", "loop,errors=remount-ro", self.image, self.at]
        return run(*words)

    def give_up(self):
        assert run("mount", "-o", "remount,abort", self.at)

    def mend(self):
        assert run("umount", self.at)
        assert run("e2fsck", "-fy", self.image, codes=(0, 1))
        assert self.mount()


@pytest.fixture
def card(tmp_path):
    card = Card(tmp_path)
    if not (shutil.which("mkfs.ext4") and run("mkfs.ext4", "-q", card.image) and card.mount()):
        pytest.skip("mounting a card in a file needs the right to mount, and e2fsprogs")
    yield card
    run("umount", card.at)


def row(head, size_bytes=20_000):
    kind = Kind.EPOCH_START if head.sequence == 1 else Kind.CROSSING
    name = f"01920000-0000-7000-8000-{head.sequence:012x}"
    place = (head.kiosk, head.epoch, head.sequence, head.previous)
    statement = f"{head.epoch} {head.sequence}".encode()
    return Sealed(*place, kind, name, "2026-03-01T10:00:00Z", statement, bytes(size_bytes))


def begun(folder, disk=BALLAST, max_bytes=8 * MB):
    outbox = Outbox(folder / "outbox.db", kiosk=KIOSK, max_bytes=max_bytes, disk=disk)
    outbox.commit([row(outbox.epoch_head(str(uuid4())))], 0.0)
    return outbox


def put(outbox, size_bytes=20_000):
    one = row(outbox.head(), size_bytes)
    outbox.commit([one], 1.0)
    return one


def fill(folder):
    """Another program takes every byte that is left."""
    with (folder / "others.log").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65_536)) == 65_536:
                pass
        except OSError:
            return


def receipt_for(rows):
    entries = tuple(ReceiptEntry(one.epoch, one.sequence, one.statement_sha256) for one in rows)
    return Receipt(KIOSK, ReceiptLevel.COMMITTED, entries, datetime(2026, 3, 1, tzinfo=UTC))


def test_with_ballast_the_traveller_at_the_kiosk_is_saved_and_the_kiosk_drains(partition):
    with begun(partition) as outbox:
        rows = [put(outbox) for _ in range(20)]
        assert not outbox.is_full
        fill(partition)
        assert outbox.is_full  # so no traveller starts
        rows.append(put(outbox, 100_000))  # who was there before is saved
        assert not (partition / "outbox.db.ballast").exists()
        assert outbox.receipted(receipt_for(rows), 2.0) == len(rows)
        assert outbox.erase(3.0, 0.0) == len(rows)
        assert outbox.is_full
        (partition / "others.log").unlink()
        outbox.erase(4.0, 0.0)  # as the owner does once a second
        assert (partition / "outbox.db.ballast").stat().st_size == 2 * MB
        assert not outbox.is_full
        put(outbox)


def test_the_ballast_keeps_its_blocks(partition):
    before = shutil.disk_usage(partition).free
    with begun(partition):
        assert before - shutil.disk_usage(partition).free >= 2 * MB


def test_without_ballast_nothing_is_confirmed_and_all_goes_on_when_there_is_room(partition):
    with begun(partition, disk=Disk()) as outbox:
        rows = [put(outbox) for _ in range(5)]
        fill(partition)
        assert outbox.is_full
        refused = 0
        for _ in range(200):
            try:
                rows.append(put(outbox))
            except OutboxFullError:
                refused += 1
        assert refused > 0
        (partition / "others.log").unlink()
        rows.append(put(outbox))
        assert not outbox.is_full
    with Outbox(partition / "outbox.db", kiosk=KIOSK, max_bytes=8 * MB) as outbox:
        assert outbox.corrupt is None
        assert len(outbox.batch(1000, 5.0)) == len(rows) + 1


def test_a_start_on_a_full_partition_gives_the_ballast_up_and_drains(partition):
    begun(partition).close()
    fill(partition)
    with Outbox(partition / "outbox.db", kiosk=KIOSK, max_bytes=8 * MB, disk=BALLAST) as outbox:
        assert outbox.is_full
        outbox.commit([row(outbox.epoch_head(str(uuid4())), 500)], 0.0)
        assert outbox.levels(1.0).ready == 2


@pytest.mark.slow
def test_a_card_that_the_kernel_made_read_only_confirms_nothing_and_keeps_what_was(card):
    with begun(card.at) as outbox:
        saved = [put(outbox) for _ in range(3)]
        card.give_up()
        with pytest.raises(OutboxDiskError) as caught:
            put(outbox)
        assert caught.value.mend
        with pytest.raises(OutboxError):
            outbox.receipted(receipt_for(saved), 2.0)
        assert len(outbox.batch(100, 3.0)) == 4  # it can still be sent
    card.mend()
    with Outbox(card.at / "outbox.db", kiosk=KIOSK, max_bytes=8 * MB) as outbox:
        assert outbox.corrupt is None
        assert outbox.head() == saved[-1].next_head
        assert len(outbox.batch(100, 0.0)) == 4
        put(outbox)


def test_a_cap_that_does_not_fit_the_partition_is_told_at_the_start(partition):
    check_partition(partition, 2 * MB, 1 * MB)
    with pytest.raises(OutboxRoomError) as caught:
        check_partition(partition, 8 * MB, 1 * MB)
    assert "outbox_limit_mb" in caught.value.mend


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "fault",
    [
        "posix/io/sync/*,probability=0.3,failinfo=5",
        "posix/io/rw/pwrite*,probability=0.1,failinfo=5",
        "posix/io/rw/pwrite*,probability=0.1,failinfo=28",
    ],
)
def test_what_sqlite_itself_promised_while_the_disk_refused_is_there(tmp_path, fault):
    fiu = shutil.which("fiu-run")
    if fiu is None:
        pytest.skip("libfiu is not installed (fiu-utils, libfiu0)")
    path = tmp_path / "outbox.db"
    script = Path(__file__).with_name("refused_syncs.py")
    words = [fiu, "-x", "-c", f"enable_random name={fault}", sys.executable, str(script)]
    done = subprocess.run(
        [*words, str(path), "400"], capture_output=True, text=True, timeout=240, check=False
    )
    said = done.stdout.splitlines()
    promised = [line.split() for line in said if line != "refused"]
    assert len(promised) > 20
    assert "refused" in said
    with Outbox(path, kiosk=KIOSK, max_bytes=64 * MB) as outbox:
        assert outbox.corrupt is None
        outbox.commit([row(outbox.epoch_head(str(uuid4())))], 0.0)
    with sqlite3.connect(path) as db:
        found = db.execute("SELECT epoch, sequence, hex(statement_sha256) FROM row").fetchall()
    db.close()
    stored = {(epoch, str(number), digest.lower()) for epoch, number, digest in found}
    assert {tuple(one) for one in promised} <= stored
    assert len(stored) - 1 <= len(said)


def test_an_outbox_whose_disk_is_gone_is_a_typed_error(partition):
    outbox = begun(partition)
    (partition / "outbox.db").unlink()
    with pytest.raises(OutboxError):
        put(outbox)
    outbox.close()
