"""What could not be judged is kept as received, within bounds that no sender can exceed."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from mqtt.central.engine import Engine, within
from mqtt.central.judge import Judged
from mqtt.central.store import Outcome, Purge, Quarantined, QuarantineUse
from mqtt.envelope import WIRE_LIMIT_BYTES, to_wire

KIOSK_SHARE = 4
KEPT_OF_GIANT_BYTES = 4096
ROW_BYTES = 256  # what a row takes beside its wire
COLUMNS = ("arrival", "sha256", "kiosk", "why", "received_utc", "wire", "statement_arrival")
SELECT_HELD = """
SELECT q.arrival, q.kiosk, q.received_utc, q.why, q.wire, s.statement, c.ciphertext
FROM quarantine AS q LEFT JOIN statements AS s ON s.arrival = q.statement_arrival
  LEFT JOIN ciphertexts AS c ON c.arrival = q.statement_arrival
WHERE q.arrival > ? ORDER BY q.arrival LIMIT ?
"""
UPSERT_USE = """
INSERT INTO quarantine_use (kiosk, messages, bytes) VALUES (?, ?, ?)
ON CONFLICT (kiosk) DO UPDATE SET messages = quarantine_use.messages + excluded.messages,
  bytes = quarantine_use.bytes + excluded.bytes
"""


class Quarantine:
    """The rows of one database; whoever calls holds the transaction.

    One kiosk may fill a quarter of the limit, so that it cannot use up what others need. A verified
    statement that did not open is in the chain already: here it takes no room of its own.
    """

    def __init__(self, engine: Engine, limit_bytes: int) -> None:
        self._engine = engine
        self._limit_bytes = limit_bytes

    def keep(
        self, doubtful: Sequence[Judged], statements: Mapping[bytes, int], at: str
    ) -> list[Outcome]:
        """One outcome each; `statements`: the arrival of those in the chain, by wire."""
        if not doubtful:
            return []
        digests = [sha256(one.wire).digest() for one in doubtful]
        known = self._known(digests)
        use = {kiosk: one.bytes for kiosk, one in self.use().items()}
        arrival = self._engine.rows("SELECT max(arrival) FROM quarantine")[0][0] or 0
        rows, outcomes = [], []
        for one, digest in zip(doubtful, digests, strict=True):
            outcome = self._room(one, digest in known, one.wire in statements, use)
            outcomes.append(outcome)
            if outcome is Outcome.QUARANTINED:
                known.add(digest)
                arrival += 1
                place = statements.get(one.wire)
                wire = b"" if place else _cut(one.wire)
                rows.append((arrival, digest, one.kiosk, _why(one), at, wire, place))
        if rows:
            self._engine.insert("quarantine", COLUMNS, rows)
        for row in rows:
            self._engine.change(UPSERT_USE, (row[2], 1, _size(row[5])))
        return outcomes

    def _room(self, one: Judged, known: bool, in_chain: bool, use: dict[str, int]) -> Outcome:
        if known:
            return Outcome.AGAIN
        size = _size(b"" if in_chain else _cut(one.wire))
        share = use.get(one.kiosk, 0) + size
        full = sum(use.values()) + size > self._limit_bytes
        if not in_chain and (full or share > self._limit_bytes // KIOSK_SHARE):
            return Outcome.REFUSED
        use[one.kiosk] = share
        return Outcome.QUARANTINED

    def _known(self, digests: Sequence[bytes]) -> set[bytes]:
        sql = within("SELECT sha256 FROM quarantine WHERE sha256 IN", digests)
        return {row[0] for row in self._engine.rows(sql, digests)}

    def use(self) -> dict[str, QuarantineUse]:
        """What is held, by kiosk."""
        rows = self._engine.rows("SELECT kiosk, messages, bytes FROM quarantine_use")
        return {row[0]: QuarantineUse(row[1], row[2]) for row in rows if row[1]}

    def held(self, after: int, limit: int) -> list[Quarantined]:
        """In order of arrival, those past `after`; that of a statement in the chain is whole."""
        rows = self._engine.rows(SELECT_HELD, (after, limit))
        return [
            Quarantined(arrival, kiosk, at, why, _whole(wire, statement, sealed))
            for arrival, kiosk, at, why, wire, statement, sealed in rows
        ]

    def of_statements(self, arrivals: Sequence[int]) -> list[int]:
        """The rows that wait for these statements to open."""
        sql = within("SELECT arrival FROM quarantine WHERE statement_arrival IN", arrivals)
        return [row[0] for row in self._engine.rows(sql, arrivals)]

    def received_before(self, day: object, limit: int) -> list[int]:
        """The rows that came before that day; none where it is None."""
        sql = "SELECT arrival FROM quarantine WHERE received_utc < ? ORDER BY arrival LIMIT ?"
        return [row[0] for row in self._engine.rows(sql, (str(day), limit))] if day else []

    def drop(self, arrivals: Sequence[int]) -> Purge:
        """Take them away; gives how many and how large they were."""
        if not arrivals:
            return Purge()
        select = "SELECT kiosk, length(wire) FROM quarantine WHERE arrival IN"
        gone = self._engine.rows(within(select, arrivals), arrivals)
        for kiosk, size in gone:
            self._engine.change(UPSERT_USE, (kiosk, -1, -size - ROW_BYTES))
        self._engine.change(within("DELETE FROM quarantine WHERE arrival IN", arrivals), arrivals)
        return Purge(quarantined=len(gone), bytes=sum(size for _, size in gone))


def _cut(wire: bytes) -> bytes:
    """No message of the contract is that large: its beginning is enough to see what it was."""
    return wire if len(wire) <= WIRE_LIMIT_BYTES else wire[:KEPT_OF_GIANT_BYTES]


def _whole(wire: bytes, statement: bytes | None, ciphertext: bytes | None) -> bytes:
    """A statement in the chain keeps its bytes there."""
    return wire if statement is None else to_wire(statement, ciphertext or b"")


def _why(one: Judged) -> str:
    whole = len(one.wire) <= WIRE_LIMIT_BYTES
    cut = "" if whole else f" Of {len(one.wire)} bytes the first {KEPT_OF_GIANT_BYTES} are kept."
    return f"{one.why}{cut}"


def _size(wire: bytes) -> int:
    return len(wire) + ROW_BYTES
