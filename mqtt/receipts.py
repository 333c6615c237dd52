"""The centre's signed word that it keeps an event: make, verify."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from mqtt.errors import ReceiptError
from mqtt.groups import Digest, KioskId, Utc, Uuid
from mqtt.keys import PublicKey, Signer
from mqtt.signed import Form

ENTRIES_LIMIT = 1000
RECEIPT_LIMIT_BYTES = 128 * 1024
RECEIPT_TYPE = "application/vnd.border-kiosk.receipt+cbor"


class ReceiptLevel(StrEnum):
    """How safely the centre keeps it: in its database, or on a second machine too."""

    COMMITTED = "committed"
    REPLICATED = "replicated"


class ReceiptAlarm(StrEnum):
    """Why a receipt erased nothing and was no accident; the name of its count in `Counters`."""

    FORGED = "alarm.receipt_forged"
    """No key that the kiosk holds as the centre's signed it."""
    FOREIGN = "alarm.receipt_foreign"
    """The centre signed it, for another kiosk."""
    REPLAYED = "alarm.receipt_replayed"
    """The centre signed it for this kiosk, of a statement that this kiosk's chain does not hold."""


OnAlarm = Callable[[ReceiptAlarm], None]


def no_alarm(_alarm: ReceiptAlarm) -> None:
    """Nobody counts them: what is said in the log is all."""


class ReceiptEntry(Struct, frozen=True, array_like=True):
    """One event; the hash (32 bytes) binds the receipt to the very statement that was stored."""

    epoch: Uuid
    sequence: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    statement_sha256: Digest


class Receipt(Struct, frozen=True):
    """What the centre committed for one kiosk, and when (aware)."""

    kiosk: KioskId
    level: ReceiptLevel
    entries: Annotated[tuple[ReceiptEntry, ...], Meta(min_length=1, max_length=ENTRIES_LIMIT)]
    committed_at: Utc


_FORM = Form(Receipt, RECEIPT_TYPE, RECEIPT_LIMIT_BYTES, ReceiptError)


def make_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """Sign (COSE_Sign1, ES256); 1 to 1000 entries; raises ValueError for what may not be."""
    return _FORM.sign(receipt, signer)


def verify_receipt(data: bytes, keys: Sequence[PublicKey]) -> Receipt:
    """The receipt, where one of the centre's `keys` signed it; raises only ReceiptError."""
    return _FORM.verify(data, keys)
