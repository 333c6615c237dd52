"""Reads the machine readable zone of a picture: find the zone, lay its lines flat, read, settle."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision import mrz_cut, mrz_decode
from vision.errors import ImageError
from vision.image import MOST_PIXELS, Gray8
from vision.model_store import Model, ModelStore
from vision.mrz_advice import advice_for, advice_without_zone
from vision.mrz_reading import MrzLine, MrzReading, MrzShape, Quad
from vision.mrz_strip import PIXELS_PER_STEP, normalise
from vision.mrz_zone import PAGE_PX, LineTrace, Matrix, ZoneBox, ZoneFinder, lengthened, look_matrix

LINE_MODEL = "mrz-line"
CLOSE_LOOK_PX = 2 * PAGE_PX
"""Side of the first look when the zone was too small for the usual one."""
_GOOD = -0.15
_POOR = -1.6
_SHORTEST_PX = 8
_LENGTHS_PX = {2: 524.0, 3: 492.0}
"""Columns of a strip for a line of two or three: a pitch of 12 to 16, and room beside it."""
_MOST_LINES = 5
_MOST_OFF = 5
_MORE_LOOKS = 4
_LEAST_LINE_PX = 4
_GOOD_LINE = -0.02
_MOST_OFF_LINE = 2
_GUIDED_COST = 0.35


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One way to read the picture, and how good it is: mean log odds of its characters."""

    reading: MrzReading
    score: float
    box: ZoneBox


class MrzReader:
    """One reader for one thread; several threads would only wait for one another."""

    def __init__(self, finder: ZoneFinder, line: Model) -> None:
        self._finder, self._line = finder, line

    @classmethod
    def open(cls, store: ModelStore) -> "MrzReader":
        """Load both networks. Raises ModelError."""
        return cls(ZoneFinder.open(store), store.open(LINE_MODEL))

    def read(self, picture: npt.NDArray[np.uint8], shapes: Sequence[MrzShape]) -> MrzReading:
        """Find and read one zone anywhere in a picture (grey, BGR or BGRA; uint8), any way up.

        A picture without a zone gives a reading without lines and the advice that helps. Raises
        ImageError for what is no picture.
        """
        grey = to_grey(picture)
        if min(grey.shape) < _SHORTEST_PX:
            return MrzReading("", (), advice_without_zone(grey))
        best: _Candidate | None = None
        for box in self._places(grey):
            found = self._read_box(grey, box, shapes)
            if found and (best is None or found.score > best.score):
                best = found
            if best and best.score > _GOOD:
                break
        if best is None or best.score < _POOR:
            return MrzReading("", (), advice_without_zone(grey))
        reading = best.reading
        return MrzReading(reading.shape, reading.lines, advice_for(grey, best.box, reading))

    def read_line(self, picture: npt.NDArray[np.uint8], shapes: Sequence[MrzShape] = ()) -> MrzLine:
        """Read a picture that holds one cut-out line and little else. Raises ImageError.

        With `shapes`, a line as long as one of theirs is read as the one that it fits best.
        """
        grey = to_grey(picture)
        if min(grey.shape) < _LEAST_LINE_PX:
            return MrzLine("", (), "", (), np.zeros((4, 2), np.float32))
        best = mrz_decode.NOTHING
        for strip in mrz_cut.whole_line(grey):
            found = _guided(_SeenLine(self._steps(strip)), shapes)
            best = max(best, found, key=lambda settled: settled.score)
            if best.score > _GOOD_LINE:
                break
        height, width = grey.shape
        corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
        return _line(best, corners)

    def _places(self, grey: Gray8) -> Iterable[ZoneBox]:
        """Where to look and which way up, the likeliest first; one after another, as needed."""
        boxes = self._finder.boxes(grey)
        yield from boxes
        yield from (box.turned() for box in boxes[:1])
        if max(grey.shape) > 1.2 * PAGE_PX:
            yield from self._finder.boxes(grey, CLOSE_LOOK_PX)

    def _read_box(self, grey: Gray8, box: ZoneBox, shapes: Sequence[MrzShape]) -> _Candidate | None:
        matrix, traces = self._looked(grey, box)
        if len(traces) < 2:
            return None
        length_px = _LENGTHS_PX[min(len(traces), 3)]
        beside = (mrz_cut.STRIP_PX - length_px) / 2 / PIXELS_PER_STEP
        last = mrz_cut.STRIP_PX / PIXELS_PER_STEP - beside
        strips = [mrz_cut.strip(grey, matrix, trace, length_px) for trace in traces]
        seen = [_SeenLine(mrz_decode.trimmed(self._steps(one), beside, last)) for one in strips]
        options = [_fitted(shape, seen, first) for shape, first in _possible(shapes, seen)]
        if not options:
            return None
        score, shape, first, lines = max(options, key=lambda option: option[0])
        quads = [mrz_cut.quad(matrix, trace) for trace in traces[first:]]
        read = tuple(_line(line, quad) for line, quad in zip(lines, quads, strict=False))
        return _Candidate(MrzReading(shape.name, read), score, box)

    def _looked(self, grey: Gray8, box: ZoneBox) -> tuple[Matrix, list[LineTrace]]:
        """The lines in a box; where they leave the second look, it looks again, at more.

        Lines that still leave it are none: what is beyond their ends is not known.
        """
        matrix = look_matrix(box)
        traces = self._finder.lines(mrz_cut.look(grey, matrix))
        for _ in range(_MORE_LOOKS):
            longer = lengthened(box, traces)
            if longer is None:
                break
            box, matrix = longer, look_matrix(longer)
            traces = self._finder.lines(mrz_cut.look(grey, matrix))
        return matrix, [] if lengthened(box, traces) else traces[:_MOST_LINES]

    def _steps(self, strip: npt.NDArray[np.uint8]) -> mrz_decode.Array:
        (logits,) = self._line.run(normalise(strip)[None, :, :, None])
        return mrz_decode.probabilities(logits[0, 0])


