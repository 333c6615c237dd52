"""The same rows on a second medium: written before the first commits, caught up when it returns."""

import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from mqtt import outbox_sql, outbox_table
from mqtt.envelope import NO_PREVIOUS, Head, Sealed, claimed_statement
from mqtt.errors import EnvelopeError, OutboxError, OutboxLostError, OutboxMirrorError
from mqtt.files import file_identity
from mqtt.outbox_file import Connection, Opener, connect, typed_errors
from mqtt.owner_lock import OwnerLock

SLICE_ROWS = 64
STEP_S = 0.5
"""How long a commit or an upkeep may be held up by a mirror that catches up."""
APART = "apart"


@dataclass(frozen=True, slots=True)
class MirrorLevels:
    """How the mirror stands: in step, or why not and how many rows it lacks (None: not known)."""

    path: Path
    in_step: bool
    what: str
    behind: int | None


class Mirror:
    """Owned by the Outbox, under its lock; never raises for a medium that is away.

    What the outbox promises, both hold: `write` commits here before the outbox commits there. So a
    power cut between the two leaves the mirror one transaction ahead, and the outbox takes that
    transaction over at its next start; never the reverse, but for a mirror that was away.
    """

    def __init__(
        self, path: Path, beside: Path, kiosk: str, max_bytes: int, opener: Opener
    ) -> None:
        """Nothing is opened yet: see `step_in`."""
        self.path = path
        self.in_step = False
        self.trouble: OutboxMirrorError | None = OutboxMirrorError("the mirror was not yet read.")
        self._beside = beside
        self._kiosk = kiosk
        self._max_bytes = max_bytes
        self._opener = opener
        self._db: Connection | None = None
        self._undo = ExitStack()
        self._file = (0, 0)
        self._behind: int | None = None
        self._written: tuple[Sequence[Sealed], Head | None] = ((), None)

    def close(self) -> None:
        """Let the file and its lock go; safe to call twice."""
        self._db = None
        self._undo.close()

    def levels(self) -> MirrorLevels:
        """For an engineer's eyes."""
        what = "in step" if self.trouble is None else str(self.trouble)
        return MirrorLevels(self.path, self.in_step, what, 0 if self.in_step else self._behind)

    def step_in(self, outbox: Connection) -> None:
        """Open it where it is closed, and let the one that is behind catch up, for STEP_S at most.

        The outbox takes over what the mirror has before it, where each link of the chain is there:
        a transaction that a power cut split, or a card that was set back. Raises OutboxLostError
        where an EMPTY outbox cannot do so; all else that is wrong is told by `trouble`.
        """
        try:
            with typed_errors():
                self._behind = None
                db = self._opened()
                self._take_back(db)
                self._agree(outbox, db)
                self._catch_up(outbox, db)
        except OutboxLostError:
            raise
        except OutboxError as error:
            self._lost(error)

    def write(self, sealed: Sequence[Sealed], clock_s: float) -> bool:
        """Commit the rows here; false where the mirror is not in step or the medium refuses."""
        db = self._db
        if not self.in_step or db is None:
            return False
        try:
            with typed_errors():
                self._check_file()
                self._written = (sealed, outbox_table.head_of(db, self._kiosk))
                with outbox_table.transaction(db):
                    self._insert(db, sealed, clock_s)
        except OutboxError as error:
            self._lost(error)
            return False
        return True

    def settled(self) -> None:
        """The outbox has committed, too."""
        self._written = ((), None)

    def refused(self) -> None:
        """A commit failed, here or there: what is here of it is taken back by the next `step_in`.

        Also after a sync that failed, whose rows may be in the file all the same. Only a power cut
        before that makes the outbox take them over: promised to nobody, and delivered.
        """
        self.in_step = False

    def _take_back(self, db: Connection) -> None:
        sealed, before = self._written
        ahead = sealed and outbox_table.head_of(db, self._kiosk) == sealed[-1].next_head
        if ahead and before is not None:
            places = [(one.epoch, one.sequence) for one in sealed]
            with outbox_table.transaction(db):
                db.executemany(outbox_sql.ERASE_BYTES, places)
                db.executemany(outbox_sql.ERASE_ROW, places)
                outbox_table.put_head(db, before)
        self.settled()

    def repeat(self, statements: Iterable[str], rows: Sequence[Sequence[object]]) -> None:
        """Receipts and erasures, after the outbox has committed them; what fails is caught up."""
        db = self._db
        if not self.in_step or db is None:
            return
        try:
            with typed_errors(), outbox_table.transaction(db):
                for words in statements:
                    db.executemany(words, rows)
        except OutboxError as error:
            self._lost(error)

    def settle(self, outbox: Connection) -> None:
        """After erasures: the counts are alike, and what was erased is gone from the log, too."""
        if self.in_step and self._db is not None:
            try:
                with typed_errors():
                    self._take_meta(outbox, self._db)
                    outbox_table.truncate_log(self._db)
            except OutboxError as error:
                self._lost(error)

    def note_apart(self, outbox: Connection, head: Head | None) -> None:
        """Remember in the outbox where the two were last in step: so the mirror is known again."""
        if head is not None and outbox_table.get(outbox, f"{APART}_epoch") is None:
            outbox_table.put_head(outbox, head, APART)

    def _lost(self, error: OutboxError) -> None:
        self.in_step = False
        if not isinstance(error, OutboxMirrorError):
            error = OutboxMirrorError(f"{self.path}: {error}")
        self.trouble = error
        self._close_quietly()

    def _close_quietly(self) -> None:
        try:
            with typed_errors():
                self.close()
        except OutboxError:  # a medium that is gone refuses even this
            self._undo = ExitStack()

    def _opened(self) -> Connection:
        if self._db is not None:
            self._check_file()
            return self._db
        if not self.path.parent.is_dir():
            raise OutboxMirrorError(f"{self.path.parent} is not there.")
        if self.path.parent.stat().st_dev == self._beside.parent.stat().st_dev:
            what = f"{self.path.parent} lies on the medium of the outbox itself:"
            raise OutboxMirrorError(f"{what} the second one is not mounted.")
        with ExitStack() as undo:
            owner = OwnerLock.take(self.path.with_name(self.path.name + ".lock"))
            undo.callback(owner.release)
            db = connect(self.path, self._max_bytes, self._opener)
            undo.callback(db.close)
            self._check_owner(db)
            self._file = file_identity(self.path)
            self._undo = undo.pop_all()
        self._db = db
        return db

    def _check_owner(self, db: Connection) -> None:
        owner = outbox_table.get(db, "kiosk")
        if owner not in {None, self._kiosk}:
            raise OutboxMirrorError(f"{self.path} belongs to kiosk {owner}.")
        outbox_table.put(db, "kiosk", self._kiosk)

    def _check_file(self) -> None:
        if file_identity(self.path) != self._file:
            raise OutboxMirrorError(f"{self.path} was taken away.")

    def _agree(self, outbox: Connection, db: Connection) -> None:
        """One of the two heads must lie in the other's chain, or nothing is copied."""
        ours = outbox_table.head_of(outbox, self._kiosk)
        its = outbox_table.head_of(db, self._kiosk)
        if its is None or its == ours or its == outbox_table.head_of(outbox, self._kiosk, APART):
            return
        if ours is not None and rows_after(outbox, its) is not None:
            return
        ahead = rows_after(db, ours or Head(self._kiosk, its.epoch, 1, NO_PREVIOUS))
        if ahead is None and ours is None:
            raise OutboxLostError(f"{self.path} holds a chain, and the outbox holds none.")
        if ahead is None:
            raise OutboxMirrorError(f"{self.path} holds another branch than the outbox.")
        with outbox_table.transaction(outbox):
            _copy(db, outbox, ahead)
            outbox_table.put_head(outbox, its)

    def _catch_up(self, outbox: Connection, db: Connection) -> None:
        """Copy what the mirror lacks, oldest first; then receipts and erasures; then the head."""
        until_s = time.monotonic() + STEP_S
        held = set(db.execute(outbox_sql.PLACES))
        rows = outbox.execute(outbox_sql.ROW_PLACES).fetchall()
        lacking = [row_id for row_id, *place in rows if tuple(place) not in held]
        while lacking:
            self._behind = len(lacking)
            if time.monotonic() > until_s:
                what = f"{self.path} catches up: {self._behind} rows to go."
                self.trouble = OutboxMirrorError(what)
                return
            with outbox_table.transaction(db):
                _copy(outbox, db, lacking[:SLICE_ROWS])
            del lacking[:SLICE_ROWS]
        ours = {tuple(place) for _, *place in rows}
        with outbox_table.transaction(db):
            gone = list(held - ours)
            db.executemany(outbox_sql.ERASE_BYTES, gone)
            db.executemany(outbox_sql.ERASE_ROW, gone)
            db.executemany(outbox_sql.RECEIPTED_THERE, outbox.execute(outbox_sql.RECEIPTED_PLACES))
            self._take_meta(outbox, db)
        self._in_step(outbox)

    def _take_meta(self, outbox: Connection, db: Connection) -> None:
        head = outbox_table.head_of(outbox, self._kiosk)
        if head is not None:
            outbox_table.put_head(db, head)
        for key in ("clock_s", "erased"):
            value = outbox_table.get(outbox, key)
            if isinstance(value, int | float):
                outbox_table.put(db, key, value)

    def _in_step(self, outbox: Connection) -> None:
        if outbox_table.get(outbox, f"{APART}_epoch") is not None:
            outbox.execute(outbox_sql.FORGET_APART)
        self.in_step, self.trouble = True, None

    def _insert(self, db: Connection, sealed: Sequence[Sealed], clock_s: float) -> None:
        for one in sealed:
            outbox_table.insert(db, one, clock_s)
        outbox_table.put_head(db, sealed[-1].next_head)
        outbox_table.put(db, "clock_s", clock_s)


def rows_after(db: Connection, head: Head) -> list[int] | None:
    """The rows that follow `head`, oldest first, each linked to the next by its statement.

    None where the chain back from the newest row does not lead to `head`: it is on another branch,
    or rows between were erased.
    """
    found: list[int] = []
    stored = outbox_table.head_of(db, head.kiosk)
    wanted = None if stored is None else stored.previous
    for row_id, digest, statement in db.execute(outbox_sql.LINKS_BACK):
        if digest != wanted:
            return None
        if digest == head.previous:
            return found[::-1]
        found.append(row_id)
        try:
            wanted = claimed_statement(statement).previous
        except EnvelopeError:
            return None
        if wanted == head.previous:
            return found[::-1]
    return [] if wanted == head.previous else None


def _copy(source: Connection, target: Connection, row_ids: Sequence[int]) -> None:
    for row_id in row_ids:
        row = source.execute(outbox_sql.WHOLE_ROW, (row_id,)).fetchone()
        *fields, statement, ciphertext = row
        new_id = target.execute(outbox_sql.COPY_ROW, fields).lastrowid
        target.execute(outbox_sql.INSERT_BYTES, (new_id, statement, ciphertext))
