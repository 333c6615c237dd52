"""What a chip's bytes may be: any; every reader gives a value or ChipDataError, in bounded time."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.chip import face_record_19794, face_record_39794, lds, lds_persons, tlv
from drivers.chip.biometric_template import templates
from drivers.chip.ef_atr import atr_info
from drivers.chip.errors import ChipDataError, LdsError, TlvError
from drivers.chip.face_record import faces
from drivers.chip.files import FileId
from drivers.chip.lds_fields import Fields, date_text, moment_text, tags, text
from drivers.chip.tlv import Tlv, read_all, write

READERS = {
    "com": lds.com,
    "dg1": lds.dg1,
    "dg5": lambda data: lds.displayed(data, FileId.DG5),
    "dg7": lambda data: lds.displayed(data, FileId.DG7),
    "dg11": lds_persons.dg11,
    "dg12": lds_persons.dg12,
    "dg13": lds.dg13,
    "dg15": lds.dg15,
    "dg16": lds_persons.dg16,
    "dg2": faces,
    "dg3": lambda data: templates(data, FileId.DG3),
    "dg4": lambda data: templates(data, FileId.DG4),
    "atr": atr_info,
    "19794": face_record_19794.faces,
    "39794": face_record_39794.faces,
}
OUTER = (0x60, 0x61, 0x63, 0x65, 0x67, 0x6B, 0x6C, 0x6D, 0x6F, 0x70, 0x75, 0x76)
INNER = (
    0x02, 0x30, 0x47, 0x5C, 0x5F01, 0x5F0E, 0x5F0F, 0x5F11, 0x5F19, 0x5F1A, 0x5F1F, 0x5F26, 0x5F2B,
    0x5F2E, 0x5F36, 0x5F43, 0x5F50, 0x5F51, 0x5F55, 0x65, 0x7F2E, 0x7F60, 0x7F61, 0x7F66, 0x80,
    0x81, 0xA0, 0xA1, 0xA7, 0xA9,
)  # fmt: skip

value = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=12).map(str.encode),
    st.sampled_from([b"19740812", bytes.fromhex("19740812"), b"20190517102233", b"\1", b"P<" * 44]),
)
tag = st.one_of(st.sampled_from(INNER), st.sampled_from(OUTER), st.integers(1, 0xFE))
tree = st.recursive(
    st.builds(write, st.sampled_from(INNER), value),
    lambda inner: st.builds(
        lambda tag, parts: write(tag, *parts), st.sampled_from(INNER), st.lists(inner, max_size=5)
    ),
    max_leaves=14,
)
whole = st.builds(
    lambda tag, parts: write(tag, *parts), st.sampled_from(OUTER), st.lists(tree, max_size=6)
)
spoilt = st.builds(
    lambda data, at, byte: data[: at % (len(data) + 1)] + byte + data[at % (len(data) + 1) + 1 :],
    whole,
    st.integers(0, 500),
    st.binary(max_size=2),
)
anything = st.one_of(whole, spoilt, st.binary(max_size=300), tree)


@given(anything)
def test_any_bytes_give_each_reader_a_value_or_the_error_in_few_words(data):
    for name, read in READERS.items():
        try:
            words = repr(read(data))
        except ChipDataError as error:
            words = str(error)
        assert len(words) < 20_000, name


@given(st.lists(st.tuples(st.sampled_from([*INNER, *OUTER]), st.binary(max_size=300)), max_size=20))
def test_objects_that_were_written_are_read_again(pairs):
    data = b"".join(write(tag, value) for tag, value in pairs)
    assert read_all(data) == tuple(Tlv(tag, value) for tag, value in pairs)


@given(st.binary(max_size=400))
def test_objects_out_of_noise_lie_within_it(data):
    try:
        found = read_all(data)
    except TlvError:
        return
    assert sum(len(one.value) for one in found) <= len(data)
    assert read_all(b"".join(write(one.tag, one.value) for one in found)) == found


@given(st.lists(tree, max_size=6), st.integers(0, 400))
def test_a_file_that_was_cut_is_never_a_whole_one(parts, cut):
    data = write(0x6B, *parts)
    with pytest.raises(LdsError):
        lds_persons.dg11(data[: cut % len(data)])


@given(st.text(max_size=200))
def test_text_in_any_script_comes_back_unless_it_would_steer_a_screen(written):
    given_back = text(written.encode("utf-8", errors="replace")).text
    assert len(given_back) <= len(written)
    assert not set(given_back) & set("\x00\x1b\n\u202e\u2066")
    plain = "".join(sign for sign in written if sign.isalpha())
    assert text(plain.encode("utf-8")).text == plain


@given(st.binary(max_size=20))
def test_dates_have_one_form_or_none(data):
    for read, lengths in ((date_text, {10}), (moment_text, {10, 19})):
        try:
            found = read(data)
        except LdsError:
            continue
        assert len(found) in lengths
        assert set(found) <= set("0123456789X-T:")


@given(st.dates())
def test_a_date_is_read_the_same_packed_and_spelt(day):
    spelt = f"{day.year:04d}{day.month:02d}{day.day:02d}"
    assert date_text(spelt.encode()) == date_text(bytes.fromhex(spelt)) == day.isoformat()


@given(st.lists(st.sampled_from([*OUTER, 0x5F0E, 0x5F42]), max_size=60))
def test_a_tag_list_comes_back(listed):
    spelt = b"".join(one.to_bytes(2 if one > 0xFF else 1) for one in listed)
    assert tags(spelt) == tuple(listed)


@given(st.lists(st.tuples(tag, value), max_size=20))
def test_what_no_field_took_is_left_over_and_nothing_is_lost(pairs):
    spelt = [(tag, value) for tag, value in pairs if tag & 0x1F != 0x1F or tag > 0xFF]
    fields = Fields.of(b"".join(write(tag, value) for tag, value in spelt))
    taken = fields.take(0x5F0E, text)
    left = fields.rest()
    assert len(left.unknown) + len(left.unread) + (taken is not None) == len(spelt)


def deep(levels):
    data = b""
    for _ in range(levels):
        data = write(0xA1, data)
    return data


BOMBS = {
    "nested": write(0x75, write(0x7F61, deep(20_000))),
    "nested faces": write(0x75, write(0x7F61, write(0x7F60, write(0x7F2E, deep(20_000))))),
    "empty objects": write(0x6B, b"\x80\x00" * 400_000),
    "zeros": write(0x6B, bytes(1_000_000)),
    "zeros between": write(0x75, (bytes(15_000) + b"\x80\x00") * 60),
    "empty templates": write(0x75, write(0x7F61, b"\x7f\x60\x00" * 300_000)),
    "claims 4 GiB": b"\x75\x84\xff\xff\xff\xff" + bytes(1000),
    "many points": write(
        0x75,
        write(
            0x7F61,
            write(
                0x7F60,
                write(0x5F2E, b"FAC\x00010\0" + struct.pack(">IHIH", 9, 9, 1 << 20, 0xFFFF)),
            ),
        ),
    ),
    "a long tag": b"\x1f" + b"\xff" * 1_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_little(bomb):
    began = time.process_time()
    for read in READERS.values():
        try:
            read(BOMBS[bomb])
        except ChipDataError:
            continue
    for read in (read_all, lambda data: tlv.find(data, 0x75, 0x7F61, 0x7F60)):
        try:
            read(BOMBS[bomb])
        except ChipDataError:
            continue
    assert time.process_time() - began < 1.5
