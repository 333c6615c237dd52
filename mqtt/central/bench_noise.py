"""What a flood of messages that nobody signed does to the centre: kept, bounded, told, rejudged."""

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mqtt.central.bench import make_load
from mqtt.central.fleet import site_view
from mqtt.central.rejudge import rejudge
from mqtt.central.store import QUARANTINE_LIMIT_BYTES, Outcome
from mqtt.central.store_sqlite import Store
from mqtt.notice import Notice

BATCH = 200
NOISE_BYTES = 60
SENDERS = 8  # one may fill a quarter of the quarantine
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Flood:
    """One run; every message is another one. Memory is the peak of this process."""

    messages: int
    kept: int
    refused: int
    alarm_lines: int
    keep_per_s: float
    look_s: float
    rejudge_s: float
    opened: int
    left: int
    database_mb: float
    memory_mb: float


def measure_noise(messages: int, folder: Path | None, told: Told) -> Flood:
    """Hand the centre noise under the topics of eight kiosks, then look at it and judge it anew."""
    load, lines = make_load(1, 100), list[Notice]()
    with tempfile.TemporaryDirectory(dir=folder) as room, Store(Path(room) / "noise.sqlite3") as db:
        intake = load.intake(db, lines.append)
        started_s = time.monotonic()
        for number, batch in enumerate(_batches(messages)):
            intake.commit(batch)
            if number % 100 == 0:
                told(f"{number * BATCH} of {messages} messages")
        kept_s = time.monotonic() - started_s
        look_s = _timed(lambda: site_view(db, QUARANTINE_LIMIT_BYTES))
        results: list[tuple[int, int]] = []
        rejudge_s = _timed(
            lambda: results.append(rejudge(db, intake, lambda _, left: told(f"rejudge: {left}")))
        )
        size_mb = sum(one.stat().st_size for one in Path(room).iterdir()) / 1e6
    return Flood(
        messages=messages,
        kept=intake.counts[Outcome.QUARANTINED],
        refused=intake.counts[Outcome.REFUSED],
        alarm_lines=len(lines),
        keep_per_s=messages / kept_s,
        look_s=look_s,
        rejudge_s=rejudge_s,
        opened=results[0][0],
        left=results[0][1],
        database_mb=size_mb,
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _batches(messages: int) -> Iterator[list[tuple[str, bytes]]]:
    for first in range(0, messages, BATCH):
        yield [
            (f"stranger-{number % SENDERS}", os.urandom(NOISE_BYTES))
            for number in range(first, min(first + BATCH, messages))
        ]


def _timed(act: Callable[[], object]) -> float:
    started_s = time.monotonic()
    act()
    return time.monotonic() - started_s
