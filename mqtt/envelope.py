"""How an event leaves the kiosk: sealed for the centre, signed, linked to the one before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from mqtt import cbor, cose
from mqtt.errors import EnvelopeError
from mqtt.events import EVENT_LIMIT_BYTES, Assurance, Kind, Profile
from mqtt.groups import Digest, KioskId, Uuid
from mqtt.keys import PrivateKey, PublicKey, Signer
from mqtt.topics import hour_text

__all__ = [
    "NO_PREVIOUS",
    "Assurance",
    "Head",
    "Kind",
    "Opened",
    "Profile",
    "Sealed",
    "Sealer",
    "Statement",
    "claimed_statement",
    "open_ciphertext",
    "peek_kiosk",
    "read_wire",
    "verify_statement",
]

WIRE_LIMIT_BYTES = EVENT_LIMIT_BYTES + 8 * 1024
STATEMENT_LIMIT_BYTES = 2048
STATEMENT_TYPE = "application/vnd.border-kiosk.statement+cbor"
NO_PREVIOUS = bytes(32)

KeyFor = Callable[[str], PublicKey | None]
"""Gives the public key of a kiosk id; None where the registry does not know it."""


Recipients = tuple[PublicKey, ...] | Callable[[], tuple[PublicKey, ...]]
"""Whom events are sealed for."""


@dataclass(frozen=True, slots=True)
class Head:
    """The place in the chain that the NEXT statement takes.

    `epoch` is a UUID text (new at each start of the owner), `sequence` the number that the next
    statement bears (an epoch_start is 1, and nothing else is), `previous` the SHA-256 of the
    statement before it, also across epochs; 32 zero bytes where there is none.
    """

    kiosk: str
    epoch: str
    sequence: int
    previous: bytes = NO_PREVIOUS


@dataclass(frozen=True, slots=True)
class Sealed:
    """One event ready for the outbox: nothing in it can be read without a recipient's private key.

    `statement` is a COSE_Sign1, `ciphertext` a COSE_Encrypt, `hour` the outer time
    (`topics.hour_text`).
    """

    kiosk: str
    epoch: str
    sequence: int
    previous: bytes
    kind: Kind
    event_id: str
    hour: str
    statement: bytes
    ciphertext: bytes

    @property
    def statement_sha256(self) -> bytes:
        """What a receipt names and the next statement links to."""
        return sha256(self.statement).digest()

    @property
    def next_head(self) -> Head:
        """The place right after this one."""
        return Head(self.kiosk, self.epoch, self.sequence + 1, self.statement_sha256)

    def wire(self) -> bytes:
        """The payload of the MQTT PUBLISH: deterministic CBOR [statement, ciphertext]."""
        return to_wire(self.statement, self.ciphertext)


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What the kiosk signed: everything that a centre may know without opening the event."""

    kiosk: KioskId
    epoch: Uuid
    sequence: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    previous: Digest
    kind: Kind
    profile: Profile
    assurance: Assurance
    sha256: Digest

    def __post_init__(self) -> None:
        if (self.kind is Kind.EPOCH_START) != (self.sequence == 1):
            raise ValueError("an epoch begins with its epoch_start, which is number 1.")

    @property
    def aad(self) -> bytes:
        """What ties the ciphertext to its place: CBOR [kiosk, epoch, sequence]."""
        return cbor.dumps([self.kiosk, self.epoch, self.sequence])


@dataclass(frozen=True, slots=True)
class Opened:
    """A wire whose signature and hash hold; the ciphertext is still closed.

    `statement_sha256` is what a receipt names; `kid` the thumbprint of the key that signed.
    """

    statement: Statement
    statement_bytes: bytes
    statement_sha256: bytes
    kid: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Sealer:
    """What stays the same from event to event: who signs, who may open, what it is worth.

    `signer` holds a P-256 key, `recipients` one to eight P-256 public keys of the centre, or what
    gives those of now (`bundle_store.KeyRing.recipients`), asked for each event.
    """

    signer: Signer
    recipients: Recipients
    profile: Profile
    assurance: Assurance

    def seal(
        self, plaintext: bytes, *, head: Head, kind: Kind, event_id: str, at_utc: datetime
    ) -> Sealed:
        """Encrypt `plaintext` (events.encode) for the recipients and sign its place in the chain.

        `at_utc` (aware) leaves the kiosk rounded down to the hour. Raises ValueError for what the
        contract does not allow (a kiosk id, an epoch, a size, the wrong kind for the place).
        """
        if len(plaintext) > EVENT_LIMIT_BYTES:
            raise ValueError(f"an event is at most {EVENT_LIMIT_BYTES} bytes.")
        aad = cbor.dumps([head.kiosk, head.epoch, head.sequence])
        chosen = self.recipients() if callable(self.recipients) else self.recipients
        ciphertext = cose.encrypt(plaintext, chosen, aad)
        statement = self._statement(head, kind, sha256(ciphertext).digest())
        return Sealed(
            kiosk=head.kiosk,
            epoch=head.epoch,
            sequence=head.sequence,
            previous=head.previous,
            kind=kind,
            event_id=event_id,
            hour=hour_text(at_utc),
            statement=cose.sign1(statement, self.signer, STATEMENT_TYPE),
            ciphertext=ciphertext,
        )

    def _statement(self, head: Head, kind: Kind, digest: bytes) -> bytes:
        fields = {
            "kiosk": head.kiosk,
            "epoch": head.epoch,
            "sequence": head.sequence,
            "previous": head.previous,
            "kind": kind.value,
            "profile": self.profile.value,
            "assurance": self.assurance.value,
            "sha256": digest,
        }
        try:
            msgspec.convert(fields, Statement, builtin_types=(bytes,))
        except msgspec.ValidationError as error:
            raise ValueError(f"no statement of the contract: {error}") from None
        return cbor.dumps(fields)


