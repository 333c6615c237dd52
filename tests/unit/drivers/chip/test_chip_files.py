"""Files of a chip read piece by piece: what a good chip gives, and what a hostile one may not."""

import pytest

from drivers.chip import tlv
from drivers.chip.card import Card
from drivers.chip.errors import (
    ChipProtocolError,
    ChipRefusedError,
    FileMissingError,
    FileProtectedError,
    FileSizeError,
)
from drivers.chip.file_reader import MOST_FILE_BYTES, FileReader
from drivers.chip.files import TAGS, FileId, file_id, short_id
from drivers.chip.progress import Percent
from drivers.chip.read_size import TRIAL_BYTES, ReadSize
from drivers.deadline import Deadline
from drivers.device import DeviceInfo

SHORT = ReadSize()


class PlainChip:
    """A chip without access control that holds one file; `most` is its longest answer."""

    def __init__(self, file, data, most=256, *, by_short_id=True, strict=False):
        self.file, self.data, self.most = file, data, most
        self.by_short_id, self.strict = by_short_id, strict
        self.atr, self.info = b"", DeviceInfo("Test", "plain")
        self.commands = []

    def transmit(self, command, deadline):
        deadline.slice_s()
        self.commands.append(command)
        ins, p1, p2 = command[1:4]
        if ins == 0xA4:
            found = command[5:7] == file_id(self.file).to_bytes(2)
            return b"\x90\x00" if found else b"\x6a\x82"
        if ins == 0xB1:
            return self.far(command)
        if p1 & 0x80:
            if not self.by_short_id or p1 & 0x1F != short_id(self.file):
                return b"\x6a\x82"
            return self.part(p2, command[4:])
        return self.part(p1 << 8 | p2, command[4:])

    def part(self, at, le):
        wanted = int.from_bytes(le) or (65536 if len(le) == 3 else 256)
        if self.strict and at + wanted > len(self.data):
            return b"\x67\x00"
        return self.data[at : at + min(wanted, self.most)] + b"\x90\x00"

    def far(self, command):
        size = command[6 if command[4] == 0 else 4]
        start = 7 if command[4] == 0 else 5
        body, le = command[start : start + size], command[start + size :]
        at = int.from_bytes(tlv.only(body, 0x54))
        wanted = min(int.from_bytes(le) or 256, self.most)
        data = self.data[at : at + wanted - (4 if wanted > 258 else 3 if wanted > 129 else 2)]
        return tlv.write(0x53, data) + b"\x90\x00"

    def close(self):
        """Nothing to give back."""


def read(chip, file=FileId.DG2, size=SHORT, deadline_s=5.0):
    told = []
    card = Card(chip, Deadline.after("chip", deadline_s))
    data = FileReader(card, size).read(file, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1] == (len(data), len(data))
    return data


def dg2(size):
    return tlv.write(TAGS[FileId.DG2], bytes(at * 7 % 251 for at in range(size)))


@pytest.mark.parametrize("size", [0, 1, 120, 126, 250, 253, 1000, 20_000])
@pytest.mark.parametrize("most", [100, 256])
def test_file_of_any_size(size, most):
    assert read(PlainChip(FileId.DG2, dg2(size), most)) == dg2(size)


