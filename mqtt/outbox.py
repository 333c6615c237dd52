"""The queue of sealed rows on the kiosk's disk, made to survive power loss.

The file itself, and sqlite3, are behind mqtt/outbox_file.py.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from mqtt import outbox_sql
from mqtt.envelope import NO_PREVIOUS, Head, Kind, Sealed, to_wire
from mqtt.errors import (
    OutboxCorruptError,
    OutboxDiskError,
    OutboxForeignError,
    OutboxFullError,
)
from mqtt.files import move_aside
from mqtt.outbox_file import Connection, connect, typed_errors
from mqtt.outbox_rows import (
    PAGE_BYTES,
    Levels,
    PoweredClock,
    Row,
    check_place,
    levels_at_least,
    size_bytes,
)
from mqtt.owner_lock import OwnerLock
from mqtt.receipts import Receipt, ReceiptLevel

__all__ = ["RESERVE_BYTES", "Levels", "Outbox", "Row"]

RESERVE_BYTES = 256 * 1024
"""Room that is kept for the crossing of a traveller who has started."""
RESEND_S = 60.0
RESEND_LONGEST_S = 3600.0
LEASE_S = 60.0
ERASE_SLICE = 64


class Outbox:
    """Sealed rows: ready -> sent (PUBACK) -> receipted (by the centre's signature) -> erased.

    One owner process (an flock on `<path>.lock`), any number of its threads. Every `now_s` is the
    caller's monotonic clock in seconds. The outbox adds what earlier runs counted, so that ages and
    retention are POWERED time: neither a reboot nor a wrong wall clock makes them jump, and time
    without power does not count. At open, rows that were sent are due after 60 s anew.
    """

    def __init__(
        self,
        path: Path,
        *,
        kiosk: str,
        max_bytes: int,
        high_water_pct: float = 90.0,
        receipt_level: ReceiptLevel = ReceiptLevel.COMMITTED,
        resend_s: float = RESEND_S,
    ) -> None:
        """Open or create.

        `resend_s` after a PUBACK without a receipt a row is due again, then after twice as long.
        `max_bytes` caps the database file; the write-ahead log beside it takes up to 8 MB more.
        Raises OutboxBusyError, OutboxForeignError, OutboxVersionError, OutboxDiskError. A file that
        is no readable database is moved aside and `corrupt` tells so.
        """
        self.kiosk = kiosk
        self.corrupt: OutboxCorruptError | None = None
        self._path = path
        self._max_bytes = max_bytes
        self._high_water_bytes = int(max_bytes * high_water_pct / 100)
        self._levels = levels_at_least(receipt_level)
        self._resend_s = resend_s
        self._guard = RLock()
        self._leases: dict[int, float] = {}
        with typed_errors(), ExitStack() as undo:
            self._owner = OwnerLock.take(path.with_name(path.name + ".lock"))
            undo.callback(self._owner.release)
            self._db = self._opened()
            undo.callback(self._db.close)
            self._file = _identity(path)
            self._clock = PoweredClock(self._resume())
            undo.pop_all()

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
        with self._guard:
            self._db.close()
            self._owner.release()

    def head(self) -> Head | None:
        """The place of the next statement; None before the first epoch of a new outbox."""
        with self._guard, typed_errors():
            return self._head()

    def epoch_head(self, epoch: str) -> Head:
        """The place of the epoch_start of `epoch` (a fresh UUID), linked to the last head."""
        last = self.head()
        return Head(self.kiosk, epoch, 1, last.previous if last else NO_PREVIOUS)

    def commit(self, sealed: Sequence[Sealed], now_s: float) -> None:
        """Write all or nothing, on the disk when this returns: a crossing with its attachments.

        Raises OutboxFullError, OutboxChainError, OutboxDiskError; then nothing was written: so also
        where the file was moved or removed, since what it holds would be gone at the next start. An
        epoch_start may pass the high-water mark, so that a full kiosk can start and drain.
        """
        with self._transaction(now_s) as clock_s:
            self._check_file()
            head = self._head()
            for one in sealed:
                check_place(one, head, self.kiosk)
                head = one.next_head
            self._check_room(sealed)
            for one in sealed:
                self._insert(one, clock_s)
            if head is not None:
                self._set("head_epoch", head.epoch)
                self._set("head_sequence", head.sequence)
                self._set("head_previous", head.previous)

    def append(
        self, seal_from: Callable[[Head | None], Sequence[Sealed]], now_s: float
    ) -> tuple[Sealed, ...]:
        """`commit(seal_from(head()))` with no other thread in between."""
        with self._guard:
            sealed = tuple(seal_from(self.head()))
            self.commit(sealed, now_s)
            return sealed

    @property
    def is_full(self) -> bool:
        """Whether one more crossing might not fit: say so before a traveller starts.

        Raises OutboxDiskError where the file is no longer at its path.
        """
        with self._guard, typed_errors():
            self._check_file()
            return self._used_bytes() + RESERVE_BYTES > self._high_water_bytes

    def batch(self, limit: int, now_s: float) -> list[Row]:
        """Up to `limit` ready rows to publish: attachments last, else oldest first.

        A row that was given is not given again before `put_back` or 60 s.
        """
        with self._guard, typed_errors():
            clock_s = self._clock.tick(now_s)
            self._leases = {row: end_s for row, end_s in self._leases.items() if end_s > clock_s}
            ready = self._db.execute(outbox_sql.READY, (limit + len(self._leases),))
            free = [row_id for (row_id,) in ready if row_id not in self._leases][:limit]
            self._leases.update(dict.fromkeys(free, clock_s + LEASE_S))
            return [self._row(row_id) for row_id in free]

    def put_back(self, row_ids: Iterable[int]) -> None:
        """Rows of a batch that the broker did not take (link lost, refused): give them again."""
        with self._guard:
            self._end_leases(row_ids)

    def mark_sent(self, row_ids: Iterable[int], now_s: float) -> None:
        """The broker acknowledged them (PUBACK below 0x80); due after 60, 120, 240 ... 3600 s."""
        marked = list(row_ids)
        with self._transaction(now_s) as clock_s:
            self._db.executemany(
                outbox_sql.MARK_SENT,
                [(clock_s, RESEND_LONGEST_S, self._resend_s, row_id) for row_id in marked],
            )
            self._end_leases(marked)

    def due_again(self, now_s: float) -> int:
        """Make rows ready that were sent and not receipted in time; how many."""
        with self._guard, typed_errors():
            due = (self._clock.tick(now_s),)
            if self._db.execute(outbox_sql.ANY_DUE, due).fetchone() is None:
                return 0
            with self._transaction(now_s):
                return self._db.execute(outbox_sql.READY_AGAIN, due).rowcount

    def receipted(self, receipt: Receipt, now_s: float) -> int:
        """Mark rows whose kiosk, epoch, sequence AND statement hash the receipt names; how many.

        `receipt` comes from `receipts.verify_receipt`. One below the level that this outbox asks
        for, or for another kiosk, marks none.
        """
        if receipt.kiosk != self.kiosk or receipt.level not in self._levels:
            return 0
        marked: list[int] = []
        with self._transaction(now_s) as clock_s:
            for one in receipt.entries:
                key = (clock_s, one.epoch, one.sequence, one.statement_sha256)
                marked += [row_id for (row_id,) in self._db.execute(outbox_sql.RECEIPTED, key)]
            self._end_leases(marked)
        return len(marked)

    def erase(self, now_s: float, keep_after_receipt_s: float) -> int:
        """Erase rows receipted for that long, and sooner, oldest first, where room is short.

        Gives how many. What was erased is overwritten in the file (secure_delete) and gone from the
        write-ahead log when this returns.
        """
        count = 0
        with self._guard:
            while slice_count := self._erase_slice(now_s, keep_after_receipt_s):
                count += slice_count
            if count:
                with typed_errors():
                    self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return count

    def levels(self, now_s: float) -> Levels:
        """Counts by state and how full it is."""
        with self._guard, typed_errors():
            counts: dict[str, int] = dict(self._db.execute(outbox_sql.COUNTS).fetchall())
            (oldest_s,) = self._db.execute(outbox_sql.OLDEST_UNRECEIPTED).fetchone()
            used_bytes = self._used_bytes()
            return Levels(
                ready=counts.get("ready", 0),
                sent=counts.get("sent", 0),
                receipted=counts.get("receipted", 0),
                erased=self._erased(),
                used_bytes=used_bytes,
                max_bytes=self._max_bytes,
                used_pct=100.0 * used_bytes / self._max_bytes,
                oldest_unreceipted_s=None
                if oldest_s is None
                else self._clock.tick(now_s) - oldest_s,
            )

    # Below here the caller holds the lock.

    @contextmanager
    def _transaction(self, now_s: float) -> Iterator[float]:
        """All or nothing; gives the powered clock and stores it."""
        with self._guard, typed_errors():
            clock_s = self._clock.tick(now_s)
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._set("clock_s", clock_s)
                yield clock_s
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _opened(self) -> Connection:
        try:
            return connect(self._path, self._max_bytes)
        except OutboxCorruptError as error:
            aside = move_aside(self._path)
            self.corrupt = OutboxCorruptError(f"{error} It was moved to {aside.name}.")
            return connect(self._path, self._max_bytes)

    def _resume(self) -> float:
        """Check whose outbox it is, set sent rows due anew; the powered seconds of earlier runs."""
        owner = self._get("kiosk")
        if owner not in {None, self.kiosk}:
            raise OutboxForeignError(f"{self._path} belongs to kiosk {owner}.")
        clock_s = float(str(self._get("clock_s") or 0.0))
        self._set("kiosk", self.kiosk)
        self._db.execute(outbox_sql.RESUME_SENT, (clock_s + self._resend_s,))
        return clock_s

    def _head(self) -> Head | None:
        epoch = self._get("head_epoch")
        if epoch is None:
            return None
        sequence, previous = self._get("head_sequence"), self._get("head_previous")
        if not isinstance(sequence, int) or not isinstance(previous, bytes):
            raise OutboxCorruptError("the stored head is not one.")
        return Head(self.kiosk, str(epoch), sequence, previous)

    def _check_file(self) -> None:
        if _identity(self._path) != self._file:
            raise OutboxDiskError("another file, or none, stands at the outbox's path.")

    def _check_room(self, sealed: Sequence[Sealed]) -> None:
        if all(one.kind is Kind.EPOCH_START for one in sealed):
            return
        coming_bytes = sum(size_bytes(one) for one in sealed)
        if self._used_bytes() + coming_bytes > self._high_water_bytes:
            raise OutboxFullError("the high-water mark is reached; nothing was written.")

    def _insert(self, one: Sealed, clock_s: float) -> None:
        attachment = int(one.kind is Kind.ATTACHMENT)
        fields = (one.epoch, one.sequence, one.kind.value, one.event_id, one.hour, attachment)
        row = self._db.execute(
            outbox_sql.INSERT_ROW, (*fields, one.statement_sha256, clock_s)
        ).lastrowid
        self._db.execute(outbox_sql.INSERT_BYTES, (row, one.statement, one.ciphertext))

    def _row(self, row_id: int) -> Row:
        fields = self._db.execute(outbox_sql.BATCH, (row_id,)).fetchone()
        _, epoch, sequence, kind, event_id, hour, attempts, statement, ciphertext = fields
        wire = to_wire(statement, ciphertext)
        return Row(row_id, epoch, sequence, Kind(kind), event_id, hour, attempts, wire)

    def _end_leases(self, row_ids: Iterable[int]) -> None:
        for row_id in row_ids:
            self._leases.pop(row_id, None)

    def _erase_slice(self, now_s: float, keep_after_receipt_s: float) -> int:
        with self._transaction(now_s) as clock_s:
            high_bytes = self._high_water_bytes
            short = self._used_bytes() > min(0.8 * high_bytes, high_bytes - 2 * RESERVE_BYTES)
            before_s = clock_s if short else clock_s - keep_after_receipt_s
            rows = self._db.execute(outbox_sql.OLDEST_RECEIPTED, (before_s, ERASE_SLICE)).fetchall()
            self._db.executemany("DELETE FROM bytes WHERE row_id = ?", rows)
            self._db.executemany("DELETE FROM row WHERE row_id = ?", rows)
            self._set("erased", self._erased() + len(rows))
        return len(rows)

    def _used_bytes(self) -> int:
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        (free,) = self._db.execute("PRAGMA freelist_count").fetchone()
        return (int(pages) - int(free)) * PAGE_BYTES

    def _erased(self) -> int:
        erased = self._get("erased")
        return erased if isinstance(erased, int) else 0

    def _get(self, key: str) -> object:
        found = self._db.execute(outbox_sql.GET, (key,)).fetchone()
        return found[0] if found else None

    def _set(self, key: str, value: str | int | float | bytes) -> None:
        self._db.execute(outbox_sql.SET, (key, value))


def _identity(path: Path) -> tuple[int, int]:
    """Which file stands there, by device and inode; raises OSError where none does."""
    found = path.stat()
    return found.st_dev, found.st_ino
