"""What one commit, one seal and one envelope cost, beside bare SQLite in the same run."""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from mqtt.envelope import Assurance, Head, Kind, Profile, Sealed, Sealer
from mqtt.outbox import Outbox
from mqtt.outbox_file import bare_writer, full_check
from mqtt.topics import hour_text

KIOSK = "bench-1"
ROOM_BYTES = 1024 * 1024
COMMIT_ROWS, STATEMENT_BYTES = 100, 330
AT_UTC = datetime(2026, 1, 1, tzinfo=UTC)

COMMIT_RATIO_TARGET = 3.0
SEAL_TARGET_MS = 5.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Times of one thing, in milliseconds."""

    p50_ms: float
    p99_ms: float
    worst_ms: float

    @classmethod
    def of(cls, times_s: list[float]) -> "Spread":
        """From seconds, at least one; the 99th percentile is the nearest rank, not the worst."""
        ordered = sorted(times_s)
        places = [len(ordered) // 2, math.ceil(len(ordered) * 0.99) - 1, -1]
        return cls(*(round(1000 * ordered[place], 3) for place in places))


@dataclass(frozen=True, slots=True)
class CommitFigures:
    """The outbox's commit of one event, and a bare SQLite FULL commit of the same bytes."""

    count: int
    event_bytes: int
    outbox: Spread
    bare: Spread
    p50_ratio: float
    p99_ratio: float


@dataclass(frozen=True, slots=True)
class SealFigures:
    """Seal and sign with a key in a file, and what the envelope adds to `plain_bytes`."""

    count: int
    recipients: int
    plain_bytes: int
    seal: Spread
    added_bytes: int
    allowed_bytes: int


def measure_commits(folder: Path, count: int = 500, event_bytes: int = 20_000) -> CommitFigures:
    """Commit `count` events by turns, one into an outbox, one bare; both files are in `folder`.

    The turns share the disk's moods: a slow second hits both alike. Raises OutboxError.
    """
    sealer = _sealer(1)
    mine: list[float] = []
    bare: list[float] = []
    limit_bytes = 2 * count * event_bytes + ROOM_BYTES * 64
    with (
        Outbox(folder / "bench.db", kiosk=KIOSK, max_bytes=limit_bytes) as outbox,
        bare_writer(folder / "bare.db") as write,
    ):
        outbox.commit([_seal(sealer, outbox.epoch_head(str(uuid4())), 100)], 0.0)
        for number in range(count):
            head = outbox.head()
            assert head is not None  # noqa: S101 - the epoch was begun above
            one = _seal(sealer, head, event_bytes)
            turns = [
                (mine, lambda one=one: outbox.commit([one], 0.0)),
                (bare, lambda one=one: write(one.statement, one.ciphertext)),
            ]
            for times_s, act in turns[:: 1 if number % 2 else -1]:
                times_s.append(_timed(act))
    ours, theirs = Spread.of(mine), Spread.of(bare)
    ratios = (ours.p50_ms / theirs.p50_ms, ours.p99_ms / theirs.p99_ms)
    return CommitFigures(count, event_bytes, ours, theirs, *(round(one, 2) for one in ratios))


def measure_seals(count: int = 200, plain_bytes: int = 20_000, recipients: int = 2) -> SealFigures:
    """Seal `count` events for that many recipients; nothing touches a disk."""
    sealer = _sealer(recipients)
    head = Head(KIOSK, str(uuid4()), 2)
    wire_bytes = len(_seal(sealer, head, plain_bytes).wire())
    times_s = [_timed(lambda: _seal(sealer, head, plain_bytes)) for _ in range(count)]
    allowed = round(300 + 150 * recipients + 0.015 * plain_bytes)
    added = wire_bytes - plain_bytes
    return SealFigures(count, recipients, plain_bytes, Spread.of(times_s), added, allowed)


@dataclass(frozen=True, slots=True)
class StartFigures:
    """How long an outbox with many rows takes to open, and to be read whole beside its owner."""

    rows: int
    file_bytes: int
    open_s: float
    check_s: float


def measure_start(folder: Path, rows: int, event_bytes: int = 20_000) -> StartFigures:
    """Fill an outbox with rows of noise (nobody opens them), close it, open it as the kiosk does.

    The file is in memory still: from a cold card the whole check takes as long as reading it.
    """
    path = folder / "start.db"
    limit_bytes = 2 * rows * event_bytes + ROOM_BYTES * 64
    with Outbox(path, kiosk=KIOSK, max_bytes=limit_bytes) as outbox:
        for first in range(0, rows, COMMIT_ROWS):
            count = min(COMMIT_ROWS, rows - first)
            outbox.append(partial(_noise, outbox, count, event_bytes), 0.0)
    opened: list[Outbox] = []
    open_s = _timed(lambda: opened.append(Outbox(path, kiosk=KIOSK, max_bytes=limit_bytes)))
    opened[0].close()
    check_s = _timed(lambda: full_check(path))
    found = StartFigures(rows, path.stat().st_size, open_s, check_s)
    path.unlink()
    return found


def _noise(outbox: Outbox, count: int, event_bytes: int, head: Head | None) -> list[Sealed]:
    made: list[Sealed] = []
    for _ in range(count):
        place = made[-1].next_head if made else head or outbox.epoch_head(str(uuid4()))
        kind = Kind.EPOCH_START if place.sequence == 1 else Kind.ATTACHMENT
        event_id, hour = str(uuid4()), hour_text(AT_UTC)
        where = (place.kiosk, place.epoch, place.sequence, place.previous)
        sealed = os.urandom(STATEMENT_BYTES), os.urandom(event_bytes)
        made.append(Sealed(*where, kind, event_id, hour, *sealed))
    return made


def _timed(act: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    act()
    return time.perf_counter() - began_s


def _sealer(recipients: int) -> Sealer:
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(recipients + 1)]
    public = tuple(key.public_key() for key in keys[1:])
    return Sealer(keys[0], public, Profile.SELFTEST, Assurance.SOFTWARE)


def _seal(sealer: Sealer, head: Head, size_bytes: int) -> Sealed:
    return sealer.seal(
        os.urandom(size_bytes),
        head=head,
        kind=Kind.EPOCH_START if head.sequence == 1 else Kind.CROSSING,
        event_id=str(uuid4()),
        at_utc=AT_UTC,
    )
