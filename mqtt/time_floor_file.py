"""Keeps the time floor over restarts, and lets receipts move it; the owner's, from any thread."""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from mqtt.time_floor import RELEASED_UTC, TimeFloor

SAVE_EVERY_S = 3600.0
READ_LIMIT_BYTES = 1000
_LATEST_UTC_S = datetime(9000, 1, 1, tzinfo=UTC).timestamp()


def floor_path(outbox: Path) -> Path:
    """Beside the outbox, on the same card."""
    return outbox.with_name("time-floor.json")


def powered_s() -> float:
    """Seconds since the machine started, asleep or awake."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def system_utc_s() -> float:
    """What the system clock says, right or wrong."""
    return datetime.now(UTC).timestamp()  # noqa: TID251 - compared with signed time, never trusted


@dataclass(slots=True)
class FloorKeeper:
    """A file that is lost or unreadable, or older than the release, is as good as the release."""

    path: Path
    clock: Callable[[], float] = powered_s
    system: Callable[[], float] = system_utc_s
    _floor: TimeFloor = field(init=False)
    _saved_utc_s: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._saved_utc_s = read_floor(self.path)
        at_utc_s = max(self._saved_utc_s, RELEASED_UTC.timestamp())
        self._floor = TimeFloor(at_utc_s, self.clock())

    def earliest_utc_s(self) -> float:
        """It is no earlier, in seconds since 1970."""
        with self._lock:
            return self._floor.now_utc_s(self.clock())

    def told(self, signed_utc: datetime) -> None:
        """A time (aware) that the centre signed; kept on the disk at most once an hour."""
        with self._lock:
            now_s = self.clock()
            self._floor = self._floor.told(signed_utc.timestamp(), self.system(), now_s)
            earliest_utc_s = self._floor.now_utc_s(now_s)
            if earliest_utc_s - self._saved_utc_s >= SAVE_EVERY_S:
                self._save(earliest_utc_s)

    def _save(self, earliest_utc_s: float) -> None:
        """A disk that refuses costs an hour of the floor and nothing else."""
        beside = self.path.with_name(self.path.name + ".new")
        with suppress(OSError):
            with beside.open("w") as file:
                json.dump({"earliest_utc_s": earliest_utc_s}, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
            self._saved_utc_s = earliest_utc_s


def read_floor(path: Path) -> float:
    """What the file says, in seconds since 1970; 0 where it says nothing that can be."""
    try:
        with path.open() as file:
            at_utc_s = json.loads(file.read(READ_LIMIT_BYTES))["earliest_utc_s"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return 0.0
    if not isinstance(at_utc_s, int | float) or not 0 <= at_utc_s <= _LATEST_UTC_S:
        return 0.0
    return float(at_utc_s)
