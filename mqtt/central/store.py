"""What the centre keeps and what it is asked: values, and the one Protocol of all databases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, Self

from mqtt.central.judge import Judged
from mqtt.receipts import ReceiptLevel

QUARANTINE_LIMIT_BYTES = 1 << 30


class Outcome(StrEnum):
    """What became of one message in the database.

    `again` is the very same as before; `fork` is stored, and stands at a place that another has;
    `refused` was to be quarantined and found no room there: it is not kept, and not receipted.
    """

    NEW = "new"
    AGAIN = "again"
    FORK = "fork"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A verified statement with its decrypted event; `event` is None where it did not open.

    `sealed_bytes` is the size of statement and ciphertext as they are stored, `purged_utc` when
    content and ciphertext went at the end of their retention.
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
    purged_utc: str | None = None


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
    """The newest statement that a kiosk's retained state showed, and when.

    `epoch` and `sequence` are its place, where a key of the registry signed it.
    """

    kiosk: str
    online: bool
    heard_utc: str
    statement: bytes
    epoch: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message as received, and why it is not among the events."""

    arrival: int
    kiosk: str
    received_utc: str
    why: str
    wire: bytes


@dataclass(frozen=True, slots=True)
class QuarantineUse:
    """How much of the quarantine is taken, over all kiosks or for one."""

    messages: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class EpochState:
    """How far one epoch of a kiosk has come; `stored` counts places that are taken."""

    kiosk: str
    epoch: str
    highest: int
    stored: int
    last_utc: str

    @property
    def missing(self) -> int:
        """Places below the highest that are empty."""
        return self.highest - self.stored


@dataclass(frozen=True, slots=True)
class Purge:
    """What one purge took, or would take: statements whose content went, and its bytes."""

    events: int = 0
    quarantined: int = 0
    bytes: int = 0

    def __add__(self, other: "Purge") -> "Purge":
        return Purge(
            self.events + other.events,
            self.quarantined + other.quarantined,
            self.bytes + other.bytes,
        )


@dataclass(frozen=True, slots=True)
class Retention:
    """What is due: whatever was to be kept until before `today`, by what the event itself says.

    Personal content without a date of its own is due when it was received before
    `undated_before` (None: never); so is what waits in the quarantine.
    """

    today: date
    undated_before: date | None = None


class CentralStore(Protocol):
    """All raise StoreError, or a kind of it that says more; then nothing was changed."""

    @property
    def level(self) -> ReceiptLevel:
        """How safe a commit is once it is made."""
        ...

    def add(self, batch: Sequence[Judged], received_utc: datetime) -> list[Outcome]:
        """Write all of them in one transaction, durable when this returns."""
        ...

    def keep_heads(self, heads: Sequence[StoredHead]) -> None:
        """What kiosks' retained states show, in one transaction."""
        ...

    def events(self, after: int = 0, limit: int = 1000) -> list[StoredEvent]:
        """Verified statements with their events, in order of arrival, those past `after`.

        Arrival numbers become visible in their order: who remembers the last one misses nothing.
        """
        ...

    def last(self, kind: str) -> StoredEvent | None:
        """The newest of its kind."""
        ...

    def with_id_ending(self, ending: str) -> list[StoredEvent]:
        """Those whose event id ends so, and the attachments of such a crossing; oldest first."""
        ...

    def last_arrival(self) -> int:
        """The highest arrival number; 0 where nothing has come."""
        ...

    def statements(self, kiosk: str) -> list[StoredStatement]:
        """All links of one kiosk's chain, in order of arrival."""
        ...

    def kiosks(self) -> list[str]:
        """Every kiosk of which a verified statement is stored."""
        ...

    def heads(self) -> dict[str, StoredHead]:
        """The retained states, by kiosk."""
        ...

    def missing(self, kiosk: str, epoch: str) -> int:
        """How many places below the highest of an epoch are empty."""
        ...

    def epochs(self, *, with_gaps: bool = False) -> list[EpochState]:
        """How far each epoch has come; `with_gaps` only those with empty places."""
        ...

    def lags(self) -> dict[str, int]:
        """How many events a kiosk's signed head is ahead of what is stored, where it is."""
        ...

    def sequences(self, kiosk: str, epoch: str) -> list[int]:
        """The places of an epoch that are taken, sorted."""
        ...

    def starts(self) -> dict[str, bytes]:
        """The newest epoch_start event that opened, by kiosk."""
        ...

    def forked(self) -> dict[str, int]:
        """How many statements of a kiosk stand at a place that another has."""
        ...

    def quarantined(self, after: int = 0, limit: int = 200) -> list[Quarantined]:
        """What could not be opened or judged, in order of arrival, those past `after`."""
        ...

    def quarantine_use(self) -> dict[str, QuarantineUse]:
        """What the quarantine holds, by kiosk."""
        ...

    def release(self, arrivals: Sequence[int]) -> None:
        """Take out of the quarantine what is stored in full now."""
        ...

    def ciphertexts(self, after: int = 0, limit: int = 200) -> list[tuple[int, str, bytes]]:
        """Arrival, time of receipt and sealed content, those past `after` that are not purged."""
        ...

    def due(self, retention: Retention) -> Purge:
        """What a purge would take."""
        ...

    def purge(self, retention: Retention, at_utc: datetime, limit: int = 500) -> Purge:
        """Take away the content of at most `limit`; the chain stays. Empty when nothing is due."""
        ...

    def scrub(self) -> None:
        """Overwrite or give back the room of what was purged."""
        ...

    def close(self) -> None:
        """Let it go; safe to call twice."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
