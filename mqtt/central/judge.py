"""What a message is worth: whose it is, whether it is signed and opens, and is receipted."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from mqtt import cbor, cose, envelope, events
from mqtt.central.registry import Registry
from mqtt.envelope import Opened, Statement
from mqtt.errors import EnvelopeError, MessageError
from mqtt.keys import PrivateKey
from mqtt.receipts import ReceiptEntry

MOST_ALARMS = 8  # of one event, by name: a line that is read


@dataclass(frozen=True, slots=True)
class Facts:
    """What an opened event says that the store orders by; `retain_until` is an ISO date.

    `alarms` are names and counts that the kiosk asks somebody to look at.
    """

    event_id: str | None = None
    relates_to: str | None = None
    retain_until: str | None = None
    alarms: tuple[tuple[str, int], ...] = ()


def facts_of(event: events.Event) -> Facts:
    """Nothing personal."""
    match event:
        case events.CrossingEvent():
            return Facts(event.envelope.event_id, retain_until=event.law.retention_until)
        case events.Attachment():
            return Facts(event.event_id, event.relates_to)
        case events.OfficerDecision():
            return Facts(event.event_id, event.relates_to, event.retention_until)
        case events.Counters(event_id=event_id, counts=counts):
            asked = sorted(one for one in counts.items() if one[0].startswith(events.ALARM))
            return Facts(event_id, alarms=tuple(asked[:MOST_ALARMS]))
        case _:
            return Facts(event.event_id)


@dataclass(frozen=True, slots=True)
class Judged:
    """One message of the topic of `kiosk`, as received, and what became of it.

    `opened` is there where signature and hash hold and the registry accepts them, `event` is the
    plaintext where it opens and is of the contract; `why` says what is missing. `entry` is what a
    receipt names: there where the statement reads and the ciphertext beside it is the one it names,
    so that all that the kiosk has is stored. A bad signature does not prevent it, because a receipt
    binds to the hash of the very statement; a wrong ciphertext does, or else a broken-in relay
    could trade a good event for noise. `received_utc` is set where it came earlier than now.
    """

    kiosk: str
    wire: bytes
    opened: Opened | None = None
    event: bytes | None = None
    why: str = ""
    entry: ReceiptEntry | None = None
    facts: Facts = Facts()
    received_utc: str = ""


def judge(
    kiosk: str, wire: bytes, registry: Registry, private_keys: Sequence[PrivateKey]
) -> Judged:
    """Read, verify, open; never raises for what came from outside."""
    try:
        opened = _verified(kiosk, wire, registry)
        _accepted(opened.statement, registry)
    except EnvelopeError as error:
        return _unproven(kiosk, wire, str(error))
    said = opened.statement
    entry = ReceiptEntry(said.epoch, said.sequence, opened.statement_sha256)
    try:
        event = envelope.open_ciphertext(opened.ciphertext, said, private_keys)
        facts = facts_of(events.decode(event))
    except (EnvelopeError, MessageError) as error:
        return Judged(kiosk, wire, opened, why=str(error), entry=entry)
    return Judged(kiosk, wire, opened, event, entry=entry, facts=facts)


def _unproven(kiosk: str, wire: bytes, why: str) -> Judged:
    """Not verified or not accepted here: kept as received, receipted where nothing can be lost."""
    claim = _claim(wire)
    if claim is None:
        return Judged(kiosk, wire, why="no statement that reads, or not with its own ciphertext.")
    statement, entry = claim
    if statement.kiosk != kiosk:
        return Judged(kiosk, wire, why="the statement is of another kiosk than the topic.")
    return Judged(kiosk, wire, why=why, entry=entry)


def _claim(wire: bytes) -> tuple[Statement, ReceiptEntry] | None:
    """What the statement says of itself, unverified; None where its ciphertext is not with it."""
    try:
        parts = cbor.loads(wire, limit_bytes=envelope.WIRE_LIMIT_BYTES)
        data, ciphertext = msgspec.convert(parts, tuple[bytes, bytes], builtin_types=(bytes,))
        limit_bytes = envelope.STATEMENT_LIMIT_BYTES
        signed = cose.read_sign1(data, envelope.STATEMENT_TYPE, limit_bytes=limit_bytes)
        fields = cbor.loads(signed.payload, limit_bytes=limit_bytes)
        statement = msgspec.convert(fields, Statement, builtin_types=(bytes,))
    except (cbor.CborError, cose.CoseError, msgspec.ValidationError):
        return None
    if sha256(ciphertext).digest() != statement.sha256:
        return None
    digest = sha256(data).digest()
    return statement, ReceiptEntry(statement.epoch, statement.sequence, digest)


def _verified(kiosk: str, wire: bytes, registry: Registry) -> Opened:
    """Try each key that the registry has for the kiosk; raises EnvelopeError."""
    problem = EnvelopeError(registry.stranger(kiosk))
    for key in registry.keys.get(kiosk, ()):
        try:
            return envelope.read_wire(wire, {kiosk: key}.get)
        except EnvelopeError as error:
            problem = error
    raise problem


def _accepted(statement: Statement, registry: Registry) -> None:
    if statement.profile not in registry.profiles:
        raise EnvelopeError(f"profile {statement.profile.value} is not accepted here.")
    if not registry.admits(statement.kiosk, statement.assurance):
        raise EnvelopeError(f"assurance {statement.assurance.value} is not accepted here.")
