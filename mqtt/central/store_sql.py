"""The centre's store over either engine: exactly once, chain and ciphertext apart, all kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from mqtt.central.engine import Engine, Row, within
from mqtt.central.judge import Judged
from mqtt.central.placing import Known, Placed, Plan, Stored, plan
from mqtt.central.quarantine import Quarantine
from mqtt.central.retention import Shelf
from mqtt.central.schema import name_event
from mqtt.central.store import (
    EpochState,
    Outcome,
    Purge,
    Quarantined,
    QuarantineUse,
    Retention,
    StoredEvent,
    StoredHead,
    StoredStatement,
)
from mqtt.receipts import ReceiptLevel

STATEMENT_COLUMNS = (
    *("arrival", "kiosk", "epoch", "sequence", "sha256", "previous", "kind", "profile"),
    *("assurance", "received_utc", "statement", "event_id", "relates_to", "retain_until", "forked"),
)
SELECT_EVENTS = """
SELECT arrival, kiosk, epoch, sequence, kind, profile, assurance, received_utc, event,
  length(statement) + coalesce(length(ciphertext), 0), purged_utc
FROM statements LEFT JOIN events USING (arrival) LEFT JOIN ciphertexts USING (arrival)
"""
SELECT_KNOWN = """
SELECT sha256, arrival, event IS NOT NULL, purged_utc IS NOT NULL
FROM statements LEFT JOIN events USING (arrival) WHERE sha256 IN"""
SELECT_PLACES = """
WITH given (k, e, s) AS (VALUES (?, ?, ?)) SELECT DISTINCT k, e, s FROM given, statements
WHERE kiosk = k AND epoch = e AND sequence = s
"""
SELECT_LINKS = """
WITH given (k, p) AS (VALUES (?, ?)) SELECT DISTINCT k, p FROM given, statements
WHERE kiosk = k AND previous = p
"""
SELECT_EPOCHS = """
SELECT kiosk, epoch, highest, stored, last_utc FROM epochs ORDER BY kiosk, last_utc, epoch
"""
SELECT_GAPS = """
SELECT kiosk, epoch, highest, stored, last_utc FROM epochs WHERE highest > stored
ORDER BY kiosk, last_utc, epoch
"""
SELECT_LAGS = """
SELECT heads.kiosk, heads.sequence - coalesce(highest, 0) FROM heads LEFT JOIN epochs
ON epochs.kiosk = heads.kiosk AND epochs.epoch = heads.epoch
WHERE heads.sequence > coalesce(highest, 0)
"""
UPSERT_HEAD = """
INSERT INTO heads (kiosk, online, heard_utc, statement, epoch, sequence)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (kiosk) DO UPDATE SET online = excluded.online,
  heard_utc = excluded.heard_utc, statement = excluded.statement, epoch = excluded.epoch,
  sequence = excluded.sequence
"""
UPSERT_EPOCH = """
INSERT INTO epochs (kiosk, epoch, highest, stored, last_utc) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (kiosk, epoch) DO UPDATE SET stored = epochs.stored + excluded.stored,
  last_utc = excluded.last_utc,
  highest = CASE WHEN excluded.highest > epochs.highest THEN excluded.highest
    ELSE epochs.highest END
"""
SELECT_STARTS = """
SELECT kiosk, event FROM events JOIN statements USING (arrival) WHERE arrival IN (
  SELECT max(arrival) FROM statements JOIN events USING (arrival)
  WHERE kind = 'epoch_start' GROUP BY kiosk)
