"""BER-TLV as chips write it (ISO/IEC 7816-4, 5.2): read with limits, write in DER's lengths."""

from collections.abc import Iterator
from dataclasses import dataclass

from drivers.chip.errors import TlvError

MOST_TAG_BYTES = 3
MOST_LENGTH_BYTES = 4
MOST_OBJECTS = 4096
"""Side by side in one object: more would be a bomb, the longest lists in use have hundreds."""


@dataclass(frozen=True, slots=True, repr=False)
class Tlv:
    """One data object. `tag` is the number that its bytes spell: 0x7F61, 0x5F1F, 0x30."""

    tag: int
    value: bytes

    def __repr__(self) -> str:
        """Say which and how long, never what."""
        return f"Tlv({self.tag:X}, {len(self.value)} bytes)"


def read_one(data: bytes, at: int = 0) -> tuple[Tlv, int]:
    """The object that begins there, and where it ends. Raises TlvError."""
    tag, value_at, length = header(data, at)
    end = value_at + length
    if end > len(data):
        raise TlvError(f"{tag:X} at {at} wants {length} bytes, {len(data) - value_at} are there.")
    return Tlv(tag, data[value_at:end]), end


def read_all(data: bytes) -> tuple[Tlv, ...]:
    """All objects side by side, nothing left over; the zeros of padding between them are skipped.

    Raises TlvError, also where there are more than 4096.
    """
    return tuple(_each(data))


def only(data: bytes, tag: int) -> bytes:
    """The value of the one object that `data` is. Raises TlvError where it is not, or not alone."""
    one, end = read_one(data)
    if one.tag != tag or end != len(data):
        raise TlvError(f"not one object {tag:X} but {one.tag:X} of {end} in {len(data)} bytes.")
    return one.value


def find(data: bytes, *path: int) -> bytes | None:
    """The value of the first object with that tag, level after level; None where it is missing.

    Raises TlvError.
    """
    for tag in path:
        held = next((one.value for one in _each(data) if one.tag == tag), None)
        if held is None:
            return None
        data = held
    return data


def header(data: bytes, at: int = 0) -> tuple[int, int, int]:
    """Tag, where its value begins, and the value's length; the value itself need not be there.

    Raises TlvError, also for the indefinite length, which chips must not use.
    """
    tag, at_length = _tag(data, at)
    first = _byte(data, at_length)
    if first < 0x80:
        return tag, at_length + 1, first
    count = first & 0x7F
    if not 1 <= count <= MOST_LENGTH_BYTES:
        raise TlvError(f"length of {count} bytes at {at_length}.")
    end = at_length + 1 + count
    if end > len(data):
        raise TlvError(f"length is cut at {len(data)}.")
    return tag, end, int.from_bytes(data[at_length + 1 : end])


def write(tag: int, *values: bytes) -> bytes:
    """One object of these values one after another, with the shortest length."""
    value = b"".join(values)
    spelt = tag.to_bytes(max(1, (tag.bit_length() + 7) // 8))
    size = len(value)
    if size < 0x80:
        return spelt + bytes((size,)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return spelt + bytes((0x80 | len(length),)) + length + value


def _each(data: bytes) -> Iterator[Tlv]:
    at = count = 0
    while at < len(data):
        if data[at] == 0:
            at += 1
            continue
        if count == MOST_OBJECTS:
            raise TlvError(f"more than {MOST_OBJECTS} objects, at {at}.")
        one, at = read_one(data, at)
        count += 1
        yield one


def _tag(data: bytes, at: int) -> tuple[int, int]:
    """Tag and where it ends."""
    end = at + 1
    if _byte(data, at) & 0x1F == 0x1F:
        while _byte(data, end) & 0x80 and end - at < MOST_TAG_BYTES:
            end += 1
        end += 1
    if end - at > MOST_TAG_BYTES:
        raise TlvError(f"tag of {end - at} bytes at {at}.")
    return int.from_bytes(data[at:end]), end


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise TlvError(f"cut at {at}.")
    return data[at]
