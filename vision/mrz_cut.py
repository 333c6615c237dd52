"""Cuts pieces out of a picture and lays them flat: the second look, strips for the line network."""

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from vision.image import Gray8
from vision.mrz_reading import Quad
from vision.mrz_strip import CAP_PX, HEIGHT_PX, PITCH_PX
from vision.mrz_zone import LOOK_PX, LineTrace, Matrix

STRIP_PX = 608
"""Width of the strips that the line network reads."""
MARGIN_PX = 24
_WIDTHS_PX = 128
_LONGEST_PX = 2400
_BEND_PX = 8
"""The outermost points lie on the edge of a grid, but for lines that bend."""
_Points = npt.NDArray[np.float32]


def look(grey: Gray8, matrix: Matrix) -> npt.NDArray[np.uint8]:
    """The zone upright, in LOOK_PX; `matrix` as look_matrix gives it."""
    height, width = LOOK_PX
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return _sample(grey, _map(matrix, x, y))


def strip(grey: Gray8, matrix: Matrix, trace: LineTrace, length_px: float) -> npt.NDArray[np.uint8]:
    """One line as a strip of HEIGHT_PX x STRIP_PX: `length_px` columns, and what is beside it."""
    columns = np.arange(STRIP_PX, dtype=np.float64)
    share = (columns - (STRIP_PX - length_px) / 2) / length_px
    x = trace.first_px + share * (trace.last_px - trace.first_px)
    middle = trace.middle_px(np.clip(x, trace.first_px, trace.last_px))
    rows = (np.arange(HEIGHT_PX) - (HEIGHT_PX - 1) / 2) * trace.cap_px / CAP_PX
    y = middle[None] + rows[:, None]
    x = np.broadcast_to(x[None], y.shape)
    return _sample(grey, _map(matrix, x.astype(np.float32), y.astype(np.float32)))


def quad(matrix: Matrix, trace: LineTrace) -> Quad:
    """The line's four corners in the picture."""
    x = np.array((trace.first_px, trace.last_px))
    left, right = trace.middle_px(x)
    half = trace.cap_px * 0.6
    corners = np.array(
        (
            (x[0], left - half),
            (x[1], right - half),
            (x[1], right + half),
            (x[0], left + half),
        )
    )
    return np.asarray(corners @ matrix[:, :2].T + matrix[:, 2], np.float32)


def _map(matrix: Matrix, x: _Points, y: _Points) -> _Points:
    m = matrix.astype(np.float32)
    across = m[0, 0] * x + m[0, 1] * y + m[0, 2]
    down = m[1, 0] * x + m[1, 1] * y + m[1, 2]
    return np.stack((across, down), axis=-1)


def _sample(grey: Gray8, points: _Points) -> npt.NDArray[np.uint8]:
    """Read the picture at `points`, shrunk before where they lie far apart (no aliasing)."""
    edge = np.concatenate((points[0], points[-1], points[:, 0], points[:, -1]))
    left, top = np.floor(edge.min(0)).astype(int) - 2 - _BEND_PX
    right, bottom = np.ceil(edge.max(0)).astype(int) + 3 + _BEND_PX
    left, top = max(0, left), max(0, top)
    part = grey[top : max(bottom, top + 1), left : max(right, left + 1)]
    if not part.size:
        return np.full(points.shape[:2], 128, np.uint8)
    points = points - np.array((left, top), np.float32)
    apart = min(_apart(points, 0), _apart(points, 1))
    if apart > 1.5:
        size = (max(1, round(part.shape[1] / apart)), max(1, round(part.shape[0] / apart)))
        ratio = np.array((size[0] / part.shape[1], size[1] / part.shape[0]), np.float32)
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        points = (points + 0.5) * ratio - 0.5
    how = cv2.INTER_LINEAR if apart > 0.7 else cv2.INTER_CUBIC
    read = cv2.remap(part, points, None, how, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]  # None is the documented second map
    return np.asarray(read, np.uint8)


def _apart(points: _Points, axis: int) -> float:
    """Picture pixels between neighbours along one axis, through the middle."""
    count = points.shape[axis] - 1
    middle = points[points.shape[0] // 2] if axis else points[:, points.shape[1] // 2]
    ends = middle[-1] - middle[0]
    return float(np.hypot(ends[0], ends[1])) / max(count, 1)


def whole_line(grey: Gray8) -> Iterator[npt.NDArray[np.uint8]]:
    """Strips to try, each cut when it is asked for: its print found by rows, the whole height."""
    height = grey.shape[0]
    grey = _framed(grey)
    top, bottom = _inked_rows(grey)
    middle, cap = (top + bottom) / 2, max(bottom - top, 3.0)
    centre = grey.shape[0] / 2
    tries = [(middle, cap), (centre, height * 0.62), (centre, height * 0.9)]
    return (_scaled(grey, middle, cap) for middle, cap in tries)


def _framed(grey: Gray8) -> Gray8:
    """With paper around it: strokes that end at the edge must not seem to go on."""
    wide = max(2, grey.shape[0] // 4)
    paper = int(np.median(grey))
    return np.asarray(
        cv2.copyMakeBorder(grey, wide, wide, wide, wide, cv2.BORDER_CONSTANT, value=(paper,)),
        np.uint8,
    )


def _inked_rows(grey: Gray8) -> tuple[float, float]:
    """First and last row of the print: where the steps from column to column are strong."""
    smooth = cv2.GaussianBlur(grey, (3, 3), 0).astype(np.float32)
    energy = np.abs(np.diff(smooth, axis=1)).mean(1) if grey.shape[1] > 1 else np.zeros(len(grey))
    floor, top = np.percentile(energy, (5, 95))
    inked = np.flatnonzero(energy > floor + 0.35 * (top - floor))
    if not len(inked):
        return 0.0, float(len(grey))
    runs = np.split(inked, np.flatnonzero(np.diff(inked) > max(2, len(grey) // 10)) + 1)
    longest = max(runs, key=len)
    return float(longest[0]), float(longest[-1] + 1)


def _scaled(grey: Gray8, middle_px: float, cap_px: float) -> npt.NDArray[np.uint8]:
    """The line with its capitals CAP_PX high and a pitch near 14 columns, whatever its length."""
    down = CAP_PX / cap_px
    across = down * PITCH_PX / CAP_PX
    wanted = min(round(grey.shape[1] * across), _LONGEST_PX)
    width = -(-(wanted + 2 * MARGIN_PX) // _WIDTHS_PX) * _WIDTHS_PX
    matrix = np.array(
        (
            (wanted / grey.shape[1], 0, MARGIN_PX),
            (0, down, HEIGHT_PX / 2 - middle_px * down),
        )
    )
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(HEIGHT_PX, dtype=np.float32))
    inverse = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
    return _sample(grey, _map(inverse, x, y))
