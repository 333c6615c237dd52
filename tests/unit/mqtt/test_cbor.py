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