"""


class SqlStore:
    """A CentralStore; what the docstrings leave out stands there."""

    def __init__(self, engine: Engine, quarantine_limit_bytes: int) -> None:
        self._engine = engine
        self._quarantine = Quarantine(engine, quarantine_limit_bytes)
        self._shelf = Shelf(engine)

    @property
    def level(self) -> ReceiptLevel:
        """How safe a commit is once it is made."""
        return self._engine.level

    def close(self) -> None:
        """Let the database go; safe to call twice."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, batch: Sequence[Judged], received_utc: datetime) -> list[Outcome]:
        """Write all of them, on the disk when this returns; raises StoreError, then none is."""
        at = received_utc.isoformat(timespec="milliseconds")
        with self._engine.transaction():
            made = plan(batch, self._stored(batch), self.last_arrival())
            self._write(made, at)
            unopened = {one.judged.wire: one.arrival for one in made.fresh if one.judged.why}
            doubtful = [one for one in batch if one.opened is None or one.wire in unopened]
            kept = iter(self._quarantine.keep(doubtful, unopened, at))
            outcomes = []
            for one, outcome in zip(batch, made.outcomes, strict=True):
                held = next(kept) if one.opened is None or one.wire in unopened else None
                outcomes.append(outcome or held or Outcome.REFUSED)
            return outcomes

    def _stored(self, batch: Sequence[Judged]) -> Stored:
        found = Stored()
        opened = [one.opened for one in batch if one.opened is not None]
        if not opened:
            return found
        hashes = list({one.statement_sha256 for one in opened})
        rows = self._engine.rows(within(SELECT_KNOWN, hashes), hashes)
        found.by_hash = {row[0]: Known(row[1], bool(row[2]), bool(row[3])) for row in rows}
        said = [one.statement for one in opened if one.statement_sha256 not in found.by_hash]
        if said:
            places = [value for one in said for value in (one.kiosk, one.epoch, one.sequence)]
            found.places.update(self._engine.rows(_given(SELECT_PLACES, len(said)), places))
            links = [value for one in said for value in (one.kiosk, one.previous)]
            found.followed.update(self._engine.rows(_given(SELECT_LINKS, len(said)), links))
        return found

    def _write(self, made: Plan, at: str) -> None:
        insert = self._engine.insert
        if made.fresh:
            insert("statements", STATEMENT_COLUMNS, (_statement_row(one, at) for one in made.fresh))
            sealed = ((one.arrival, one.opened.ciphertext) for one in made.fresh)
            insert("ciphertexts", ("arrival", "ciphertext"), sealed)
        late = [(arrival, one.event) for arrival, one in made.late_events]
        plain = [(one.arrival, one.judged.event) for one in made.fresh if one.judged.event]
        if plain or late:
            insert("events", ("arrival", "event"), [*plain, *late])
        for arrival, one in made.late_events:
            name_event(self._engine, arrival, one.facts)
        if late:
            self._quarantine.drop(self._quarantine.of_statements([arrival for arrival, _ in late]))
        for (kiosk, epoch), taken in made.taken.items():
            self._engine.change(UPSERT_EPOCH, (kiosk, epoch, max(taken), len(taken), at))

    def keep_heads(self, heads: Sequence[StoredHead]) -> None:
        """What kiosks' retained states show, in one transaction."""
        with self._engine.transaction():
            for head in heads:
                row = (head.kiosk, int(head.online), head.heard_utc, head.statement)
                self._engine.change(UPSERT_HEAD, (*row, head.epoch, head.sequence))

    def events(self, after: int = 0, limit: int = 1000) -> list[StoredEvent]:
        """Verified statements with their events, in order of arrival, those past `after`."""
        sql = f"{SELECT_EVENTS} WHERE arrival > ? ORDER BY arrival LIMIT ?"
        return [StoredEvent(*row) for row in self._engine.rows(sql, (after, limit))]

    def last(self, kind: str) -> StoredEvent | None:
        """The newest of its kind."""
        sql = f"{SELECT_EVENTS} WHERE kind = ? ORDER BY arrival DESC LIMIT 1"
        found = [StoredEvent(*row) for row in self._engine.rows(sql, (kind,))]
        return found[0] if found else None

    def with_id_ending(self, ending: str) -> list[StoredEvent]:
        """Those whose event id ends so, and the attachments of such a crossing; oldest first."""
        like = f"%{ending}"
        sql = f"{SELECT_EVENTS} WHERE event_id LIKE ? OR relates_to LIKE ? ORDER BY arrival"
        return [StoredEvent(*row) for row in self._engine.rows(sql, (like, like))]

    def last_arrival(self) -> int:
        """The highest arrival number; 0 where nothing has come."""
        return self._engine.rows("SELECT max(arrival) FROM statements")[0][0] or 0

    def statements(self, kiosk: str) -> list[StoredStatement]:
        """All links of one kiosk's chain, in order of arrival."""
        rows = self._engine.rows(
            "SELECT epoch, sequence, sha256, previous, statement FROM statements"
            " WHERE kiosk = ? ORDER BY arrival",
            (kiosk,),
        )
        return [StoredStatement(*row) for row in rows]

    def kiosks(self) -> list[str]:
        """Every kiosk of which a verified statement is stored."""
        return [row[0] for row in self._engine.rows("SELECT DISTINCT kiosk FROM epochs ORDER BY 1")]

    def heads(self) -> dict[str, StoredHead]:
        """The retained states, by kiosk."""
        rows = self._engine.rows(
            "SELECT kiosk, online, heard_utc, statement, epoch, sequence FROM heads"
        )
        return {row[0]: StoredHead(row[0], bool(row[1]), *row[2:]) for row in rows}

    def missing(self, kiosk: str, epoch: str) -> int:
        """How many places below the highest of an epoch are empty."""
        sql = "SELECT highest - stored FROM epochs WHERE kiosk = ? AND epoch = ?"
        rows = self._engine.rows(sql, (kiosk, epoch))
        return rows[0][0] if rows else 0

    def epochs(self, *, with_gaps: bool = False) -> list[EpochState]:
        """How far each epoch has come, the newest of a kiosk last."""
        rows = self._engine.rows(SELECT_GAPS if with_gaps else SELECT_EPOCHS)
        return [EpochState(*row) for row in rows]

    def lags(self) -> dict[str, int]:
        """How many events a kiosk's signed head is ahead of what is stored, where it is."""
        return {row[0]: row[1] for row in self._engine.rows(SELECT_LAGS)}

    def sequences(self, kiosk: str, epoch: str) -> list[int]:
        """The places of an epoch that are taken, sorted."""
        rows = self._engine.rows(
            "SELECT DISTINCT sequence FROM statements WHERE kiosk = ? AND epoch = ? ORDER BY 1",
            (kiosk, epoch),
        )
        return [row[0] for row in rows]

    def starts(self) -> dict[str, bytes]:
        """The newest epoch_start event that opened, by kiosk."""
        return {row[0]: row[1] for row in self._engine.rows(SELECT_STARTS)}

    def forked(self) -> dict[str, int]:
        """How many statements of a kiosk stand at a place that another has."""
        sql = "SELECT kiosk, count(*) FROM statements WHERE forked = 1 GROUP BY kiosk"
        return {row[0]: row[1] for row in self._engine.rows(sql)}

    def quarantined(self, after: int = 0, limit: int = 200) -> list[Quarantined]:
        """What could not be opened or judged, in order of arrival, those past `after`."""
        return self._quarantine.held(after, limit)

    def quarantine_use(self) -> dict[str, QuarantineUse]:
        """What the quarantine holds, by kiosk."""
        return self._quarantine.use()

    def release(self, arrivals: Sequence[int]) -> None:
        """Take out of the quarantine what is stored in full now."""
        with self._engine.transaction():
            self._quarantine.drop(arrivals)

    def ciphertexts(self, after: int = 0, limit: int = 200) -> list[tuple[int, str, bytes]]:
        """Arrival, time of receipt and sealed content, those past `after` that are not purged."""
        rows = self._engine.rows(
            "SELECT arrival, received_utc, ciphertext FROM ciphertexts JOIN statements"
            " USING (arrival) WHERE arrival > ? ORDER BY arrival LIMIT ?",
            (after, limit),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def due(self, retention: Retention) -> Purge:
        """What a purge would take."""
        return self._shelf.due(retention)

    def purge(self, retention: Retention, at_utc: datetime, limit: int = 500) -> Purge:
        """Take away the content of at most `limit`; the chain stays. Empty when nothing is due."""
        at = at_utc.isoformat(timespec="milliseconds")
        with self._engine.transaction():
            arrivals, taken = self._shelf.take(retention, at, limit)
            held = self._quarantine.of_statements(arrivals) if arrivals else []
            if taken.events < limit:
                held += self._quarantine.received_before(retention.undated_before, limit)
            return taken + self._quarantine.drop(held)

    def scrub(self) -> None:
        """Overwrite or give back the room of what was purged."""
        self._engine.scrub()


def _statement_row(one: Placed, at: str) -> Row:
    said, facts = one.opened.statement, one.judged.facts
    place = (one.arrival, said.kiosk, said.epoch, said.sequence, one.opened.statement_sha256)
    worth = (said.previous, said.kind.value, said.profile.value, said.assurance.value)
    order = (facts.event_id, facts.relates_to, facts.retain_until, int(one.forked))
    return (*place, *worth, one.judged.received_utc or at, one.opened.statement_bytes, *order)


def _given(sql: str, rows: int) -> str:
    """`sql` with its one row of VALUES as often as wanted."""
    head, values, tail = sql.partition("VALUES ")
    row, bracket, rest = tail.partition(")")
    return f"{head}{values}{', '.join([row + bracket] * rows)}{rest}"
