"""Each field of the minutiae record stands where ISO/IEC 19794-2:2005 wants it."""

import struct
from dataclasses import replace

import pytest

from vision.iso19794_2 import (
    FingerPosition,
    FingerRecord,
    FingerView,
    ImpressionType,
    Minutia,
    MinutiaKind,
    TemplateError,
    decode,
    encode,
)

ENDING = Minutia(MinutiaKind.ENDING, 0x90, 14, 112.5, 90)
FORK = Minutia(MinutiaKind.BIFURCATION, 55, 18, 22.5, 1)
VIEW = FingerView(FingerPosition.LEFT_INDEX, (ENDING, FORK), quality=77)
RECORD = FingerRecord(388, 374, (VIEW,))


def test_header_fields() -> None:
    data = encode(replace(RECORD, certification=8, device=0x0B5))
    assert data[:8] == b"FMR\x00 20\x00"
    assert struct.unpack(">I", data[8:12]) == (len(data),)
    assert data[12:14] == b"\x80\xb5"
    assert struct.unpack(">HHHHBB", data[14:24]) == (388, 374, 197, 197, 1, 0)


def test_view_header_fields() -> None:
    second = replace(VIEW, number=3, impression=ImpressionType.SWIPE, minutiae=())
    data = encode(replace(RECORD, views=(VIEW, second)))
    assert data[24:28] == bytes([7, 0x00, 77, 2])
    assert data[42:46] == bytes([7, 0x38, 77, 0])


def test_minutia_fields() -> None:
    data = encode(RECORD)
    assert data[28:34] == bytes([0x40, 0x90, 0x00, 14, 80, 90])
    assert data[34:40] == bytes([0x80, 55, 0x00, 18, 16, 1])
    assert data[40:] == b"\x00\x00"


def test_a_coordinate_uses_all_fourteen_bits() -> None:
    far = Minutia(MinutiaKind.OTHER, 0x3FFF, 0x3FFF, 0.0)
    data = encode(FingerRecord(0x4000, 0x4000, (replace(VIEW, minutiae=(far,)),)))
    assert data[28:32] == b"\x3f\xff\x3f\xff"
    assert decode(data).views[0].minutiae == (far,)


@pytest.mark.parametrize(("degrees", "unit"), [(0.0, 0), (1.0, 1), (359.9, 0), (360.0, 0)])
def test_direction_is_rounded_to_the_nearest_unit(degrees: float, unit: int) -> None:
    data = encode(
        replace(RECORD, views=(replace(VIEW, minutiae=(replace(ENDING, direction_deg=degrees),)),))
    )
    assert data[32] == unit


def test_extended_data_is_kept() -> None:
    ridge_counts = b"\x00\x01\x00\x0b\x01\x01\x14\x0c\x05\x07\x05"
    record = replace(RECORD, views=(replace(VIEW, extended=ridge_counts),))
    data = encode(record)
    assert data[40:] == b"\x00\x0b" + ridge_counts
    assert decode(data) == record


def _patched(at: int, value: int) -> bytes:
    data = bytearray(encode(RECORD))
    data[at] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, ord("f")),  # magic
        (5, ord("3")),  # version
        (11, 41),  # length
        (14, 0x00),  # width 0x0084: too narrow for x = 0x0090
        (19, 0),  # resolution x: 0x00c5 becomes 0
        (22, 2),  # a view too many
        (22, 0),  # no view
        (23, 1),  # reserved byte
        (24, 11),  # finger position
        (25, 0x04),  # impression type
        (25, 0x10),  # first view is number 1
        (26, 101),  # finger quality
        (27, 1),  # a minutia too few
        (27, 3),  # a minutia too many
        (28, 0xC0),  # kind 3
        (30, 0x40),  # reserved bits of y
        (33, 101),  # minutia quality
        (41, 1),  # extended data that is not there
    ],
)
def test_each_wrong_field_is_refused(at: int, value: int) -> None:
    with pytest.raises(TemplateError) as caught:
        decode(_patched(at, value))
    assert caught.value.mend


@pytest.mark.parametrize("extended", [b"\x00", b"\x00\x01\x00\x03", b"\x00\x01\x00\x09zz"])
def test_extended_areas_must_fill_their_block(extended: bytes) -> None:
    with pytest.raises(TemplateError):
        encode(replace(RECORD, views=(replace(VIEW, extended=extended),)))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(RECORD, width_px=0),
        replace(RECORD, height_px=20_000),
        replace(RECORD, device=0x1000),
        replace(RECORD, views=()),
        replace(RECORD, views=(VIEW, VIEW)),
        replace(RECORD, views=(replace(VIEW, minutiae=(ENDING,) * 256),)),
        replace(
            RECORD, views=(replace(VIEW, minutiae=(replace(ENDING, direction_deg=float("nan")),)),)
        ),
        replace(RECORD, views=(replace(VIEW, minutiae=(replace(ENDING, x_px=-1),)),)),
    ],
)
def test_values_that_do_not_fit_are_not_written(wrong: FingerRecord) -> None:
    with pytest.raises(TemplateError):
        encode(wrong)


def test_more_than_the_limit_is_refused_unread() -> None:
    with pytest.raises(TemplateError, match="262144"):
        decode(b"FMR\x00 20\x00" + bytes(1_000_000))


def test_repr_shows_no_minutia() -> None:
    words = f"{RECORD!r} {VIEW!r} {ENDING!r}"
    assert "144" not in words
    assert "112" not in words
