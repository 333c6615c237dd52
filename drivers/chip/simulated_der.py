"""DER and BER-TLV as the virtual chip writes and takes them apart; shared with no reader."""

from collections.abc import Iterator
from datetime import UTC, datetime

_LAST_UTC_YEAR = 2049


def der(tag: int, *values: bytes) -> bytes:
    """One data object: the tag as its bytes spell it, the shortest length, the values in a row."""
    value = b"".join(values)
    return tag_and_length(tag, len(value)) + value


def tag_and_length(tag: int, size: int) -> bytes:
    """How an object of that many bytes begins, whether or not they follow."""
    spelt = tag.to_bytes(max(1, -(-tag.bit_length() // 8)))
    if size < 0x80:
        return spelt + bytes([size])
    length = size.to_bytes(-(-size.bit_length() // 8))
    return spelt + bytes([0x80 + len(length)]) + length


def sequence(*values: bytes) -> bytes:
    """SEQUENCE."""
    return der(0x30, *values)


def set_of(*values: bytes) -> bytes:
    """SET OF, in the order that DER asks for."""
    return der(0x31, *sorted(values))


def integer(value: int) -> bytes:
    """INTEGER, not negative."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return der(0x04, value)


def bits(value: bytes, unused: int = 0) -> bytes:
    """BIT STRING."""
    return der(0x03, bytes([unused]), value)


def null() -> bytes:
    """NULL."""
    return der(0x05)


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER."""
    return der(0x06, oid_value(dotted))


def oid_value(dotted: str) -> bytes:
    """The bytes of an object identifier without tag and length."""
    first, second, *others = (int(word) for word in dotted.split("."))
    return b"".join(_base_128(arc) for arc in (40 * first + second, *others))


def utf8(words: str) -> bytes:
    """UTF8String."""
    return der(0x0C, words.encode())


def printable(words: str) -> bytes:
    """PrintableString."""
    return der(0x13, words.encode("ascii"))


def tagged(number: int, *values: bytes) -> bytes:
    """Context tag around whole objects (EXPLICIT, or IMPLICIT of a constructed one)."""
    return der(0xA0 + number, *values)


def instant(at: datetime) -> bytes:
    """Time: UTCTime up to 2049, GeneralizedTime from then on (RFC 5280, 4.1.2.5)."""
    if at.year <= _LAST_UTC_YEAR:
        return der(0x17, at.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode())
    return der(0x18, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())


def objects(data: bytes) -> list[tuple[int, bytes]]:
    """Tag and value of each object in a command's data; raises ValueError."""
    return list(_each(data))


def _each(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        start, at = at, at + 1
        if data[start] & 0x1F == 0x1F:
            at += 1
        tag = int.from_bytes(data[start:at])
        size, at = _length(data, at)
        if at + size > len(data):
            raise ValueError(f"object {tag:X} is cut.")
        yield tag, data[at : at + size]
        at += size


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise ValueError("length is missing.")
    if data[at] < 0x80:
        return data[at], at + 1
    end = at + 1 + (data[at] & 0x7F)
    return int.from_bytes(data[at + 1 : end]), end


def _base_128(arc: int) -> bytes:
    digits = [arc & 0x7F]
    while arc := arc >> 7:
        digits.append(arc & 0x7F | 0x80)
    return bytes(reversed(digits))
