"""Finger minutiae records of ANSI INCITS 378-2004: values to bytes and back, nothing else.

Layout (big-endian), as in the standard's clause 6 and in NIST's public BiomDI.
Header, 26 or 30 bytes: "FMR" and 0, " 20" and 0, length of the record (2; where it is more than
65,535: 0, then 4), product identifier (owner and type, 2 each), compliance (4 bits) and device
(12), width, height (2 each), pixels per centimetre x, y (2 each), number of views, 0.
The views follow (finger_record_codec.py); one unit of direction is 2 degrees.
To make one out of an ISO record: encode(portable(iso19794_2.decode(data)), product).
"""

import struct
from dataclasses import dataclass

from vision.finger_record import (
    MOST_BYTES,
    FingerRecord,
    TemplateError,
    check_record,
    take,
    within,
)
from vision.finger_record_codec import Turn, read_views, write_views

MAGIC = b"FMR\0 20\0"
SHORT = struct.Struct(">8sH")
LONG = struct.Struct(">8sHI")
REST = struct.Struct(">HHHHHHHBB")
LONGEST_SHORT = 0xFFFF
TURN = Turn(180)


@dataclass(frozen=True, slots=True)
class Product:
    """Who made the record: the number that IBIA gave the owner, and the owner's own number."""

    owner: int
    kind: int = 0


def encode(record: FingerRecord, product: Product) -> bytes:
    """Write the record. Raises TemplateError where a value does not fit its field.

    An owner of 0 is not written: the standard wants a registered one.
    """
    check_record(record)
    within("product owner", product.owner, 1, 0xFFFF)
    within("product type", product.kind, 0, 0xFFFF)
    equipment = record.certification << 12 | record.device
    size = (record.width_px, record.height_px, record.x_px_per_cm, record.y_px_per_cm)
    rest = REST.pack(product.owner, product.kind, equipment, *size, len(record.views), 0)
    return _with_length(rest + write_views(record.views, TURN))


def decode(data: bytes) -> tuple[FingerRecord, Product]:
    """Read one whole record and nothing after it. Raises TemplateError.

    An owner of 0 is read: records made for NIST's MINEX have it.
    """
    if not SHORT.size + REST.size <= len(data) <= MOST_BYTES:
        raise TemplateError(f"{len(data)} bytes, not {SHORT.size + REST.size} to {MOST_BYTES}.")
    at = _after_length(data)
    fields = REST.unpack(take(data, at, REST.size))
    owner, kind, equipment, width, height, x_res, y_res, count, zero = fields
    if zero:
        raise TemplateError("the reserved byte before the first view is not 0.")
    views = read_views(data, at + REST.size, count, TURN)
    record = FingerRecord(width, height, views, x_res, y_res, equipment >> 12, equipment & 0xFFF)
    check_record(record)
    return record, Product(owner, kind)


def _with_length(body: bytes) -> bytes:
    length = SHORT.size + len(body)
    if length <= LONGEST_SHORT:
        return SHORT.pack(MAGIC, length) + body
    length = LONG.size + len(body)
    if length > MOST_BYTES:
        raise TemplateError(f"{length} bytes are more than {MOST_BYTES}.")
    return LONG.pack(MAGIC, 0, length) + body


def _after_length(data: bytes) -> int:
    magic, length = SHORT.unpack_from(data)
    if magic != MAGIC:
        raise TemplateError("it does not begin with FMR and version 20.")
    at = SHORT.size
    if length == 0:
        _, _, length = LONG.unpack_from(data)
        at = LONG.size
        within("a long length", length, LONGEST_SHORT + 1, MOST_BYTES)
    if length != len(data):
        raise TemplateError(f"it says {length} bytes and has {len(data)}.")
    return at
