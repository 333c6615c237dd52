"""EF.COM, DG1, DG5, DG7, DG13, DG15 and EF.ATR/INFO: what they say, and what breaks them."""

import pytest

from drivers.chip.ef_atr import AtrInfo, atr_info
from drivers.chip.errors import ChipDataError, LdsError
from drivers.chip.files import FileId
from drivers.chip.lds import com, dg1, dg13, dg15, displayed
from drivers.chip.lds_fields import MOST_FILE_BYTES
from drivers.chip.tlv import write

COM = write(
    0x60,
    write(0x5F01, b"0107"),
    write(0x5F36, b"040000"),
    write(0x5C, bytes.fromhex("6175765f0e6f")),
)
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"


def zone(text):
    return write(0x61, write(0x5F1F, text if isinstance(text, bytes) else text.encode()))


def test_com_tells_versions_and_groups_and_keeps_what_is_no_group():
    found = com(COM)
    assert (found.lds_version, found.unicode_version) == ("1.7", "4.0.0")
    assert found.groups == (FileId.DG1, FileId.DG2, FileId.DG4, FileId.DG15)
    assert found.listed == (0x61, 0x75, 0x76, 0x5F0E, 0x6F)
    assert found.leftover.unread == ()


def test_com_with_odd_versions_and_new_objects_is_still_read():
    data = write(0x60, write(0x5F01, b"1.8"), write(0x5C, b"\x61"), write(0x5F7E, b"new"))
    found = com(data)
    assert (found.lds_version, found.groups) == ("", (FileId.DG1,))
    assert found.leftover.unread == (0x5F01,)
    assert [one.tag for one in found.leftover.unknown] == [0x5F7E]


def test_a_tag_list_that_ends_within_a_tag_is_told():
    assert com(write(0x60, write(0x5C, b"\x61\x5f"))).leftover.unread == (0x5C,)
    too_many = com(write(0x60, write(0x5C, b"\x61" * 200)))
    assert too_many.leftover.unread == (0x5C,)


@pytest.mark.parametrize(
    ("text", "shape"),
    [(TD3, (44, 44)), (("A" * 36) * 2, (36, 36)), (("A" * 30) * 3, (30, 30, 30))],
)
def test_the_length_of_the_zone_tells_its_lines(text, shape):
    found = dg1(zone(text))
    assert tuple(map(len, found.lines)) == shape
    assert "".join(found.lines) == text


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zone("A" * 89), "89 characters"),
        (zone("A" * 87 + "é"), "89 characters"),
        (zone(b"A" * 40 + b"\xe9" + b"A" * 47), "no text at 40"),
        (zone("A" * 40 + "\n" + "A" * 47), "no text at 40"),
        (write(0x61), "without object 5F1F"),
        (write(0x75, write(0x5F1F, TD3.encode())), "not file 61"),
        (zone(TD3) + b"\1", "not file 61 alone"),
        (zone(TD3)[:-1], "wants"),
        (b"", "cut at 0"),
        (b"\0" * (MOST_FILE_BYTES + 1), "too many"),
    ],
)
def test_a_zone_that_is_none_is_the_error_and_shows_nothing(data, says):
    with pytest.raises(LdsError, match=says) as caught:
        dg1(data)
    assert "ERIKSSON" not in str(caught.value)
    assert isinstance(caught.value, ChipDataError)


def test_zeros_behind_a_file_are_the_padding_of_its_size():
    assert dg1(zone(TD3) + b"\0" * 100) == dg1(zone(TD3))


def test_nothing_personal_is_shown():
    assert repr(dg1(zone(TD3))) == "Dg1(2 lines of 44)"
    pictures = displayed(write(0x67, write(2, b"\1"), write(0x5F43, b"JPEG")), FileId.DG7)
    assert "JPEG" not in repr(pictures)


@pytest.mark.parametrize(
    ("group", "outer", "inner"), [(FileId.DG5, 0x65, 0x5F40), (FileId.DG7, 0x67, 0x5F43)]
)
def test_displayed_pictures_are_counted(group, outer, inner):
    two = write(inner, b"one") + write(inner, b"two")
    right = displayed(write(outer, write(2, b"\2"), two), group)
    assert right.pictures == (b"one", b"two")
    assert right.leftover.unread == ()
    assert displayed(write(outer, write(2, b"\3"), two), group).leftover.unread == (2,)
    with pytest.raises(LdsError, match="17 pictures"):
        displayed(write(outer, write(inner, b"") * 17), group)


def test_dg13_is_kept_as_it_is_and_dg15_has_to_be_a_key():
    assert dg13(write(0x6D, b"anything")) == b"anything"
    key = write(0x30, b"\1\2")
    assert dg15(write(0x6F, key)) == key
    for wrong in (b"", b"\x30\x05\1", key + key, write(0x31)):
        with pytest.raises(LdsError):
            dg15(write(0x6F, wrong))


def test_more_objects_than_any_file_has_are_refused():
    with pytest.raises(LdsError, match="more than 64"):
        com(write(0x60, b"\x04\x00" * 65))


def test_atr_info_tells_how_much_one_read_may_carry():
    data = write(0x43, b"\1") + write(0x47, bytes.fromhex("8c8340"))
    assert atr_info(data) == AtrInfo(True, None, None)
    limits = write(0x7F66, write(2, b"\x05\x00"), write(2, b"\x08\x00"))
    assert atr_info(data + limits) == AtrInfo(True, 0x500, 0x800)
    limits = write(0x7F66, write(2, b"\x01"), write(2, b"\0\x01\0\0"))
    assert atr_info(limits) == AtrInfo(None, 1, 0x10000)
    assert atr_info(write(0x47, bytes.fromhex("000000"))) == AtrInfo(False, None, None)


def test_atr_info_that_says_nothing_clear_says_nothing():
    nothing = AtrInfo(None, None, None)
    assert atr_info(b"") == nothing
    assert atr_info(write(0x47, b"\0") + write(0x7F66, write(2, b"\1"))) == nothing
    with pytest.raises(LdsError):
        atr_info(b"\xff\xff")
