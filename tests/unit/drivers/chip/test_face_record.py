"""Portraits out of DG2: both kinds of record, several faces, points, and every way to be broken."""

import struct

import pytest

from drivers.chip.biometric_template import templates
from drivers.chip.errors import ChipDataError, FaceRecordError, LdsError
from drivers.chip.face_image import ImageFormat, Landmark, format_of
from drivers.chip.face_record import faces
from drivers.chip.files import FileId
from drivers.chip.tlv import write

JPEG, JP2, CODESTREAM = b"\xff\xd8\xff\xe0", b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"
HEADER = write(0xA1, write(0x81, b"\2"), write(0x87, b"\1\1"), write(0x88, b"\0\x08"))


def face_block(picture=JPEG, points=(), told=0, length=None):
    spelt = b"".join(struct.pack(">BBHHxx", *point) for point in points)
    image = struct.pack(">BBHHBBHH", 1, told, 413, 531, 1, 2, 0, 0)
    size = 20 + len(spelt) + len(image) + len(picture) if length is None else length
    return struct.pack(">IH14x", size, len(points)) + spelt + image + picture


def record(*blocks, count=None, version=b"010\0"):
    body = b"".join(blocks)
    told = len(blocks) if count is None else count
    return struct.pack(">4s4sIH", b"FAC\0", version, 14 + len(body), told) + body


def dg2(*data, tag=0x5F2E, count=None, header=HEADER):
    held = b"".join(write(0x7F60, header, write(tag, one)) for one in data)
    told = len(data) if count is None else count
    return write(0x75, write(0x7F61, write(2, bytes([told])), held))


def der(number, *parts):
    return write(0xA0 | number, *parts)


def asn1_face(picture=JP2, size=None, landmarks=b"", code=None):
    information = [der(0, code or write(0x80, b"\3"))]
    if size is not None:
        information.append(der(7, *(write(0x80 | n, s.to_bytes(2)) for n, s in enumerate(size))))
    flat = der(0, write(0x80, picture), der(1, *information))
    return write(0x30, write(0x80, b"\0"), der(1, der(0, flat)), landmarks)


def asn1_block(*representations, generation=3):
    version = der(0, write(0x80, bytes([generation])), write(0x81, b"\x07\xe3"))
    return write(0xA1, write(0x65, version, der(1, *representations)))


def landmark(kind, x, y):
    where = der(1, der(0, der(0, write(0x80, x), write(0x81, y))))
    return write(0x30, der(0, kind), where)


def test_a_face_of_2005_gives_its_picture_size_and_points():
    points = [(1, 0x2B, 90, 22), (1, 0xC4, 65535, 0), (2, 7, 5, 6)]
    found = faces(dg2(record(face_block(JPEG + b"rest", points)))).images
    assert len(found) == 1
    assert found[0].picture == JPEG + b"rest"
    assert found[0].format is found[0].told_format is ImageFormat.JPEG
    assert (found[0].width_px, found[0].height_px) == (413, 531)
    assert [(one.landmark, one.code, one.x_px, one.y_px) for one in found[0].points] == [
        (Landmark.MPEG_4, "2.11", 90, 22),
        (Landmark.MPEG_4, "12.4", 65535, 0),
        (Landmark.OTHER, "2.7", 5, 6),
    ]


def test_faces_keep_their_order_over_records_and_templates():
    two = record(face_block(JPEG + b"1"), face_block(JP2 + b"2", told=1))
    found = faces(dg2(two, record(face_block(JPEG + b"3")))).images
    assert [one.picture[-1:] for one in found] == [b"1", b"2", b"3"]
    assert [one.told_format for one in found][1] is ImageFormat.JPEG_2000


def test_the_picture_itself_tells_how_it_is_packed():
    assert [format_of(one) for one in (JPEG, JP2, CODESTREAM, b"BM", b"")] == [
        ImageFormat.JPEG,
        ImageFormat.JPEG_2000,
        ImageFormat.JPEG_2000,
        ImageFormat.OTHER,
        ImageFormat.OTHER,
    ]
    lied = faces(dg2(record(face_block(CODESTREAM, told=0)))).images[0]
    assert (lied.format, lied.told_format) == (ImageFormat.JPEG_2000, ImageFormat.JPEG)
    assert faces(dg2(record(face_block(told=9)))).images[0].told_format is ImageFormat.OTHER


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no face image data block"),
        (b"FAC\0", "no header"),
        (record(face_block(), version=b"030\0"), "version 010"),
        (record(count=0), "0 faces"),
        (record(face_block(), count=17), "17 faces"),
        (record(face_block(), count=2), "cut at"),
        (record(face_block(length=31)), "face of 31 bytes"),
        (record(face_block(length=0xFFFFFFFF)), "4294967295 bytes at 14"),
        (record(struct.pack(">IH14x", 1 << 20, 0xFFFF)), "65535 points"),
        (record(face_block())[:-1], "face of 36 bytes"),
    ],
)
def test_a_record_that_is_broken_says_where(data, says):
    with pytest.raises(FaceRecordError, match=says):
        faces(dg2(data))


def test_a_face_of_39794_gives_its_picture_and_where_there_is_one_its_size():
    found = faces(dg2(asn1_block(asn1_face(size=(572, 731))), tag=0x7F2E)).images[0]
    assert (found.format, found.told_format) == (ImageFormat.JPEG_2000, ImageFormat.JPEG_2000)
    assert (found.width_px, found.height_px, found.points) == (572, 731, ())
    assert found.record == "ISO/IEC 39794-5"
    least = faces(dg2(asn1_block(asn1_face()), tag=0x7F2E)).images[0]
    assert (least.width_px, least.height_px) == (0, 0)


