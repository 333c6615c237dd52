"""A power cut at any write or sync, or a disk that refuses one, breaks no promise of the outbox.

The long form: .venv/bin/python tests/delivery/power_cuts.py --count 1000
"""

import importlib
import os
import random
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import apsw
import pytest

from mqtt.errors import OutboxDiskError, OutboxError, OutboxFullError

sys.path.insert(0, str(Path(__file__).parent))  # the files of the long form, which is a script
cuts = importlib.import_module("power_cuts")
disks = importlib.import_module("power_disk")
works = importlib.import_module("power_work")


@pytest.fixture(scope="module")
def vfs():
    return disks.NotedVfs()


@pytest.fixture
def memory(tmp_path_factory):
    """A folder on another medium than tmp_path where there is one: in memory, which is fast."""
    if not os.access(cuts.MEMORY, os.W_OK):
        return tmp_path_factory.mktemp("memory")
    folder = cuts.MEMORY / f"kiosk-power-{os.getpid()}"
    yield cuts.fresh(folder)
    cuts.shutil.rmtree(folder)


@pytest.fixture
def second(memory, tmp_path):
    """A second medium: in memory, too, where this user may mount; else the test's own folder."""
    folder = tmp_path / "second"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
    if memory.stat().st_dev == folder.stat().st_dev:
        pytest.skip("there is one medium only")
    yield folder
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_put_mark_receipt_and_erase_may_be_cut_anywhere(memory, vfs):
    proof = cuts.prove_work(memory, vfs, works.short_work, seed=1)
    assert proof.boundaries > 200
    assert proof.disks > proof.boundaries


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_start_after_a_crash_may_be_cut_anywhere(memory, vfs):
    assert cuts.prove_start(memory, vfs, seed=2).boundaries > 20


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_with_a_mirror_both_media_hold_what_was_promised_and_agree(memory, second, vfs):
    assert cuts.prove_mirror(memory, second, vfs, seed=3).boundaries > 100


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_any_work_may_be_cut_anywhere(memory, vfs):
    assert cuts.prove_random(memory, vfs, range(40)).disks == 40


@pytest.mark.slow
@pytest.mark.parametrize("weak", ["NORMAL", "OFF"])
def test_the_proof_finds_an_outbox_that_does_not_sync(memory, vfs, weak, monkeypatch):
    class Careless(disks.OverApsw):
        def execute(self, words, values=()):
            words = words.replace("synchronous = FULL", f"synchronous = {weak}")
            return super().execute(words, values)

    monkeypatch.setattr(works, "OverApsw", Careless)
    with pytest.raises((AssertionError, OutboxError)):
        cuts.prove_work(memory, vfs, works.short_work, seed=1)


def prepared(memory, vfs, seed, mirror=None):
    """An outbox with some rows, and how many operations have reached the disk so far."""
    notes = vfs.notes = disks.Notes()
    disk = cuts.Disk() if mirror is None else cuts.Disk(mirror=cuts.fresh(mirror) / "mirror.db")
    owner = works.Owner(cuts.fresh(memory / "work"), notes, random.Random(seed), disk)
    owner.open(checkpoint_pages=12)
    owner.begin_epoch()
    owner.put(5_000, attachments=1)
    owner.send(2)
    return owner, notes


def steps(owner):
    owner.put(9_000)
    owner.receive(2)
    owner.erase()
    owner.put(30_000)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("code", "fails", "typed"),
    [
        (apsw.SQLITE_IOERR_FSYNC, 1, OutboxDiskError),
        (apsw.SQLITE_IOERR_FSYNC, 5, OutboxDiskError),
        (apsw.SQLITE_IOERR_WRITE, 1, OutboxDiskError),
        (apsw.SQLITE_FULL, 1, OutboxFullError),
    ],
)
def test_a_disk_that_refuses_anywhere_confirms_nothing_and_is_used_again(
    memory, vfs, code, fails, typed
):
    owner, notes = prepared(memory, vfs, seed=4)
    first = notes.operations
    steps(owner)
    last = notes.operations
    owner.close()
    refused = 0
    for at in range(first, last):
        owner, notes = prepared(memory, vfs, seed=4)
        notes.fail_at, notes.fails, notes.error = at, fails, code
        try:
            steps(owner)
        except typed:
            refused += 1
        notes.fail_at = -1
        owner.put(700)
        owed, medium = cuts.Owed(), disks.Medium({})
        for note in notes.all:
            owed.take(note)
            medium.take(note)
        proof = cuts.Proof(memory, {memory / "work": memory / "cut"})
        for image in list(medium.images(random.Random(at)))[:2]:
            proof.try_disk(image, owed, random.Random(at))
        owner.close()
    assert refused > (last - first) / 2


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_refusal_of_either_medium_leaves_both_with_what_was_confirmed(memory, second, vfs):
    mirror = second / "work"
    owner, notes = prepared(memory, vfs, 5, mirror)
    first = notes.operations
    owner.put(9_000)
    operations = [one for one in notes.all if not isinstance(one, disks.Promise)]
    log_synced = disks.Sync(f"{owner.path}-wal")
    committed = operations.index(log_synced, first)  # what fails after it fails a checkpoint
    owner.close()
    for at in range(first, len(operations)):
        owner, notes = prepared(memory, vfs, 5, mirror)
        notes.fail_at, notes.error = at, apsw.SQLITE_IOERR_FSYNC
        with suppress(OutboxError):
            owner.put(9_000)
        notes.fail_at = -1
        owner.put(700)
        assert owner.outbox.why_closed is None
        owner.close()
        confirmed = {(one.epoch, one.sequence): one.statement for one in owner.kept}
        stored = rows_of(owner.path)
        assert rows_of(owner.disk.mirror) == stored, at
        # SQLite forgives a checkpoint that fails; apsw tells of it as if the commit had failed
        assert (stored == confirmed) if at <= committed else (stored.items() >= confirmed.items())


def rows_of(path):
    """Statements by their place."""
    with closing(cuts.read_beside(path)) as db:
        words = "SELECT epoch, sequence, statement FROM row JOIN bytes USING (row_id)"
        return {(epoch, sequence): data for epoch, sequence, data in db.execute(words)}
