"""The example vector: a chain of three sealed specimen events and their receipt, in hex.

The keys are made from public words and guard nothing. Signatures, nonces and ephemeral keys are
random, so a new vector differs from the committed one; both open.
"""

from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec

from mqtt import events
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealed, Sealer
from mqtt.keys import PrivateKey, thumbprint
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel, make_receipt

PICTURE = b"\xff\xd8\xff\xe0 a stand-in for a portrait \xff\xd9"
COMMITTED_AT = datetime(2026, 3, 1, 10, 43, 0, tzinfo=UTC)
PARTS: dict[Kind, events.Event] = {
    Kind.EPOCH_START: specimen.epoch_start(),
    Kind.CROSSING: specimen.crossing(),
    Kind.ATTACHMENT: specimen.portrait(PICTURE),
}


def example_key(words: str) -> PrivateKey:
    """The P-256 key whose private number is SHA-256 of `words`: known to all, for examples only."""
    return ec.derive_private_key(int.from_bytes(sha256(words.encode()).digest()), ec.SECP256R1())


KEY_WORDS = {
    "kiosk_signing": "border-kiosk example: kiosk signing key",
    "centre_decryption": "border-kiosk example: centre decryption key",
    "escrow_decryption": "border-kiosk example: escrow decryption key",
    "centre_receipts": "border-kiosk example: centre receipt key",
}
KEYS = {use: example_key(words) for use, words in KEY_WORDS.items()}


def make() -> dict[str, object]:
    """A fresh vector as JSON values."""
    sealed = chain()
    entries = tuple(ReceiptEntry(one.epoch, one.sequence, one.statement_sha256) for one in sealed)
    receipt = Receipt(specimen.KIOSK, ReceiptLevel.COMMITTED, entries, COMMITTED_AT)
    return {
        "about": "Specimen events of mqtt/contract/specimen.py; binary values in hex.",
        "keys": {use: _key(use) for use in KEYS},
        "events": [_event(one) for one in sealed],
        "receipt": make_receipt(receipt, KEYS["centre_receipts"]).hex(),
    }


def chain() -> list[Sealed]:
    """Three sealed specimen events, each linked to the one before it."""
    recipients = (KEYS["centre_decryption"].public_key(), KEYS["escrow_decryption"].public_key())
    sealer = Sealer(KEYS["kiosk_signing"], recipients, Profile.DEMO, Assurance.SOFTWARE)
    head = Head(specimen.KIOSK, specimen.EPOCH, 1)
    made: list[Sealed] = []
    for kind, event in PARTS.items():
        event_id = specimen.EVENT_ID if isinstance(event, events.CrossingEvent) else event.event_id
        sealed = sealer.seal(
            events.encode(event),
            head=head,
            kind=kind,
            event_id=event_id,
            at_utc=specimen.CAPTURED_AT,
        )
        made.append(sealed)
        head = sealed.next_head
    return made


def _key(use: str) -> dict[str, str]:
    key = KEYS[use]
    return {
        "sha256_of": KEY_WORDS[use],
        "private": f"{key.private_numbers().private_value:064x}",
        "x": f"{key.public_key().public_numbers().x:064x}",
        "y": f"{key.public_key().public_numbers().y:064x}",
        "kid": thumbprint(key.public_key()).hex(),
    }


def _event(sealed: Sealed) -> dict[str, object]:
    return {
        "kind": sealed.kind.value,
        "event_id": sealed.event_id,
        "hour": sealed.hour,
        "plaintext": events.encode(PARTS[sealed.kind]).hex(),
        "statement_sha256": sealed.statement_sha256.hex(),
        "wire": sealed.wire().hex(),
    }
