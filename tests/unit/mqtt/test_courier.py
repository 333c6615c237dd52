"""Courier files: what is written is read; hostile files end typed and bounded."""

from hashlib import sha256

import pytest

from mqtt import cbor, courier
from mqtt.contract import specimen
from mqtt.courier import Cargo, CourierCutError, CourierError, Manifest, Reader
from mqtt.envelope import WIRE_LIMIT_BYTES
from mqtt.receipts import RECEIPT_LIMIT_BYTES

FILE = "01920000-0000-7000-8000-0000000000f1"
ROWS = [b"one", b"two" * 1000, b"\x00" * 77]


def manifest(rows=ROWS, **other):
    size = sum(len(row) for row in rows)
    fields = {"cargo": Cargo.EVENTS, "kiosk": specimen.KIOSK, "file": FILE, "part": 1}
    return Manifest(**{**fields, "rows": len(rows), "bytes": size, **other})


def packed(rows=ROWS, **other):
    return b"".join(courier.write(manifest(rows, **other), rows))


def read(data):
    reader = Reader()
    rows = reader.feed(data)
    reader.end()
    return rows


def test_rows_come_out_as_they_went_in():
    assert [one.data for one in read(packed())] == ROWS
    reader = Reader()
    reader.feed(packed())
    assert reader.end() == manifest()


def test_the_name_says_kiosk_file_and_part_and_nothing_else():
    assert manifest().name == f"{specimen.KIOSK}-01920000-0001.courier"
    assert manifest(cargo=Cargo.RECEIPTS).name.endswith("-0001.receipts")


def test_a_writer_with_other_rows_than_its_manifest_is_stopped():
    with pytest.raises(ValueError, match="other rows"):
        list(courier.write(manifest(), ROWS[:2]))


@pytest.mark.parametrize("keep", [0, 1, 7, 8, 20, 44, 150, -1, -78])
def test_a_file_that_was_cut_says_so_and_its_whole_rows_count(keep):
    data = packed()[:keep]
    reader = Reader()
    rows = reader.feed(data)
    assert [one.data for one in rows] == ROWS[: len(rows)]
    with pytest.raises(CourierCutError) as caught:
        reader.end()
    assert caught.value.mend


def test_an_altered_row_is_told_and_the_next_ones_still_come():
    data = bytearray(packed())
    data[data.index(b"two") + 5] ^= 1
    rows = read(bytes(data))
    assert [one.data for one in rows] == [ROWS[0], None, ROWS[2]]


def test_two_halves_of_two_files_are_not_one():
    one, other = packed(), packed([b"x" * 10] * 5)
    with pytest.raises(CourierError):
        read(one[: len(one) // 2] + other[len(other) // 2 :])


@pytest.mark.parametrize(
    "data",
    [
        b"no courier file at all",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        courier.MAGIC + b"\xff\xff\xff\xff" + bytes(32),
        courier.MAGIC + bytes(36),
        courier.MAGIC + courier.record(b"\xa0"),
        courier.MAGIC + courier.record(b"\x9f" * 500),
        courier.MAGIC + courier.record(cbor.dumps({"version": 2})),
        courier.MAGIC + (5).to_bytes(4, "big") + bytes(32) + b"12345",
        packed() + b"!",
    ],
)
def test_what_is_no_courier_file_is_told_at_once(data):
    with pytest.raises(CourierError) as caught:
        read(data)
    assert caught.value.mend


def test_a_row_that_says_it_is_huge_ends_the_reading_before_it_is_held():
    reader = Reader()
    head = courier.MAGIC + courier.record(cbor.dumps(fields_of(rows=2)))
    with pytest.raises(CourierError, match="says that it has"):
        reader.feed(head + (courier.ROW_LIMIT_BYTES + 1).to_bytes(4, "big") + bytes(32))


def fields_of(**other):
    fields = {"version": 1, "cargo": "events", "kiosk": specimen.KIOSK, "file": FILE}
    return {**fields, "part": 1, "rows": 1, "bytes": 1, **other}


@pytest.mark.parametrize(
    "other",
    [{"rows": 10**9}, {"rows": 0}, {"kiosk": "../../etc"}, {"part": 0}, {"cargo": "code"}],
)
def test_a_manifest_beyond_its_bounds_is_refused(other):
    with pytest.raises(CourierError):
        Reader().feed(courier.MAGIC + courier.record(cbor.dumps(fields_of(**other))))


def test_every_row_carries_its_own_hash():
    assert sha256(ROWS[1]).digest() in packed()


def test_rows_before_a_broken_length_come_out_before_the_error():
    data = bytearray(packed())
    at = data.index(courier.record(ROWS[2]))
    data[at] = 0xFF
    reader = Reader()
    assert [one.data for one in reader.feed(bytes(data))] == ROWS[:2]
    for act in (reader.end, lambda: reader.feed(b"")):
        with pytest.raises(CourierError, match="row 3 says"):
            act()


def test_the_largest_wire_and_the_largest_receipt_fit():
    assert max(WIRE_LIMIT_BYTES, RECEIPT_LIMIT_BYTES) <= courier.ROW_LIMIT_BYTES
