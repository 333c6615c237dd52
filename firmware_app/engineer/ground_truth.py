"""Folders of pictures whose zone is known: ground_truth.csv, or a text file beside each line."""

import csv
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from firmware_app.engineer.report import progress, shortened
from firmware_app.errors import SetupError
from vision.picture_file import SUFFIXES

TABLE = "ground_truth.csv"
TEXT = ".gt.txt"
TABLE_MEND = "Its columns are file, line1, line2, line3 ...; pictures lie beside it or in images/."
LINES_MEND = "Give a folder of pictures of one line each, with NAME.gt.txt beside NAME.png."


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """One picture and what is printed on it, wrong check digits included; personal."""

    name: str
    path: Path
    printed: tuple[str, ...]


def zones(folder: Path) -> list[Case]:
    """The rows of ground_truth.csv. Raises SetupError.

    A row whose picture is not there stays: it counts as not read. Pictures without a row are named.
    """
    with _readable(TABLE_MEND):
        return _zones(folder)


def _zones(folder: Path) -> list[Case]:
    home = folder / "images" if (folder / "images").is_dir() else folder
    cases = [
        Case(row["file"], home / row["file"], printed)
        for row in _rows(folder / TABLE)
        if (printed := _lines(row)) and row.get("file")
    ]
    if not cases:
        raise SetupError(f"{folder / TABLE} names no picture.", TABLE_MEND)
    known = {case.path for case in cases}
    for path in sorted(home.iterdir()):
        if path.suffix.lower() in SUFFIXES and path not in known:
            progress(f"  {shortened(path.name)}: not in {TABLE}, left out")
    return cases


def lines(folder: Path) -> list[Case]:
    """Every picture below `folder` with its text beside it. Raises SetupError."""
    with _readable(LINES_MEND):
        return _lines_below(folder)


@contextmanager
def _readable(mend: str) -> Iterator[None]:
    """What one may not enter or read is said in one line."""
    try:
        yield
    except OSError as error:
        raise SetupError(f"{error.filename}: {error.strerror}.", mend) from error


def _lines_below(folder: Path) -> list[Case]:
    if not folder.is_dir():
        raise SetupError(f"{folder} is no folder.", LINES_MEND)
    cases, lonely = [], 0
    for path in sorted(_files(folder)):
        if path.suffix.lower() in SUFFIXES:
            text = path.with_suffix(TEXT)
            if text.is_file():
                cases.append(Case(str(path.relative_to(folder)), path, (_text(text),)))
            else:
                lonely += 1
    if lonely:
        progress(f"  {lonely} pictures without {TEXT}, left out")
    if not cases:
        raise SetupError(f"{folder} has no picture with its {TEXT}.", LINES_MEND)
    return cases


def _files(folder: Path) -> Iterator[Path]:
    """Every file below; unlike rglob, it does not pass over in silence what one may not enter."""

    def refuse(error: OSError) -> None:
        raise error

    for home, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(home) / name for name in names)


def _text(path: Path) -> str:
    """One line without spaces; what is no UTF-8 becomes a mark that no reading equals."""
    return "".join(path.read_text(encoding="utf-8", errors="replace").split())


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"file", "line1"} <= set(rows.fieldnames or ()):
                raise SetupError(f"{path} has no columns `file` and `line1`.", TABLE_MEND)
            return list(rows)
    except OSError as error:
        raise SetupError(f"{path}: {error.strerror}.", TABLE_MEND) from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is no table in UTF-8.", TABLE_MEND) from error
    except csv.Error as error:
        raise SetupError(f"{path} is no table: {_csv_words(error)}", TABLE_MEND) from error


def _csv_words(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"a field has more than {csv.field_size_limit():,} characters."
    return "a row cannot be parsed."


def _lines(row: dict[str, str]) -> tuple[str, ...]:
    # what stands past the header's columns has no key at all
    columns = sorted(key for key in filter(None, row) if re.fullmatch(r"line\d", key))
    return tuple(row[column].strip() for column in columns if row[column])
