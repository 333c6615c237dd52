"""Closes the eyes and opens the mouth of a portrait by moving its own pixels along the face mesh.

An upper lid comes down over the eye and stretches the skin above it; the lower lip and the chin go
down and leave the dark of the mouth behind. Nothing is painted but that dark.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from vision.face_geometry import Points, Similarity
from vision.image import Bgr8, Float32

# Point numbers of the MediaPipe face mesh, from the picture's left to its right.
_UPPER_LIDS = (
    (33, 246, 161, 160, 159, 158, 157, 173, 133),
    (362, 398, 384, 385, 386, 387, 388, 466, 263),
)
_LOWER_LIDS = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133),
    (362, 382, 381, 380, 374, 373, 390, 249, 263),
)
_UPPER_LIP = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
_LOWER_LIP = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_CHIN = 152

_LID_SKIN = 0.34  # how much skin above the lid is stretched, in widths of the eye
_ROOT = 0.12  # how thick the lashes of the open lid are
_LINE = 0.05  # how thick they are when the lid is down, and how dark
_DARKER = 0.6
_LASHES = 0.06  # the upper lashes come to lie this much below the lower lid
_JAW = 0.46  # how far the lip goes down, in widths of the mouth
_DARK_BGR = (26.0, 20.0, 44.0)
_TONGUE_BGR = (80.0, 72.0, 140.0)


@dataclass(frozen=True, slots=True)
class Expression:
    """How far the eyes are closed and the mouth is open, each from 0 to 1."""

    eyes_closed: float = 0.0
    mouth_open: float = 0.0


REST = Expression()


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """An upright cut of the picture around an eye or the mouth, and two curves in it.

    columns, rows: where each place lies in the picture; upper, lower: rows of the curves in the cut
    for each of its columns; inside: 0-1, how far between the corners a column is.
    """

    columns: Float32
    rows: Float32
    to_cut: Similarity
    upper: Float32
    lower: Float32
    inside: Float32
    width_px: float

    @property
    def grid(self) -> tuple[Float32, Float32]:
        """Column and row of each place of the cut, in the cut."""
        height, width = self.columns.shape
        across, down = np.meshgrid(np.arange(width), np.arange(height))
        return across.astype(np.float32), down.astype(np.float32)


@dataclass(frozen=True)
class MovableFace:
    """A portrait, uint8 (height, width, 3), and the mesh (468, 2 or 3) that was laid on it."""

    portrait: Bgr8
    points: Points

    def show(self, expression: Expression) -> Bgr8:
        """The same face with another expression; REST gives the portrait itself."""
        if expression == REST:
            return self.portrait
        shown = self.portrait.copy()
        if expression.eyes_closed > 0:
            for eye in self._eyes:
                _lay(shown, eye, _lidded(self.portrait, eye, expression.eyes_closed))
        if expression.mouth_open > 0:
            chin = self._mouth.to_cut.on(self.points[[_CHIN], :2])[0, 1]
            opened = _opened(self.portrait, self._mouth, expression.mouth_open, float(chin))
            _lay(shown, self._mouth, opened)
        return shown

    @cached_property
    def _eyes(self) -> tuple[_Part, ...]:
        curves = zip(_UPPER_LIDS, _LOWER_LIDS, strict=True)
        return tuple(_part(self.points, up, low, (0.35, 1.0, 0.7)) for up, low in curves)

    @cached_property
    def _mouth(self) -> _Part:
        return _part(self.points, _UPPER_LIP, _LOWER_LIP, (1.0, 0.5, 2.6))


def outline_of_eyes(points: Points) -> tuple[Points, ...]:
    """The lids of the picture's left and right eye as closed lines, each (n, 2)."""
    return tuple(
        points[[*upper, *reversed(lower)], :2]
        for upper, lower in zip(_UPPER_LIDS, _LOWER_LIDS, strict=True)
    )


def outline_of_mouth(points: Points) -> Points:
    """The inner rim of the lips as a closed line, (n, 2)."""
    return points[[*_UPPER_LIP, *reversed(_LOWER_LIP)], :2]


def _part(
    points: Points,
    upper: tuple[int, ...],
    lower: tuple[int, ...],
    room: tuple[float, float, float],
) -> _Part:
    """`room`: what is taken beside, above and below, in widths of the part."""
    first, last = (complex(*map(float, points[number, :2])) for number in (upper[0], upper[-1]))
    width = abs(last - first)
    beside, above, below = (share * width for share in room)
    turn = (last - first).conjugate() / width
    to_cut = Similarity(turn, complex(beside, above) - turn * first)
    columns, rows = np.meshgrid(np.arange(width + 2 * beside), np.arange(above + below))
    laid = to_cut.inverse().on(np.column_stack([columns.ravel(), rows.ravel()]).astype(np.float32))
    inside = 1 - ((columns[0] - beside) / width * 2 - 1) ** 2
    return _Part(
        laid[:, 0].reshape(columns.shape),
        laid[:, 1].reshape(columns.shape),
        to_cut,
        _curve(to_cut.on(points[list(upper), :2]), columns.shape[1]),
        _curve(to_cut.on(points[list(lower), :2]), columns.shape[1]),
        np.clip(inside, 0, None).astype(np.float32),
        width,
    )


