"""The outbox's file: opened, checked and shaped so that a commit lasts; the door to sqlite3."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from mqtt import outbox_sql
from mqtt.errors import (
    OutboxCorruptError,
    OutboxDiskError,
    OutboxFullError,
    OutboxVersionError,
)
from mqtt.files import sync_folder
from mqtt.outbox_rows import PAGE_BYTES

Connection = sqlite3.Connection
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def connect(path: Path, max_bytes: int) -> sqlite3.Connection:
    """Open, check and shape the file; raises OutboxCorruptError where it is unreadable."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with ExitStack() as undo:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        undo.callback(db.close)
        try:
            (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            if _primary_code(error) not in _CORRUPT:
                raise
            verdict = "no database"
        if verdict != "ok":
            raise OutboxCorruptError(f"{path.name} is not readable.")
        _shape(db, max_bytes)
        undo.pop_all()
    sync_folder(path.parent)
    return db


def count_rows(path: Path) -> dict[str, int]:
    """Rows by state, read beside the owner without its lock; changes nothing.

    Raises OutboxCorruptError, OutboxDiskError.
    """
    with typed_errors(), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        return dict(db.execute(outbox_sql.COUNTS).fetchall())


def _shape(db: sqlite3.Connection, max_bytes: int) -> None:
    """Settings that make a commit durable and an erasure real, and the tables of a new file."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version not in {0, outbox_sql.VERSION}:
        raise OutboxVersionError(f"written in form {version}, this release knows up to 1.")
    for setting in (
        f"page_size = {PAGE_BYTES}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        "trusted_schema = OFF",
        "wal_autocheckpoint = 512",
        "journal_size_limit = 4194304",
        f"max_page_count = {max_bytes // PAGE_BYTES}",
    ):
        db.execute(f"PRAGMA {setting}").fetchall()
    if version == 0:
        script = f"BEGIN; {outbox_sql.SCHEMA} PRAGMA user_version = {outbox_sql.VERSION}; COMMIT;"
        db.executescript(script)


@contextmanager
def typed_errors() -> Iterator[None]:
    """Make sqlite's errors ours."""
    try:
        yield
    except sqlite3.Error as error:
        code = _primary_code(error)
        if code == sqlite3.SQLITE_FULL:
            raise OutboxFullError("no room on the disk; nothing was written.") from error
        if code in _CORRUPT:
            raise OutboxCorruptError("the file became unreadable while in use.") from error
        raise OutboxDiskError(f"the store refused: {error}.") from error
    except OSError as error:
        raise OutboxDiskError(f"the disk refused: {error.strerror}.") from error


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
