"""The outbox's file: opened, checked and shaped so that a commit lasts; the door to sqlite3."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from mqtt import outbox_sql
from mqtt.errors import (
    OutboxCorruptError,
    OutboxDiskError,
    OutboxFullError,
    OutboxNoneError,
    OutboxVersionError,
)
from mqtt.files import sync_folder
from mqtt.outbox_rows import PAGE_BYTES

Connection = sqlite3.Connection
Opener = Callable[[Path], Connection]
CHECKED_WHOLE_BYTES = 32 * 1024 * 1024
"""A file up to this size is checked whole before it is used, about a second on a slow card."""
READER_WAIT_S = 0.25
"""How long a commit may wait for somebody who reads beside; there is no other writer."""
_MAGIC = b"SQLite format 3\0"
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def open_file(path: Path) -> Connection:
    """A connection that any thread may use, one at a time; no transaction but those asked for."""
    return sqlite3.connect(
        path, timeout=READER_WAIT_S, isolation_level=None, check_same_thread=False
    )


def connect(path: Path, max_bytes: int, opener: Opener = open_file) -> Connection:
    """Open, check and shape the file; raises OutboxCorruptError where it is unreadable.

    A larger file than CHECKED_WHOLE_BYTES is checked in its tables of places and states alone,
    unless `suspect` marked it; `full_check` reads the rest while the kiosk works.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with ExitStack() as undo:
        db = opener(path)
        undo.callback(db.close)
        try:
            verdict = _verdict_at_start(db, path)
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


def _verdict_at_start(db: Connection, path: Path) -> str:
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if path.stat().st_size <= CHECKED_WHOLE_BYTES or not tables or _is_suspect(db):
        return _first(db, "PRAGMA quick_check(1)")
    verdicts = [_first(db, f"PRAGMA quick_check({table})") for table in ("meta", "row")]
    return next((verdict for verdict in verdicts if verdict != "ok"), "ok")


def _is_suspect(db: Connection) -> bool:
    return db.execute(outbox_sql.GET, ("suspect",)).fetchone() is not None


def _first(db: Connection, words: str) -> str:
    return str(db.execute(words).fetchone()[0])


def full_check(path: Path) -> str:
    """Read every page beside the owner; "ok", or what is wrong first. Raises OutboxDiskError.

    20,000 rows of 20 KB take 0.4 s from memory, 9 s from the disk of a small machine.
    """
    try:
        with typed_errors(), closing(read_beside(path)) as db:
            return _first(db, "PRAGMA integrity_check(1)")
    except OutboxCorruptError as error:
        return str(error)


def check_is_outbox(path: Path) -> None:
    """Raise OutboxNoneError for what somebody named by mistake; a damaged outbox passes.

    Raises OutboxDiskError where it may not be read.
    """
    with typed_errors():
        if not path.is_file():
            raise OutboxNoneError(f"{path} is {'a folder' if path.is_dir() else 'no file'}.")
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                what = "does not begin as an outbox does: it is none, or its first page is gone"
                raise OutboxNoneError(f"{path} {what}.")
    try:
        with closing(read_beside(path)) as db:
            found = {name for (name,) in db.execute("SELECT name FROM sqlite_schema")}
    except sqlite3.DatabaseError:
        return
    if not found >= {"meta", "row", "bytes"}:
        raise OutboxNoneError(f"{path} is a database of something else.")


def read_beside(path: Path) -> Connection:
    """A connection that changes nothing, beside the owner and without its lock.

    A file without a log beside it has no owner now (or lies on a medium that may not be written):
    it is read as it is, and no log is made. Raises sqlite's errors: see `typed_errors`.
    """
    at_rest = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    name = f"{path.resolve().as_uri()}?mode=ro{at_rest}"
    return sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False)


def copy_whole(source: Path, target: Path) -> None:
    """A copy of the file with what its log holds, on the disk when this returns.

    Raises sqlite's errors and OSError.
    """
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with closing(read_beside(source)) as old, closing(open_file(target)) as new:
        old.backup(new)
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    sync_folder(target.parent)


@contextmanager
def bare_writer(path: Path) -> Iterator[Callable[[bytes, bytes], None]]:
    """SQLite as a plain program would use it, WAL and FULL: one commit a call; to measure beside.

    Raises sqlite's errors.
    """
    with closing(open_file(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE bare (a BLOB, b BLOB) STRICT")

        def write(one: bytes, other: bytes) -> None:
            db.execute("INSERT INTO bare VALUES (?, ?)", (one, other))

        yield write


def _shape(db: Connection, max_bytes: int) -> None:
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
