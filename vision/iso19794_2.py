"""Finger minutiae records of ISO/IEC 19794-2:2005: values to bytes and back, nothing else.

Layout (big-endian), as in the standard's clause 7 and in NIST's public BiomDI.
Header, 24 bytes: "FMR" and 0, " 20" and 0, length of the record (4), certification (4 bits) and
device (12 bits), width, height (2 each), pixels per centimetre x, y (2 each), number of views, 0.
The views follow (finger_record_codec.py); one unit of direction is 360/256 degrees.
"""

import struct

from vision.finger_record import (
    MOST_BYTES,
    FingerPosition,
    FingerRecord,
    FingerView,
    ImpressionType,
    Minutia,
    MinutiaKind,
    TemplateError,
    check_record,
)
from vision.finger_record_codec import Turn, read_views, write_views

__all__ = [
    "DEGREES_PER_UNIT",
    "FingerPosition",
    "FingerRecord",
    "FingerView",
    "ImpressionType",
    "Minutia",
    "MinutiaKind",
    "TemplateError",
    "decode",
    "encode",
]
MAGIC = b"FMR\0 20\0"
HEADER = struct.Struct(">8sIHHHHHBB")
TURN = Turn(256)
DEGREES_PER_UNIT = 360 / TURN.units


def encode(record: FingerRecord) -> bytes:
    """Write the record. Raises TemplateError where a value does not fit its field."""
    check_record(record)
    body = write_views(record.views, TURN)
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
    views = read_views(data, HEADER.size, count, TURN)
    record = FingerRecord(width, height, views, x_res, y_res, equipment >> 12, equipment & 0xFFF)
    check_record(record)
    return record
