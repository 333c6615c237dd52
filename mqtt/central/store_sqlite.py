"""The centre's database on one machine: exactly once, chain and ciphertext apart, all kept."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Self

from mqtt.central.errors import StoreError
from mqtt.central.judge import Judged
from mqtt.envelope import Opened

SHAPE = """
CREATE TABLE IF NOT EXISTS statements (
  arrival INTEGER PRIMARY KEY,
  kiosk TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
  sha256 BLOB NOT NULL UNIQUE, previous BLOB NOT NULL,
  kind TEXT NOT NULL, profile TEXT NOT NULL, assurance TEXT NOT NULL,
  received_utc TEXT NOT NULL, statement BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS statements_place ON statements (kiosk, epoch, sequence);
CREATE INDEX IF NOT EXISTS statements_previous ON statements (kiosk, previous);
CREATE TABLE IF NOT EXISTS ciphertexts (
  arrival INTEGER PRIMARY KEY, ciphertext BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS events (
  arrival INTEGER PRIMARY KEY, event BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS quarantine (
  arrival INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, kiosk TEXT NOT NULL,
  why TEXT NOT NULL, received_utc TEXT NOT NULL, wire BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS heads (
  kiosk TEXT PRIMARY KEY, online INTEGER NOT NULL, heard_utc TEXT NOT NULL, statement BLOB NOT NULL
) STRICT;
"""
INSERT_STATEMENT = """
INSERT INTO statements
  (kiosk, epoch, sequence, sha256, previous, kind, profile, assurance, received_utc, statement)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
SELECT_EVENTS = """
SELECT arrival, kiosk, epoch, sequence, kind, profile, assurance, received_utc, event,
  length(statement) + coalesce(length(ciphertext), 0)
FROM statements LEFT JOIN events USING (arrival) LEFT JOIN ciphertexts USING (arrival)
WHERE arrival > ? ORDER BY arrival LIMIT ?
"""
SELECT_FORK = """
SELECT 1 FROM statements
WHERE kiosk = ?1 AND sha256 <> ?4 AND (previous = ?5 OR (epoch = ?2 AND sequence = ?3)) LIMIT 1
"""


class Outcome(StrEnum):
    """What became of one message in the database."""

    NEW = "new"
    AGAIN = "again"
    FORK = "fork"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A verified statement with its decrypted event; `event` is None where it did not open.

    `sealed_bytes` is the size of statement and ciphertext as they are stored.
    """

    arrival: int
    kiosk: str
    epoch: str
    sequence: int
    kind: str
    profile: str
    assurance: str
    received_utc: str
    event: bytes | None
    sealed_bytes: int


@dataclass(frozen=True, slots=True)
class StoredStatement:
    """A link of the chain, with or without its ciphertext."""

    epoch: str
    sequence: int
    sha256: bytes
    previous: bytes
    statement: bytes


@dataclass(frozen=True, slots=True)
class StoredHead:
    """The newest statement that a kiosk's retained state showed, and when."""

    kiosk: str
    online: bool
    heard_utc: str
    statement: bytes


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message as received, and why it is not among the events."""

    kiosk: str
    received_utc: str
    why: str
    wire: bytes


class Store:
    """One SQLite file; one writing process at a time, any number of readers."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open, and make it where it is not there; raises StoreError."""
        with _typed(path):
            mode = "ro" if read_only else "rwc"
            self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True)
            self._db.isolation_level = None
            if not read_only:
                path.chmod(0o600)
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.executescript(SHAPE)
        self._path = path

    def close(self) -> None:
        """Let the file go; safe to call twice."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, batch: Sequence[Judged], received_utc: datetime) -> list[Outcome]:
        """Write all of them, on the disk when this returns; raises StoreError, then none is."""
        at = received_utc.isoformat(timespec="milliseconds")
        with _typed(self._path), self._transaction():
            return [self._add(one, at) for one in batch]

    def _add(self, one: Judged, at: str) -> Outcome:
        if one.opened is None:
            return self._quarantine(one, at)
        known = self._db.execute(
            "SELECT arrival FROM statements WHERE sha256 = ?", (one.opened.statement_sha256,)
        ).fetchone()
        if known is not None:
            if one.event is not None:  # it may not have opened the first time
                self._db.execute("INSERT OR IGNORE INTO events VALUES (?, ?)", (*known, one.event))
            return Outcome.AGAIN
        forked = self._is_fork(one.opened)
        self._insert(one.opened, one.event, at)
        if one.event is None:
            self._quarantine(one, at)
        return Outcome.FORK if forked else Outcome.NEW

    def _quarantine(self, one: Judged, at: str) -> Outcome:
        fresh = self._db.execute(
            "INSERT OR IGNORE INTO quarantine (sha256, kiosk, why, received_utc, wire)"
            " VALUES (?, ?, ?, ?, ?)",
            (sha256(one.wire).digest(), one.kiosk, one.why, at, one.wire),
        ).rowcount
        return Outcome.QUARANTINED if fresh else Outcome.AGAIN

    def _is_fork(self, opened: Opened) -> bool:
        """Another statement at this place, or after the same one: a card was copied or set back."""
        said = opened.statement
        found = self._db.execute(
            SELECT_FORK,
            (said.kiosk, said.epoch, said.sequence, opened.statement_sha256, said.previous),
        )
        return found.fetchone() is not None

    def _insert(self, opened: Opened, event: bytes | None, at: str) -> None:
        said, digest = opened.statement, opened.statement_sha256
        place = (said.kiosk, said.epoch, said.sequence, digest, said.previous)
        worth = (said.kind.value, said.profile.value, said.assurance.value)
        row = (*place, *worth, at, opened.statement_bytes)
        arrival = self._db.execute(INSERT_STATEMENT, row).lastrowid
        self._db.execute("INSERT INTO ciphertexts VALUES (?, ?)", (arrival, opened.ciphertext))
        if event is not None:
            self._db.execute("INSERT INTO events VALUES (?, ?)", (arrival, event))

    def keep_head(self, head: StoredHead) -> None:
        """What a kiosk's retained state shows; raises StoreError."""
        with _typed(self._path), self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?)",
                (head.kiosk, head.online, head.heard_utc, head.statement),
            )

    def events(self, after: int = 0, limit: int = 1000) -> list[StoredEvent]:
        """Verified statements with their events, in order of arrival, those past `after`."""
        with _typed(self._path):
            return [StoredEvent(*row) for row in self._db.execute(SELECT_EVENTS, (after, limit))]

    def last_arrival(self) -> int:
        """The highest arrival number; 0 where nothing has come."""
        with _typed(self._path):
            row = self._db.execute("SELECT max(arrival) FROM statements").fetchone()
        return row[0] or 0

    def statements(self, kiosk: str) -> list[StoredStatement]:
        """All links of one kiosk's chain, by epoch and sequence."""
        with _typed(self._path):
            rows = self._db.execute(
                "SELECT epoch, sequence, sha256, previous, statement FROM statements"
                " WHERE kiosk = ? ORDER BY arrival",
                (kiosk,),
            )
            return [StoredStatement(*row) for row in rows]

    def missing(self, kiosk: str, epoch: str) -> int:
        """How many places below the highest of an epoch are empty."""
        with _typed(self._path):
            row = self._db.execute(
                "SELECT coalesce(max(sequence), 0) - count(DISTINCT sequence) FROM statements"
                " WHERE kiosk = ? AND epoch = ?",
                (kiosk, epoch),
            ).fetchone()
        return int(row[0])

    def kiosks(self) -> list[str]:
        """Every kiosk of which a verified statement is stored."""
        with _typed(self._path):
            rows = self._db.execute("SELECT DISTINCT kiosk FROM statements ORDER BY kiosk")
            return [row[0] for row in rows]

    def heads(self) -> dict[str, StoredHead]:
        """The retained states, by kiosk."""
        with _typed(self._path):
            rows = self._db.execute("SELECT kiosk, online, heard_utc, statement FROM heads")
            return {row[0]: StoredHead(row[0], bool(row[1]), row[2], row[3]) for row in rows}

    def quarantined(self) -> list[Quarantined]:
        """What could not be opened or judged, in order of arrival."""
        with _typed(self._path):
            rows = self._db.execute(
                "SELECT kiosk, received_utc, why, wire FROM quarantine ORDER BY arrival"
            )
            return [Quarantined(*row) for row in rows]

    def release(self, wire: bytes) -> None:
        """Take out of the quarantine what is stored in full now; raises StoreError."""
        with _typed(self._path), self._transaction():
            digest = sha256(wire).digest()
            self._db.execute("DELETE FROM quarantine WHERE sha256 = ?", (digest,))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


@contextmanager
def _typed(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: {error}.") from None