def to_grey(picture: npt.NDArray[np.uint8]) -> Gray8:
    """Grey, BGR or BGRA (laid on white) to grey. Raises ImageError."""
    if picture.dtype != np.uint8:
        raise ImageError(f"not uint8 but {picture.dtype}.")
    channels = picture.shape[2] if picture.ndim == 3 else 1
    if picture.ndim not in (2, 3) or channels not in (1, 3, 4):
        raise ImageError(f"neither grey, BGR nor BGRA: {picture.shape}.")
    if not picture.size or picture.shape[0] * picture.shape[1] > MOST_PIXELS:
        raise ImageError(f"not a picture that can be read: {picture.shape}.")
    if channels == 1:
        return np.ascontiguousarray(picture.reshape(picture.shape[:2]))
    if channels == 3:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY).astype(np.uint16)
    alpha = picture[:, :, 3].astype(np.uint16)
    return np.asarray((grey * alpha + 255 * (255 - alpha)) // 255, np.uint8)


class _SeenLine:
    """The network's answer for one line, decoded once for each length that is asked for."""

    def __init__(self, steps: mrz_decode.Array) -> None:
        self._steps = steps
        self.free = mrz_decode.free(steps)
        self._sized = {len(self.free.odds): self.free}

    def sized(self, count: int) -> mrz_decode.Decoded:
        """Exactly `count` characters."""
        if count not in self._sized:
            self._sized[count] = mrz_decode.exactly(self._steps, count)
        return self._sized[count]


def _possible(
    shapes: Sequence[MrzShape], seen: Sequence[_SeenLine]
) -> Iterable[tuple[MrzShape, int]]:
    """Layouts and the first of the lines found that could be them; lengths may be a little off."""
    lengths = [len(line.free.odds) for line in seen]
    for shape in shapes:
        count = len(shape.lines)
        for first in range(len(lengths) - count + 1):
            off = [abs(n - shape.columns) for n in lengths[first : first + count]]
            if max(off) <= _MOST_OFF:
                yield shape, first


_Option = tuple[float, MrzShape, int, list[mrz_decode.Settled]]


def _fitted(shape: MrzShape, seen: Sequence[_SeenLine], first: int) -> _Option:
    lines = [
        mrz_decode.settle(seen[first + i].sized(shape.columns), likely)
        for i, likely in enumerate(shape.lines)
    ]
    return float(np.mean([line.score for line in lines])), shape, first, lines


def _guided(seen: _SeenLine, shapes: Sequence[MrzShape]) -> mrz_decode.Settled:
    """The line as the layout that it fits best would have it; unguided where it fits none."""
    length = len(seen.free.odds)
    fitting = [
        mrz_decode.settle(seen.sized(shape.columns), likely)
        for shape in shapes
        if abs(shape.columns - length) <= _MOST_OFF_LINE
        for likely in shape.lines
    ]
    best = max(fitting, key=lambda settled: settled.score, default=mrz_decode.NOTHING)
    free = mrz_decode.unguided(seen.free)
    return best if best.score > free.score - _GUIDED_COST else free


def _line(settled: mrz_decode.Settled, quad: Quad) -> MrzLine:
    return MrzLine(
        settled.text,
        settled.confidence,
        settled.second,
        settled.second_confidence,
        quad,
    )
