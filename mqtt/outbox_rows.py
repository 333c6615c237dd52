"""What the outbox reckons with, apart from its file: rows, levels, places, time (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from mqtt.envelope import NO_PREVIOUS, Head, Kind, Sealed
from mqtt.errors import OutboxChainError
from mqtt.receipts import ReceiptLevel

PAGE_BYTES = 4096
LEASE_S = 60.0


@dataclass(frozen=True, slots=True)
class Row:
    """One sealed event to publish; `wire` is the MQTT payload, `hour` the outer time."""

    row_id: int
    epoch: str
    sequence: int
    kind: Kind
    event_id: str
    hour: str
    attempts: int
    wire: bytes


@dataclass(frozen=True, slots=True)
class Levels:
    """How full the outbox is; `erased` counts over its life.

    `oldest_unreceipted_s` is powered time (see Outbox), None where nothing waits.
    """

    ready: int
    sent: int
    receipted: int
    erased: int
    used_bytes: int
    max_bytes: int
    used_pct: float
    oldest_unreceipted_s: float | None


@dataclass(slots=True)
class PoweredClock:
    """Seconds with power, counted over all runs, from a clock that begins anew at each start.

    `at_s` is where the last run left it; it never goes backwards, whatever the caller's clock does.
    """

    at_s: float
    _offset_s: float | None = None

    def tick(self, now_s: float) -> float:
        """Powered seconds at the caller's `now_s`."""
        if self._offset_s is None:
            self._offset_s = self.at_s - now_s
        self.at_s = max(self.at_s, now_s + self._offset_s)
        return self.at_s


@dataclass(slots=True)
class Leases:
    """Which rows were given out, until when; no row is given twice within a lease."""

    _ends: dict[int, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._ends)

    def tidy(self, clock_s: float) -> None:
        """Forget what is over."""
        self._ends = {row: end_s for row, end_s in self._ends.items() if end_s > clock_s}

    def give(self, rows: Iterable[int], limit: int, clock_s: float) -> list[int]:
        """The first `limit` of `rows` that are free; they are given from now on."""
        free = list(islice((row for row in rows if row not in self._ends), limit))
        self._ends.update(dict.fromkeys(free, clock_s + LEASE_S))
        return free

    def end(self, rows: Iterable[int]) -> None:
        """They may be given again at once."""
        for row in rows:
            self._ends.pop(row, None)


def check_place(one: Sealed, head: Head | None, kiosk: str) -> None:
    """Whether `one` is the statement that follows `head`, or begins a new epoch after it.

    Raises OutboxChainError.
    """
    starts = one.kind is Kind.EPOCH_START
    if head is None or (starts and one.epoch != head.epoch):
        expected = Head(kiosk, one.epoch, 1, head.previous if head else NO_PREVIOUS)
    else:
        expected = head
    place = Head(one.kiosk, one.epoch, one.sequence, one.previous)
    if place != expected or starts != (one.sequence == 1):
        raise OutboxChainError(f"sequence {one.sequence} does not follow the stored head.")


def size_bytes(one: Sealed) -> int:
    """What a row takes: its bytes in whole pages, its columns, its share of the indexes."""
    held = len(one.statement) + len(one.ciphertext)
    return (held // (PAGE_BYTES - 4) + 2) * PAGE_BYTES


def levels_at_least(level: ReceiptLevel) -> frozenset[ReceiptLevel]:
    """The receipt levels that satisfy a post which asks for `level`."""
    both = frozenset(ReceiptLevel)
    return both if level is ReceiptLevel.COMMITTED else frozenset({ReceiptLevel.REPLICATED})
