"""The views of a finger minutiae record to bytes and back: alike in ISO 19794-2 and ANSI 378.

Each view: finger position, view number (4 bits) and impression type (4 bits), quality, number of
minutiae, 6 bytes for each minutia, length of the extended data (2), extended data.
Each minutia: kind (2 bits) and x (14), 00 and y (14), direction, quality. All big-endian.
"""

import struct
from dataclasses import dataclass

from vision.finger_record import (
    FingerPosition,
    FingerView,
    ImpressionType,
    Minutia,
    MinutiaKind,
    TemplateError,
    take,
)

VIEW = struct.Struct(">BBBB")
MINUTIA = struct.Struct(">HHBB")


@dataclass(frozen=True, slots=True)
class Turn:
    """How a standard writes a direction: so many units make one full turn."""

    units: int

    def written(self, degrees: float) -> int:
        """The nearest unit."""
        return round(degrees * self.units / 360) % self.units

    def read(self, unit: int) -> float:
        """Degrees. Raises TemplateError past the full turn."""
        if unit >= self.units:
            raise TemplateError(f"a direction is not 0 to {self.units - 1} units.")
        return unit * 360 / self.units


def write_views(views: tuple[FingerView, ...], turn: Turn) -> bytes:
    """The views one after another; they have been checked."""
    return b"".join(_view(view, turn) for view in views)


def read_views(data: bytes, at: int, count: int, turn: Turn) -> tuple[FingerView, ...]:
    """So many views from there to the end of the data and no byte more. Raises TemplateError."""
    views: list[FingerView] = []
    for _ in range(count):
        view, at = _read_view(data, at, turn)
        views.append(view)
    if at != len(data):
        raise TemplateError(f"{len(data) - at} bytes follow the last view.")
    return tuple(views)


def _view(view: FingerView, turn: Turn) -> bytes:
    head = VIEW.pack(
        view.position, view.number << 4 | view.impression, view.quality, len(view.minutiae)
    )
    points = b"".join(
        MINUTIA.pack(m.kind << 14 | m.x_px, m.y_px, turn.written(m.direction_deg), m.quality)
        for m in view.minutiae
    )
    return head + points + struct.pack(">H", len(view.extended)) + view.extended


def _read_view(data: bytes, at: int, turn: Turn) -> tuple[FingerView, int]:
    position, packed, quality, count = VIEW.unpack(take(data, at, VIEW.size))
    at += VIEW.size
    points = take(data, at, count * MINUTIA.size)
    at += len(points)
    (extended_bytes,) = struct.unpack(">H", take(data, at, 2))
    extended = take(data, at + 2, extended_bytes)
    try:
        finger, impression = FingerPosition(position), ImpressionType(packed & 0x0F)
    except ValueError as why:
        raise TemplateError(f"the view before byte {at} has an unknown code.") from why
    minutiae = tuple(_read_minutia(fields, turn) for fields in MINUTIA.iter_unpack(points))
    view = FingerView(finger, minutiae, quality, impression, packed >> 4, extended)
    return view, at + 2 + extended_bytes


def _read_minutia(fields: tuple[int, ...], turn: Turn) -> Minutia:
    kind_x, y_px, unit, quality = fields
    if kind_x >> 14 == 3:
        raise TemplateError("a minutia is of the reserved kind 3.")
    return Minutia(MinutiaKind(kind_x >> 14), kind_x & 0x3FFF, y_px, turn.read(unit), quality)