def test_minimum_of_commands():
    chip = PlainChip(FileId.DG2, dg2(20_000))
    read(chip)
    assert len(chip.commands) == -(-len(chip.data) // 256)
    chip = PlainChip(FileId.DG2, dg2(20_000), 65_536)
    read(chip, size=ReadSize(8_000))
    assert len(chip.commands) == 3


@pytest.mark.parametrize("size", [32_765, 32_768, 33_000, 70_000])
@pytest.mark.parametrize("most", [256, 4096])
def test_beyond_the_fifteen_bits_of_an_offset(size, most):
    chip = PlainChip(FileId.DG2, dg2(size), most)
    assert read(chip, size=ReadSize(None if most == 256 else most)) == dg2(size)
    assert any(command[1] == 0xB1 for command in chip.commands)


def test_chip_without_short_identifiers():
    assert read(PlainChip(FileId.DG2, dg2(900), by_short_id=False)) == dg2(900)


def test_chip_that_refuses_to_be_asked_for_more_than_there_is():
    small = b"\x61\x08abcdefgh"
    assert read(PlainChip(FileId.DG1, small, strict=True), FileId.DG1) == small
    assert read(PlainChip(FileId.DG2, dg2(600), strict=True)) == dg2(600)


def test_what_lies_behind_the_file_s_length_is_not_read():
    assert read(PlainChip(FileId.DG2, dg2(20) + b"\0" * 5000)) == dg2(20)


def test_missing_and_closed_files_have_their_types(scripted):
    with pytest.raises(FileMissingError):
        read(PlainChip(FileId.DG1, b"\x61\x00"), FileId.DG2)
    card = scripted(("00B0830000", "6982"), ("00A4020C020103", "6982"))
    with pytest.raises(FileProtectedError):
        FileReader(card, ReadSize()).read(FileId.DG3, print)
    card = scripted(("00B0830000", "6F00"), ("00B0830008", "6F00"), ("00A4020C020103", "6D00"))
    with pytest.raises(ChipRefusedError):
        FileReader(card, ReadSize()).read(FileId.DG3, print)


@pytest.mark.parametrize(
    "data",
    [
        b"\x75\x83\xff\xff\xff" + bytes(600),
        b"\x75\x84\xff\xff\xff\xff" + bytes(600),
        b"\x75\x80" + bytes(600),
        b"\x75\x85\x01\x00\x00\x00\x00" + bytes(600),
        b"\x75",
        b"\x7f\x81\x81\x81\x81",
        b"\x75\x82\x10",
        dg2(1000)[:-1],
        dg2(1000)[:300],
        dg2(40_000)[:-100],
    ],
)
def test_files_whose_length_is_a_lie(data):
    with pytest.raises(FileSizeError):
        read(PlainChip(FileId.DG2, data))


def test_size_limit_is_what_it_says():
    head = b"\x75\x83" + (MOST_FILE_BYTES - 5).to_bytes(3)
    with pytest.raises(FileSizeError, match="ends at"):
        read(PlainChip(FileId.DG2, head))
    head = b"\x75\x83" + (MOST_FILE_BYTES - 4).to_bytes(3)
    with pytest.raises(FileSizeError, match="says"):
        read(PlainChip(FileId.DG2, head))


def test_crumbs_are_refused():
    with pytest.raises(FileSizeError):
        read(PlainChip(FileId.DG2, dg2(20_000), 5))


def test_file_of_another_tag_is_refused():
    with pytest.raises(ChipProtocolError, match="begins with 61"):
        read(PlainChip(FileId.DG2, b"\x61\x02hi"))


def test_far_answers_that_are_no_object(scripted):
    chip = PlainChip(FileId.DG2, dg2(40_000))
    chip.far = lambda command: b"\x54\x01\x00\x90\x00"
    with pytest.raises(ChipProtocolError):
        read(chip)


@pytest.mark.parametrize(
    ("atr_info", "atr", "expected"),
    [
        ("7F66080202800002028000", "", 32_768 - 40),
        ("7F660802020100 02020100", "", None),
        ("7F660A020300FFFF020300FFFF", "", 65_535 - 40),
        ("7F66070201FF0202FFFF", "", 65_535 - 40),
        ("7F660C0204000100000204FFFFFFFF", "", 65_536 - 40),
        (
            "7F660E02050000010000020500FFFFFFFF",
            "3B8D80018031806 5B0000000007300F040 2B",
            TRIAL_BYTES,
        ),
        ("4703000040", "", TRIAL_BYTES),
        ("4703000000", "3B8D80018031806 5B0000000007300F040 2B", None),
        ("7F66", "", None),
        ("", "3B8D80018031806 5B0000000007300F040 2B", TRIAL_BYTES),
        ("", "3B8D80018031806 5B00000000073008090 5B", None),
        ("", "3B", None),
        ("", "3BFFFFFFFFFF", None),
        ("00", "3B8D80018031806 5B0000000007300F040 2B", TRIAL_BYTES),
    ],
)
def test_largest_read(atr_info, atr, expected):
    size = ReadSize.of(bytes.fromhex(atr_info), bytes.fromhex(atr.replace(" ", "")))
    assert size.extended_bytes == expected
    assert size.at_most(16) == (expected or 223)
    assert ReadSize().at_most(8) == 231


def test_percent_never_falls_and_ends_at_a_hundred():
    told = []
    percent = Percent(told.append)
    percent.expect({FileId.COM, FileId.SOD, FileId.DG2})
    percent.report(FileId.COM, 20, 20)
    percent.expect({FileId.COM, FileId.SOD, FileId.DG1, FileId.DG2})
    percent.report(FileId.DG2, 100, 60_000)
    percent.report(FileId.DG2, 60_000, 60_000)
    percent.end()
    assert told == sorted(set(told))
    assert told[0] == 0
    assert told[-1] == 100
