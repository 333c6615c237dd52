"""What outbox and mirror do alike with an open file: meta values, head, rows, transactions."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mqtt import outbox_sql
from mqtt.envelope import Head, Kind, Sealed, to_wire
from mqtt.errors import OutboxCorruptError, OutboxForeignError
from mqtt.outbox_file import Connection
from mqtt.outbox_rows import PAGE_BYTES, Levels, Row
from mqtt.receipts import ReceiptEntry


@contextmanager
def transaction(db: Connection) -> Iterator[None]:
    """All or nothing, on the disk when the block ends."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def get(db: Connection, key: str) -> object:
    """A meta value; None where it is not set."""
    found = db.execute(outbox_sql.GET, (key,)).fetchone()
    return found[0] if found else None


def put(db: Connection, key: str, value: str | int | float | bytes) -> None:
    """Set a meta value."""
    db.execute(outbox_sql.SET, (key, value))


def head_of(db: Connection, kiosk: str, prefix: str = "head") -> Head | None:
    """The head that was stored last; raises OutboxCorruptError where it is none."""
    epoch = get(db, f"{prefix}_epoch")
    if epoch is None:
        return None
    sequence, previous = get(db, f"{prefix}_sequence"), get(db, f"{prefix}_previous")
    if not isinstance(sequence, int) or not isinstance(previous, bytes):
        raise OutboxCorruptError("the stored head is not one.")
    return Head(kiosk, str(epoch), sequence, previous)


def put_head(db: Connection, head: Head, prefix: str = "head") -> None:
    """Store the place of the next statement."""
    put(db, f"{prefix}_epoch", head.epoch)
    put(db, f"{prefix}_sequence", head.sequence)
    put(db, f"{prefix}_previous", head.previous)


def insert(db: Connection, one: Sealed, clock_s: float) -> None:
    """A new row, ready to be sent."""
    attachment = int(one.kind is Kind.ATTACHMENT)
    fields = (one.epoch, one.sequence, one.kind.value, one.event_id, one.hour, attachment)
    row = db.execute(outbox_sql.INSERT_ROW, (*fields, one.statement_sha256, clock_s)).lastrowid
    db.execute(outbox_sql.INSERT_BYTES, (row, one.statement, one.ciphertext))


def is_strange(db: Connection, kiosk: str, entries: Iterable[ReceiptEntry]) -> bool:
    """Whether one names another statement than the row at its place, or a place not yet reached.

    What was erased, and epochs of which no row is left, cannot be judged: they are not strange.
    """
    head = head_of(db, kiosk)
    for one in entries:
        found = db.execute(outbox_sql.STATEMENT_AT, (one.epoch, one.sequence)).fetchone()
        if found is not None and found[0] != one.statement_sha256:
            return True
        if head is not None and one.epoch == head.epoch and one.sequence >= head.sequence:
            return True
    return False


def used_bytes(db: Connection) -> int:
    """What the rows take, without the pages that are free to be used again."""
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    return (int(pages) - int(free)) * PAGE_BYTES


def truncate_log(db: Connection) -> bool:
    """Empty the write-ahead log into the file; false where a reader beside holds a part of it."""
    (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def row(db: Connection, row_id: int) -> Row:
    """One row with its bytes, as it is published."""
    fields = db.execute(outbox_sql.BATCH, (row_id,)).fetchone()
    _, epoch, sequence, kind, event_id, hour, attempts, statement, ciphertext = fields
    wire = to_wire(statement, ciphertext)
    return Row(row_id, epoch, sequence, Kind(kind), event_id, hour, attempts, wire)


def erased(db: Connection) -> int:
    """How many rows were erased over the file's life."""
    count = get(db, "erased")
    return count if isinstance(count, int) else 0


def levels(db: Connection, max_bytes: int, clock_s: float) -> Levels:
    """Counts by state and how full it is; `clock_s` is powered time."""
    counts: dict[str, int] = dict(db.execute(outbox_sql.COUNTS).fetchall())
    (oldest_s,) = db.execute(outbox_sql.OLDEST_UNRECEIPTED).fetchone()
    used = used_bytes(db)
    return Levels(
        ready=counts.get("ready", 0),
        sent=counts.get("sent", 0),
        receipted=counts.get("receipted", 0),
        erased=erased(db),
        used_bytes=used,
        max_bytes=max_bytes,
        used_pct=100.0 * used / max_bytes,
        oldest_unreceipted_s=None if oldest_s is None else clock_s - oldest_s,
    )


def resume(db: Connection, path: Path, kiosk: str, resend_s: float) -> float:
    """Check whose outbox it is, set sent rows due anew; the powered seconds of earlier runs.

    Raises OutboxForeignError.
    """
    owner = get(db, "kiosk")
    if owner not in {None, kiosk}:
        raise OutboxForeignError(f"{path} belongs to kiosk {owner}.")
    clock_s = float(str(get(db, "clock_s") or 0.0))
    put(db, "kiosk", kiosk)
    db.execute(outbox_sql.RESUME_SENT, (clock_s + resend_s,))
    return clock_s
