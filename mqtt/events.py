"""What the kiosk says to the centre, before it is sealed: frozen structs, encode, decode (pure)."""

import re
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from mqtt import cbor
from mqtt.errors import MessageError
from mqtt.groups import (
    Answer,
    Biometric,
    Closed,
    Code,
    Comparison,
    Count,
    Crossing,
    Day,
    Document,
    DocumentCheck,
    Envelope,
    KioskId,
    Law,
    Lists,
    Liveness,
    OfficerAction,
    Software,
    Time,
    Traveller,
    Utc,
    Uuid,
)

EVENT_LIMIT_BYTES = 256 * 1024
MediaType = Annotated[str, Meta(pattern=r"^[a-z]+/[a-z0-9.+-]{1,60}$(?!\n)")]
_PLACE = re.compile(r"`(?:key in )?\$[a-z_0-9.\[\]]*`")


class Kind(StrEnum):
    """What a statement is about; stands in the clear."""

    CROSSING = "crossing"
    ATTACHMENT = "attachment"
    EPOCH_START = "epoch_start"
    TIME_ANCHOR = "time_anchor"
    COUNTERS = "counters"
    OFFICER_DECISION = "officer_decision"
    SELFTEST = "selftest"


class Profile(StrEnum):
    """What an event is worth: the production registry of a centre refuses every other profile."""

    PRODUCTION = "production"
    TRAINING = "training"
    DEMO = "demo"
    SELFTEST = "selftest"


class Assurance(StrEnum):
    """Where the signing key lives."""

    SOFTWARE = "software"
    TPM = "tpm"


class NotCaptured(Closed, frozen=True, kw_only=True):
    """A required group that is not there, and why."""

    group: Literal["traveller", "document", "liveness"]
    reason: Code


class CrossingEvent(Closed, frozen=True, kw_only=True, tag_field="kind", tag="crossing"):
    """One crossing; lists may be empty, a required group that is absent is in `not_captured`."""

    envelope: Envelope
    time: Time
    crossing: Crossing
    document_checks: tuple[DocumentCheck, ...]
    biometrics: tuple[Biometric, ...]
    comparison: tuple[Comparison, ...]
    answers: tuple[Answer, ...]
    lists: Lists
    officer: tuple[OfficerAction, ...]
    law: Law
    software: Software
    traveller: Traveller | None = None
    document: Document | None = None
    liveness: Liveness | None = None
    not_captured: tuple[NotCaptured, ...] = ()

    def __post_init__(self) -> None:
        groups = {"traveller": self.traveller, "document": self.document, "liveness": self.liveness}
        absent = sorted(name for name, group in groups.items() if group is None)
        if absent != sorted(one.group for one in self.not_captured):
            raise ValueError("not_captured names each required group that is absent, and no other.")


class Attachment(Closed, frozen=True, kw_only=True, tag_field="kind", tag="attachment"):
    """A large part of an event, sealed apart so that on a thin link the text goes first."""

    event_id: Uuid
    relates_to: Uuid
    role: Literal["live_face", "document_portrait", "document_image", "finger_image"]
    media_type: MediaType
    data: Annotated[bytes, Meta(min_length=1, max_length=192 * 1024)] = field(name="bytes")


class EpochStart(Closed, frozen=True, kw_only=True, tag_field="kind", tag="epoch_start"):
    """The owner started anew; the statement's `previous` names the last head before it."""

    event_id: Uuid
    kiosk_id: KioskId
    time: Time
    software: Software


class TimeAnchor(Closed, frozen=True, kw_only=True, tag_field="kind", tag="time_anchor"):
    """A better time: corrects what earlier events of the same boot_id said."""

    event_id: Uuid
    time: Time
    corrects_boot_id: Uuid


ALARM = "alarm."


class Counters(Closed, frozen=True, kw_only=True, tag_field="kind", tag="counters"):
    """Impersonal counts between two times, such as visits abandoned, by name.

    A name that begins with `alarm.` is one: somebody should look (mqtt/receipts.py, ReceiptAlarm).
    """

    event_id: Uuid
    since: Utc
    until: Utc
    counts: dict[Code, Count]


class OfficerDecision(Closed, frozen=True, kw_only=True, tag_field="kind", tag="officer_decision"):
    """What an officer decided of a crossing that was stored before: the outcome that holds now."""

    event_id: Uuid
    relates_to: Uuid
    kiosk_id: KioskId
    time: Time
    outcome: Literal["completed", "refused_by_officer"]
    officer: OfficerAction
    retention_until: Day | None = None


Event = CrossingEvent | Attachment | EpochStart | TimeAnchor | Counters | OfficerDecision


def encode(event: Event) -> bytes:
    """Deterministic CBOR (RFC 8949, 4.2.1), text labels; raises ValueError for what may not be."""
    data = cbor.dumps(msgspec.to_builtins(event, builtin_types=(bytes,)))
    try:
        decode(data)
    except MessageError as error:
        raise ValueError(f"no event of the contract: {error}") from None
    return data


def decode(data: bytes) -> Event:
    """The event in `data`; unknown fields are passed over; raises only MessageError."""
    try:
        fields = cbor.loads(data, limit_bytes=EVENT_LIMIT_BYTES)
    except cbor.CborError as error:
        raise MessageError(str(error)) from None
    try:
        event: Event = msgspec.convert(fields, Event, builtin_types=(bytes,))
    except msgspec.ValidationError as error:
        raise MessageError(f"not what the contract says at {_place(error)}.") from None
    return event


def _place(error: msgspec.ValidationError) -> str:
    """Where it went wrong (`$.document.number`), without the value that msgspec may quote."""
    _, found, place = str(error).rpartition(" - at ")
    return place if found and _PLACE.fullmatch(place) else "the top"
