"""The numbered steps from an empty database to the present one; steps only add.

Written for SQLite; PostgreSQL speaks it with BIGINT and BYTEA. A step that was released is never
edited: a change is a new step, and `tests` upgrade a database of each version.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from mqtt import events
from mqtt.central.engine import Engine
from mqtt.central.errors import StoreError, StoreVersionError
from mqtt.central.judge import Facts, facts_of

Step = str | Callable[[Engine], None]
SLICE = 200
MAKING_LIMIT_S, LOOK_EVERY_S = 5.0, 0.05

FIRST: Final = """
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

RETENTION: Final = """
ALTER TABLE statements ADD COLUMN event_id TEXT;
ALTER TABLE statements ADD COLUMN relates_to TEXT;
ALTER TABLE statements ADD COLUMN retain_until TEXT;
ALTER TABLE statements ADD COLUMN purged_utc TEXT;
CREATE INDEX statements_retention ON statements (retain_until) WHERE purged_utc IS NULL;
CREATE INDEX statements_relates ON statements (relates_to) WHERE relates_to IS NOT NULL;
CREATE INDEX statements_starts ON statements (kiosk, arrival) WHERE kind = 'epoch_start';
ALTER TABLE statements ADD COLUMN forked INTEGER NOT NULL DEFAULT 0;
UPDATE statements SET forked = 1 WHERE EXISTS (SELECT 1 FROM statements AS other
  WHERE other.kiosk = statements.kiosk AND other.epoch = statements.epoch
  AND other.sequence = statements.sequence AND other.arrival < statements.arrival);
UPDATE statements SET forked = 1 WHERE EXISTS (SELECT 1 FROM statements AS other
  WHERE other.kiosk = statements.kiosk AND other.previous = statements.previous
  AND other.arrival < statements.arrival);
CREATE INDEX statements_forked ON statements (kiosk) WHERE forked = 1;
ALTER TABLE quarantine ADD COLUMN statement_arrival INTEGER;
CREATE INDEX quarantine_statement ON quarantine (statement_arrival);
CREATE TABLE quarantine_use (
  kiosk TEXT PRIMARY KEY, messages INTEGER NOT NULL, bytes INTEGER NOT NULL
) STRICT;
INSERT INTO quarantine_use SELECT kiosk, count(*), sum(length(wire)) FROM quarantine GROUP BY kiosk;
CREATE TABLE epochs (
  kiosk TEXT NOT NULL, epoch TEXT NOT NULL, highest INTEGER NOT NULL, stored INTEGER NOT NULL,
  last_utc TEXT NOT NULL, PRIMARY KEY (kiosk, epoch)
) STRICT;
INSERT INTO epochs SELECT kiosk, epoch, max(sequence), count(DISTINCT sequence), max(received_utc)
  FROM statements GROUP BY kiosk, epoch;
ALTER TABLE heads ADD COLUMN epoch TEXT;
ALTER TABLE heads ADD COLUMN sequence INTEGER;
CREATE INDEX epochs_with_gaps ON epochs (kiosk, epoch) WHERE highest > stored;
"""

VIEWS: Final = """
CREATE VIEW arrivals AS SELECT arrival, kiosk, epoch, sequence, kind, profile, assurance,
  received_utc, event_id, relates_to, retain_until, purged_utc, forked FROM statements;
CREATE VIEW gaps AS SELECT kiosk, epoch, highest, stored, highest - stored AS missing, last_utc
  FROM epochs WHERE highest > stored;
"""


def _name_events(engine: Engine) -> None:
    """Give the rows of before the retention step what their events say of themselves."""
    after = 0
    select = "SELECT arrival, event FROM events WHERE arrival > ? ORDER BY arrival LIMIT ?"
    while rows := engine.rows(select, (after, SLICE)):
        for arrival, data in rows:
            name_event(engine, arrival, facts_of(events.decode(data)))
            after = arrival


def name_event(engine: Engine, arrival: int, facts: Facts) -> None:
    """What an event says of itself goes to its statement."""
    engine.change(
        "UPDATE statements SET event_id = ?, relates_to = ?, retain_until = ? WHERE arrival = ?",
        (facts.event_id, facts.relates_to, facts.retain_until, arrival),
    )


def _tune(engine: Engine) -> None:
    engine.tune()


STEPS: Final[tuple[tuple[Step, ...], ...]] = (
    (FIRST,),
    (RETENTION, _name_events, _tune),
    (VIEWS,),
)


def upgrade(engine: Engine) -> None:
    """Bring the database to the present version, in one transaction; raises StoreVersionError."""
    if engine.version() == len(STEPS):
        return
    with engine.alone(), engine.transaction():
        found = engine.version()
        check_not_newer(found)
        for number, step in enumerate(STEPS[found:], start=found + 1):
            for part in step:
                if isinstance(part, str):
                    engine.script(part)
                else:
                    part(engine)
            engine.set_version(number)


def check(engine: Engine) -> None:
    """Raise StoreVersionError where the database is not of this release.

    One that a member is just making is waited for.
    """
    give_up_s = time.monotonic() + MAKING_LIMIT_S
    while _is_empty(engine) and time.monotonic() < give_up_s:
        threading.Event().wait(LOOK_EVERY_S)
    found = engine.version()
    check_not_newer(found)
    if found < len(STEPS):
        raise StoreVersionError(
            f"the database is of version {found}, this release reads {len(STEPS)}."
        )


def _is_empty(engine: Engine) -> bool:
    if engine.version():
        return False
    try:
        engine.rows("SELECT 1 FROM statements LIMIT 1")
    except StoreError:
        return True
    return False


def check_not_newer(found: int) -> None:
    """Raise StoreVersionError where a newer release wrote the database."""
    if found > len(STEPS):
        raise StoreVersionError(
            f"the database is of version {found}, this release knows {len(STEPS)}."
        )
