"""Facial records of ISO/IEC 19794-5:2005 (version 010), as nearly all chips of today hold them.

Layout: facial record header (14 bytes), then for each face a facial information block (20), feature
points (8 each), image information (12) and the picture. Numbers are big-endian.
"""

import struct
from dataclasses import dataclass

from drivers.chip.errors import FaceRecordError
from drivers.chip.face_image import (
    MOST_FACES,
    MOST_POINTS,
    FaceImage,
    FeaturePoint,
    ImageFormat,
    Landmark,
    format_of,
)

NAME = "ISO/IEC 19794-5:2005"
IDENTIFIER, VERSION = b"FAC\0", b"010\0"
MPEG_4_POINT = 1

_HEAD = struct.Struct(">4s4sIH")
_INFORMATION = struct.Struct(">IH14x")
_POINT = struct.Struct(">BBHHxx")
_IMAGE = struct.Struct(">xBHHxxxxxx")
_FORMATS = {0: ImageFormat.JPEG, 1: ImageFormat.JPEG_2000}


@dataclass(frozen=True, slots=True)
class _Block:
    """Where one face lies."""

    at: int
    end: int
    points: int


def faces(record: bytes) -> tuple[FaceImage, ...]:
    """The faces of one record; at least one, 16 at most. Raises FaceRecordError.

    The record's own length is passed over: cards are known that count it otherwise. Each face's
    length has to fit.
    """
    if len(record) < _HEAD.size:
        raise FaceRecordError(f"a record of {len(record)} bytes has no header.")
    identifier, version, _, count = _HEAD.unpack_from(record)
    if identifier != IDENTIFIER or version != VERSION:
        raise FaceRecordError("not FAC in version 010.")
    if not 1 <= count <= MOST_FACES:
        raise FaceRecordError(f"{count} faces.")
    found: list[FaceImage] = []
    at = _HEAD.size
    for _ in range(count):
        block = _block(record, at)
        found.append(_face(record, block))
        at = block.end
    return tuple(found)


def _block(record: bytes, at: int) -> _Block:
    if at + _INFORMATION.size > len(record):
        raise FaceRecordError(f"a face is cut at {len(record)}.")
    length, points = _INFORMATION.unpack_from(record, at)
    least = _INFORMATION.size + points * _POINT.size + _IMAGE.size
    if points > MOST_POINTS or length < least:
        raise FaceRecordError(f"a face of {length} bytes with {points} points at {at}.")
    if at + length > len(record):
        raise FaceRecordError(f"a face of {length} bytes at {at} of {len(record)}.")
    return _Block(at, at + length, points)


def _face(record: bytes, block: _Block) -> FaceImage:
    points_at = block.at + _INFORMATION.size
    image_at = points_at + block.points * _POINT.size
    told, width, height = _IMAGE.unpack_from(record, image_at)
    picture = record[image_at + _IMAGE.size : block.end]
    spans = range(points_at, image_at, _POINT.size)
    return FaceImage(
        picture=picture,
        format=format_of(picture),
        told_format=_FORMATS.get(told, ImageFormat.OTHER),
        width_px=width,
        height_px=height,
        points=tuple(_point(record, at) for at in spans),
        record=NAME,
    )


def _point(record: bytes, at: int) -> FeaturePoint:
    """An MPEG-4 point's number is two halves of a byte: 0x2B is 2.11."""
    kind, code, x_px, y_px = _POINT.unpack_from(record, at)
    if kind == MPEG_4_POINT:
        return FeaturePoint(Landmark.MPEG_4, f"{code >> 4}.{code & 0xF}", x_px, y_px)
    return FeaturePoint(Landmark.OTHER, f"{kind}.{code}", x_px, y_px)
