"""Two whole specimen chips, BSI's of 2008 and the Dutch of 2006: all is read, faces decode."""

from pathlib import Path

import pytest

from drivers.chip import lds
from drivers.chip.biometric_template import templates
from drivers.chip.face_image import ImageFormat
from drivers.chip.face_record import faces
from drivers.chip.files import FileId
from vision.errors import ImageError
from vision.face_pipeline import FacePipeline
from vision.model_store import ModelStore
from vision.picture_file import decode_portrait

CHIPS = {
    "bsi2008": {
        FileId.COM: "EF_COM.bin",
        FileId.DG1: "Datagroup1.bin",
        FileId.DG2: "Datagroup2.bin",
        FileId.DG3: "Datagroup3.bin",
        FileId.DG4: "Datagroup4.bin",
        FileId.DG15: "Datagroup15.bin",
    },
    "loes2006": {
        FileId.COM: "ef011E.bin",
        FileId.DG1: "ef0101.bin",
        FileId.DG2: "ef0102.bin",
        FileId.DG15: "ef010F.bin",
    },
}
LISTED = {"bsi2008": {1, 2, 3, 14}, "loes2006": {1, 2, 15}}
"""What EF.COM lists; BSI's leaves out DG4 and DG15, which are there: nobody signed it."""
SIZES = {"bsi2008": (531, 413, 3), "loes2006": (598, 449, 3)}
STATES = {"bsi2008": "D<<", "loes2006": "NLD"}


@pytest.fixture(params=sorted(CHIPS))
def chip(request, data: Path):
    folder = data / "emrtd" / request.param
    files = CHIPS[request.param].items()
    return request.param, {group: (folder / name).read_bytes() for group, name in files}


def test_com_lists_groups_and_the_zone_has_two_lines(chip):
    name, files = chip
    found = lds.com(files[FileId.COM])
    assert (found.lds_version, found.unicode_version) == ("1.7", "4.0.0")
    assert set(found.groups) == LISTED[name]
    lines = lds.dg1(files[FileId.DG1]).lines
    assert tuple(map(len, lines)) == (44, 44)
    assert lines[0][2:5] == STATES[name]


def test_the_portrait_is_jpeg_2000_and_decodes_to_a_face(chip):
    name, files = chip
    found = faces(files[FileId.DG2])
    (portrait,) = found.images
    assert portrait.format is portrait.told_format is ImageFormat.JPEG_2000
    assert found.leftover.unread == found.leftover.unknown == ()
    pixels = decode_portrait(portrait.picture)
    assert pixels.shape == SIZES[name]
    assert FacePipeline(ModelStore()).find_portrait(pixels) is not None


def test_the_key_of_active_authentication_is_whole(chip):
    _, files = chip
    assert lds.dg15(files[FileId.DG15]).startswith(b"\x30\x81")


def test_fingers_and_irises_are_told_by_structure(data):
    folder = data / "emrtd" / "bsi2008"
    fingers = templates((folder / "Datagroup3.bin").read_bytes(), FileId.DG3).templates
    irises = templates((folder / "Datagroup4.bin").read_bytes(), FileId.DG4).templates
    assert [one.header.biometric_type for one in (*fingers, *irises)] == [8, 8, 16, 16]
    assert [one.header.biometric_subtype for one in fingers] == [9, 10]
    assert {one.data[:4] for one in fingers} == {b"FIR\0"}
    assert {one.data[:4] for one in irises} == {b"IIR\0"}


def test_a_portrait_cut_anywhere_is_a_picture_or_the_error_in_bounded_time(chip):
    picture = faces(chip[1][FileId.DG2]).images[0].picture
    refused = 0
    for length in range(0, len(picture), len(picture) // 12):
        try:
            assert decode_portrait(picture[:length]).shape == SIZES[chip[0]]
        except ImageError:
            refused += 1
    assert refused >= 1
