"""The centre's signed word that it keeps an event: make, verify."""

from collections.abc import Sequence
from datetime import UTC
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from mqtt import cbor, cose
from mqtt.errors import ReceiptError
from mqtt.groups import Digest, KioskId, Utc, Uuid
from mqtt.keys import PublicKey, Signer, thumbprint

ENTRIES_LIMIT = 1000
RECEIPT_LIMIT_BYTES = 128 * 1024
RECEIPT_TYPE = "application/vnd.border-kiosk.receipt+cbor"


class ReceiptLevel(StrEnum):
    """How safely the centre keeps it: in its database, or on a second machine too."""

    COMMITTED = "committed"
    REPLICATED = "replicated"


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


def make_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """Sign (COSE_Sign1, ES256); 1 to 1000 entries; raises ValueError for what may not be."""
    fields = {
        "kiosk": receipt.kiosk,
        "level": receipt.level.value,
        "entries": [[one.epoch, one.sequence, one.statement_sha256] for one in receipt.entries],
        "committed_at": _utc_text(receipt),
    }
    try:
        msgspec.convert(fields, Receipt, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise ValueError(f"no receipt of the contract: {error}") from None
    return cose.sign1(cbor.dumps(fields), signer, RECEIPT_TYPE)


def verify_receipt(data: bytes, keys: Sequence[PublicKey]) -> Receipt:
    """The receipt, where one of the centre's `keys` signed it; raises only ReceiptError."""
    try:
        signed = cose.read_sign1(data, RECEIPT_TYPE, limit_bytes=RECEIPT_LIMIT_BYTES)
        key = next((key for key in keys if thumbprint(key) == signed.kid), None)
        if key is None:
            raise ReceiptError("signed by a key that is not the centre's.")
        cose.verify_sign1(signed, key)
        fields = cbor.loads(signed.payload, limit_bytes=RECEIPT_LIMIT_BYTES)
        return msgspec.convert(fields, Receipt, builtin_types=(bytes,))
    except (cose.CoseError, cbor.CborError) as error:
        raise ReceiptError(str(error)) from None
    except msgspec.ValidationError:
        raise ReceiptError("a field is missing, or not what the contract says.") from None


def _utc_text(receipt: Receipt) -> str:
    at_utc = receipt.committed_at.astimezone(UTC).replace(tzinfo=None)
    return at_utc.isoformat(timespec="milliseconds") + "Z"
