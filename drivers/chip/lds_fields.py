"""Fields of the logical data structure: text in any script, names, dates, lists; each bounded."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from drivers.chip.errors import LdsError, TlvError
from drivers.chip.tlv import Tlv, read_one

MOST_FILE_BYTES = 1 << 20
"""A limit of ours: the largest groups in use, four fingers in DG3, are below 100 KB."""
MOST_OBJECTS = 64
MOST_TEXT_BYTES = 16_384
TAG_LIST, COUNT, LISTED = 0x5C, 0x02, 0xA0
FILLER = "<"
UNKNOWN_DIGITS = frozenset({"00", "XX", "<<", "  "})

_Value = TypeVar("_Value")


class Encoding(StrEnum):
    """How a text was read; Doc 9303-10 asks for UTF-8, older chips wrote what they had."""

    UTF_8 = "utf-8"
    LATIN_1 = "latin-1"


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """Text as the chip has it. What could direct a screen instead of being read became U+FFFD."""

    text: str
    encoding: Encoding = Encoding.UTF_8

    def __repr__(self) -> str:
        """Say how long, never what."""
        return f"Text({len(self.text)} characters, {self.encoding})"

    @property
    def parts(self) -> tuple[str, ...]:
        """What stands between single fillers, as in a place of birth: town, region, state."""
        return tuple(part for part in self.text.split(FILLER) if part)


@dataclass(frozen=True, slots=True, repr=False)
class Name:
    """A name with fillers as Doc 9303-3 puts them, but whole and in its own script."""

    written: Text

    def __repr__(self) -> str:
        """Say how long, never what."""
        return f"Name({len(self.written.text)} characters)"

    @property
    def primary(self) -> str:
        """What stands before the two fillers; all of it where there are none."""
        return _spaced(self.written.text.partition(FILLER * 2)[0])

    @property
    def secondary(self) -> str:
        """What stands behind the two fillers; "" where there are none."""
        return _spaced(self.written.text.partition(FILLER * 2)[2])


@dataclass(slots=True)
class Fields:
    """The objects of one template, taken by tag; what nobody took and what broke is told at last.

    The first object of a tag counts, a second one is left over.
    """

    objects: list[Tlv]
    unread: list[int]

    @classmethod
    def of(cls, content: bytes) -> "Fields":
        """Raises LdsError where the content is no objects or too many."""
        return cls(list(objects(content)), [])

    def take(self, tag: int, read: Callable[[bytes], _Value]) -> _Value | None:
        """The field as a value; None where it is missing or cannot be read, which is noted."""
        for place, one in enumerate(self.objects):
            if one.tag == tag:
                del self.objects[place]
                return self._try(one, read)
        return None

    def take_all(self, tag: int, read: Callable[[bytes], _Value]) -> tuple[_Value, ...]:
        """Every object of that tag as values, without those that cannot be read."""
        mine = [one for one in self.objects if one.tag == tag]
        self.objects = [one for one in self.objects if one.tag != tag]
        values = (self._try(one, read) for one in mine)
        return tuple(value for value in values if value is not None)

    def take_listed(self, tag: int, read: Callable[[bytes], _Value]) -> tuple[_Value, ...]:
        """A counted list: A0 around the count and its objects; also without A0, as early chips do.

        A count that is not the number of objects is noted by its tag, and what is there is given.
        """
        inner = self.take(LISTED, Fields.of)
        if inner is None:
            return self.take_all(tag, read)
        count = inner.take(COUNT, number)
        found = inner.take_all(tag, read)
        self.unread += inner.unread
        self.objects += inner.objects
        if count != len(found):
            self.unread.append(COUNT)
        return found

    def rest(self) -> "Leftover":
        """What is left, when all known fields were taken."""
        return Leftover(tuple(sorted(set(self.unread))), tuple(self.objects))

    def _try(self, one: Tlv, read: Callable[[bytes], _Value]) -> _Value | None:
        try:
            return read(one.value)
        except LdsError:
            self.unread.append(one.tag)
            return None


@dataclass(frozen=True, slots=True)
class Leftover:
    """Tags of known fields that could not be read, and objects that no field of ours is."""

    unread: tuple[int, ...] = ()
    unknown: tuple[Tlv, ...] = ()


def file_content(data: bytes, tag: int) -> bytes:
    """What the one object of a file holds; zeros behind it are padding of the file's size.

    Raises LdsError.
    """
    if len(data) > MOST_FILE_BYTES:
        raise LdsError(f"{len(data)} bytes are too many for file {tag:X}.")
    try:
        one, end = read_one(data)
    except TlvError as error:
        raise LdsError(f"file {tag:X}: {error}") from error
    if one.tag != tag or any(data[end:]):
        raise LdsError(f"not file {tag:X} alone but {one.tag:X}, {end} of {len(data)} bytes.")
    return one.value


def objects(content: bytes, most: int = MOST_OBJECTS) -> Iterator[Tlv]:
    """The objects side by side; zeros between them are skipped. Raises LdsError past `most`."""
    at = count = 0
    while (at := _past_zeros(content, at)) < len(content):
        if count == most:
            raise LdsError(f"more than {most} objects, at {at}.")
        try:
            one, at = read_one(content, at)
        except TlvError as error:
            raise LdsError(str(error)) from error
        count += 1
        yield one


def number(value: bytes) -> int:
    """A count: one or two bytes. Raises LdsError."""
    if not 1 <= len(value) <= 2:
        raise LdsError(f"a count of {len(value)} bytes.")
    return int.from_bytes(value)


def tags(value: bytes) -> tuple[int, ...]:
    """The tag list of object 5C. Raises LdsError."""
    found: list[int] = []
    at = 0
    while at < len(value) and len(found) <= MOST_OBJECTS:
        end = at + (2 if value[at] & 0x1F == 0x1F else 1)
        found.append(int.from_bytes(value[at:end]))
        at = end
    if at != len(value):
        raise LdsError(f"a tag list of {len(value)} bytes breaks at {at}.")
    return tuple(found)


def raw(value: bytes) -> bytes:
    """A picture, or what only its state understands."""
    return value


def text(value: bytes) -> Text:
    """UTF-8, or Latin-1 where it is none, which is said. Raises LdsError where it is too long."""
    if len(value) > MOST_TEXT_BYTES:
        raise LdsError(f"a text of {len(value)} bytes.")
    try:
        decoded, encoding = value.decode("utf-8"), Encoding.UTF_8
    except UnicodeDecodeError:
        decoded, encoding = value.decode("latin-1"), Encoding.LATIN_1
    return Text("".join(map(_harmless, decoded.strip("\0 "))), encoding)


def name(value: bytes) -> Name:
    """A name of Doc 9303's form. Raises LdsError where it is too long."""
    return Name(text(value))


