"""What ZFM and R30x fingerprint modules say on their serial line: packets, commands, answers. Pure.

A packet is EF 01, an address of 4 bytes, its kind, a length of 2 bytes that counts content and
checksum, the content, and the sum of kind, length and content in 2 bytes; numbers are big-endian.
Facts: the makers' user manuals of ZFM-20, R30x and R503, which agree on what is used here.
"""

from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from drivers.errors import ProtocolError

ANY_ADDRESS = 0xFFFFFFFF  # as shipped
BAUD_STEP = 9600
BAUD_AS_SHIPPED = 57_600
MOST_CONTENT_BYTES = 256
PACKET_BYTES = (32, 64, 128, 256)  # by the code that the module calls its packet size

_HEADER = b"\xef\x01"
_HEAD_BYTES = 9
_SUM_BYTES = 2
_KIND_AT = 6
_LENGTH_AT = 7
_BAUD_PARAMETER = 4
_PARAMETER_BYTES = 17  # the confirmation and eight words, one of which is double


class Kind(IntEnum):
    """What a packet is."""

    COMMAND = 0x01
    DATA = 0x02
    ANSWER = 0x07
    END = 0x08


class Command(IntEnum):
    """The first byte of a command."""

    TAKE_PICTURE = 0x01  # GenImg
    UPLOAD_PICTURE = 0x0A  # UpImage
    SET_PARAMETER = 0x0E  # SetSysPara
    READ_PARAMETERS = 0x0F  # ReadSysPara
    VERIFY_PASSWORD = 0x13  # VfyPwd


class Confirmation(IntEnum):
    """The first byte of an answer; what the manuals name and this driver never meets is OTHER."""

    OK = 0x00
    BAD_PACKET = 0x01
    NO_FINGER = 0x02
    NOT_TAKEN = 0x03
    CANNOT_UPLOAD = 0x0F
    WRONG_PASSWORD = 0x13
    NO_PICTURE = 0x15
    WRONG_REGISTER = 0x1A
    WRONG_ADDRESS = 0x20
    PASSWORD_FIRST = 0x21
    OTHER = 0x100


class Damage(Enum):
    """Why something that began like a packet is none."""

    KIND = auto()
    LENGTH = auto()
    CHECKSUM = auto()


@dataclass(frozen=True, slots=True, repr=False)
class Packet:
    """One whole packet; content of 1 to 256 bytes."""

    kind: Kind
    content: bytes
    address: int = ANY_ADDRESS

    def __repr__(self) -> str:
        """Say the kind and the size, never the content: ridges and passwords pass here."""
        return f"Packet({self.kind.name}, {len(self.content)} bytes)"


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What the module says to a command: `code` as sent, `rest` what follows it."""

    code: int
    rest: bytes = b""

    def __repr__(self) -> str:
        """Say what it confirms."""
        return f"Answer({self.meaning.name}, {self.code:#04x}, {len(self.rest)} more bytes)"

    @property
    def meaning(self) -> Confirmation:
        """The code where it is one of ours."""
        return Confirmation(self.code) if self.code in set(Confirmation) else Confirmation.OTHER

    @classmethod
    def of(cls, packet: Packet) -> "Answer":
        """Take the content of a packet of kind ANSWER apart."""
        return cls(packet.content[0], packet.content[1:])


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a module says of itself: its system code, room for templates, bytes in a data packet."""

    system: int
    capacity: int
    address: int
    packet_bytes: int
    baud: int


@dataclass(slots=True)
class Decoder:
    """Bytes of the line in, packets and damages out; what is no packet is skipped and counted.

    Holds less than one packet of the largest size.
    """

    skipped_bytes: int = 0
    _held: bytearray = field(default_factory=bytearray)

    @property
    def holding(self) -> bool:
        """Whether a packet has begun and is not whole."""
        return len(self._held) >= len(_HEADER)

    def feed(self, data: bytes) -> list[Packet | Damage]:
        """Take bytes, cut anywhere; give what became whole, oldest first."""
        self._held += data
        found: list[Packet | Damage] = []
        while (one := self._next()) is not None:
            found.append(one)
        return found

    def flush(self) -> list[Packet | Damage]:
        """The line fell silent: what is held will never be whole, but may hide a packet."""
        found: list[Packet | Damage] = []
        while self._held:
            self._skip(min(len(_HEADER), len(self._held)))
            found += self.feed(b"")
        return found

    def _next(self) -> Packet | Damage | None:
        self._align()
        if len(self._held) < _HEAD_BYTES:
            return None
        kind = self._held[_KIND_AT]
        length = int.from_bytes(self._held[_LENGTH_AT:_HEAD_BYTES], "big")
        if kind not in set(Kind):
            return self._broken(Damage.KIND)
        if not _SUM_BYTES < length <= MOST_CONTENT_BYTES + _SUM_BYTES:
            return self._broken(Damage.LENGTH)
        if len(self._held) < _HEAD_BYTES + length:
            return None
        whole = bytes(self._held[: _HEAD_BYTES + length])
        if _sum(whole[_KIND_AT:-_SUM_BYTES]) != whole[-_SUM_BYTES:]:
            return self._broken(Damage.CHECKSUM)
        del self._held[: len(whole)]
        address = int.from_bytes(whole[len(_HEADER) : _KIND_AT], "big")
        return Packet(Kind(kind), whole[_HEAD_BYTES:-_SUM_BYTES], address)

    def _align(self) -> None:
        """Skip to what may begin a packet."""
        at = self._held.find(_HEADER)
        if at < 0:
            at = len(self._held) - int(self._held.endswith(_HEADER[:1]))
        self._skip(at)

    def _broken(self, damage: Damage) -> Damage:
        self._skip(len(_HEADER))
        return damage

    def _skip(self, count: int) -> None:
        self.skipped_bytes += count
        del self._held[:count]


def encode(packet: Packet) -> bytes:
    """The bytes of a packet; raises ValueError for content of a size that none can have."""
    if not 0 < len(packet.content) <= MOST_CONTENT_BYTES:
        raise ValueError(f"{len(packet.content)} bytes of content.")
    length = (len(packet.content) + _SUM_BYTES).to_bytes(_HEAD_BYTES - _LENGTH_AT, "big")
    counted = bytes([packet.kind]) + length + packet.content
    return _HEADER + packet.address.to_bytes(4, "big") + counted + _sum(counted)


def _sum(counted: bytes) -> bytes:
    return (sum(counted) & 0xFFFF).to_bytes(_SUM_BYTES, "big")


def verify_password(password: int) -> bytes:
    """The command's content: a module whose password was changed answers nothing else before it."""
    return bytes([Command.VERIFY_PASSWORD]) + password.to_bytes(4, "big")


def set_baud(baud: int) -> bytes:
    """The command's content: baud is a multiple of 9600, kept by the module without power."""
    return bytes([Command.SET_PARAMETER, _BAUD_PARAMETER, baud // BAUD_STEP])


def parameters(device: str, answer: Answer) -> Parameters:
    """What READ_PARAMETERS brought; raises ProtocolError."""
    content = bytes([answer.code]) + answer.rest
    if len(content) != _PARAMETER_BYTES:
        raise ProtocolError(device, f"its parameters have {len(content)} bytes.")
    words = [int.from_bytes(content[at : at + 2], "big") for at in range(1, _PARAMETER_BYTES, 2)]
    _, system, capacity, _, high, low, size, step = words
    if size >= len(PACKET_BYTES):
        raise ProtocolError(device, f"its packet size has code {size}.")
    return Parameters(system, capacity, high << 16 | low, PACKET_BYTES[size], step * BAUD_STEP)
