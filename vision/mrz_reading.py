"""What was read of a zone in a picture: characters, how sure each is, and what would help."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

import numpy as np
import numpy.typing as npt

Quad = npt.NDArray[np.float32]
"""float32 of shape (4, 2): corners in picture pixels (x, y), in reading order from the top left."""

SURE = 0.90
"""A character below this confidence makes its reading doubtful."""

SAME_SHARE = 0.6
"""Readings of which so many characters are alike are of one document."""


class MrzAdvice(StrEnum):
    """What the traveller should do; the reader of the advice shows one at a time, the first."""

    NO_ZONE = "no_zone"
    WRONG_PAGE = "wrong_page"
    CLOSER = "closer"
    FARTHER = "farther"
    HOLD_STILL = "hold_still"
    GLARE = "glare"
    UPSIDE_DOWN = "upside_down"


@dataclass(frozen=True, slots=True)
class MrzShape:
    """A layout as the decoder needs it: for every line and column the likely characters."""

    name: str
    lines: tuple[tuple[str, ...], ...]

    @property
    def columns(self) -> int:
        """Characters in a line."""
        return len(self.lines[0])


@dataclass(frozen=True, slots=True, repr=False)
class MrzLine:
    """One line: text, and for every character its confidence 0-1 and the next likely character."""

    text: str
    confidence: tuple[float, ...]
    second: str
    second_confidence: tuple[float, ...]
    quad: Quad

    def __repr__(self) -> str:
        """Say the length, never the text: a line is personal."""
        return f"MrzLine({len(self.text)} characters)"

    @property
    def least(self) -> float:
        """The confidence of the least sure character; 0 for an empty line."""
        return min(self.confidence, default=0.0)

    @property
    def mean(self) -> float:
        """Mean confidence; 0 for an empty line."""
        return fmean(self.confidence) if self.confidence else 0.0


@dataclass(frozen=True, slots=True, repr=False)
class MrzReading:
    """What one picture, or several combined, gave; no lines where no zone was found."""

    shape: str
    lines: tuple[MrzLine, ...]
    advice: tuple[MrzAdvice, ...] = ()

    def __repr__(self) -> str:
        """Say the shape, never the text."""
        return f"MrzReading({self.shape or 'nothing'}, {len(self.lines)} lines)"

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines as text."""
        return tuple(line.text for line in self.lines)

    @property
    def sure(self) -> bool:
        """Whether every character of a whole zone is above SURE; check digits are not asked."""
        return bool(self.lines) and min(line.least for line in self.lines) >= SURE


def same_document(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two readings, lines of text, are of one document: the share of like characters."""
    first, second = "".join(one), "".join(other)
    alike = sum(a == b for a, b in zip(first, second, strict=False))
    return alike >= SAME_SHARE * max(len(first), len(second))
