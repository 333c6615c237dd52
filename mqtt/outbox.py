"""The queue of sealed rows on the kiosk's disk that survives power loss (the kiosk's only importer of sqlite3)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from mqtt.envelope import Head, Kind, Sealed
from mqtt.errors import OutboxCorruptError
from mqtt.receipts import Receipt, ReceiptLevel

RESERVE_BYTES = 256 * 1024
RESEND_S = 60.0
RESEND_LONGEST_S = 3600.0
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
    """How full the outbox is; `erased` counts over its life; the age is powered time (see Outbox)."""

    ready: int
    sent: int
    receipted: int
    erased: int
    used_bytes: int
    max_bytes: int
    used_pct: float
    oldest_unreceipted_s: float | None


class Outbox:
    """Sealed rows: ready -> sent (PUBACK) -> receipted (by the centre's signature) -> erased.

    One owner process (an flock on `<path>.lock`), any number of its threads. Every `now_s` is the caller's
    monotonic clock in seconds; the outbox adds what earlier runs counted, so that ages are powered time and
    neither a reboot nor a wrong wall clock makes them jump. At open, rows that were sent are due 60 s later.
    """

    corrupt: OutboxCorruptError | None
    """Set where the file found at open was unreadable: it was moved aside and a new chain began."""

    def __init__(
        self,
        path: Path,
        *,
        kiosk: str,
        max_bytes: int,
        high_water_pct: float = 90.0,
        receipt_level: ReceiptLevel = ReceiptLevel.COMMITTED,
    ) -> None:
        """Open or create; raises OutboxBusyError, OutboxForeignError, OutboxDiskError."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file and its lock go; safe to call twice."""
        raise NotImplementedError

    def head(self) -> Head | None:
        """The place of the next statement; None before the first epoch of a new outbox."""
        raise NotImplementedError

    def epoch_head(self, epoch: str) -> Head:
        """The place of the epoch_start that begins `epoch` (a fresh UUID): sequence 1, linked to the last head."""
        raise NotImplementedError

    def commit(self, sealed: Sequence[Sealed], now_s: float) -> None:
        """Write all or nothing, on the disk when this returns (a crossing with its attachments is one call).

        Raises OutboxFullError, OutboxChainError, OutboxDiskError; then nothing was written.
        """
        raise NotImplementedError

    def append(
        self, seal_from: Callable[[Head | None], Sequence[Sealed]], now_s: float
    ) -> tuple[Sealed, ...]:
        """`commit(seal_from(head()))` with no other thread in between: the way to write from more than one."""
        raise NotImplementedError

    @property
    def is_full(self) -> bool:
        """Whether one more crossing might not fit: say "out of service" before a traveller starts."""
        raise NotImplementedError

    def batch(self, limit: int, now_s: float) -> list[Row]:
        """Up to `limit` ready rows to publish, attachments last, else oldest first.

        A row that was given is not given again before `mark_sent`, `put_back`, or 60 s.
        """
        raise NotImplementedError

    def put_back(self, row_ids: Iterable[int]) -> None:
        """Rows of a batch that were not taken by the broker (link lost, refused): give them again."""
        raise NotImplementedError

    def mark_sent(self, row_ids: Iterable[int], now_s: float) -> None:
        """The broker acknowledged them (PUBACK below 0x80); due again after 60, 120, 240 ... 3600 s."""
        raise NotImplementedError

    def due_again(self, now_s: float) -> int:
        """Make rows ready that were sent and not receipted in time; how many."""
        raise NotImplementedError

    def receipted(self, receipt: Receipt, now_s: float) -> int:
        """Mark rows whose kiosk, epoch, sequence AND statement hash the receipt names; how many.

        A receipt below the level that this outbox asks for marks none.
        """
        raise NotImplementedError

    def erase(self, now_s: float, keep_after_receipt_s: float) -> int:
        """Erase rows receipted for that long, and sooner, oldest first, where room is short; how many."""
        raise NotImplementedError

    def levels(self, now_s: float) -> Levels:
        """Counts by state and how full it is."""
        raise NotImplementedError
