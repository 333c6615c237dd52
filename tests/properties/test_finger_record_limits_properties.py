"""Hostile finger records: lengths and counts that promise too much, and what the worst costs."""

import struct
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision import ansi378, iso19794_2
from vision.finger_record import (
    MOST_BYTES,
    FingerPosition,
    FingerRecord,
    FingerView,
    Minutia,
    MinutiaKind,
    TemplateError,
)

PRODUCT = ansi378.Product(0x0042)
POINT = Minutia(MinutiaKind.ENDING, 7, 9, 90.0, 50)
EMPTY_AREA = b"\x01\x00\x00\x04"
VIEWS = (
    FingerView(FingerPosition.LEFT_INDEX, (POINT,) * 3, 77, extended=EMPTY_AREA * 2),
    FingerView(FingerPosition.LEFT_THUMB, (POINT,), 50),
)
RECORD = FingerRecord(388, 374, VIEWS)
Read = Callable[[bytes], object]
ISO, ANSI = iso19794_2.encode(RECORD), ansi378.encode(RECORD, PRODUCT)
READERS: dict[bytes, Read] = {ISO: iso19794_2.decode, ANSI: ansi378.decode}
# Where the record's own length stands, and the widths in which numbers are hostile.
LENGTHS = {ISO: slice(8, 12), ANSI: slice(8, 10)}
EXTREMES = {1: (0, 1, 0x7F, 0x80, 0xFE, 0xFF), 2: (0, 1, 3, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)}
MOST_MEMORY_BYTES = 48 * 2**20
MOST_TIME_S = 2.0


@pytest.mark.parametrize("whole", READERS, ids=["iso", "ansi"])
@pytest.mark.parametrize("width", EXTREMES)
def test_an_extreme_number_in_any_place_is_refused_or_written_alike(
    whole: bytes, width: int
) -> None:
    """Lengths, counts, sizes: each place of the record in turn, and no memory for what it says."""
    tracemalloc.start()
    for at in range(len(whole) - width + 1):
        for value in EXTREMES[width]:
            hostile = whole[:at] + value.to_bytes(width, "big") + whole[at + width :]
            if hostile != whole:
                _refused_or_alike(hostile, READERS[whole])
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 2**20


@pytest.mark.parametrize("whole", READERS, ids=["iso", "ansi"])
def test_every_cut_of_a_record_is_refused_with_its_own_length_or_an_honest_one(
    whole: bytes,
) -> None:
    place = LENGTHS[whole]
    for keep in range(len(whole)):
        cut = bytearray(whole[:keep])
        with pytest.raises(TemplateError):
            READERS[whole](bytes(cut))
        if keep >= place.stop:
            cut[place] = keep.to_bytes(place.stop - place.start, "big")
            with pytest.raises(TemplateError):
                READERS[whole](bytes(cut))


@given(st.sampled_from(sorted(READERS)), st.binary(min_size=1, max_size=40))
def test_bytes_after_a_record_are_refused_with_its_own_length_or_an_honest_one(
    whole: bytes, more: bytes
) -> None:
    longer = bytearray(whole + more)
    with pytest.raises(TemplateError):
        READERS[whole](bytes(longer))
    place = LENGTHS[whole]
    longer[place] = len(longer).to_bytes(place.stop - place.start, "big")
    with pytest.raises(TemplateError):
        READERS[whole](bytes(longer))


def _full_views() -> bytes:
    """View after view of 255 minutiae; a position may return until its number is 15."""
    point = struct.pack(">HHBB", 0x4007, 9, 45, 50)
    views = [
        bytes([position, number << 4, 50, 255]) + point * 255 + b"\0\0"
        for number in range(16)
        for position in range(11)
    ]
    return b"".join(views)[: (MOST_BYTES - 30) // len(views[0]) * len(views[0])]


def _full_areas() -> bytes:
    """Views whose extended data are nothing but heads of empty areas."""
    block = EMPTY_AREA * (0xFFFC // len(EMPTY_AREA))
    view = struct.pack(">H", len(block)) + block
    return b"".join(bytes([position, 0, 0, 0]) + view for position in range(3))


def _small_views() -> bytes:
    return b"".join(bytes([n % 11, n // 11 << 4, 0, 0, 0, 0]) for n in range(176)) + b"\xff" * 9


def _large(body: bytes, count: int, kind: str) -> bytes:
    rest = struct.pack(">HHHHHBB", 0, 388, 374, 197, 197, count, 0)
    if kind == "iso":
        return struct.pack(">8sI", iso19794_2.MAGIC, 12 + len(rest) + len(body)) + rest + body
    rest = struct.pack(">HH", 1, 1) + rest
    if 10 + len(rest) + len(body) <= 0xFFFF:
        return struct.pack(">8sH", ansi378.MAGIC, 10 + len(rest) + len(body)) + rest + body
    return struct.pack(">8sHI", ansi378.MAGIC, 0, 14 + len(rest) + len(body)) + rest + body


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["iso", "ansi"])
@pytest.mark.parametrize(
    ("body", "counts"),
    [
        (_full_views(), (len(_full_views()) // (6 + 6 * 255), 255)),
        (_full_areas(), (3, 255)),
        (_small_views(), (176, 255)),
        (b"\0" * (MOST_BYTES - 30), (255,)),
        (b"\xff" * (MOST_BYTES - 30), (255,)),
    ],
    ids=["minutiae", "areas", "views", "zeros", "ones"],
)
def test_the_largest_records_cost_little(kind: str, body: bytes, counts: tuple[int, ...]) -> None:
    """A quarter of a megabyte of the worst, honest or not: bounded memory and time."""
    read = {"iso": iso19794_2.decode, "ansi": ansi378.decode}[kind]
    for count in counts:
        data = _large(body, count, kind)
        assert len(data) <= MOST_BYTES
        tracemalloc.start()
        _refused_or_alike(data, read)
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak_bytes < MOST_MEMORY_BYTES
        began_s = time.process_time()
        _refused_or_alike(data, read)
        assert time.process_time() - began_s < MOST_TIME_S


def test_one_byte_more_than_the_limit_is_refused_unread() -> None:
    for read, magic in ((iso19794_2.decode, iso19794_2.MAGIC), (ansi378.decode, ansi378.MAGIC)):
        with pytest.raises(TemplateError, match=str(MOST_BYTES)):
            read(magic + bytes(MOST_BYTES + 1 - len(magic)))


def _refused_or_alike(data: bytes, read: Read) -> None:
    try:
        found = read(data)
    except TemplateError:
        return
    if isinstance(found, FingerRecord):
        assert iso19794_2.encode(found) == data
    else:
        record, product = found
        assert not product.owner or ansi378.encode(record, product) == data