def date_text(value: bytes) -> str:
    """YYYY-MM-DD with XX for what is unknown, from 8 digits or 4 packed bytes. Raises LdsError.

    Month and day are 1-12 and 1-31; whether the calendar has that day is for others to judge.
    """
    digits = value.hex() if len(value) == 4 else _ascii(value)
    if len(digits) != 8:
        raise LdsError(f"a date of {len(value)} bytes.")
    year = digits[:4] if digits[:4].isdigit() and digits[:4] != "0000" else "XXXX"
    if year == "XXXX" and any(digits[at : at + 2] not in UNKNOWN_DIGITS for at in (0, 2)):
        raise LdsError("a date without a year.")
    return f"{year}-{_two(digits[4:6], 12)}-{_two(digits[6:], 31)}"


def moment_text(value: bytes) -> str:
    """YYYY-MM-DDThh:mm:ss from 14 digits or 7 packed bytes, or a date alone. Raises LdsError."""
    if len(value) in {4, 8}:
        return date_text(value)
    digits = value.hex() if len(value) == 7 else _ascii(value)
    hour, minute, second = digits[8:10], digits[10:12], digits[12:]
    if len(digits) != 14 or not digits[8:].isdigit():
        raise LdsError(f"a moment of {len(value)} bytes.")
    if int(hour) > 23 or max(int(minute), int(second)) > 59:
        raise LdsError("no such time of day.")
    return f"{date_text(digits[:8].encode())}T{hour}:{minute}:{second}"


def _past_zeros(content: bytes, at: int) -> int:
    if content[at : at + 1] != b"\0":
        return at
    return len(content) - len(content[at:].lstrip(b"\0"))


def _two(digits: str, most: int) -> str:
    if digits in UNKNOWN_DIGITS:
        return "XX"
    if not digits.isdigit() or not 1 <= int(digits) <= most:
        raise LdsError("no such day or month.")
    return digits


def _ascii(value: bytes) -> str:
    if not value.isascii():
        raise LdsError("digits that are none.")
    return value.decode("ascii")


def _harmless(sign: str) -> str:
    """Control characters and those that turn the direction of writing would spoil a screen."""
    if unicodedata.category(sign) == "Cc" or unicodedata.bidirectional(sign) in _TURNING:
        return "\ufffd"
    return sign


_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def _spaced(fields: str) -> str:
    return " ".join(part for part in fields.split(FILLER) if part)
