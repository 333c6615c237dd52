"""The one door for CBOR: what it refuses before anything is built from it."""

import pytest

from mqtt import cbor

REFUSED = {
    "empty": b"",
    "two values": b"\x01\x02",
    "cut text": b"\x63ab",
    "huge text": b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff",
    "huge array": b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    "nesting bomb": b"\x81" * 1000 + b"\x01",
    "item bomb": b"\x99\x4e\x21" + b"\x00" * 20_001,
    "indefinite array": b"\x9f\x01\xff",
    "indefinite bytes": b"\x5f\x41a\xff",
    "not the shortest integer": b"\x18\x01",
    "not the shortest float": b"\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00",
    "keys out of order": b"\xa2\x61b\x01\x61a\x02",
    "a key twice": b"\xa2\x61a\x01\x61a\x02",
    "regular expression (tag 35)": b"\xd8\x23\x61a",
    "decimal bomb (tag 4)": b"\xc4\x82\x1a\x7f\xff\xff\xff\x01",
    "shared value (tag 28)": b"\xd8\x1c\x80",
    "undefined": b"\xf7",
    "text that is not UTF-8": b"\x62\xff\xff",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name):
    with pytest.raises(cbor.CborError):
        cbor.loads(REFUSED[name], limit_bytes=100_000)


def test_refuses_more_bytes_than_the_limit():
    data = cbor.dumps(b"x" * 100)
    assert cbor.loads(data, limit_bytes=len(data)) == b"x" * 100
    with pytest.raises(cbor.CborError):
        cbor.loads(data, limit_bytes=len(data) - 1)


def test_keys_come_out_in_the_order_of_rfc_8949_4_2_1():
    # bytewise order of the encoded keys: 10, -1, "z", "aa"; the RFC's own example
    assert cbor.dumps({"aa": 1, "z": 2, -1: 3, 10: 4}).hex() == "a40a042003617a0262616101"


def test_long_text_keys_keep_bytewise_order():
    keys = ["a" * 23, "b" * 24, "a" * 24, "c" * 300, "b"]
    data = cbor.dumps(dict.fromkeys(keys, 0))
    encoded = sorted(cbor.dumps(key) for key in keys)
    assert data == b"\xa5" + b"".join(key + b"\x00" for key in encoded)


NO_STRINGS = {
    "nothing": b"",
    "a text": b"\x61a",
    "an array": b"\x80",
    "an indefinite length": b"\x5f\x41a\xff",
    "eight bytes of length": b"\x5b" + bytes(7) + b"\x01a",
    "one byte where none is needed": b"\x58\x17" + bytes(23),
    "two bytes where one is enough": b"\x59\x00\xff" + bytes(255),
    "four bytes where two are enough": b"\x5a\x00\x00\xff\xff" + bytes(65_535),
    "cut short": b"\x58\x20" + bytes(31),
}


@pytest.mark.parametrize("name", NO_STRINGS)
def test_a_walk_takes_strings_in_their_one_form_alone(name):
    with pytest.raises(cbor.CborError):
        cbor.Walk(NO_STRINGS[name], limit_bytes=100_000).string()


@pytest.mark.parametrize("size", [0, 1, 23, 24, 255, 256, 65_535, 65_536])
def test_a_walk_reads_every_string_that_is_written(size):
    walk = cbor.Walk(cbor.dumps(bytes(size)), limit_bytes=100_000)
    assert walk.string() == bytes(size)
    walk.end()


def test_a_walk_ends_where_the_bytes_end():
    walk = cbor.Walk(b"\x40\x00", limit_bytes=2)
    walk.string()
    with pytest.raises(cbor.CborError, match="after the end"):
        walk.end()
    with pytest.raises(cbor.CborError, match="more than"):
        cbor.Walk(bytes(3), limit_bytes=2)
