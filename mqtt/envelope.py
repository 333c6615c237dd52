"""The sealed, signed and chained form in which an event leaves the kiosk: sign, seal, read, open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from mqtt.events import Assurance, Kind, Profile
from mqtt.keys import PrivateKey, PublicKey, Signer

WIRE_LIMIT_BYTES = 512 * 1024
NO_PREVIOUS = bytes(32)


@dataclass(frozen=True, slots=True)
class Head:
    """The place in the chain that the NEXT statement takes.

    `epoch` is a UUID text (new at each start of the owner), `sequence` the number that the next statement
    bears (the epoch_start is 1), `previous` the SHA-256 of the statement before it, also across epochs;
    32 zero bytes where there is none.
    """

    kiosk: str
    epoch: str
    sequence: int
    previous: bytes = NO_PREVIOUS


@dataclass(frozen=True, slots=True)
class Sealed:
    """One event ready for the outbox: nothing in it can be read without a recipient's private key.

    `statement` is a COSE_Sign1, `ciphertext` a COSE_Encrypt, `hour` the outer time (`topics.hour_text`).
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
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Statement:
    """What the kiosk signed, verified: everything a centre may know without opening the event."""

    kiosk: str
    epoch: str
    sequence: int
    previous: bytes
    kind: Kind
    profile: Profile
    assurance: Assurance
    sha256: bytes
    """SHA-256 of the ciphertext."""
    kid: bytes
    """Thumbprint of the key that signed."""
    statement_sha256: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A wire whose signature and hash hold; the ciphertext is still closed."""

    statement: Statement
    statement_bytes: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Sealer:
    """Everything that stays the same from event to event: who signs, who may open, what it is worth.

    `signer` holds a P-256 key, `recipients` one to eight P-256 public keys of the centre.
    """

    signer: Signer
    recipients: tuple[PublicKey, ...]
    profile: Profile
    assurance: Assurance

    def seal(
        self, plaintext: bytes, *, head: Head, kind: Kind, event_id: str, at_utc: datetime
    ) -> Sealed:
        """Encrypt `plaintext` (events.encode) for the recipients and sign its place in the chain.

        `at_utc` (aware) leaves the kiosk rounded down to the hour. Raises ValueError for what the contract
        does not allow (a kiosk id, an epoch, a size).
        """
        raise NotImplementedError


def read_wire(data: bytes, key_for: Callable[[str], PublicKey | None]) -> Opened:
    """Verify the statement with the key that `key_for(kiosk id)` gives, and bind the ciphertext by its hash.

    Raises EnvelopeError and nothing else, also where `key_for` gives None (kiosk not known).
    """
    raise NotImplementedError


def verify_statement(data: bytes, key_for: Callable[[str], PublicKey | None]) -> Statement:
    """The statement alone, for audits after a ciphertext was purged; raises EnvelopeError."""
    raise NotImplementedError


def peek_kiosk(data: bytes) -> str:
    """The kiosk id a wire CLAIMS, unverified (to file what cannot be verified); raises EnvelopeError."""
    raise NotImplementedError


def open_ciphertext(
    ciphertext: bytes, statement: Statement, private_keys: Sequence[PrivateKey]
) -> bytes:
    """The plaintext, with whichever of our keys it was sealed for; raises EnvelopeError."""
    raise NotImplementedError
