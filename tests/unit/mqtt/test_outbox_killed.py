"""What the outbox printed as saved is there after kill -9; a full disk loses nothing."""

import random
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from mqtt.contract import specimen
from mqtt.errors import OutboxFullError
from mqtt.outbox import Outbox

ROUNDS = 10
MAX_BYTES = 64 * 1024 * 1024

# Commits a crossing with an attachment, then prints the sequence of the attachment: the promise.
WRITER = """
import sys, uuid
from pathlib import Path
from mqtt.envelope import Head, Kind, Sealed
from mqtt.outbox import Outbox

def row(head, kind):
    name = f"01920000-0000-7000-8000-{head.sequence:012x}"
    return Sealed(head.kiosk, head.epoch, head.sequence, head.previous, kind, name,
                  "2026-03-01T10:00:00Z", f"{head.epoch} {head.sequence}".encode(), bytes(2_000))

outbox = Outbox(Path(sys.argv[1]), kiosk="specimen-1", max_bytes=64 * 1024 * 1024)
start = row(outbox.epoch_head(str(uuid.uuid4())), Kind.EPOCH_START)
outbox.commit([start], 0.0)
print(start.epoch, 1, flush=True)
for number in range(100_000):
    first = row(outbox.head(), Kind.CROSSING)
    second = row(first.next_head, Kind.ATTACHMENT)
    outbox.commit([first, second], float(number))
    print(second.epoch, second.sequence, flush=True)
"""


def killed_after(path, wait_s):
    """Run the writer, kill it while it writes; the (epoch, sequence) pairs that it promised."""
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline()]
        with suppress(subprocess.TimeoutExpired):
            process.wait(wait_s)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    whole = [line.split() for line in lines if line.endswith("\n")]
    return [(epoch, int(sequence)) for epoch, sequence in whole]


@pytest.mark.slow
def test_everything_promised_before_kill_9_is_there_and_the_chain_is_unbroken(tmp_path):
    path = tmp_path / "outbox.db"
    promised = []
    for _ in range(ROUNDS):
        promised += killed_after(path, random.uniform(0.02, 0.25))
    with Outbox(path, kiosk="specimen-1", max_bytes=MAX_BYTES) as outbox:
        assert outbox.corrupt is None
        rows = outbox.batch(1_000_000, 0.0)
        head = outbox.head()
    stored = {}
    for row in sorted(rows, key=lambda row: row.row_id):
        stored.setdefault(row.epoch, []).append(row.sequence)
    assert len(stored) == ROUNDS
    for epoch, sequences in stored.items():
        assert sequences == list(range(1, len(sequences) + 1)), epoch
        assert len(sequences) % 2 == 1, "a crossing without its attachment"
    assert all(sequence <= len(stored[epoch]) for epoch, sequence in promised)
    assert head.sequence == len(stored[head.epoch]) + 1
    assert len(promised) > 5 * ROUNDS


@contextmanager
def small_disk(at: Path, size: str):
    at.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("mounting a small tmpfs needs the right to mount")
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


def test_a_disk_that_fills_below_the_cap_is_a_typed_error_and_keeps_what_it_has(tmp_path, seal):
    with small_disk(tmp_path / "disk", "3m") as disk:
        path = disk / "outbox.db"
        with Outbox(path, kiosk=specimen.KIOSK, max_bytes=MAX_BYTES) as outbox:
            outbox.commit([seal(outbox.epoch_head(specimen.EPOCH))], 0.0)
            filler = disk / "someone-elses-file"
            filler.write_bytes(bytes(1_500_000))
            saved = commit_until_refused(outbox, seal)
            assert outbox.head() == saved[-1].next_head
            filler.unlink()
            more = seal(outbox.head())
            outbox.commit([more], 1.0)
        with Outbox(path, kiosk=specimen.KIOSK, max_bytes=MAX_BYTES) as outbox:
            assert outbox.corrupt is None
            assert len(outbox.batch(10_000, 0.0)) == len(saved) + 2


def commit_until_refused(outbox, seal):
    saved = []
    for _ in range(1000):
        one = seal(outbox.head(), bytes(30_000))
        try:
            outbox.commit([one], 0.0)
        except OutboxFullError:
            return saved
        saved.append(one)
    pytest.fail("the disk never filled")
