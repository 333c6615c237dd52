"""Pieces of ASN.1 with the very bytes that they were made of, so that what was signed is hashed.

Loose encodings (BER's indefinite lengths, strings in parts) are taken for reading only, and only
around what was signed; nothing that was signed is ever written anew. Source: ITU-T X.690.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.chip import tlv
from drivers.chip.errors import TlvError

MOST_PIECES = 20_000
DEEPEST = 12
MOST_OID_BYTES = 64
MOST_INTEGER_BYTES = 1536
"""More than any number in use has; a longer one could not be told to people either."""
BOOLEAN, INTEGER, BITS, OCTETS, OID = 0x01, 0x02, 0x03, 0x04, 0x06
SEQUENCE, SET, OCTETS_IN_PARTS = 0x30, 0x31, 0x24
_END = b"\0\0"


@dataclass(frozen=True, slots=True, repr=False)
class Piece:
    """One object: its tag as in `tlv`, all its bytes, and its value."""

    tag: int
    whole: bytes
    value: bytes

    def __repr__(self) -> str:
        """Say which and how long, never what."""
        return f"Piece({self.tag:X}, {len(self.whole)} bytes)"

    def pieces(self) -> tuple["Piece", ...]:
        """What it is made of. Raises TlvError."""
        return pieces(self.value)


def only(data: bytes, tag: int) -> Piece:
    """The one object that `data` is. Raises TlvError where it is another, or not alone."""
    found = pieces(data)
    if len(found) != 1 or found[0].tag != tag:
        raise TlvError(f"not one object {tag:X} in {len(data)} bytes.")
    return found[0]


def pieces(data: bytes, most: int = MOST_PIECES) -> tuple[Piece, ...]:
    """All objects side by side, nothing between and nothing left over. Raises TlvError."""
    found: list[Piece] = []
    for piece in _each(data):
        if len(found) == most:
            raise TlvError(f"more than {most} objects.")
        found.append(piece)
    return tuple(found)


def integer(piece: Piece) -> int:
    """The value of an INTEGER, signed, leading bytes too many or not. Raises TlvError."""
    if len(piece.value) > MOST_INTEGER_BYTES:
        raise TlvError(f"an integer of {len(piece.value)} bytes.")
    return int.from_bytes(_number(piece), signed=True)


def natural(piece: Piece) -> int:
    """The same of any length, never negative: a leading zero byte may be missing."""
    return int.from_bytes(_number(piece))


def oid(piece: Piece) -> str:
    """The dotted form of an OBJECT IDENTIFIER. Raises TlvError."""
    value = piece.value
    if piece.tag != OID or not 0 < len(value) <= MOST_OID_BYTES or value[-1] & 0x80:
        raise TlvError(f"no object identifier but {piece.tag:X} of {len(value)} bytes.")
    numbers, arc = [0], 0
    for byte in value:
        arc = arc << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(arc)
            arc = 0
    numbers[0] = min(numbers[1] // 40, 2)
    numbers[1] -= 40 * numbers[0]
    return ".".join(map(str, numbers))


def octets(piece: Piece) -> bytes:
    """The value of an OCTET STRING, whole or in parts. Raises TlvError."""
    if piece.tag == OCTETS:
        return piece.value
    if piece.tag != OCTETS_IN_PARTS:
        raise TlvError(f"no octet string but {piece.tag:X}.")
    parts = piece.pieces()
    if any(part.tag != OCTETS for part in parts):
        raise TlvError("an octet string in parts that are none.")
    return b"".join(part.value for part in parts)


def bits(piece: Piece) -> bytes:
    """The value of a BIT STRING of whole bytes. Raises TlvError."""
    if piece.tag != BITS or piece.value[:1] != b"\0":
        raise TlvError(f"no bit string of whole bytes but {piece.tag:X}.")
    return piece.value[1:]


def definite(data: bytes) -> bytes:
    """The same object with a length at each level; `data` itself where it has none too few.

    Objects of definite length keep their bytes. Raises TlvError.
    """
    if len(data) < 2 or data[1] != 0x80 or not data[0] & 0x20:
        return data
    return _settled(data, 0, DEEPEST)[0]


def _settled(data: bytes, at: int, depth: int) -> tuple[bytes, int]:
    """One object there with a length, and where it ended. No tag here has two bytes."""
    if data[at + 1 : at + 2] != b"\x80":
        _, end = tlv.read_one(data, at)
        return data[at:end], end
    if depth == 0 or not data[at] & 0x20:
        raise TlvError(f"indefinite lengths too deep, or of no parts, at {at}.")
    tag, at, parts = data[at], at + 2, []
    while data[at : at + 2] != _END:
        part, at = _settled(data, at, depth - 1)
        parts.append(part)
    return tlv.write(tag, *parts), at + 2


def _number(piece: Piece) -> bytes:
    if piece.tag != INTEGER or not piece.value:
        raise TlvError(f"no integer but {piece.tag:X}.")
    return piece.value


def _each(data: bytes) -> Iterator[Piece]:
    at = 0
    while at < len(data):
        one, end = tlv.read_one(data, at)
        yield Piece(one.tag, data[at:end], one.value)
        at = end
