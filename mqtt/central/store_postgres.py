"""The centre's database in PostgreSQL: any number of members, replication where it is wanted."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from mqtt.central import schema
from mqtt.central.engine import Row
from mqtt.central.errors import (
    DatabaseAwayError,
    DiskFullError,
    ReplicaMissingError,
    StoreError,
    StoreVersionError,
)
from mqtt.central.store import QUARANTINE_LIMIT_BYTES
from mqtt.central.store_sql import SqlStore
from mqtt.receipts import ReceiptLevel

CONNECT_LIMIT_S = 10
WRITER_LOCK = 0x6B696F736B  # one for the database: arrival numbers become visible in their order
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
TYPES = {
    **dict.fromkeys(("arrival", "sequence", "statement_arrival", "forked"), "int8"),
    **dict.fromkeys(("sha256", "previous", "statement", "ciphertext", "event", "wire"), "bytea"),
}


class PostgresEngine:
    """One connection, made anew when it broke: what was not committed is not stored."""

    def __init__(self, url: str, *, read_only: bool, replicated: bool) -> None:
        self._url = url
        self._read_only = read_only
        self._replicated = replicated
        self._db: psycopg.Connection[Row] | None = None
        self._unreplicated = False

    @property
    def level(self) -> ReceiptLevel:
        """Replicated where every commit waits until a standby has applied it."""
        return ReceiptLevel.REPLICATED if self._replicated else ReceiptLevel.COMMITTED

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows of a SELECT."""
        with self._typed() as db:
            return db.execute(_spoken(sql), values).fetchall()

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """How many rows were changed."""
        with self._typed() as db:
            return db.execute(_spoken(sql), values).rowcount

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """COPY in binary: bytes go as they are."""
        with self._typed() as db, db.cursor() as cursor:
            sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
            with cursor.copy(sql.encode()) as copy:
                copy.set_types([TYPES.get(name, "text") for name in columns])
                for row in rows:
                    copy.write_row(row)

    def script(self, sql: str) -> None:
        """All in one go."""
        with self._typed() as db:
            db.execute(_spoken(sql))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One writer at a time in the whole database: forks and arrivals are seen by all."""
        self._unreplicated = False
        try:
            with self._typed() as db, db.transaction():
                db.execute("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))
                yield
                if self._replicated:  # so that the wait covers what an earlier commit wrote, too
                    db.execute("SELECT pg_logical_emit_message(true, 'kiosk-central', '')")
        finally:
            self._forget_broken()
        if self._unreplicated:
            raise StoreError("PostgreSQL gave up waiting for the standby: nothing is receipted.")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Locked before the transaction begins: only then it sees what another has just made."""
        self.rows("SELECT pg_advisory_lock(?)", (WRITER_LOCK,))
        try:
            yield
        finally:
            self._forget_broken()
            if self._db is not None:  # a line that broke has let go by itself
                self.rows("SELECT pg_advisory_unlock(?)", (WRITER_LOCK,))

    def version(self) -> int:
        """The highest number of schema_steps."""
        if self.rows("SELECT to_regclass('schema_steps')")[0][0] is None:
            return 0
        return int(self.rows("SELECT coalesce(max(step), 0) FROM schema_steps")[0][0])

    def set_version(self, number: int) -> None:
        """One row for each step."""
        self.script("CREATE TABLE IF NOT EXISTS schema_steps (step INTEGER PRIMARY KEY)")
        self.change("INSERT INTO schema_steps VALUES (?)", (number,))

    def tune(self) -> None:
        """What is sealed cannot be compressed: do not try."""
        for table, column in (
            ("ciphertexts", "ciphertext"),
            ("events", "event"),
            ("quarantine", "wire"),
        ):
            self.script(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")

    def scrub(self) -> None:
        """VACUUM: rows that were deleted leave their pages."""
        for table in ("ciphertexts", "events", "quarantine"):
            self.script(f"VACUUM {table}")

    def close(self) -> None:
        """Hang up; safe to call twice."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def _forget_broken(self) -> None:
        if self._db is not None and (self._db.closed or self._db.broken):
            self.close()

    def _connected(self) -> "psycopg.Connection[Row]":
        self._forget_broken()
        if self._db is not None:
            return self._db
        options: dict[str, Any] = {"connect_timeout": CONNECT_LIMIT_S, **ALIVE}
        db = psycopg.connect(self._url, autocommit=True, **options)
        try:
            db.add_notice_handler(self._on_notice)
            db.execute("SET client_min_messages = warning")
            if self._read_only:
                db.execute("SET default_transaction_read_only = on")
            elif self._replicated:
                _demand_replica(db)
        except BaseException:
            db.close()
            raise
        self._db = db
        return db

    def _on_notice(self, notice: psycopg.errors.Diagnostic) -> None:
        """The one warning that makes a commit less than it promised (syncrep.c)."""
        if "might not have been replicated" in (notice.message_detail or ""):
            self._unreplicated = True

    @contextmanager
    def _typed(self) -> Iterator["psycopg.Connection[Row]"]:
        try:
            yield self._connected()
        except psycopg.errors.DiskFull as error:
            raise DiskFullError(_words(error)) from None
        except psycopg.errors.UndefinedTable as error:
            raise StoreVersionError(_words(error)) from None
        except psycopg.OperationalError as error:
            raise DatabaseAwayError(_words(error)) from None
        except psycopg.Error as error:
            raise StoreError(_words(error)) from None


class PostgresStore(SqlStore):
    """A CentralStore in PostgreSQL; `url` is a libpq connection URL or string."""

    def __init__(
        self,
        url: str,
        *,
        read_only: bool = False,
        replicated: bool = False,
        quarantine_limit_bytes: int = QUARANTINE_LIMIT_BYTES,
    ) -> None:
        """Connect; make or upgrade it where it may be written. Raises StoreError and its kinds."""
        engine = PostgresEngine(url, read_only=read_only, replicated=replicated)
        try:
            if read_only:
                schema.check(engine)
            else:
                schema.upgrade(engine)
        except BaseException:
            engine.close()
            raise
        super().__init__(engine, quarantine_limit_bytes)


def _demand_replica(db: "psycopg.Connection[Row]") -> None:
    found = db.execute("SHOW synchronous_standby_names").fetchone()
    if not found or not found[0]:
        raise ReplicaMissingError("synchronous_standby_names is empty.")
    db.execute("SET synchronous_commit = remote_apply")


def _spoken(sql: str) -> bytes:
    """SQLite's words in PostgreSQL's; our SQL has no `?` but for values, and no `%`."""
    for ours, theirs in (
        ("?", "%s"),
        (" BLOB", " BYTEA"),
        (" INTEGER", " BIGINT"),
        (") STRICT", ")"),
    ):
        sql = sql.replace(ours, theirs)
    return sql.encode()


def _words(error: psycopg.Error) -> str:
    """The first line alone: the others may quote a row."""
    first, _, _ = (error.diag.message_primary or str(error)).partition("\n")
    return f"PostgreSQL: {first.rstrip('.')}."