def to_wire(statement: bytes, ciphertext: bytes) -> bytes:
    """Deterministic CBOR [statement, ciphertext]."""
    return cbor.dumps([statement, ciphertext])


def read_wire(data: bytes, key_for: KeyFor) -> Opened:
    """Verify the statement with the key that `key_for` gives, and bind the ciphertext by its hash.

    Raises EnvelopeError and nothing else, also where `key_for` gives None (kiosk not known).
    """
    statement_bytes, ciphertext = _split(data)
    signed, statement = _verified(statement_bytes, key_for)
    if sha256(ciphertext).digest() != statement.sha256:
        raise EnvelopeError("the ciphertext is not the one that was signed.")
    digest = sha256(statement_bytes).digest()
    return Opened(statement, statement_bytes, digest, signed.kid, ciphertext)


def verify_statement(data: bytes, key_for: KeyFor) -> Statement:
    """The statement alone, for audits after a ciphertext was purged; raises EnvelopeError."""
    return _verified(data, key_for)[1]


def signed_by_one_of(data: bytes, kiosk: str, keys: Sequence[PublicKey]) -> Statement | None:
    """The statement, where one of the kiosk's keys signed it; never raises."""
    for key in keys:
        try:
            return verify_statement(data, {kiosk: key}.get)
        except EnvelopeError:
            continue
    return None


def peek_kiosk(data: bytes) -> str:
    """The kiosk id that a wire CLAIMS, to file what cannot be verified; raises EnvelopeError."""
    return _claimed(_split(data)[0])[1].kiosk


def claimed_statement(data: bytes) -> Statement:
    """What a statement SAYS, its signature unproven; raises EnvelopeError."""
    return _claimed(data)[1]


def open_ciphertext(
    ciphertext: bytes, statement: Statement, private_keys: Sequence[PrivateKey]
) -> bytes:
    """The plaintext, with whichever of our keys it was sealed for; raises EnvelopeError."""
    try:
        return cose.decrypt(ciphertext, private_keys, statement.aad, limit_bytes=WIRE_LIMIT_BYTES)
    except cose.CoseError as error:
        raise EnvelopeError(f"ciphertext: {error}") from None


def _split(data: bytes) -> tuple[bytes, bytes]:
    try:
        walk = cbor.Walk(data, limit_bytes=WIRE_LIMIT_BYTES)
        walk.expect(b"\x82")
        statement, ciphertext = walk.string(), walk.string()
        walk.end()
    except cbor.CborError as error:
        raise EnvelopeError(f"a wire is [statement, ciphertext], both of bytes: {error}") from None
    return statement, ciphertext


def _verified(data: bytes, key_for: KeyFor) -> tuple[cose.Signed, Statement]:
    signed, statement = _claimed(data)
    key = key_for(statement.kiosk)
    if key is None:
        raise EnvelopeError("the registry does not know this kiosk.")
    try:
        cose.verify_sign1(signed, key)
    except cose.CoseError as error:
        raise EnvelopeError(f"statement: {error}") from None
    return signed, statement


def _claimed(data: bytes) -> tuple[cose.Signed, Statement]:
    try:
        signed = cose.read_sign1(data, STATEMENT_TYPE, limit_bytes=STATEMENT_LIMIT_BYTES)
        fields = cbor.loads(signed.payload, limit_bytes=STATEMENT_LIMIT_BYTES)
        return signed, msgspec.convert(fields, Statement, builtin_types=(bytes,))
    except (cose.CoseError, cbor.CborError) as error:
        raise EnvelopeError(f"statement: {error}") from None
    except msgspec.ValidationError:
        raise EnvelopeError(
            "statement: a field is missing, or not what the contract says."
        ) from None
