"""What outbox and mirror do alike with an open file: meta values, head, rows, transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from mqtt import outbox_sql
from mqtt.envelope import Head, Kind, Sealed
from mqtt.errors import OutboxCorruptError
from mqtt.outbox_file import Connection
from mqtt.outbox_rows import PAGE_BYTES


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


def used_bytes(db: Connection) -> int:
    """What the rows take, without the pages that are free to be used again."""
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    return (int(pages) - int(free)) * PAGE_BYTES


def truncate_log(db: Connection) -> bool:
    """Empty the write-ahead log into the file; false where a reader beside holds a part of it."""
    (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
