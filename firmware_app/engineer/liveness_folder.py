"""What `kiosk evaluate liveness` reads: portraits of people, and the files of a field test."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from firmware_app.engineer.ground_truth import TABLE
from firmware_app.engineer.report import progress, shortened
from firmware_app.errors import SetupError
from vision.errors import VisionError
from vision.evaluate.attack_clip import Plan, TimedFrame
from vision.evaluate.attack_species import LIVE
from vision.image import Bgr8
from vision.liveness import ChallengeKind
from vision.liveness_colours import Colour
from vision.picture_file import SUFFIXES, read_picture

CLIP_SUFFIXES = frozenset({".avi", ".mkv", ".mov", ".mp4", ".webm"})
LONGEST_CLIP_S = 120.0
LARGEST_FRAME_PX = 4096 * 4096
MOST_ROWS = 20_000
UNKNOWN, ATTACK = "unknown", "attack"
TABLE_MEND = (
    "Its columns are file and label (live or attack), and where known species, person, plan"
    " (turn_left blink colours) and colours (ff8c3c 5aff78); docs/pad-field-test.md has them all."
)
PORTRAITS_MEND = "Name a folder with one folder of pictures a person."


@dataclass(frozen=True, slots=True, repr=False)
class Clip:
    """One presentation of a field test: a film or a picture, and what is known of it."""

    name: str
    path: Path
    species: str
    person: str
    plan: Plan

    @property
    def is_film(self) -> bool:
        """Whether anything can be seen to happen in it."""
        return self.path.suffix.lower() in CLIP_SUFFIXES


def portraits(folder: Path) -> dict[str, list[Path]]:
    """The picture files of FOLDER/<person>/, by person. Raises SetupError."""
    with _readable(PORTRAITS_MEND):
        if not folder.is_dir():
            raise SetupError(f"{folder} is no folder.", PORTRAITS_MEND)
        found = {
            home.name: [
                path
                for path in sorted(home.iterdir())
                if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
            ]
            for home in sorted(folder.iterdir())
            if home.is_dir()
        }
    found = {person: paths for person, paths in found.items() if paths}
    if not found:
        raise SetupError(f"{folder} has no pictures of people.", PORTRAITS_MEND)
    return found


def clips(folder: Path) -> list[Clip]:
    """The rows of ground_truth.csv. Raises SetupError."""
    with _readable(TABLE_MEND):
        found = [_clip(folder, row, line) for line, row in enumerate(_rows(folder / TABLE), 2)]
    if not found:
        raise SetupError(f"{folder / TABLE} names no file.", TABLE_MEND)
    return found


def frames(clip: Clip) -> Iterator[TimedFrame]:
    """Seconds and picture of each frame; of a picture, the one. Raises SetupError."""
    if clip.is_film:
        yield from _film(clip.path)
        return
    try:
        yield 0.0, np.ascontiguousarray(read_picture(clip.path)[:, :, :3])
    except VisionError as error:
        raise SetupError(f"{shortened(clip.name)}: {error}", error.mend) from error


def _film(path: Path) -> Iterator[TimedFrame]:
    """Times come from the file; where it has none that rise, from its rate."""
    film = cv2.VideoCapture(str(path))
    try:
        rate, last_s, read = film.get(cv2.CAP_PROP_FPS) or 15.0, -1.0, False
        while last_s < LONGEST_CLIP_S:
            taken, pixels = film.read()
            if not taken or pixels.size > 3 * LARGEST_FRAME_PX:
                break
            told_s = film.get(cv2.CAP_PROP_POS_MSEC) / 1000
            last_s = told_s if told_s > last_s else last_s + 1 / rate
            read = True
            yield last_s, np.asarray(pixels, np.uint8)
    finally:
        film.release()
    if not read:
        mend = "Clips are AVI, Matroska, MOV, MP4 or WebM files that OpenCV reads."
        raise SetupError(f"{shortened(path.name)} is no film.", mend)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, restval="")
            if not {"file", "label"} <= set(table.fieldnames or ()):
                raise SetupError(f"{path} has no columns `file` and `label`.", TABLE_MEND)
            rows = [row for row, _ in zip(table, range(MOST_ROWS), strict=False)]
    except (csv.Error, UnicodeDecodeError) as error:
        raise SetupError(f"{path} is no table of text.", TABLE_MEND) from error
    return [row for row in rows if row["file"].strip()]


def _clip(folder: Path, row: dict[str, str], line: int) -> Clip:
    name, label = row["file"].strip(), row["label"].strip().lower()
    path = folder / name
    if label not in {LIVE, ATTACK}:
        raise SetupError(
            f"line {line} of {TABLE}: the label is neither live nor attack.", TABLE_MEND
        )
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise SetupError(f"line {line} of {TABLE}: {shortened(name)} is not there.", TABLE_MEND)
    if path.suffix.lower() not in CLIP_SUFFIXES | set(SUFFIXES):
        raise SetupError(f"line {line} of {TABLE}: {shortened(name)} is no clip.", TABLE_MEND)
    species = row.get("species", "").strip() or UNKNOWN
    try:
        plan = Plan(_kinds(row.get("plan", "")), _colours(row.get("colours", "")))
    except ValueError as error:
        raise SetupError(f"line {line} of {TABLE}: {error}", TABLE_MEND) from error
    person = row.get("person", "").strip() or UNKNOWN
    return Clip(name, path, LIVE if label == LIVE else species, person, plan)


def _kinds(words: str) -> tuple[ChallengeKind, ...]:
    """Challenges by name. Raises ValueError."""
    known = {kind.value for kind in ChallengeKind}
    for word in words.split():
        if word not in known:
            raise ValueError(f"{shortened(word)} is no challenge of {', '.join(sorted(known))}.")
    return tuple(ChallengeKind(word) for word in words.split())


def _colours(words: str) -> tuple[Colour, ...]:
    """Colours as rrggbb. Raises ValueError."""
    found: list[Colour] = []
    for word in words.split():
        if not re.fullmatch("[0-9a-fA-F]{6}", word):
            raise ValueError(f"{shortened(word)} is no colour like ff8c3c.")
        red, green, blue = bytes.fromhex(word)
        found.append((red, green, blue))
    return tuple(found)


@contextmanager
def _readable(mend: str) -> Iterator[None]:
    """What one may not enter or read is said in one line."""
    try:
        yield
    except OSError as error:
        raise SetupError(f"{shortened(str(error.filename))}: {error.strerror}.", mend) from error


def read_portrait(path: Path) -> Bgr8 | None:
    """The picture; None for what is none, which is told."""
    try:
        return np.ascontiguousarray(read_picture(path)[:, :, :3])
    except VisionError:
        progress(f"  {shortened(path.name)}: no picture, left out")
        return None
