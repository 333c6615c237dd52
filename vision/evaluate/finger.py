"""Finger pictures through systems that extract and compare: every pair, every time; no decision.

A system is the kiosk's own (`KioskFingers`), or another one on the same pictures. What a system
fails to extract scores 0 against everything and stays counted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from vision.errors import VisionError
from vision.evaluate.rates import Numbers, Scores
from vision.evaluate.usage import Spent, timed
from vision.finger_match import LEAST_POINTS, Impression, impressions, match
from vision.finger_pipeline import FingerPipeline
from vision.image import Gray8
from vision.iso19794_2 import decode
from vision.mrz_reader import to_grey
from vision.picture_file import read_picture

Told = Callable[[str, Sequence[int]], Iterable[int]]
"""Walks over the numbers and says on the way how far it is, with these words."""


class NothingTakenError(VisionError):
    """Not one picture of a folder gave a template."""

    mend = "Look at the pictures: dark ridges on a light ground, one finger each; and at --ppi."


@dataclass(frozen=True, slots=True)
class Print:
    """One picture file and the finger that it is of, by name."""

    file: str
    finger: str
    path: Path


@dataclass(frozen=True, slots=True)
class Taken:
    """What a system made of one picture; quality 0-100, 0 where the system tells none.

    `prepare` is what it took to make the template ready to be matched, where that is separate.
    """

    minutiae: int
    quality: int = 0
    extract: Spent = field(default_factory=Spent)
    prepare: Spent = field(default_factory=Spent)


@dataclass(frozen=True, slots=True)
class Compared:
    """One template against others: a score for each, and milliseconds, for each or on average."""

    scores: tuple[float, ...]
    taken_ms: tuple[float, ...]
    cpu_ms: tuple[float, ...]


class FingerSystem(Protocol):
    """What extracts and compares; it keeps its templates by the number of the picture."""

    @property
    def name(self) -> str:
        """As it is called in the answer."""

    def take(self, number: int, gray: Gray8, ppi: int) -> Taken:
        """Extract a template and keep it. Raises VisionError."""

    def compare(self, number: int, others: Sequence[int]) -> Compared:
        """Compare one kept template with others. Raises VisionError."""


@dataclass(slots=True)
class Measured:
    """Everything that one system did with one folder.

    `failures` tells by number why a picture gave no template; `scores` is (n, n), symmetric.
    """

    prints: tuple[Print, ...]
    scores: Numbers
    taken: dict[int, Taken] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    match_ms: list[float] = field(default_factory=list)
    match_cpu_ms: list[float] = field(default_factory=list)

    @property
    def by_finger(self) -> Scores:
        """The scores, and whose each picture is as a number."""
        _, whose = np.unique([one.finger for one in self.prints], return_inverse=True)
        return Scores(self.scores, whose.astype(np.int64))

    @property
    def quality(self) -> Numbers:
        """Of each picture (n,); 0 where nothing was taken."""
        numbers = range(len(self.prints))
        return np.array([self.taken[n].quality if n in self.taken else 0 for n in numbers], float)


class KioskFingers:
    """The kiosk's own extractor and matcher."""

    name = "kiosk"

    def __init__(self, pipeline: FingerPipeline) -> None:
        self._pipeline = pipeline
        self._ready: dict[int, Impression] = {}

    def take(self, number: int, gray: Gray8, ppi: int) -> Taken:
        """Extract through the record, as it would be stored. Raises ImageError, ModelError."""
        with timed() as extracting:
            template = self._pipeline.extract(gray, ppi)
        record = decode(template.record)
        with timed() as preparing:
            self._ready[number] = impressions(record)[0]
        return Taken(template.minutiae, template.quality, extracting, preparing)

    def compare(self, number: int, others: Sequence[int]) -> Compared:
        """Compare one to one, each timed by itself."""
        scores, spent = [], []
        for other in others:
            with timed() as matching:
                found = match(self._ready[number], self._ready[other])
            scores.append(found.score)
            spent.append(matching)
        return Compared(
            tuple(scores),
            tuple(one.wall_ms for one in spent),
            tuple(one.cpu_ms for one in spent),
        )


def measure(
    prints: Sequence[Print], systems: Sequence[FingerSystem], ppi: int, told: Told
) -> list[Measured]:
    """Every system on every picture, then on every pair, in turn, so that noise meets all alike.

    Raises NothingTakenError where one of them got nothing out of any picture.
    """
    size = len(prints)
    found = [Measured(tuple(prints), np.zeros((size, size))) for _ in systems]
    for number in told("pictures", range(size)):
        _take(number, prints[number].path, list(zip(systems, found, strict=True)), ppi)
    for system, one in zip(systems, found, strict=True):
        if len(one.failures) == size:
            raise NothingTakenError(f"{system.name}: no template of {size}: {one.failures[0]}")
    for number in told("pictures compared with all others", range(size - 1)):
        for system, one in zip(systems, found, strict=True):
            _compare(number, system, one)
    return found


def _take(
    number: int, path: Path, systems: Sequence[tuple[FingerSystem, Measured]], ppi: int
) -> None:
    """One picture; it is let go before the next is decoded."""
    try:
        gray = _gray(path)
    except VisionError as error:
        for _, found in systems:
            found.failures[number] = str(error)
        return
    for system, found in systems:
        try:
            taken = system.take(number, gray, ppi)
        except VisionError as error:
            found.failures[number] = str(error)
            continue
        found.taken[number] = taken
        if taken.minutiae < LEAST_POINTS:
            found.failures[number] = f"{taken.minutiae} minutiae, fewer than {LEAST_POINTS}."


def _compare(number: int, system: FingerSystem, found: Measured) -> None:
    if number in found.failures:
        return
    others = [n for n in range(number + 1, len(found.prints)) if n not in found.failures]
    if not others:
        return
    compared = system.compare(number, others)
    found.scores[number, others] = found.scores[others, number] = compared.scores
    found.match_ms += compared.taken_ms
    found.match_cpu_ms += compared.cpu_ms


def _gray(path: Path) -> Gray8:
    """Raises PictureFileError, ImageError."""
    return to_grey(read_picture(path))