def test_the_code_of_the_profile_lies_in_an_extension_block():
    code = der(1, write(0x80, b"\2"))
    assert faces(dg2(asn1_block(asn1_face(code=code)))).images[0].told_format is ImageFormat.JPEG
    strange = asn1_face(code=write(0x85, b"\2"))
    assert faces(dg2(asn1_block(strange))).images[0].told_format is ImageFormat.OTHER


def test_points_of_39794_are_named_by_their_table():
    mpeg4 = der(0, der(0, der(1, write(0x80, b"\x0a"))))
    last = der(0, der(0, write(0x80, b"\x57")))
    beyond = der(0, der(0, write(0x80, b"\x58")))
    pupil = der(0, der(1, der(0, der(0, write(0x80, b"\x15")))))
    unnamed = der(1)
    kinds = (mpeg4, last, beyond, pupil, unnamed)
    without_place = write(0x30, der(0, mpeg4))
    in_space = write(0x30, der(0, mpeg4), der(1, der(0, der(2, write(0x80, b"\1")))))
    spelt = b"".join(landmark(kind, b"\x5a", b"\x16") for kind in kinds) + without_place + in_space
    found = faces(dg2(asn1_block(asn1_face(landmarks=der(9, spelt))))).images[0]
    assert [(one.landmark, one.code) for one in found.points] == [
        (Landmark.MPEG_4, "2.11"),
        (Landmark.MPEG_4, "12.4"),
        (Landmark.MPEG_4, "88"),
        (Landmark.ANTHROPOMETRIC, "21"),
        (Landmark.OTHER, ""),
    ]
    assert {(one.x_px, one.y_px) for one in found.points} == {(90, 22)}


@pytest.mark.parametrize(
    ("block", "says"),
    [
        (write(0xA1, write(0x64)), "no face image data block"),
        (asn1_block(asn1_face(), generation=4), "generation 4"),
        (asn1_block(), "0 faces"),
        (asn1_block(*[asn1_face()] * 17), "17 faces"),
        (asn1_block(write(0x30, write(0x80, b"\0"))), "without a flat picture"),
        (asn1_block(write(0x30, der(1, der(0, der(0, der(1)))))), "without a flat picture"),
        (asn1_block(write(0x30, b"\xa1\x05\xa0")), "wants 5 bytes"),
        (asn1_block(asn1_face(code=write(0x80, b"\xff"))), "a number of 1 bytes"),
        (asn1_block(asn1_face(code=write(0x80, b"\1" * 5))), "a number of 5 bytes"),
        (asn1_block(asn1_face(landmarks=der(9, write(0x30) * 513))), "more than 512"),
    ],
)
def test_a_block_that_is_broken_says_where(block, says):
    with pytest.raises(FaceRecordError, match=says):
        faces(dg2(block, tag=0x7F2E))


def test_a_group_without_a_face_is_the_error():
    with pytest.raises(FaceRecordError, match="0 faces"):
        faces(dg2())
    with pytest.raises(FaceRecordError, match="18 faces"):
        faces(dg2(record(*[face_block()] * 9), record(*[face_block()] * 9)))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (write(0x75), "without object 7F61"),
        (write(0x63, write(0x7F61)), "not file 75"),
        (write(0x75, write(0x7F61, write(0x7F60, HEADER))), "without data"),
        (write(0x75, write(0x7F61, write(0x7F60) * 17)), "17 templates"),
        (dg2(record(face_block()))[:-1], "wants"),
    ],
)
def test_templates_that_are_broken_say_where(data, says):
    with pytest.raises(LdsError, match=says):
        faces(data)


def test_a_header_says_what_it_is_and_one_that_does_not_is_no_reason_to_refuse():
    (one,) = templates(dg2(record(face_block())), FileId.DG2).templates
    assert (one.header.biometric_type, one.header.format_owner, one.header.format_type) == (
        2,
        257,
        8,
    )
    bare = templates(dg2(record(face_block()), header=b"", count=9), FileId.DG2)
    assert bare.templates[0].header.biometric_type is None
    assert bare.leftover.unread == (2,)
    long = dg2(record(face_block()), header=write(0xA1, write(0x81, b"\1" * 4), write(0x8F)))
    odd = templates(long, FileId.DG2).templates[0].header
    assert odd.leftover.unread == (0x81,)
    assert [one.tag for one in odd.leftover.unknown] == [0x8F]


def test_fingers_are_told_by_structure_and_none_is_allowed():
    finger = write(0x7F60, write(0xA1, write(0x81, b"\x08"), write(0x82, b"\x09")), write(0x5F2E))
    found = templates(write(0x63, write(0x7F61, write(2, b"\1"), finger)), FileId.DG3)
    assert [(one.header.biometric_type, one.constructed) for one in found.templates] == [(8, False)]
    assert templates(write(0x63, write(0x7F61, write(2, b"\0"))), FileId.DG3).templates == ()
    with pytest.raises(LdsError, match="DG7 holds no"):
        templates(b"", FileId.DG7)


def test_nothing_of_a_face_is_shown():
    found = faces(dg2(record(face_block(JPEG + b"SECRET", [(1, 0x21, 111, 222)]))))
    shown = repr(found) + repr(found.images[0].points)
    assert "SECRET" not in shown
    assert "111" not in shown
    assert "SECRET" not in repr(templates(dg2(b"SECRET"), FileId.DG2))
    with pytest.raises(ChipDataError) as caught:
        faces(dg2(b"SECRET"))
    assert "SECRET" not in str(caught.value)
