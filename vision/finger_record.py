"""Finger minutiae records as values, whatever bytes they travel in, and the limits of their fields.

ISO/IEC 19794-2:2005 (iso19794_2.py) and ANSI INCITS 378-2004 (ansi378.py) hold the same fields
with the same codes; both write and read these values.
"""

import struct
from dataclasses import dataclass, replace
from enum import IntEnum

from vision.errors import VisionError

LARGEST_COORDINATE_PX = 0x3FFF
MOST_MINUTIAE = 255
MOST_BYTES = 262_144
"""A limit of ours: ten fingers with four full views need 61,560."""
RIDGE_COUNTS = 0x0001
"""The one kind of extended data whose layout is the same in both standards."""


class TemplateError(VisionError):
    """Bytes or values that are no record of the standard; positions only, never contents."""

    mend = "Take the finger again; a record from elsewhere must be whole and of this standard."


class MinutiaKind(IntEnum):
    """Where a ridge ends or forks."""

    OTHER = 0
    ENDING = 1
    BIFURCATION = 2


class FingerPosition(IntEnum):
    """Finger position codes of ISO/IEC 19794-2:2005, table 2, and ANSI INCITS 378-2004, table 5."""

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


def portable(record: FingerRecord) -> FingerRecord:
    """The record without what only its own standard can read, fit to be written as the other.

    Cores, deltas and makers' own areas go; ridge counts stay. Raises TemplateError.
    """
    views = tuple(replace(view, extended=_ridge_counts(view.extended)) for view in record.views)
    return replace(record, views=views)


def areas(extended: bytes) -> tuple[tuple[int, bytes], ...]:
    """Extended data as (type, whole area with its type and length). Raises TemplateError."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(extended):
        kind, length = struct.unpack(">HH", take(extended, at, 4))
        within("length of an extended area", length, 4, len(extended) - at)
        found.append((kind, extended[at : at + length]))
        at += length
    return tuple(found)


def check_record(record: FingerRecord) -> None:
    """Raise TemplateError where a value does not fit its field, or views are out of order."""
    within("width", record.width_px, 1, LARGEST_COORDINATE_PX + 1)
    within("height", record.height_px, 1, LARGEST_COORDINATE_PX + 1)
    within("pixels per centimetre", record.x_px_per_cm, 1, 0xFFFF)
    within("pixels per centimetre", record.y_px_per_cm, 1, 0xFFFF)
    within("certification", record.certification, 0, 0xF)
    within("device", record.device, 0, 0xFFF)
    within("number of views", len(record.views), 1, 0xFF)
    next_number = dict.fromkeys(FingerPosition, 0)
    for view in record.views:
        _check_view(view, record)
        least = next_number[view.position]
        within("view number", view.number, least, 15 if least else 0)
        next_number[view.position] = view.number + 1


def within(what: str, value: float, least: int, most: int) -> None:
    """Raise TemplateError unless the value lies in these limits; NaN does not."""
    if not least <= value <= most:
        raise TemplateError(f"{what} is not {least} to {most}.")


def take(data: bytes, at: int, length: int) -> bytes:
    """So many bytes from there. Raises TemplateError where they are not there."""
    if at + length > len(data):
        raise TemplateError(f"{length} bytes are wanted at {at}, {len(data) - at} are there.")
    return data[at : at + length]


def _ridge_counts(extended: bytes) -> bytes:
    return b"".join(area for kind, area in areas(extended) if kind == RIDGE_COUNTS)


def _check_view(view: FingerView, record: FingerRecord) -> None:
    within("finger quality", view.quality, 0, 100)
    within("number of minutiae", len(view.minutiae), 0, MOST_MINUTIAE)
    for minutia in view.minutiae:
        within("x", minutia.x_px, 0, record.width_px - 1)
        within("y", minutia.y_px, 0, record.height_px - 1)
        within("direction", minutia.direction_deg, 0, 360)
        within("minutia quality", minutia.quality, 0, 100)
    within("length of the extended data", len(view.extended), 0, 0xFFFF)
    areas(view.extended)
