"""The queue of sealed rows on the kiosk's disk, made to survive power loss.

The file itself, and sqlite3, are behind mqtt/outbox_file.py.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Self

from mqtt import outbox_sql, outbox_table
from mqtt.envelope import NO_PREVIOUS, Head, Kind, Sealed
from mqtt.errors import (
    OutboxCorruptError,
    OutboxDiskError,
    OutboxFullError,
    OutboxMirrorError,
)
from mqtt.files import file_identity, move_aside
from mqtt.outbox_file import Connection, connect, typed_errors
from mqtt.outbox_mirror import Mirror, MirrorLevels
from mqtt.outbox_room import LOW_BYTES, Ballast, Disk, free_bytes
from mqtt.outbox_rows import (
    Leases,
    Levels,
    PoweredClock,
    Row,
    check_place,
    levels_at_least,
    size_bytes,
)
from mqtt.owner_lock import OwnerLock
from mqtt.receipts import Receipt, ReceiptLevel

__all__ = ["RESERVE_BYTES", "Disk", "Levels", "Outbox", "Row"]

RESERVE_BYTES = 256 * 1024
"""Room that is kept for the crossing of a traveller who has started."""
RESEND_S = 60.0
RESEND_LONGEST_S = 3600.0
ERASE_SLICE = 64
CLOCK_KEPT_EVERY_S = 900.0
"""Powered seconds that a power cut may take back; each time they are kept, a card is written."""
DISK = Disk()


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
        receipt_level: ReceiptLevel = ReceiptLevel.COMMITTED,
        resend_s: float = RESEND_S,
        disk: Disk = DISK,
    ) -> None:
        """Open or create.

        `resend_s` after a PUBACK without a receipt a row is due again, then after twice as long.
        `max_bytes` caps the database file; the write-ahead log beside it takes up to 8 MB more.
        Raises OutboxBusyError, OutboxForeignError, OutboxVersionError, OutboxDiskError. A file that
        is no readable database is moved aside and `corrupt` tells so. OutboxLostError where the
        mirror goes on from a place that the outbox does not have.
        """
        self.kiosk = kiosk
        self.corrupt: OutboxCorruptError | None = None
        self._path = path
        self._max_bytes = max_bytes
        self._high_water_bytes = int(max_bytes * disk.high_water_pct / 100)
        self._disk = disk
        self._ballast = Ballast(path.with_name(path.name + ".ballast"), disk.ballast_bytes)
        self._levels = levels_at_least(receipt_level)
        self._resend_s = resend_s
        self._guard = RLock()
        self._leases = Leases()
        self._log_holds_erased = False
        with typed_errors(), ExitStack() as undo:
            self._owner = OwnerLock.take(path.with_name(path.name + ".lock"))
            undo.callback(self._owner.release)
            self._ballast.spare()
            self._db = self._opened()
            undo.callback(self._db.close)
            self._file = file_identity(path)
            self._clock_kept_s = outbox_table.resume(self._db, path, kiosk, resend_s)
            self._clock = PoweredClock(self._clock_kept_s)
            self._mirror = None
            if disk.mirror is not None:
                self._mirror = Mirror(disk.mirror, path, kiosk, max_bytes, disk.opener)
                undo.callback(self._mirror.close)
                self._mirror.step_in(self._db)
            undo.pop_all()
        self._ballast.restore()

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
        """Let the file and its lock go, whatever the disk says; safe to call twice."""
        with self._guard, typed_errors(), ExitStack() as last:
            last.callback(self._owner.release)
            last.callback(self._db.close)
            if self._mirror is not None:
                self._mirror.close()

    def head(self) -> Head | None:
        """The place of the next statement; None before the first epoch of a new outbox."""
        with self._guard, typed_errors():
            return outbox_table.head_of(self._db, self.kiosk)

    def epoch_head(self, epoch: str) -> Head:
        """The place of the epoch_start of `epoch` (a fresh UUID), linked to the last head."""
        last = self.head()
        return Head(self.kiosk, epoch, 1, last.previous if last else NO_PREVIOUS)

    def commit(self, sealed: Sequence[Sealed], now_s: float) -> None:
        """Write all or nothing, on the disk when this returns: a crossing with its attachments.

        Raises OutboxFullError, OutboxChainError, OutboxDiskError, OutboxMirrorError; then nothing
        was written: so also where the file was moved or removed, since what it holds would be gone
        at the next start. An epoch_start may pass the high-water mark, so that a full kiosk can
        start and drain; and it is not held up by a mirror that is away.
        """
        with self._guard, self._stepping(), self._transaction(now_s) as clock_s:
            self._check_file()
            before = head = outbox_table.head_of(self._db, self.kiosk)
            for one in sealed:
                check_place(one, head, self.kiosk)
                head = one.next_head
            self._check_room(sealed)
            for one in sealed:
                outbox_table.insert(self._db, one, clock_s)
            if head is not None:
                outbox_table.put_head(self._db, head)
                self._commit_mirror(sealed, clock_s, before)

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

        So also where others have filled the partition. Raises OutboxDiskError where the file is no
        longer at its path.
        """
        with self._guard, typed_errors():
            self._check_file()
            used_bytes = outbox_table.used_bytes(self._db)
            return (
                used_bytes + RESERVE_BYTES > self._high_water_bytes
                or not self._ballast.is_whole
                or free_bytes(self._path.parent) < LOW_BYTES
            )

    @property
    def mirror(self) -> MirrorLevels | None:
        """How the second medium stands; None where none is asked for."""
        with self._guard:
            return None if self._mirror is None else self._mirror.levels()

    @property
    def why_closed(self) -> OutboxMirrorError | None:
        """Why no traveller may start though there is room: the mirror does not hold all."""
        with self._guard:
            if self._mirror is None or self._disk.alone:
                return None
            return self._mirror.trouble

    def suspect(self) -> None:
        """`full_check` found damage: the next start checks the whole file and sets it aside."""
        with self._guard, typed_errors():
            outbox_table.put(self._db, "suspect", 1)

    def batch(self, limit: int, now_s: float) -> list[Row]:
        """Up to `limit` ready rows to publish: attachments last, else oldest first.

        A row that was given is not given again before `put_back` or 60 s.
        """
        with self._guard, typed_errors():
            clock_s = self._clock.tick(now_s)
            self._leases.tidy(clock_s)
            ready = self._db.execute(outbox_sql.READY, (limit + len(self._leases),))
            free = self._leases.give((row_id for (row_id,) in ready), limit, clock_s)
            return [outbox_table.row(self._db, row_id) for row_id in free]

    def put_back(self, row_ids: Iterable[int]) -> None:
        """Rows of a batch that the broker did not take (link lost, refused): give them again."""
        with self._guard:
            self._leases.end(row_ids)

    def mark_sent(self, row_ids: Iterable[int], now_s: float) -> None:
        """The broker acknowledged them (PUBACK below 0x80); due after 60, 120, 240 ... 3600 s."""
        marked = list(row_ids)
        with self._transaction(now_s) as clock_s:
            self._db.executemany(
                outbox_sql.MARK_SENT,
                [(clock_s, RESEND_LONGEST_S, self._resend_s, row_id) for row_id in marked],
            )
            self._leases.end(marked)

    def due_again(self, now_s: float) -> int:
        """Make rows ready that were sent and not receipted in time; how many."""
        with self._guard, typed_errors():
            due = (self._clock.tick(now_s),)
            if self._db.execute(outbox_sql.ANY_DUE, due).fetchone() is None:
                return 0
            with self._transaction(now_s):
                return self._db.execute(outbox_sql.READY_AGAIN, due).rowcount

    def resend(self, epoch: str, first: int, last: int, now_s: float) -> int:
        """Make what is kept of a range ready, because the centre asks for it anew; how many."""
        with self._transaction(now_s):
            return self._db.execute(outbox_sql.RESEND, (epoch, first, last)).rowcount

    def receipted(self, receipt: Receipt, now_s: float) -> int:
        """Mark rows whose kiosk, epoch, sequence AND statement hash the receipt names; how many.

        `receipt` comes from `receipts.verify_receipt`. One below the level that this outbox asks
        for, or for another kiosk, marks none.
        """
        if receipt.kiosk != self.kiosk or receipt.level not in self._levels:
            return 0
        marked: list[int] = []
        keys: list[tuple[object, ...]] = []
        with self._transaction(now_s) as clock_s:
            for one in receipt.entries:
                key = (clock_s, one.epoch, one.sequence, one.statement_sha256)
                marked += [row_id for (row_id,) in self._db.execute(outbox_sql.RECEIPTED, key)]
                keys.append(key)
            self._leases.end(marked)
        if marked:
            self._repeat((outbox_sql.RECEIPTED_THERE,), keys)
        return len(marked)

    def is_strange(self, receipt: Receipt) -> bool:
        """Whether it names a statement that this chain does not hold; never so for a repeated one.

        `receipt` comes from `receipts.verify_receipt` and is for this kiosk.
        """
        with self._guard, typed_errors():
            return outbox_table.is_strange(self._db, self.kiosk, receipt.entries)

    def erase(self, now_s: float, keep_after_receipt_s: float) -> int:
        """Erase rows receipted for that long, and sooner, oldest first, where room is short.

        Gives how many. What was erased is overwritten in the file (secure_delete) and gone from the
        log when this returns, or later where somebody reads beside. The mirror and the ballast
        come back here, too.
        """
        count = 0
        while (erased := self.erase_slice(now_s, keep_after_receipt_s)) == ERASE_SLICE:
            count += erased
        return count + erased

    def erase_slice(self, now_s: float, keep_after_receipt_s: float) -> int:
        """The first ERASE_SLICE rows that `erase` would take; fewer: they were the last.

        Each slice waits for the disk, so that others may come in between.
        """
        with self._guard:
            self._step_in()
            self._ballast.restore()
            count = self._erase_slice(now_s, keep_after_receipt_s)
            self._log_holds_erased = self._log_holds_erased or count > 0
            if self._log_holds_erased and count < ERASE_SLICE:
                with typed_errors():
                    self._log_holds_erased = not outbox_table.truncate_log(self._db)
                if self._mirror is not None:
                    self._mirror.settle(self._db)
        return count

    def levels(self, now_s: float) -> Levels:
        """Counts by state and how full it is."""
        with self._guard, typed_errors():
            return outbox_table.levels(self._db, self._max_bytes, self._clock.tick(now_s))

    # Below here the caller holds the lock.

    @contextmanager
    def _transaction(self, now_s: float) -> Iterator[float]:
        """All or nothing; gives the powered clock and stores it."""
        with self._guard, typed_errors():
            clock_s = self._clock.tick(now_s)
            self._ballast.spare()
            with outbox_table.transaction(self._db):
                outbox_table.put(self._db, "clock_s", clock_s)
                yield clock_s
            self._clock_kept_s = clock_s

    def _opened(self) -> Connection:
        opener = self._disk.opener
        try:
            return connect(self._path, self._max_bytes, opener)
        except OutboxCorruptError as error:
            aside = move_aside(self._path)
            self.corrupt = OutboxCorruptError(f"{error} It was moved to {aside.name}.")
            return connect(self._path, self._max_bytes, opener)

    @contextmanager
    def _stepping(self) -> Iterator[None]:
        """Bring the mirror into step before a commit; what fails is taken back there."""
        self._step_in()
        try:
            yield
        except BaseException:
            if self._mirror is not None:
                self._mirror.refused()
            raise
        if self._mirror is not None:
            self._mirror.settled()

    def _step_in(self) -> None:
        if self._mirror is not None and not self._mirror.in_step:
            with typed_errors():
                self._mirror.step_in(self._db)

    def _commit_mirror(self, sealed: Sequence[Sealed], clock_s: float, before: Head | None) -> None:
        """The same rows on the second medium, before they are committed on the first."""
        mirror = self._mirror
        if mirror is None or mirror.write(sealed, clock_s):
            return
        if not self._disk.alone and any(one.kind is not Kind.EPOCH_START for one in sealed):
            raise mirror.trouble or OutboxMirrorError("the mirror is not in step.")
        mirror.note_apart(self._db, before)

    def _repeat(self, words: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        if self._mirror is not None:
            self._mirror.repeat(words, rows)

    def _check_file(self) -> None:
        if file_identity(self._path) != self._file:
            raise OutboxDiskError("another file, or none, stands at the outbox's path.")

    def _check_room(self, sealed: Sequence[Sealed]) -> None:
        if all(one.kind is Kind.EPOCH_START for one in sealed):
            return
        coming_bytes = sum(size_bytes(one) for one in sealed)
        if outbox_table.used_bytes(self._db) + coming_bytes > self._high_water_bytes:
            raise OutboxFullError("the high-water mark is reached; nothing was written.")

    def _erase_slice(self, now_s: float, keep_after_receipt_s: float) -> int:
        with typed_errors():
            places = self._to_erase(self._clock.tick(now_s), keep_after_receipt_s)
        if not places and self._clock.at_s - self._clock_kept_s < CLOCK_KEPT_EVERY_S:
            return 0  # nothing is written: this is asked each second, for years
        with self._transaction(now_s):
            self._db.executemany(outbox_sql.ERASE_BYTES, places)
            self._db.executemany(outbox_sql.ERASE_ROW, places)
            outbox_table.put(self._db, "erased", outbox_table.erased(self._db) + len(places))
        if places:
            self._repeat((outbox_sql.ERASE_BYTES, outbox_sql.ERASE_ROW), places)
        return len(places)

    def _to_erase(self, clock_s: float, keep_after_receipt_s: float) -> list[tuple[int]]:
        high_bytes = self._high_water_bytes
        used_bytes = outbox_table.used_bytes(self._db)
        short = used_bytes > min(0.8 * high_bytes, high_bytes - 2 * RESERVE_BYTES)
        before_s = clock_s if short else clock_s - keep_after_receipt_s
        found = self._db.execute(outbox_sql.OLDEST_RECEIPTED, (before_s, ERASE_SLICE))
        return found.fetchall()
