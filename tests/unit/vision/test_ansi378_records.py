"""Each field of the minutiae record stands where ANSI INCITS 378-2004 wants it."""

import struct
from dataclasses import replace

import pytest

from vision import ansi378, iso19794_2
from vision.ansi378 import Product, decode, encode
from vision.finger_record import (
    FingerPosition,
    FingerRecord,
    FingerView,
    Minutia,
    MinutiaKind,
    TemplateError,
    portable,
)

PRODUCT = Product(0x0042, 0x0011)
ENDING = Minutia(MinutiaKind.ENDING, 100, 14, 112.0, 90)
FORK = Minutia(MinutiaKind.BIFURCATION, 164, 17, 358.0, 80)
VIEW = FingerView(FingerPosition.RIGHT_MIDDLE, (ENDING, FORK), quality=90)
RECORD = FingerRecord(512, 512, (VIEW,), device=0x0B5)
RIDGE_COUNTS = b"\x00\x01\x00\x0b\x01\x01\x14\x0c\x05\x07\x05"
CORES = b"\x00\x02\x00\x09\x01\x00\x37\x00\x4b"


def test_header_fields() -> None:
    data = encode(RECORD, PRODUCT)
    assert data[:8] == b"FMR\x00 20\x00"
    assert struct.unpack(">HHHH", data[8:16]) == (len(data), 0x42, 0x11, 0x0B5)
    assert struct.unpack(">HHHHBB", data[16:26]) == (512, 512, 197, 197, 1, 0)


def test_view_and_minutiae_fields() -> None:
    data = encode(RECORD, PRODUCT)
    assert data[26:30] == bytes([3, 0x00, 90, 2])
    assert data[30:36] == bytes([0x40, 100, 0x00, 14, 56, 90])
    assert data[36:42] == bytes([0x80, 164, 0x00, 17, 179, 80])
    assert data[42:] == b"\x00\x00"


@pytest.mark.parametrize(("degrees", "unit"), [(0.0, 0), (1.1, 1), (359.2, 0), (360.0, 0)])
def test_direction_is_rounded_to_two_degrees(degrees: float, unit: int) -> None:
    view = replace(VIEW, minutiae=(replace(ENDING, direction_deg=degrees),))
    assert encode(replace(RECORD, views=(view,)), PRODUCT)[34] == unit


def test_a_record_past_65535_bytes_has_the_long_length() -> None:
    full = replace(VIEW, minutiae=(ENDING,) * 255)
    views = tuple(
        replace(full, position=position, number=number)
        for position in FingerPosition
        for number in range(4)
    )
    data = encode(replace(RECORD, views=views), PRODUCT)
    assert len(data) > 0xFFFF
    assert struct.unpack(">HI", data[8:14]) == (0, len(data))
    assert decode(data) == (replace(RECORD, views=views), PRODUCT)


def test_a_long_length_that_would_fit_the_short_one_is_refused() -> None:
    short = encode(RECORD, PRODUCT)
    long = short[:8] + struct.pack(">HI", 0, len(short) + 4) + short[10:]
    with pytest.raises(TemplateError, match="long length"):
        decode(long)


def _patched(at: int, value: int) -> bytes:
    data = bytearray(encode(RECORD, PRODUCT))
    data[at] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, ord("f")),  # magic
        (9, 45),  # length
        (16, 0x00),  # width 0
        (21, 0),  # resolution x
        (24, 2),  # a view too many
        (25, 1),  # reserved byte
        (26, 11),  # finger position
        (27, 0x05),  # impression type
        (28, 101),  # finger quality
        (29, 3),  # a minutia too many
        (30, 0xC0),  # kind 3
        (32, 0x40),  # reserved bits of y
        (34, 180),  # direction of 360 degrees
        (35, 101),  # minutia quality
        (43, 1),  # extended data that is not there
    ],
)
def test_each_wrong_field_is_refused(at: int, value: int) -> None:
    with pytest.raises(TemplateError) as caught:
        decode(_patched(at, value))
    assert caught.value.mend


def test_a_product_without_owner_is_read_but_not_written() -> None:
    with pytest.raises(TemplateError, match="owner"):
        encode(RECORD, Product(0))
    data = bytearray(encode(RECORD, PRODUCT))
    data[10:12] = b"\0\0"
    assert decode(bytes(data))[1] == Product(0, 0x11)


def test_from_iso_to_ansi_and_back_moves_no_direction_by_more_than_a_unit_of_each() -> None:
    turns = tuple(replace(ENDING, direction_deg=unit * 360 / 256) for unit in range(255))
    record = replace(RECORD, views=(replace(VIEW, minutiae=turns),))
    iso = iso19794_2.decode(iso19794_2.encode(record))
    ansi, _ = ansi378.decode(encode(portable(iso), PRODUCT))
    back = iso19794_2.decode(iso19794_2.encode(portable(ansi)))
    for before, between, after in zip(
        record.views[0].minutiae, ansi.views[0].minutiae, back.views[0].minutiae, strict=True
    ):
        assert _apart(before.direction_deg, between.direction_deg) <= 1.0
        assert _apart(before.direction_deg, after.direction_deg) <= 360 / 256
        assert replace(before, direction_deg=0) == replace(after, direction_deg=0)


def _apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


def test_only_ridge_counts_cross_from_one_standard_to_the_other() -> None:
    makers = b"\x01\x00\x00\x05x"
    view = replace(VIEW, extended=CORES + RIDGE_COUNTS + makers)
    assert portable(replace(RECORD, views=(view,))).views[0].extended == RIDGE_COUNTS


def test_portable_refuses_areas_that_do_not_fill_their_block() -> None:
    with pytest.raises(TemplateError):
        portable(replace(RECORD, views=(replace(VIEW, extended=b"\0\1\0"),)))