def _curve(points: Points, columns: int) -> Float32:
    """Rows of a curve that goes from left to right, for each column; level outside."""
    order = np.argsort(points[:, 0])
    rows = np.interp(np.arange(columns), points[order, 0], points[order, 1])
    return rows.astype(np.float32)


def _lidded(portrait: Bgr8, eye: _Part, closed: float) -> Bgr8:
    """The cut with its upper lid come down."""
    _, rows = eye.grid
    width, arch = eye.width_px, np.sqrt(eye.inside)
    shut = np.maximum(eye.lower, eye.upper) + _LASHES * width * arch
    edge = eye.upper + closed * (shut - eye.upper)
    crease = eye.upper - _LID_SKIN * width
    lid = eye.upper - _ROOT * width * arch  # the skin ends here, above the lashes
    skin = crease + (rows - crease) * (lid - crease) / np.maximum(edge - crease, 1e-3)
    source = np.where((rows > crease) & (rows < edge), skin, rows)
    shown = _taken(portrait, eye, source.astype(np.float32))
    dark = np.exp(-(((rows - edge) / (_LINE * width)) ** 2)) * (arch > 0) * min(1.0, 2 * closed)
    return np.asarray(shown * (1 - _DARKER * dark[:, :, None]), np.uint8)


def _opened(portrait: Bgr8, mouth: _Part, opened: float, chin_row: float) -> Bgr8:
    """The cut with lower lip and chin gone down, and the dark between."""
    columns, rows = mouth.grid
    drop = opened * _JAW * mouth.width_px
    middle = (columns.shape[1] - 1) / 2
    source = rows
    for _ in range(6):  # the place that moves here is found by asking again and again
        source = rows - drop * _jaw(mouth, source, columns - middle, chin_row)
    edge = mouth.lower + drop * np.sqrt(mouth.inside)
    within = (rows > mouth.lower) & (rows < edge) & (mouth.inside > 0)
    shown = _taken(portrait, mouth, np.where(rows > edge, source, rows).astype(np.float32))
    deep = cv2.GaussianBlur(within.astype(np.float32), (0, 0), max(0.8, mouth.width_px / 60))
    tongue = np.clip(1.6 * (rows - mouth.lower) / np.maximum(edge - mouth.lower, 1) - 0.3, 0, 1)
    dark, red = np.array(_DARK_BGR), np.array(_TONGUE_BGR)
    filled = dark + (red - dark) * tongue[:, :, None]
    mixed = shown + (filled - shown) * deep[:, :, None]
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def _jaw(mouth: _Part, rows: Float32, off_px: Float32, chin_row: float) -> Float32:
    """The share of the drop at each place: all at lip and chin, none at the cheeks and the neck."""
    lip_row = float(mouth.lower.mean())
    down = np.clip((rows - lip_row) / max(chin_row - lip_row, 1.0), 0, 1)
    half = mouth.width_px * (0.5 + 0.7 * down)
    across = np.clip(1 - (off_px / half) ** 2, 0, 1) ** (0.5 + down)
    neck = np.clip(1 - (rows - chin_row) / (0.9 * mouth.width_px), 0, 1)
    return np.asarray(across * neck, np.float32)


def _taken(portrait: Bgr8, part: _Part, source_rows: Float32) -> Bgr8:
    """The picture at the cut's columns and other rows of it."""
    columns, _ = part.grid
    spots = np.column_stack([columns.ravel(), source_rows.ravel()])
    laid = part.to_cut.inverse().on(spots.astype(np.float32)).reshape(*columns.shape, 2)
    across, down = (np.ascontiguousarray(laid[:, :, axis]) for axis in (0, 1))
    taken = cv2.remap(portrait, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(taken, np.uint8)


def _lay(picture: Bgr8, part: _Part, cut: npt.NDArray[np.uint8]) -> None:
    """Put a cut back, softly at its edges."""
    height, width = cut.shape[:2]
    size = (picture.shape[1], picture.shape[0])
    edge = max(2, round(min(height, width) * 0.08))
    mask = np.zeros((height, width), np.float32)
    mask[edge:-edge, edge:-edge] = 1
    matrix = part.to_cut.inverse().matrix()
    soft = cv2.GaussianBlur(mask, (0, 0), edge / 2)
    share = cv2.warpAffine(soft, matrix, size)[:, :, None]
    laid = cv2.warpAffine(cut, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    picture[...] = (picture + (laid.astype(np.float32) - picture) * share).round()
