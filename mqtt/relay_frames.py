"""What owner and publisher say on their Unix socket: a length, then one CBOR array (pure)."""

from dataclasses import dataclass, field
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from mqtt import cbor
from mqtt.errors import WireError

MAX_FRAME_BYTES: Final = 2 * 1024 * 1024
MOST_COUNTED: Final = 2**40
_LENGTH_BYTES: Final = 4


class FrameError(WireError):
    """The other end of the relay socket sent what is no frame; says where, never what."""

    mend = "Run kiosk and publisher of one release; if it stays, see who else writes to the socket."


class Greeting(msgspec.Struct, frozen=True, array_like=True, tag="greeting"):
    """Owner to publisher, first: for whom it speaks, and what the broker shows when we vanish.

    `earliest_utc_s`: it is no earlier (time_floor.py), in seconds since 1970, by the owner.
    """

    kiosk: str
    last_will: bytes
    earliest_utc_s: float = 0.0


class Offer(msgspec.Struct, frozen=True, array_like=True, tag="offer"):
    """Owner to publisher: publish this with QoS 1 and tell what the broker answered."""

    token: int
    topic: str
    payload: bytes
    content_type: str
    properties: tuple[tuple[str, str], ...]


class Retain(msgspec.Struct, frozen=True, array_like=True, tag="retain"):
    """Owner to publisher: keep this as the retained message of `topic`; the newest replaces."""

    topic: str
    payload: bytes


class Taken(msgspec.Struct, frozen=True, array_like=True, tag="taken"):
    """Owner to publisher: the inbound message `token` is dealt with, tell the broker so."""

    token: int


class Link(msgspec.Struct, frozen=True, array_like=True, tag="link"):
    """Publisher to owner: whether the broker is reached, and why not."""

    up: bool
    why: str


class Answer(msgspec.Struct, frozen=True, array_like=True, tag="answer"):
    """Publisher to owner: the broker's PUBACK reason code for an offer."""

    token: int
    reason: int


class Signed(msgspec.Struct, frozen=True, array_like=True, tag="signed"):
    """Publisher to owner: bytes from below the kiosk's topic, signed by the centre or by nobody."""

    token: int
    leaf: str
    payload: bytes


class Traffic(msgspec.Struct, frozen=True, array_like=True, tag="traffic"):
    """Publisher to owner: bytes that the line took since the last such frame, and its delay."""

    out_bytes: Annotated[int, Meta(ge=0, le=MOST_COUNTED)]
    in_bytes: Annotated[int, Meta(ge=0, le=MOST_COUNTED)]
    rtt_ms: Annotated[int, Meta(ge=0, le=MOST_COUNTED)]


ToPublisher = Greeting | Offer | Retain | Taken
ToOwner = Link | Answer | Signed | Traffic
Frame = ToPublisher | ToOwner


def encode(frame: Frame) -> bytes:
    """The bytes of one frame; FrameError where it is larger than the other end takes."""
    body = cbor.dumps(msgspec.to_builtins(frame, builtin_types=(bytes,)))
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"a frame of {len(body)} bytes; {MAX_FRAME_BYTES} is the most.")
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


@dataclass(slots=True)
class FrameReader:
    """Bytes from the socket in, whole frames out; the only exception that leaves is FrameError."""

    _held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` makes whole, in order."""
        self._held += data
        frames: list[Frame] = []
        while (size := self._whole_bytes()) is not None:
            with memoryview(self._held) as held:
                body = bytes(held[_LENGTH_BYTES:size])
            frames.append(_decode(body))
            del self._held[:size]
        return frames

    def _whole_bytes(self) -> int | None:
        if len(self._held) < _LENGTH_BYTES:
            return None
        body_bytes = int.from_bytes(self._held[:_LENGTH_BYTES], "big")
        if body_bytes > MAX_FRAME_BYTES:
            raise FrameError(f"a frame of {body_bytes} bytes; {MAX_FRAME_BYTES} is the most.")
        size = _LENGTH_BYTES + body_bytes
        return size if len(self._held) >= size else None


def _decode(body: bytes) -> Frame:
    try:
        value = cbor.loads(body, limit_bytes=MAX_FRAME_BYTES)
        frame: Frame = msgspec.convert(value, Frame, builtin_types=(bytes,))
    except (cbor.CborError, msgspec.ValidationError) as error:
        raise FrameError(f"{len(body)} bytes that are no frame ({type(error).__name__}).") from None
    return frame
