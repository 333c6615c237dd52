"""Several frames of one document read together: each character from the frames that saw it best."""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from vision.mrz_reading import MrzLine, MrzReading, MrzShape, same_document

_KEPT = 0.5
"""What older frames still count when a new one comes: frames of one camera err alike."""
_MOST_EVIDENCE = 9.0


class Reader(Protocol):
    """What reads one picture; MrzReader is one."""

    def read(self, picture: npt.NDArray[np.uint8], shapes: Sequence[MrzShape]) -> MrzReading:
        """Find and read one zone."""


class MrzFrames:
    """Holds what was read so far, in memory, until `clear`."""

    def __init__(self, reader: Reader, shapes: Sequence[MrzShape]) -> None:
        self._reader, self._shapes = reader, tuple(shapes)
        self._last = MrzReading("", ())
        self._evidence: list[list[dict[str, float]]] = []
        self._best: list[list[dict[str, float]]] = []

    def add(self, picture: npt.NDArray[np.uint8]) -> MrzReading:
        """Read one more frame and give what all of them say; its advice is that of this frame.

        Another document or layout starts anew. Raises ImageError.
        """
        found = self._reader.read(picture, self._shapes)
        if not found.lines:
            return MrzReading(self._last.shape, self._last.lines, found.advice)
        if not self._continues(found):
            self.clear()
        self._weigh(found)
        lines = tuple(
            _judged(line, evidence, best)
            for line, evidence, best in zip(found.lines, self._evidence, self._best, strict=True)
        )
        self._last = MrzReading(found.shape, lines)
        return MrzReading(found.shape, lines, () if self._last.sure else found.advice)

    def clear(self) -> None:
        """Forget the document."""
        self._last = MrzReading("", ())
        self._evidence = []

    def _continues(self, found: MrzReading) -> bool:
        return found.shape == self._last.shape and same_document(self._last.texts, found.texts)

    def _weigh(self, found: MrzReading) -> None:
        if not self._evidence:
            self._evidence = [[{} for _ in line.text] for line in found.lines]
            self._best = [[{} for _ in line.text] for line in found.lines]
        for row, (line, places) in enumerate(zip(found.lines, self._evidence, strict=True)):
            for i, place in enumerate(places):
                for sign in place:
                    place[sign] *= _KEPT
                for sign, sure in (
                    (line.text[i], line.confidence[i]),
                    (line.second[i], line.second_confidence[i]),
                ):
                    place[sign] = min(place.get(sign, 0.0) + _evidence(sure), _MOST_EVIDENCE)
                best = self._best[row][i]
                best[line.text[i]] = max(best.get(line.text[i], 0.0), line.confidence[i])


def _evidence(confidence: float) -> float:
    """Nothing for 0, more and more towards 1."""
    return -math.log(max(1 - confidence, math.exp(-_MOST_EVIDENCE)))


def _judged(
    line: MrzLine, places: list[dict[str, float]], bests: list[dict[str, float]]
) -> MrzLine:
    """The signs with the most evidence; confidence by how far each is ahead of the next.

    Frames of one camera err alike, so many never make a sign surer than the best one was alone.
    """
    text, second, confidence, second_confidence = "", "", [], []
    for place, best in zip(places, bests, strict=True):
        (first, most), (other, less) = [
            *sorted(place.items(), key=lambda item: -item[1]),
            ("<", 0.0),
        ][:2]
        sure = min(1 - math.exp(less - most), best.get(first, 0.0))
        text, second = text + first, second + other
        confidence.append(sure)
        second_confidence.append(min(1 - sure, 1 - math.exp(-less)))
    return MrzLine(text, tuple(confidence), second, tuple(second_confidence), line.quad)
