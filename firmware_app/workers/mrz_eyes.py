"""From what the eyes saw of a zone to a judged one: shapes in, doubts settled, fields parsed.

The live step, `kiosk evaluate` and whoever reads a picture use this same glue, so that what is
measured is what ships.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Protocol

from firmware_app.domain import mrz_shapes
from firmware_app.domain.document_checks_reading import Confidence
from firmware_app.domain.mrz import Mrz, MrzError, parse
from firmware_app.domain.mrz_repair import Doubt, parse_settled
from firmware_app.workers.session import Pixels
from vision.mrz_reading import SURE, MrzAdvice, MrzLine, MrzReading, MrzShape

LEAST_SECOND = 0.02
"""A second reading less likely than this is no alternative."""


class PictureReader(Protocol):
    """What reads the zone of one picture: `vision.mrz_reader.MrzReader`."""

    def read(self, picture: Pixels, shapes: Sequence[MrzShape]) -> MrzReading:
        """Find the zone and read it; no lines where there is none. Raises ImageError."""


class FrameReader(Protocol):
    """What combines the frames of one document: `vision.mrz_frames.MrzFrames`."""

    def add(self, picture: Pixels) -> MrzReading:
        """One frame more; gives what all of them say together. Raises ImageError."""

    def clear(self) -> None:
        """Forget all of them."""


@dataclass(frozen=True, slots=True, repr=False)
class Judged:
    """A reading after its doubts were settled; `mrz` is None where the lines are no zone.

    `lines` are what stands in `mrz`, or what was read where there is none; personal.
    """

    lines: tuple[str, ...]
    mrz: Mrz | None
    confidence: Confidence
    advice: tuple[MrzAdvice, ...] = ()
    why_not: str = ""

    def __repr__(self) -> str:
        """Say how far it came, never what it says."""
        return f"Judged({self.note or 'sure'})"

    @property
    def holds(self) -> bool:
        """Whether it is a zone, and every check digit that is printed holds."""
        return self.mrz is not None and self.mrz.all_hold

    @property
    def sure(self) -> bool:
        """Whether it may be taken as it is: it holds, and nothing was doubtful or repaired."""
        return not self.note

    @property
    def legible(self) -> bool:
        """Whether every character was sure, whatever the check digits say of them."""
        return self.mrz is not None and self.confidence.least >= SURE

    @property
    def note(self) -> str:
        """Why it is not sure, in words without a character of it; empty where it is."""
        if self.mrz is None:
            return self.why_not
        doubtful = len(self.confidence.doubtful)
        wrong = [digit.field for digit in self.mrz.check_digits if not digit.holds]
        reasons = [
            f"{doubtful} doubtful" if doubtful else "",
            f"{len(self.mrz.repairs)} repaired" if self.mrz.repairs else "",
            f"wrong digit: {', '.join(wrong)}" if wrong else "",
            f"malformed: {', '.join(self.mrz.malformed)}" if self.mrz.malformed else "",
        ]
        return "; ".join(filter(None, reasons))


@cache
def shapes() -> tuple[MrzShape, ...]:
    """Every layout that the parser knows, in the words of the reader."""
    return tuple(MrzShape(shape.name, shape.lines) for shape in mrz_shapes.shapes())


def judge(reading: MrzReading, today: date) -> Judged:
    """Settle what the eye doubted, as far as columns and check digits settle it, and parse."""
    confidence = Confidence(
        tuple(tuple(map(float, line.confidence)) for line in reading.lines), SURE
    )
    if not reading.lines:
        return Judged((), None, confidence, reading.advice, "no zone found")
    marks = doubts(reading.lines)
    try:
        # an eye that doubted nothing is not corrected: wrongly printed digits do exist
        mrz = (
            parse_settled(reading.texts, marks, today=today)
            if marks
            else parse(reading.texts, today)
        )
    except MrzError as error:
        return Judged(reading.texts, None, confidence, reading.advice, f"no zone: {error}")
    return Judged(mrz.lines, mrz, confidence, reading.advice)


def doubts(lines: Sequence[MrzLine]) -> tuple[Doubt, ...]:
    """Every character below SURE, with the next likely one where it is likely at all."""
    return tuple(
        Doubt(row, column, line.second[column] if second >= LEAST_SECOND else "")
        for row, line in enumerate(lines)
        for column, (first, second) in enumerate(
            zip(line.confidence, line.second_confidence, strict=True)
        )
        if first < SURE
    )
