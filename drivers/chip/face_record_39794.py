"""Face image data blocks of ISO/IEC 39794-5 in DER, as chips write them from 2026 on.

This software makes use of the Schema from ISO/IEC 39794-5 within modifications permitted in the
relevant ISO/IEC standard: tags are those of ICAO's application profile, module ID-ICAO-ISO-IEC-
39794-5-ed-1-v1, and were compared with it and with ICAO's two silver data sets for DG2 (all fields,
mandatory fields). Base and profile differ in codes that are `code [0]` or `extensionBlock [1]`;
both are read. Three-dimensional shapes and every block that the face step has no use for are passed
over: identity (sex, eyes, hair, height, pose), quality, attack detection, capture device.
"""

from drivers.chip.errors import FaceRecordError, LdsError
from drivers.chip.face_image import (
    MOST_FACES,
    MOST_POINTS,
    FaceImage,
    FeaturePoint,
    ImageFormat,
    Landmark,
    format_of,
)
from drivers.chip.lds_fields import objects
from drivers.chip.tlv import Tlv

NAME = "ISO/IEC 39794-5"
PROFILE_WRAPPER, FACE_BLOCK, SEQUENCE = 0xA1, 0x65, 0x30
"""[1] is around [APPLICATION 5] in a chip's data block (ICAO's profile)."""
REPRESENTATIONS, IMAGE, LANDMARKS = 0xA1, 0xA1, 0xA9
BASE, EXTENSION = 0xA0, 0xA1
DATA, INFORMATION = 0x80, 0xA1
IMAGE_FORMAT, IMAGE_SIZE = 0xA0, 0xA7
FIRST, SECOND = 0x80, 0x81
GENERATION = 3

_FORMATS = {2: ImageFormat.JPEG, 3: ImageFormat.JPEG_2000, 4: ImageFormat.JPEG_2000}
_MPEG_4_GROUPS = (0, 0, 14, 14, 6, 4, 4, 1, 10, 15, 10, 6, 4)
"""How many feature points each of MPEG-4's groups has, from group 2 to group 12."""
_MPEG_4_CODES = tuple(
    f"{group}.{point}" for group, size in enumerate(_MPEG_4_GROUPS) for point in range(1, size + 1)
)


def faces(block: bytes) -> tuple[FaceImage, ...]:
    """The faces of one data block; at least one, 16 at most. Raises FaceRecordError."""
    try:
        return _faces(block)
    except LdsError as error:
        raise FaceRecordError(str(error)) from error


def _faces(block: bytes) -> tuple[FaceImage, ...]:
    found = _at(block, PROFILE_WRAPPER, FACE_BLOCK) or _at(block, FACE_BLOCK)
    if found is None:
        raise FaceRecordError("no face image data block.")
    if (generation := _number(_at(found, BASE, FIRST))) != GENERATION:
        raise FaceRecordError(f"generation {generation} of the standard.")
    representations = [one for one in _inside(found, REPRESENTATIONS) if one.tag == SEQUENCE]
    if not 1 <= len(representations) <= MOST_FACES:
        raise FaceRecordError(f"{len(representations)} faces.")
    return tuple(_face(one.value) for one in representations)


def _face(representation: bytes) -> FaceImage:
    flat = _at(representation, IMAGE, BASE, BASE)
    picture = _at(flat, DATA) if flat is not None else None
    if flat is None or picture is None:
        raise FaceRecordError("a representation without a flat picture.")
    size = _at(flat, INFORMATION, IMAGE_SIZE) or b""
    told = _code(_at(flat, INFORMATION, IMAGE_FORMAT))
    return FaceImage(
        picture=picture,
        format=format_of(picture),
        told_format=_FORMATS.get(told, ImageFormat.OTHER),
        width_px=_number(_at(size, FIRST)),
        height_px=_number(_at(size, SECOND)),
        points=_points(_inside(representation, LANDMARKS)),
        record=NAME,
    )


def _points(landmarks: list[Tlv]) -> tuple[FeaturePoint, ...]:
    found = (_point(one.value) for one in landmarks if one.tag == SEQUENCE)
    return tuple(point for point in found if point is not None)


def _point(landmark: bytes) -> FeaturePoint | None:
    """A point on the flat picture; None for one in space or without a place."""
    place = _at(landmark, EXTENSION, BASE, BASE)
    if place is None:
        return None
    x_px, y_px = _number(_at(place, FIRST)), _number(_at(place, SECOND))
    mpeg_4 = _at(landmark, BASE, BASE, BASE)
    if mpeg_4 is not None:
        code = _code(mpeg_4)
        named = _MPEG_4_CODES[code] if 0 <= code < len(_MPEG_4_CODES) else str(code)
        return FeaturePoint(Landmark.MPEG_4, named, x_px, y_px)
    other = _at(landmark, BASE, BASE, EXTENSION, BASE)
    if other is not None:
        table = next(objects(other), None)
        code = _code(table.value) if table else -1
        return FeaturePoint(Landmark.ANTHROPOMETRIC, str(code), x_px, y_px)
    return FeaturePoint(Landmark.OTHER, "", x_px, y_px)


def _code(choice: bytes | None) -> int:
    """A code [0], or the fallback [0] within an extension block [1]; -1 for neither."""
    if choice is None:
        return -1
    direct = _at(choice, FIRST)
    coded = direct if direct is not None else _at(choice, EXTENSION, FIRST)
    return _number(coded) if coded is not None else -1


def _inside(content: bytes, tag: int) -> list[Tlv]:
    held = _at(content, tag)
    return [] if held is None else list(objects(held, MOST_POINTS))


def _at(content: bytes, *path: int) -> bytes | None:
    """The value at the end of that path of tags, the first of each; None where it ends before."""
    for tag in path:
        held = next((one.value for one in objects(content) if one.tag == tag), None)
        if held is None:
            return None
        content = held
    return content


def _number(value: bytes | None) -> int:
    """An INTEGER or ENUMERATED from 0 up, of 4 bytes at most; 0 where it is missing."""
    if value is None:
        return 0
    if not 1 <= len(value) <= 4 or value[0] & 0x80:
        raise FaceRecordError(f"a number of {len(value)} bytes.")
    return int.from_bytes(value)
