"""BER-TLV of chips: read as ISO/IEC 7816-4 spells it, bounded, and errors that tell places only."""

import pytest

from drivers.chip import tlv
from drivers.chip.errors import TlvError
from drivers.chip.tlv import MOST_OBJECTS, Tlv, find, header, only, read_all, read_one, write


@pytest.mark.parametrize(
    ("spelt", "tag", "value"),
    [
        ("0401aa", 0x04, "aa"),
        ("5f1f00", 0x5F1F, ""),
        ("7f6103020100", 0x7F61, "020100"),
        ("048101aa", 0x04, "aa"),
        ("0484000000 01aa", 0x04, "aa"),
        ("5f81010100", 0x5F8101, "00"),
    ],
)
def test_tags_of_three_bytes_and_lengths_of_four_are_read(spelt, tag, value):
    data = bytes.fromhex(spelt)
    one, end = read_one(data)
    assert (one.tag, one.value.hex(), end) == (tag, value, len(data))


@pytest.mark.parametrize("size", [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x10000])
def test_what_is_written_is_read_again_with_the_shortest_length(size):
    data = write(0x7F61, b"\1" * size)
    assert only(data, 0x7F61) == b"\1" * size
    assert len(data) == 2 + size + (1 if size < 0x80 else 1 + (size.bit_length() + 7) // 8)


@pytest.mark.parametrize(
    ("spelt", "says"),
    [
        ("", "cut at 0"),
        ("5f", "cut at 1"),
        ("04", "cut at 1"),
        ("0402aa", "wants 2 bytes, 1 are there"),
        ("0480", "length of 0 bytes"),
        ("0485000000000100", "length of 5 bytes"),
        ("04820f", "length is cut"),
        ("5f8181810100", "tag of"),
    ],
)
def test_what_is_broken_says_where(spelt, says):
    with pytest.raises(TlvError, match=says):
        read_one(bytes.fromhex(spelt))


def test_a_header_alone_tells_how_much_to_read():
    assert header(bytes.fromhex("75823adf")) == (0x75, 4, 0x3ADF)


def test_padding_between_objects_is_skipped_and_nothing_else():
    spelt = bytes.fromhex("00000401aa00000401bb00")
    assert [one.value.hex() for one in read_all(spelt)] == ["aa", "bb"]
    with pytest.raises(TlvError):
        read_all(bytes.fromhex("0401aaff"))


def test_a_path_finds_the_first_of_each_level_or_none():
    data = write(0x61, write(0x02, b"\1"), write(0x7F60, write(0x81, b"\2"), write(0x81, b"\3")))
    assert find(data, 0x61, 0x7F60, 0x81) == b"\2"
    assert find(data, 0x61, 0x7F60, 0x82) is None
    assert find(data) == data


@pytest.mark.parametrize("data", [b"\x04\x01\xaa\x04\x00", b"\x05\x01\xaa"])
def test_only_wants_one_object_of_that_tag(data):
    with pytest.raises(TlvError, match="not one object"):
        only(data, 0x04)


def test_a_bomb_of_empty_objects_is_refused():
    assert len(read_all(b"\x04\x00" * MOST_OBJECTS)) == MOST_OBJECTS
    with pytest.raises(TlvError, match="more than"):
        read_all(b"\x04\x00" * (MOST_OBJECTS + 1))
    with pytest.raises(TlvError, match="more than"):
        find(b"\x04\x00" * 100_000, 0x05)


def test_a_tag_without_an_end_is_not_followed():
    with pytest.raises(TlvError, match=r"tag of 4 bytes at 0"):
        read_one(b"\x1f" + b"\xff" * 100_000)


def test_neither_object_nor_error_shows_a_value():
    secret = b"L898902C3"
    assert "L8989" not in repr(Tlv(0x5F1F, secret)).upper()
    with pytest.raises(TlvError) as caught:
        only(write(0x04, secret) + secret, 0x05)
    assert secret.decode() not in str(caught.value)
    assert tlv.TlvError.mend
