"""Minutiae of one impression as arrays, brought to 500 ppi: what matching works on."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.finger_record import FingerRecord, FingerView

PX_PER_CM = 197
"""500 ppi, as ISO/IEC 19794-2 rounds it."""
MOST_POINTS = 100
"""Bounds the time; the surest stay. A print seldom has so many that are true."""
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Points:
    """Minutiae: x to the right and y up in pixels at 500 ppi, directions in radians, kinds."""

    x: Floats
    y: Floats
    turn: Floats
    kind: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        """How many."""
        return len(self.x)

    def __repr__(self) -> str:
        """Say how many, never where."""
        return f"Points({len(self)})"


def points(record: FingerRecord, view: FingerView) -> Points:
    """The surest minutiae of one of the record's views."""
    surest = sorted(view.minutiae, key=lambda minutia: -minutia.quality)[:MOST_POINTS]
    fields = [(m.x_px, m.y_px, m.direction_deg, m.kind) for m in surest]
    table = np.array(fields, np.float32).reshape(-1, 4)
    return Points(
        x=table[:, 0] * np.float32(PX_PER_CM / record.x_px_per_cm),
        y=table[:, 1] * np.float32(-PX_PER_CM / record.y_px_per_cm),
        turn=table[:, 2] * np.float32(math.pi / 180),
        kind=table[:, 3].astype(np.uint8),
    )


def wrapped(radians: Floats) -> Floats:
    """The same angles between minus and plus half a turn."""
    whole = np.float32(2 * math.pi)
    return np.asarray(radians - whole * np.rint(radians / whole), np.float32)


def apart(one: Floats, other: Floats) -> Floats:
    """(n, m): each of one from each of the other."""
    return np.asarray(other[None, :] - one[:, None], np.float32)
