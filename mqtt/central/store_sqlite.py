"""The centre's database in one SQLite file: one machine, a few members, any number of readers."""

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mqtt.central import schema
from mqtt.central.engine import Row, within
from mqtt.central.errors import DiskFullError, NoDatabaseError, StoreError
from mqtt.central.store import QUARANTINE_LIMIT_BYTES
from mqtt.central.store_sql import SqlStore
from mqtt.receipts import ReceiptLevel

BUSY_S, LOOK_EVERY_S = 30.0, 0.02
PAGE_BYTES = 16_384  # events of 20 KB: 1.6 times the commits of 4,096
CHECKPOINT_PAGES = 4000


class SqliteEngine:
    """WAL, every commit synced to the disk, what is deleted overwritten."""

    level = ReceiptLevel.COMMITTED

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self._path = path
        if read_only and not path.exists():
            raise NoDatabaseError(f"{path}: there is no database.")
        with self._typed():
            mode = "ro" if read_only else "rwc"
            uri = f"{path.resolve().as_uri()}?mode={mode}"
            self._db = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None)
            if not read_only:
                path.chmod(0o600)
                self._db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # heard only by a new file
                self._keep_a_log()
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute("PRAGMA secure_delete = ON")
                self._db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")

    def _keep_a_log(self) -> None:
        """WAL. Where another member just makes the same change SQLite is busy without waiting."""
        give_up_s = time.monotonic() + BUSY_S
        while not self._keeps_a_log(last_try=time.monotonic() > give_up_s):
            threading.Event().wait(LOOK_EVERY_S)

    def _keeps_a_log(self, *, last_try: bool) -> bool:
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if last_try or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a SELECT."""
        with self._typed():
            return self._db.execute(sql, values).fetchall()

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """How many rows were changed."""
        with self._typed():
            return self._db.execute(sql, values).rowcount

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Many fresh rows."""
        names = ", ".join(columns)
        with self._typed():
            self._db.executemany(within(f"INSERT INTO {table} ({names}) VALUES", columns), rows)

    def script(self, sql: str) -> None:
        """One by one: executescript would end the transaction."""
        with self._typed():
            for statement in filter(str.strip, sql.split(";\n")):
                self._db.execute(statement)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """From now on the only writer."""
        with self._typed():
            self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._typed():
                self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk may have ended it
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """BEGIN IMMEDIATE is enough."""
        yield

    def version(self) -> int:
        """PRAGMA user_version."""
        return int(self.rows("PRAGMA user_version")[0][0])

    def set_version(self, number: int) -> None:
        """PRAGMA user_version: part of the transaction."""
        self.change(f"PRAGMA user_version = {number:d}")

    def tune(self) -> None:
        """Nothing."""

    def scrub(self) -> None:
        """Deleted pages are overwritten already; empty the log that may still hold them."""
        self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def backup(self, target: Path) -> None:
        """A whole copy, synced, while members go on writing (the online backup of SQLite)."""
        with self._typed():
            copy = sqlite3.connect(target)
            try:
                self._db.backup(copy, pages=1000)
            finally:
                copy.close()

    def close(self) -> None:
        """Let the file go; safe to call twice."""
        self._db.close()

    @contextmanager
    def _typed(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            code = getattr(error, "sqlite_errorcode", 0)
            kind = DiskFullError if code == sqlite3.SQLITE_FULL else StoreError
            raise kind(f"{self._path}: {error}.") from None


class Store(SqlStore):
    """A CentralStore in one file."""

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        quarantine_limit_bytes: int = QUARANTINE_LIMIT_BYTES,
    ) -> None:
        """Open; make or upgrade it where it may be written. Raises StoreError and its kinds."""
        engine = SqliteEngine(path, read_only=read_only)
        try:
            if read_only:
                schema.check(engine)
            else:
                schema.upgrade(engine)
        except BaseException:
            engine.close()
            raise
        super().__init__(engine, quarantine_limit_bytes)
        self.backup = engine.backup
