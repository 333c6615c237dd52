"""Where a machine readable zone lies in a picture and where its lines run: the zone network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from vision.image import Float32, Gray8
from vision.model_store import Model, ModelStore
from vision.mrz_strip import normalise

MODEL = "mrz-zone"
PAGE_PX = 384
"""Side of the square that a whole picture is brought to for the first look."""
LOOK_PX = (128, 512)
"""Height and width of the second look, at the zone alone."""
CELL_PX = 4
_MOST_BOXES = 3
_SEEN = 0.35
_CORE = 0.45
_LEAST_CELLS = 12
_LEAST_SHARE = 0.35
_EDGE_PX = 8.0
_LONGER = 0.5
_LONG = 4.0

Cells = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ZoneBox:
    """A turned rectangle in picture pixels: middle, size along and across, reading direction."""

    middle: tuple[float, float]
    along_px: float
    across_px: float
    angle_rad: float
    cap_px: float
    strength: float

    def turned(self) -> "ZoneBox":
        """The same place read the other way up."""
        return replace(self, angle_rad=self.angle_rad + np.pi)


@dataclass(frozen=True, slots=True)
class LineTrace:
    """A line in the second look: its ends, its middle y = a + b x + c x x, its capitals' height."""

    first_px: float
    last_px: float
    curve: tuple[float, float, float]
    cap_px: float
    strength: float

    def middle_px(self, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The line's middle at each x."""
        a, b, c = self.curve
        return a + b * x + c * x * x


class ZoneFinder:
    """Two looks with one network: at the whole picture, then at each place that it pointed out."""

    def __init__(self, page: Model, look: Model) -> None:
        self._page, self._look = page, look

    @classmethod
    def open(cls, store: ModelStore) -> "ZoneFinder":
        """Load the network once for each of its two picture sizes. Raises ModelError."""
        return cls(store.open(MODEL), store.open(MODEL))

    def boxes(self, grey: Gray8, side_px: int = PAGE_PX) -> list[ZoneBox]:
        """Places that look like a zone, the strongest first; at most three."""
        scale = side_px / max(grey.shape)
        planes = _answer(self._page, _letterbox(grey, scale, (side_px, side_px)))
        return [_to_picture(box, scale) for box in _grouped(planes)]

    def lines(self, look: npt.NDArray[np.uint8]) -> list[LineTrace]:
        """The lines in a second look of LOOK_PX, from top to bottom."""
        return _traced(_answer(self._look, look))


def look_matrix(box: ZoneBox) -> Matrix:
    """2x3: from pixels of the second look to pixels of the picture."""
    height, width = LOOK_PX
    margin = 1.6 * box.cap_px
    step = max((box.along_px + margin * 1.4) / width, (box.across_px + margin) / height)
    along = np.array((np.cos(box.angle_rad), np.sin(box.angle_rad))) * step
    across = np.array((-along[1], along[0]))
    corner = np.array(box.middle) - along * width / 2 - across * height / 2
    return np.array(((along[0], across[0], corner[0]), (along[1], across[1], corner[1])))


def lengthened(box: ZoneBox, traces: Sequence[LineTrace]) -> ZoneBox | None:
    """The box with more room where lines run out of the second look; None if none do."""
    width = LOOK_PX[1]
    left = any(trace.first_px < _EDGE_PX for trace in traces)
    right = any(trace.last_px > width - _EDGE_PX for trace in traces)
    if not left and not right:
        return None
    step = box.along_px * _LONGER
    shift = step / 2 * (int(right) - int(left))
    x = box.middle[0] + shift * np.cos(box.angle_rad)
    y = box.middle[1] + shift * np.sin(box.angle_rad)
    return replace(box, middle=(x, y), along_px=box.along_px + step * (int(left) + int(right)))


def _answer(model: Model, picture: npt.NDArray[np.uint8]) -> Float32:
    (planes,) = model.run(normalise(picture)[None, :, :, None])
    planes[0, :, :, 0] = 1 / (1 + np.exp(-planes[0, :, :, 0]))
    return np.asarray(planes[0], np.float32)


def _letterbox(grey: Gray8, scale: float, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(grey, size, interpolation=how)[: shape[0], : shape[1]]
    page = np.full(shape, int(np.median(small)), np.uint8)
    page[: small.shape[0], : small.shape[1]] = small
    return page


def _grouped(planes: Float32) -> list[ZoneBox]:
    """Cells that belong together, in pixels of the page."""
    core = planes[:, :, 0]
    seen = core > _SEEN
    if not seen.any():
        return []
    cap_cells = 8 * 2 ** float(np.median(planes[:, :, 3][seen])) / CELL_PX
    reach = int(np.clip(round(cap_cells * 2.6), 3, 15)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    joined = cv2.morphologyEx(seen.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    count, labels = cv2.connectedComponents(joined)
    groups = [(labels == number) & seen for number in range(1, count)]
    groups = [cells for cells in groups if cells.sum() >= _LEAST_CELLS]
    groups.sort(key=lambda cells: -float(core[cells].sum()))
    return [_box(planes, cells) for cells in groups[:_MOST_BOXES]]


def _box(planes: Float32, cells: Cells) -> ZoneBox:
    weight = planes[:, :, 0][cells]
    cosine = float((planes[:, :, 1][cells] * weight).sum())
    sine = float((planes[:, :, 2][cells] * weight).sum())
    cap_px = 8 * 2 ** float(np.average(planes[:, :, 3][cells], weights=weight))
    y, x = np.nonzero(cells)
    points = np.stack((x, y), axis=1) * float(CELL_PX) + (CELL_PX - 1) / 2
    angle = _refined(points, weight, float(np.arctan2(sine, cosine)))
    along = np.array((np.cos(angle), np.sin(angle)))
    across = np.array((-along[1], along[0]))
    u, v = points @ along, points @ across
    first, last = np.percentile(u, (0.5, 99.5))
    top, bottom = np.percentile(v, (1, 99))
    middle = along * (first + last) / 2 + across * (top + bottom) / 2
    return ZoneBox(
        middle=(float(middle[0]), float(middle[1])),
        along_px=float(last - first) + CELL_PX,
        across_px=float(bottom - top) + cap_px,
        angle_rad=angle,
        cap_px=cap_px,
        strength=float(weight.sum()),
    )


def _refined(points: npt.NDArray[np.float64], weight: Float32, angle: float) -> float:
    """The long axis of the cells; which way it reads is what the network saw."""
    centred = points - np.average(points, axis=0, weights=weight)
    spread = np.cov(centred.T, aweights=weight)
    values, vectors = np.linalg.eigh(spread)
    axis = vectors[:, 1]
    axis_angle = float(np.arctan2(axis[1], axis[0]))
    off = (axis_angle - angle + np.pi / 2) % np.pi - np.pi / 2
    return angle + off if values[1] > _LONG * values[0] else angle


def _to_picture(box: ZoneBox, scale: float) -> ZoneBox:
    x, y = ((side + 0.5) / scale - 0.5 for side in box.middle)
    return ZoneBox(
        (x, y),
        box.along_px / scale,
        box.across_px / scale,
        box.angle_rad,
        box.cap_px / scale,
        box.strength,
    )


def _traced(planes: Float32) -> list[LineTrace]:
    core = planes[:, :, 0]
    seen = (core > _CORE).astype(np.uint8)
    joined = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((1, 13), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=4)
    groups = [(labels == number) & (seen > 0) for number in range(1, count)]
    traces = [_trace(planes, cells) for cells in groups if cells.sum() >= _LEAST_CELLS]
    longest = max((t.last_px - t.first_px for t in traces), default=0.0)
    long = [t for t in traces if t.last_px - t.first_px >= _LEAST_SHARE * longest]
    lines = sorted(_whole(long), key=lambda t: t.curve[0] + t.curve[1] * LOOK_PX[1] / 2)
    return _alike(lines)


def _alike(lines: list[LineTrace]) -> list[LineTrace]:
    """The lines of a zone begin and end together; what one lost at an end, another shows."""
    if not lines:
        return []
    first, last = min(t.first_px for t in lines), max(t.last_px for t in lines)
    return [replace(t, first_px=first, last_px=last) for t in lines]


def _trace(planes: Float32, cells: Cells) -> LineTrace:
    y, x = np.nonzero(cells)
    weight = planes[:, :, 0][cells].astype(np.float64)
    xs, ys = (side * float(CELL_PX) + (CELL_PX - 1) / 2 for side in (x, y))
    wide = float(xs.max() - xs.min())
    degree = 2 if wide > LOOK_PX[1] / 3 else 1 if wide > 8 * CELL_PX else 0
    curve = np.zeros(3)
    powers = np.vander(xs, degree + 1, increasing=True) * np.sqrt(weight)[:, None]
    curve[: degree + 1] = np.linalg.lstsq(powers, ys * np.sqrt(weight), rcond=None)[0]
    cap_px = 8 * 2 ** float(np.average(planes[:, :, 3][cells], weights=weight))
    return LineTrace(
        first_px=float(xs.min()) - CELL_PX / 2,
        last_px=float(xs.max()) + CELL_PX / 2,
        curve=(float(curve[0]), float(curve[1]), float(curve[2])),
        cap_px=cap_px,
        strength=float(weight.sum()),
    )


def _whole(traces: list[LineTrace]) -> list[LineTrace]:
    """Pieces of one line put together: side by side, at the same height."""
    rest = sorted(traces, key=lambda t: -(t.last_px - t.first_px))
    whole: list[LineTrace] = []
    for piece in rest:
        for i, line in enumerate(whole):
            if _goes_on(line, piece):
                whole[i] = LineTrace(
                    min(line.first_px, piece.first_px),
                    max(line.last_px, piece.last_px),
                    line.curve,
                    line.cap_px,
                    line.strength + piece.strength,
                )
                break
        else:
            whole.append(piece)
    return whole


def _goes_on(line: LineTrace, piece: LineTrace) -> bool:
    middle = np.array(((piece.first_px + piece.last_px) / 2,))
    off = abs(float(line.middle_px(middle)[0] - piece.middle_px(middle)[0]))
    return off < 0.8 * line.cap_px
