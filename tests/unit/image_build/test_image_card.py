"""How a card is divided, what its block map names, what its FAT partitions hold."""

import hashlib
import re
import struct
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from image_build import bmap, board, boot_slots, disk, layout
from image_build.steps import BuildError

PLAN = layout.plan("seed")


def test_partitions_follow_one_another_on_whole_erase_blocks():
    at = layout.ALIGN_BYTES
    for partition in PLAN.partitions:
        assert partition.start_bytes == at
        assert partition.start_bytes % layout.ALIGN_BYTES == 0
        assert partition.size_bytes % layout.ALIGN_BYTES == 0
        at += partition.size_bytes
    assert at + layout.ALIGN_BYTES == PLAN.size_bytes < 2 << 30


def test_both_slots_are_equal_and_every_identity_comes_from_the_seed():
    for pair in ("boot", "system"):
        assert PLAN.named(f"{pair}_a").size_bytes == PLAN.named(f"{pair}_b").size_bytes
    assert layout.plan("seed") == PLAN
    others = {one.unique_id for one in layout.plan("other").partitions}
    assert not others & {one.unique_id for one in PLAN.partitions}


def test_data_has_a_type_of_its_own_so_that_the_first_start_takes_no_slot_for_it():
    recipe = Path(disk.__file__).parent / "rootfs_files/usr/lib/border-kiosk/repart.d/50-data.conf"
    assert "Type=linux-generic" in recipe.read_text(encoding="utf-8")
    linux_generic = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
    assert linux_generic not in {one.type_id for one in PLAN.partitions}


def test_a_rom_that_reads_an_mbr_finds_the_first_partition():
    protective = bytearray(512)
    struct.pack_into("<B3sB3sII", protective, 446, 0, b"\0\2\0", 0xEE, b"\xff\xff\xff", 1, 99999)
    protective[510:] = b"\x55\xaa"
    mbr = layout.hybrid(bytes(protective), PLAN.partitions[0])
    assert len(mbr) == 512
    assert mbr[510:] == b"\x55\xaa"
    assert mbr[446 + 4] == 0x0C
    assert struct.unpack_from("<II", mbr, 446 + 8) == (8192, 131072)
    assert mbr[462 + 4] == 0xEE
    assert struct.unpack_from("<II", mbr, 462 + 8) == (1, 8191)


def test_ranges_become_whole_blocks_and_neighbours_become_one():
    assert bmap.merged([(0, 17408), (20480, 30000), (8_388_608, 8_388_609)]) == [
        (0, 7),
        (2048, 2048),
    ]


def test_a_block_map_names_every_range_with_its_hash(tmp_path):
    image = tmp_path / "card.img"
    image.write_bytes(b"a" * 4096 + bytes(8192) + b"b" * 4096)
    text = bmap.describe(image, [(0, 4096), (12288, 16384)])
    tree = ET.fromstring(text)
    ranges = {one.text.strip(): one.get("chksum") for one in tree.iter("Range")}
    assert ranges == {
        "0-0": hashlib.sha256(b"a" * 4096).hexdigest(),
        "3-3": hashlib.sha256(b"b" * 4096).hexdigest(),
    }
    own = re.search(r"<BmapFileChecksum> (\w+) ", text)[1]
    assert hashlib.sha256(text.replace(own, "0" * 64).encode()).hexdigest() == own


def test_zeros_at_the_end_of_a_file_system_need_not_be_written(tmp_path):
    file = tmp_path / "fat"
    file.write_bytes(bytes(1 << 20) + b"x" + bytes(3 << 20))
    assert disk.used_bytes(file) == 2 << 20


def test_the_same_files_make_the_same_file_system(tmp_path):
    for program in ("mkfs.vfat", "mcopy"):
        if not any((Path(place) / program).exists() for place in ("/usr/sbin", "/usr/bin")):
            pytest.skip(f"{program} is not on this machine")
    word = tmp_path / "word.txt"
    word.write_text("boot_partition=2\n", encoding="utf-8")
    images = [tmp_path / "one.vfat", tmp_path / "two.vfat"]
    for image in images:
        disk.fat(image, 40 << 20, "boot", {"autoboot.txt": word}, 1_700_000_000)
    assert images[0].read_bytes() == images[1].read_bytes()
    words = ["mtype", "-i", images[0], "::autoboot.txt"]
    assert subprocess.run(words, capture_output=True, check=True).stdout == word.read_bytes()


@pytest.mark.parametrize("name", board.names())
def test_every_board_is_whole(name):
    told = board.load(name)
    assert told.name == name
    assert told.table in {"gpt", "hybrid"}
    assert told.trial in boot_slots.TRIES
    assert bool(told.config) == bool(told.firmware or told.loader_firmware)
    assert "not run" in told.proven or name == "virt"


def test_a_board_that_cannot_be_says_what_is_missing():
    with pytest.raises(BuildError, match="RP1"):
        board.load("pi5")
    with pytest.raises(BuildError) as caught:
        board.load("toaster")
    assert "pi4" in caught.value.mend
