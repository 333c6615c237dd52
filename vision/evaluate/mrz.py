"""Scores of readings of machine readable zones: exact zones, lines, characters, times; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.evaluate.rates import wilson

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Trial:
    """One picture: what is printed there and what was read; personal, so its repr shows neither.

    taken_ms is None where nothing could be tried (no picture); cpu_ms is the processor's share,
    which tells more where the machine is busy with other things. `sure`: every character was sure,
    every check digit held, nothing was repaired. `note` says why not, without any character.
    """

    file: str
    printed: Lines
    read: Lines
    taken_ms: float | None
    sure: bool = False
    note: str = ""
    cpu_ms: float = 0.0

    def __repr__(self) -> str:
        """Say which picture and how it went."""
        return f"Trial({self.file}, {self.lines_correct} of {len(self.printed)} lines)"

    @property
    def correct(self) -> bool:
        """Whether everything was read as it is printed."""
        return self.read == self.printed

    @property
    def lines_correct(self) -> int:
        """Lines that are exact; which line of the print one is, is settled by its place."""
        return sum(read == printed for read, printed in zip(self.read, self.printed, strict=False))

    @property
    def characters(self) -> int:
        """Characters that are printed."""
        return sum(map(len, self.printed))

    @property
    def character_errors(self) -> int:
        """Characters to insert, drop or change until the reading is the print."""
        return (
            distance("\n".join(self.read), "\n".join(self.printed))
            if self.read
            else (self.characters)
        )

    @property
    def confident_error(self) -> bool:
        """Read wrongly, and nothing said so."""
        return self.sure and not self.correct


@dataclass(frozen=True, slots=True)
class Summary:
    """All pictures of a folder together; intervals are 95 % (Wilson), as shares of 1."""

    pictures: int
    fully_correct: int
    fully_correct_interval: tuple[float, float]
    lines: int
    lines_correct: int
    lines_correct_interval: tuple[float, float]
    character_error_pct: float
    median_ms: float
    p90_ms: float
    median_cpu_ms: float
    p90_cpu_ms: float
    sure: int
    confident_errors: tuple[str, ...]
    not_tried: tuple[str, ...]


def summary(trials: Sequence[Trial]) -> Summary:
    """Add them up. What could not be tried counts as wrong, and as no time."""
    correct = sum(trial.correct for trial in trials)
    lines = sum(len(trial.printed) for trial in trials)
    lines_correct = sum(trial.lines_correct for trial in trials)
    characters = sum(trial.characters for trial in trials)
    errors = sum(trial.character_errors for trial in trials)
    median_ms, p90_ms = spread([one.taken_ms for one in trials if one.taken_ms is not None])
    median_cpu_ms, p90_cpu_ms = spread([one.cpu_ms for one in trials if one.taken_ms is not None])
    return Summary(
        pictures=len(trials),
        fully_correct=correct,
        fully_correct_interval=interval(correct, len(trials)),
        lines=lines,
        lines_correct=lines_correct,
        lines_correct_interval=interval(lines_correct, lines),
        character_error_pct=round(100 * errors / characters, 3) if characters else 0.0,
        median_ms=median_ms,
        p90_ms=p90_ms,
        median_cpu_ms=median_cpu_ms,
        p90_cpu_ms=p90_cpu_ms,
        sure=sum(trial.sure for trial in trials),
        confident_errors=tuple(trial.file for trial in trials if trial.confident_error),
        not_tried=tuple(trial.file for trial in trials if trial.taken_ms is None),
    )


def spread(taken_ms: Sequence[float], places: int = 1) -> tuple[float, float]:
    """The median and the 90th percentile; 0 and 0 of nothing."""
    if not taken_ms:
        return 0.0, 0.0
    median_ms, p90_ms = np.quantile(taken_ms, (0.5, 0.9))
    return round(float(median_ms), places), round(float(p90_ms), places)


def interval(hits: int, tried: int) -> tuple[float, float]:
    """The 95 % interval of a share, in four places."""
    low, high = wilson(hits, tried)
    return round(low, 4), round(high, 4)


def distance(read: str, printed: str) -> int:
    """Levenshtein's distance: the fewest characters to insert, drop or change."""
    before = list(range(len(printed) + 1))
    for row, one in enumerate(read, start=1):
        now = [row]
        for column, other in enumerate(printed, start=1):
            changed = before[column - 1] + (one != other)
            now.append(min(changed, before[column] + 1, now[-1] + 1))
        before = now
    return before[-1]
