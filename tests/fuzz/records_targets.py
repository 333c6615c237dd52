"""What the fuzzer does with an input: read it as a finger record, or write its values as one."""

import struct

from vision import ansi378, iso19794_2, iso39794_2
from vision.finger_record import (
    FingerPosition,
    FingerRecord,
    FingerView,
    ImpressionType,
    Minutia,
    MinutiaKind,
    TemplateError,
    portable,
)

PRODUCT = ansi378.Product(0x0042, 0x0011)
RIDGE_COUNTS = b"\x00\x01\x00\x0b\x01\x01\x14\x0c\x05\x07\x05"
MAKERS_OWN = b"\x01\x00\x00\x05x"
KINDS = ("iso", "iso of its length", "ansi", "ansi of its length", "ansi of long length", "values")
VALUES = struct.Struct(">HHHHBB")
POINT = struct.Struct(">HHHB")


def seeds() -> list[bytes]:
    """What the fuzzer starts from: records of both standards, whole and without their length."""
    points = tuple(Minutia(MinutiaKind(n % 3), 9 * n, 7 * n, 40.0 * n, 30 * n) for n in range(4))
    views = (
        FingerView(FingerPosition.LEFT_INDEX, points, 77, ImpressionType.SWIPE),
        FingerView(FingerPosition.RIGHT_THUMB, points[:1], 0, extended=RIDGE_COUNTS + MAKERS_OWN),
        FingerView(FingerPosition.RIGHT_THUMB, (), 100, ImpressionType.LIVE_ROLLED, 1),
    )
    many = FingerRecord(388, 374, views, certification=8, device=0x0B5)
    few = FingerRecord(388, 374, views[:1])
    iso = [iso19794_2.encode(record) for record in (many, few)]
    ansi = [ansi378.encode(record, PRODUCT) for record in (many, few)]
    return [
        *(b"\0" + data for data in iso),
        *(b"\1" + data[12:] for data in iso),
        *(b"\2" + data for data in ansi),
        *(b"\3" + data[10:] for data in ansi),
        *(b"\4" + data[10:] for data in ansi),
        b"\5" + VALUES.pack(388, 374, 197, 197, 2, 3) + POINT.pack(1, 100, 90, 50) * 5,
    ]


def one(data: bytes) -> None:
    """One input: its first byte chooses what is tried with the rest."""
    if not data:
        return
    kind, rest = KINDS[data[0] % len(KINDS)], data[1:]
    if kind == "values":
        written(rest)
    elif kind.startswith("iso"):
        head = struct.pack(">8sI", iso19794_2.MAGIC, 12 + len(rest))
        as_iso(rest if kind == "iso" else head + rest)
    else:
        heads = {
            "ansi": b"",
            "ansi of its length": struct.pack(">8sH", ansi378.MAGIC, 10 + len(rest) & 0xFFFF),
            "ansi of long length": struct.pack(">8sHI", ansi378.MAGIC, 0, 14 + len(rest)),
        }
        as_ansi(heads[kind] + rest)


def as_iso(data: bytes) -> None:
    """What is read is written alike, and can be said in the other standards."""
    try:
        record = iso19794_2.decode(data)
    except TemplateError:
        return
    assert iso19794_2.encode(record) == data
    theirs, product = ansi378.decode(ansi378.encode(portable(record), PRODUCT))
    assert product == PRODUCT
    assert counts(theirs) == counts(record)
    said_in_asn1(record)


def as_ansi(data: bytes) -> None:
    """Likewise; a record without an owner is read and not written."""
    try:
        record, product = ansi378.decode(data)
    except TemplateError:
        return
    if product.owner:
        assert ansi378.encode(record, product) == data
    assert counts(iso19794_2.decode(iso19794_2.encode(portable(record)))) == counts(record)
    said_in_asn1(record)


def said_in_asn1(record: FingerRecord) -> None:
    """A block of ISO/IEC 39794-2 begins with its tag, or the record has what it cannot say."""
    try:
        block = iso39794_2.encode(record)
    except TemplateError:
        return
    assert block[:1] == b"\x62"


def written(data: bytes) -> None:
    """Any values: what can be written is read again as it was meant."""
    if len(data) < VALUES.size:
        return
    width, height, x_res, y_res, finger, codes = VALUES.unpack_from(data)
    whole = (len(data) - VALUES.size) // POINT.size * POINT.size
    points = tuple(
        Minutia(MinutiaKind(x % 3), x >> 2, y, turn % 256 * 360 / 256, quality)
        for x, y, turn, quality in POINT.iter_unpack(data[VALUES.size : VALUES.size + whole])
    )
    impressions = list(ImpressionType)
    view = FingerView(
        FingerPosition(finger % len(FingerPosition)),
        points,
        finger,
        impressions[codes % len(impressions)],
        codes >> 4,
        data[VALUES.size + whole :],
    )
    record = FingerRecord(width, height, (view,), x_res, y_res, codes & 15, width & 0xFFF)
    try:
        meant = iso19794_2.encode(record)
    except TemplateError:
        return
    assert iso19794_2.decode(meant) == record
    as_iso(meant)


def counts(record: FingerRecord) -> list[tuple[FingerPosition, int, int]]:
    """What every standard keeps of a record."""
    return [(view.position, view.number, len(view.minutiae)) for view in record.views]
