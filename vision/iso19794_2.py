"""Finger minutiae records of ISO/IEC 19794-2:2005: values to bytes and back, nothing else.

Layout (big-endian), as in the standard's clause 7 and in NIST's public BiomDI.
Header, 24 bytes: "FMR" and 0, " 20" and 0, length of the record (4), certification (4 bits) and
device (12 bits), width, height (2 each), pixels per centimetre x, y (2 each), number of views, 0.
Each view: finger position, view number (4 bits) and impression type (4 bits), quality, number of
minutiae, 6 bytes for each minutia, length of the extended data (2), extended data.
Each minutia: kind (2 bits) and x (14), 00 and y (14), direction (1 = 360/256 degrees), quality.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from vision.errors import VisionError

MAGIC = b"FMR\0 20\0"
HEADER = struct.Struct(">8sIHHHHHBB")
VIEW = struct.Struct(">BBBB")
MINUTIA = struct.Struct(">HHBB")
DEGREES_PER_UNIT = 360 / 256
LARGEST_COORDINATE_PX = 0x3FFF
MOST_MINUTIAE = 255
MOST_BYTES = 262_144
"""A limit of ours: ten fingers with four full views need 61,560."""


class TemplateError(VisionError):
    """Bytes or values that are no record of this standard; positions only, never contents."""

    mend = "Take the finger again; a record from elsewhere must be ISO/IEC 19794-2:2005, whole."


class MinutiaKind(IntEnum):
    """Where a ridge ends or forks."""

    OTHER = 0
    ENDING = 1
    BIFURCATION = 2


class FingerPosition(IntEnum):
    """Finger position codes of ISO/IEC 19794-2:2005, table 2."""

    UNKNOWN = 0
    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10


class ImpressionType(IntEnum):
    """How the finger met the scanner."""

    LIVE_PLAIN = 0
    LIVE_ROLLED = 1
    NONLIVE_PLAIN = 2
    NONLIVE_ROLLED = 3
    SWIPE = 8
    LIVE_CONTACTLESS = 9


@dataclass(frozen=True, slots=True, repr=False)
class Minutia:
    """One minutia; pixels from the top left corner, degrees counter-clockwise from the right.

    The direction leads from an ending along its ridge, from a bifurcation into its valley.
    Quality is 1-100, 0 = not reported.
    """

    kind: MinutiaKind
    x_px: int
    y_px: int
    direction_deg: float
    quality: int = 0

    def __repr__(self) -> str:
        """Say nothing of where it lies."""
        return "Minutia(...)"


@dataclass(frozen=True, slots=True, repr=False)
class FingerView:
    """One impression of one finger; quality 1-100, 0 = not reported; `extended` as it stood."""

    position: FingerPosition
    minutiae: tuple[Minutia, ...]
    quality: int = 0
    impression: ImpressionType = ImpressionType.LIVE_PLAIN
    number: int = 0
    extended: bytes = b""

    def __repr__(self) -> str:
        """Say how many, never where."""
        return f"FingerView({self.position.name}, {len(self.minutiae)} minutiae)"


@dataclass(frozen=True, slots=True, repr=False)
class FingerRecord:
    """One record; 197 pixels per centimetre are 500 ppi; device 0 = not reported."""

    width_px: int
    height_px: int
    views: tuple[FingerView, ...]
    x_px_per_cm: int = 197
    y_px_per_cm: int = 197
    certification: int = 0
    device: int = 0

    def __repr__(self) -> str:
        """Say the shape, never the finger."""
        return f"FingerRecord({self.width_px}x{self.height_px}, {len(self.views)} views)"


def encode(record: FingerRecord) -> bytes:
    """Write the record. Raises TemplateError where a value does not fit its field."""
    _check_record(record)
    body = b"".join(_encode_view(view) for view in record.views)
    length = HEADER.size + len(body)
    if length > MOST_BYTES:
        raise TemplateError(f"{length} bytes are more than {MOST_BYTES}.")
    equipment = record.certification << 12 | record.device
    size = (record.width_px, record.height_px, record.x_px_per_cm, record.y_px_per_cm)
    return HEADER.pack(MAGIC, length, equipment, *size, len(record.views), 0) + body


def decode(data: bytes) -> FingerRecord:
    """Read one whole record and nothing after it. Raises TemplateError."""
    if not HEADER.size <= len(data) <= MOST_BYTES:
        raise TemplateError(f"{len(data)} bytes, not {HEADER.size} to {MOST_BYTES}.")
    magic, length, equipment, width, height, x_res, y_res, count, zero = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise TemplateError("it does not begin with FMR and version 20.")
    if length != len(data):
        raise TemplateError(f"it says {length} bytes and has {len(data)}.")
    if zero:
        raise TemplateError("the reserved byte 23 is not 0.")
    views, end = _decode_views(data, count)
    if end != len(data):
        raise TemplateError(f"{len(data) - end} bytes follow the last view.")
    record = FingerRecord(width, height, views, x_res, y_res, equipment >> 12, equipment & 0xFFF)
    _check_record(record)
    return record


def _encode_view(view: FingerView) -> bytes:
    head = VIEW.pack(
        view.position, view.number << 4 | view.impression, view.quality, len(view.minutiae)
    )
    points = b"".join(_encode_minutia(minutia) for minutia in view.minutiae)
    return head + points + struct.pack(">H", len(view.extended)) + view.extended


def _encode_minutia(minutia: Minutia) -> bytes:
    unit = round(minutia.direction_deg / DEGREES_PER_UNIT) % 256
    return MINUTIA.pack(minutia.kind << 14 | minutia.x_px, minutia.y_px, unit, minutia.quality)


def _decode_views(data: bytes, count: int) -> tuple[tuple[FingerView, ...], int]:
    views: list[FingerView] = []
    at = HEADER.size
    for _ in range(count):
        view, at = _decode_view(data, at)
        views.append(view)
    return tuple(views), at


def _decode_view(data: bytes, at: int) -> tuple[FingerView, int]:
    position, packed, quality, count = VIEW.unpack(_take(data, at, VIEW.size))
    at += VIEW.size
    points = _take(data, at, count * MINUTIA.size)
    at += len(points)
    (extended_bytes,) = struct.unpack(">H", _take(data, at, 2))
    extended = _take(data, at + 2, extended_bytes)
    try:
        finger, impression = FingerPosition(position), ImpressionType(packed & 0x0F)
    except ValueError as why:
        raise TemplateError(f"the view before byte {at} has an unknown code.") from why
    minutiae = tuple(_decode_minutia(*fields) for fields in MINUTIA.iter_unpack(points))
    view = FingerView(finger, minutiae, quality, impression, packed >> 4, extended)
    return view, at + 2 + extended_bytes


def _decode_minutia(kind_x: int, y_px: int, unit: int, quality: int) -> Minutia:
    if kind_x >> 14 == 3:
        raise TemplateError("a minutia is of the reserved kind 3.")
    return Minutia(
        MinutiaKind(kind_x >> 14), kind_x & 0x3FFF, y_px, unit * DEGREES_PER_UNIT, quality
    )


def _take(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise TemplateError(f"{length} bytes are wanted at {at}, {len(data) - at} are there.")
    return data[at : at + length]


def _check_record(record: FingerRecord) -> None:
    _within("width", record.width_px, 1, LARGEST_COORDINATE_PX + 1)
    _within("height", record.height_px, 1, LARGEST_COORDINATE_PX + 1)
    _within("pixels per centimetre", record.x_px_per_cm, 1, 0xFFFF)
    _within("pixels per centimetre", record.y_px_per_cm, 1, 0xFFFF)
    _within("certification", record.certification, 0, 0xF)
    _within("device", record.device, 0, 0xFFF)
    _within("number of views", len(record.views), 1, 0xFF)
    next_number = dict.fromkeys(FingerPosition, 0)
    for view in record.views:
        _check_view(view, record)
        least = next_number[view.position]
        _within("view number", view.number, least, 15 if least else 0)
        next_number[view.position] = view.number + 1


def _check_view(view: FingerView, record: FingerRecord) -> None:
    _within("finger quality", view.quality, 0, 100)
    _within("number of minutiae", len(view.minutiae), 0, MOST_MINUTIAE)
    for minutia in view.minutiae:
        _within("x", minutia.x_px, 0, record.width_px - 1)
        _within("y", minutia.y_px, 0, record.height_px - 1)
        _within("direction", minutia.direction_deg, 0, 360)
        _within("minutia quality", minutia.quality, 0, 100)
    _check_extended(view.extended)


def _check_extended(data: bytes) -> None:
    """Areas of type (2), length with these four bytes (2), content; nothing left over."""
    _within("length of the extended data", len(data), 0, 0xFFFF)
    at = 0
    while at < len(data):
        (length,) = struct.unpack(">H", _take(data, at + 2, 2))
        _within("length of an extended area", length, 4, len(data) - at)
        at += length


def _within(what: str, value: float, least: int, most: int) -> None:
    if not least <= value <= most:
        raise TemplateError(f"{what} is not {least} to {most}.")
