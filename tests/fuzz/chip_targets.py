"""What the fuzzer does with an input: its first byte chooses a file of the chip, the rest is it.

A file may come as it is, or wrapped in the objects that lead to a part deep inside, so that few
bytes reach far. Each reader gives a value or a ChipDataError, and no value is larger than its file.
"""

import struct
from collections.abc import Callable
from contextlib import suppress

from drivers.chip import face_record_19794, face_record_39794, lds, lds_persons, tlv
from drivers.chip.biometric_template import templates
from drivers.chip.ef_atr import atr_info
from drivers.chip.errors import ChipDataError
from drivers.chip.face_record import faces
from drivers.chip.files import FileId
from drivers.chip.tlv import write

JPEG, JP2 = b"\xff\xd8\xff\xe0", b"\0\0\0\x0cjP  \r\n\x87\n"


def objects(data: bytes) -> None:
    """Read, written again with the shortest length, read again: the same."""
    found = tlv.read_all(data)
    assert sum(len(one.value) for one in found) <= len(data)
    again = b"".join(write(one.tag, one.value) for one in found)
    assert len(again) <= len(data)
    assert tlv.read_all(again) == found
    if found:
        first = found[0]
        assert tlv.find(data, first.tag) == first.value
        assert tlv.only(write(first.tag, first.value), first.tag) == first.value
    tlv.find(data, 0x7F61, 0x7F60, 0xA1)
    tlv.only(data, 0x30)


def portraits(data: bytes) -> None:
    found = faces(data)
    assert 1 <= len(found.images) <= 16
    assert sum(len(one.picture) + len(one.points) for one in found.images) <= len(data)
    shown(found)


def shown(value: object) -> None:
    """Its words hold nothing of the file's: two files of the same shape read the same."""
    assert len(repr(value)) < 20_000


def _showing(read: Callable[[bytes], object]) -> Callable[[bytes], None]:
    return lambda data: shown(read(data))


def _within(read: Callable[[bytes], object], *path: int) -> Callable[[bytes], None]:
    """The reader with the input as what the innermost of these objects holds."""

    def wrapped(data: bytes) -> None:
        for tag in reversed(path):
            data = write(tag, data)
        shown(read(data))

    return wrapped


KINDS: tuple[Callable[[bytes], None], ...] = (
    objects,
    portraits,
    _showing(lds.com),
    _showing(lds.dg1),
    _showing(lambda data: lds.displayed(data, FileId.DG5)),
    _showing(lambda data: lds.displayed(data, FileId.DG7)),
    _showing(lds.dg13),
    _showing(lds.dg15),
    _showing(lds_persons.dg11),
    _showing(lds_persons.dg12),
    _showing(lds_persons.dg16),
    _showing(atr_info),
    _showing(lambda data: templates(data, FileId.DG3)),
    _showing(lambda data: templates(data, FileId.DG1)),
    _within(faces, 0x75, 0x7F61, 0x7F60, 0x5F2E),
    _within(faces, 0x75, 0x7F61, 0x7F60, 0x7F2E, 0xA1, 0x65),
    _within(lds_persons.dg11, 0x6B),
    _within(lds_persons.dg12, 0x6C),
    _within(lds_persons.dg16, 0x70, 0xA1),
    _within(lds.com, 0x60),
    _within(lds.dg1, 0x61, 0x5F1F),
    _showing(face_record_19794.faces),
    _showing(face_record_39794.faces),
)


def one(data: bytes) -> None:
    """One input."""
    if data:
        with suppress(ChipDataError):
            KINDS[data[0] % len(KINDS)](data[1:])


# ---- what the fuzzer starts from --------------------------------------------------------------


def seeds() -> list[bytes]:
    """Every kind of file, whole, for every target."""
    return [bytes([kind]) + file for kind in range(len(KINDS)) for file in (*_files(), *_parts())]


