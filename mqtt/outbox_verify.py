"""Whether what an outbox holds is whole: pages, signatures, hashes, the chain; changes nothing."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from mqtt import outbox_sql
from mqtt.envelope import NO_PREVIOUS, Head, Statement, signed_by_one_of
from mqtt.errors import OutboxCorruptError
from mqtt.keys import PublicKey
from mqtt.outbox_file import Connection, full_check, read_beside, typed_errors
from mqtt.outbox_table import head_of

SLICE_ROWS = 256
FAULTS_LIMIT = 20
OnRows = Callable[[int], None]


@dataclass(slots=True)
class Verified:
    """What was found, in counts, and the first faults by place, never by content.

    empty_places: sequences between rows that are not there; unlinked: epochs that begin after
    another row than the one before them. Both are owed to rows that were erased.
    """

    kiosk: str = ""
    pages: str = ""
    rows: int = 0
    epochs: int = 0
    erased: int = 0
    empty_places: int = 0
    unlinked: int = 0
    faults: list[str] = field(default_factory=list)
    faults_in_all: int = 0

    @property
    def whole(self) -> bool:
        """Every page reads, every row is signed and follows the one before it."""
        return self.pages == "ok" and not self.faults_in_all

    def fault(self, what: str) -> None:
        """Count it, and keep the first."""
        self.faults_in_all += 1
        if len(self.faults) < FAULTS_LIMIT:
            self.faults.append(what)


@dataclass(slots=True)
class _Walk:
    """The link before, and what was said of it."""

    statement: Statement | None = None
    digest: bytes = NO_PREVIOUS


def verify(path: Path, keys: Sequence[PublicKey], on_rows: OnRows = lambda _rows: None) -> Verified:
    """Read it all beside the owner, or a copy of it; `keys` are the kiosk's own, old and new.

    Read in slices, so that the owner's log does not grow meanwhile. Raises OutboxDiskError, and
    OutboxCorruptError for what is no outbox at all.
    """
    found = Verified(pages=full_check(path))
    with typed_errors(), closing(read_beside(path)) as db:
        kiosk = db.execute(outbox_sql.GET, ("kiosk",)).fetchone()
        found.kiosk = str(kiosk[0]) if kiosk else ""
        walk, last = _Walk(), 0
        while (after := _read_slice(db, last, found, walk, keys)) is not None:
            last = after
            on_rows(found.rows)
        erased = db.execute(outbox_sql.GET, ("erased",)).fetchone()
        found.erased = int(erased[0]) if erased else 0
        _end(found, walk, head_of(db, found.kiosk))
    return found


def _read_slice(
    db: Connection, after: int, found: Verified, walk: _Walk, keys: Sequence[PublicKey]
) -> int | None:
    """The rows after `after`, as they were at one moment; the last of them, None at the end."""
    db.execute("BEGIN")
    rows = _slice(db, after, found)
    for row_id, epoch, sequence in rows:
        found.rows += 1
        sealed = _sealed(db, row_id, f"{epoch} {sequence}", found)
        if sealed is not None:
            _row(found, walk, (epoch, sequence, *sealed), keys)
    if db.in_transaction:  # a damaged file may have ended it
        db.execute("ROLLBACK")
    return rows[-1][0] if rows else None


def _slice(db: Connection, after: int, found: Verified) -> list[tuple[int, str, int]]:
    try:
        with typed_errors():
            return db.execute(outbox_sql.LINKS, (after, SLICE_ROWS)).fetchall()
    except OutboxCorruptError:
        found.fault(f"rows after {found.rows} do not read.")
        return []


def _sealed(db: Connection, row_id: int, place: str, found: Verified) -> tuple[bytes, bytes] | None:
    """Statement and ciphertext; None, and a fault, where they do not read."""
    try:
        with typed_errors():
            sealed: tuple[bytes, bytes] | None = db.execute(
                outbox_sql.ROW_BYTES, (row_id,)
            ).fetchone()
    except OutboxCorruptError:
        sealed = None
    if sealed is None:
        found.fault(f"{place}: does not read.")
    return sealed


def _row(
    found: Verified,
    walk: _Walk,
    row: tuple[str, int, bytes, bytes],
    keys: Sequence[PublicKey],
) -> None:
    epoch, sequence, data, ciphertext = row
    place = f"{epoch} {sequence}"
    statement = signed_by_one_of(data, found.kiosk, keys)
    if statement is None:
        found.fault(f"{place}: not signed by this kiosk.")
        return
    if (statement.epoch, statement.sequence) != (epoch, sequence):
        found.fault(f"{place}: filed in another place than it was signed for.")
    if sha256(ciphertext).digest() != statement.sha256:
        found.fault(f"{place}: its sealed bytes are not those that were signed.")
    _link(found, walk, statement)
    walk.statement, walk.digest = statement, sha256(data).digest()


def _link(found: Verified, walk: _Walk, now: Statement) -> None:
    before = walk.statement
    if before is None or now.epoch != before.epoch:
        found.epochs += 1
        found.empty_places += now.sequence - 1
        if now.sequence == 1 and before is not None and now.previous != walk.digest:
            found.unlinked += 1
        return
    skipped = now.sequence - before.sequence - 1
    if skipped < 0 or (skipped == 0 and now.previous != walk.digest):
        found.fault(f"{now.epoch} {now.sequence}: does not follow the row before it.")
    found.empty_places += max(0, skipped)


def _end(found: Verified, walk: _Walk, head: Head | None) -> None:
    """The stored head is the place after the newest row; all empty places were erased."""
    if found.empty_places + found.unlinked > found.erased:
        lost = found.empty_places + found.unlinked - found.erased
        found.fault(f"{lost} rows are not there and were not erased.")
    last = walk.statement
    if last is None or head is None:
        return
    if head.epoch == last.epoch and head.sequence == last.sequence + 1:
        if head.previous != walk.digest:
            found.fault("the stored head is not the newest row.")
    elif found.erased == 0:
        found.fault("rows after the newest one are not there.")
