"""A light kiosk: its own key, certificate and chain, no devices, no disk; for `simulate` alone."""

import os
from dataclasses import dataclass, field
from uuid import uuid4

import msgspec

from mqtt import events
from mqtt.central.clock import utc_now
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealed, Sealer
from mqtt.errors import ReceiptError
from mqtt.keys import PrivateKey, PublicKey
from mqtt.receipts import verify_receipt

RESEND_AFTER_S = 20.0


@dataclass(slots=True)
class _Pending:
    wire: bytes
    first_s: float
    last_s: float


@dataclass(slots=True)
class LightKiosk:
    """Makes events, keeps each until the centre's receipt, counts; the caller carries bytes."""

    kiosk: str
    signing_key: PrivateKey
    recipient: PublicKey
    receipt_key: PublicKey
    resend_after_s: float = RESEND_AFTER_S
    sent: int = 0
    sent_bytes: int = 0
    resent: int = 0
    receipts: int = 0
    refused: int = 0
    waits_s: list[float] = field(default_factory=list)
    _head: Head = field(init=False)
    _sealer: Sealer = field(init=False)
    _pending: dict[bytes, _Pending] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._head = Head(self.kiosk, str(uuid4()), 1)
        self._sealer = Sealer(
            self.signing_key, (self.recipient,), Profile.SELFTEST, Assurance.SOFTWARE
        )

    @property
    def waiting(self) -> int:
        """How many events have no receipt yet."""
        return len(self._pending)

    def next_wire(self, size: int, now_s: float) -> bytes:
        """The next event of the chain with a payload of `size` random bytes, sealed."""
        sealed = self._seal(size)
        wire = sealed.wire()
        self._pending[sealed.statement_sha256] = _Pending(wire, now_s, now_s)
        self._head = sealed.next_head
        self.sent += 1
        self.sent_bytes += len(wire)
        return wire

    def _seal(self, size: int) -> Sealed:
        event: events.Event
        if self._head.sequence == 1:
            kind, event = Kind.EPOCH_START, specimen.epoch_start()
        else:
            kind, event = Kind.ATTACHMENT, specimen.portrait(os.urandom(size))
        event = msgspec.structs.replace(event, event_id=str(uuid4()))
        data = events.encode(event)
        return self._sealer.seal(
            data, head=self._head, kind=kind, event_id=str(uuid4()), at_utc=utc_now()
        )

    def take_receipt(self, data: bytes, now_s: float) -> None:
        """Let go of what it names; anything else is counted and erases nothing."""
        try:
            receipt = verify_receipt(data, [self.receipt_key])
        except ReceiptError:
            self.refused += 1
            return
        self.receipts += 1
        for entry in receipt.entries:
            pending = self._pending.pop(entry.statement_sha256, None)
            if pending is not None:
                self.waits_s.append(now_s - pending.first_s)

    def due(self, now_s: float) -> list[bytes]:
        """What has waited too long for a receipt: to be published anew."""
        late = [one for one in self._pending.values() if now_s - one.last_s >= self.resend_after_s]
        for one in late:
            one.last_s = now_s
        self.resent += len(late)
        return [one.wire for one in late]
