"""The centre's signed word that it keeps an event: make, verify."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mqtt.keys import PublicKey, Signer

ENTRIES_LIMIT = 1000


class ReceiptLevel(StrEnum):
    """How safely the centre keeps it: in its database, or on a second machine too."""

    COMMITTED = "committed"
    REPLICATED = "replicated"


@dataclass(frozen=True, slots=True)
class ReceiptEntry:
    """One event; `statement_sha256` (32 bytes) binds the receipt to the very bytes that were stored."""

    epoch: str
    sequence: int
    statement_sha256: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the centre committed for one kiosk, and when (aware, UTC, milliseconds)."""

    kiosk: str
    level: ReceiptLevel
    entries: tuple[ReceiptEntry, ...]
    committed_at_utc: datetime


def make_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """Sign (COSE_Sign1, ES256); 1 to 1000 entries. Raises ValueError for what the contract does not allow."""
    raise NotImplementedError


def verify_receipt(data: bytes, keys: Sequence[PublicKey]) -> Receipt:
    """The receipt, where one of the centre's `keys` signed it; raises ReceiptError and nothing else."""
    raise NotImplementedError