def _files() -> tuple[bytes, ...]:
    return (
        write(0x60, COM),
        write(0x61, write(0x5F1F, b"P<" * 44)),
        write(0x61, write(0x5F1F, b"I<" * 45)),
        write(0x67, write(2, b"\1"), write(0x5F43, JPEG)),
        write(0x65, write(2, b"\2"), write(0x5F40, JPEG)),
        write(0x6D, b"raw"),
        write(0x6F, write(0x30, b"\5\0")),
        _person_details(),
        _document_details(),
        _persons_to_notify(),
        write(0x47, b"\x8c\x83\x40") + write(0x7F66, write(2, b"\5\0"), write(2, b"\x08\0")),
        _group(_face_of_2005(), 0x5F2E),
        _group(_face_of_2019(), 0x7F2E),
        _face_of_2005(),
        _face_of_2019(),
        write(0x63, write(0x7F61, write(2, b"\0"))),
    )


PERSON = write(0x5F50, b"20200101") + write(0x5F51, b"A<<B") + write(0x5F53, b"Street<Town")


def _parts() -> tuple[bytes, ...]:
    """What the innermost objects hold, for the targets that wrap it."""
    files = (write(0x60, COM), _person_details(), _document_details(), _persons_to_notify())
    block = tlv.find(_face_of_2019(), 0xA1, 0x65)
    return (*(tlv.read_one(file)[0].value for file in files), block or b"", b"P<" * 44, PERSON)


COM = write(0x5F01, b"0107") + write(0x5F36, b"040000") + write(0x5C, b"\x61\x75\x5f\x0e")


def _person_details() -> bytes:
    names = write(0xA0, write(2, b"\2"), write(0x5F0F, b"A<<B"), write(0x5F0F, b"C"))
    texts = b"".join(write(0x5F00 | low, b"x<y") for low in (0x10, *range(0x11, 0x19), 0x42))
    name = write(0x5F0E, "Müller<<Jörg\u202e".encode()) + write(0x5F0F, b"\xff<")
    return write(0x6B, write(0x5C, b"\x5f\x0e"), name, names, write(0x5F2B, b"197408XX"), texts)


def _document_details() -> bytes:
    packed = write(0x5F26, bytes.fromhex("20190517")) + write(0x5F55, b"20190517102233")
    texts = b"".join(write(0x5F00 | low, b"x") for low in (0x19, 0x1B, 0x1C, 0x1D, 0x1E, 0x56))
    return write(0x6C, packed, write(0xA0, write(2, b"\1"), write(0x5F1A, b"A<<B")), texts)


def _persons_to_notify() -> bytes:
    return write(0x70, write(2, b"\2"), write(0xA1, PERSON), write(0xA2, write(0x5F52, b"+44")))


def _group(record: bytes, tag: int) -> bytes:
    header = write(0xA1, write(0x81, b"\2"), write(0x82, b"\0"), write(0x88, b"\0\x08"))
    return write(0x75, write(0x7F61, write(2, b"\1"), write(0x7F60, header, write(tag, record))))


def _face_of_2005() -> bytes:
    points = struct.pack(">BBHHxxBBHHxx", 1, 0x2B, 1, 2, 2, 3, 4, 5)
    image = struct.pack(">BBHHBBHH", 1, 1, 4, 5, 1, 2, 0, 0) + JPEG
    block = struct.pack(">IH14x", 20 + len(points) + len(image), 2) + points + image
    return struct.pack(">4s4sIH", b"FAC\0", b"010\0", 14 + len(block), 1) + block


def _face_of_2019() -> bytes:
    size = write(0xA7, write(0x80, b"\2\x3c"), write(0x81, b"\2\xdb"))
    extended = write(0xA1, write(0x80, b"\x0a"))
    flat = write(0xA0, write(0x80, JP2), write(0xA1, write(0xA0, write(0x80, b"\3")), size))
    kinds = (
        write(0xA0, write(0xA0, extended)),
        write(0xA0, write(0xA1, write(0xA0, write(0xA0, write(0x80, b"\1"))))),
        write(0xA1),
    )
    place = write(0xA1, write(0xA0, write(0xA0, write(0x80, b"\1"), write(0x81, b"\2"))))
    points = b"".join(write(0x30, write(0xA0, kind), place) for kind in kinds)
    face = write(0x30, write(0x80, b"\0"), write(0xA1, write(0xA0, flat)), write(0xA9, points))
    version = write(0xA0, write(0x80, b"\3"), write(0x81, b"\x07\xe3"))
    return write(0xA1, write(0x65, version, write(0xA1, face)))
