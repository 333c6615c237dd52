"""Which face pictures there are and whose: FOLDER/<person>/*.jpg, or pairs that a CSV lists."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from firmware_app.engineer.report import progress, shortened
from firmware_app.errors import SetupError
from vision.evaluate.face import FacePicture, ListedPairs
from vision.picture_file import SUFFIXES

MEND = "Name a folder with one folder of pictures a person, or pictures and --pairs CSV."
PAIRS_MEND = (
    "Write one pair a line: first,second,same - two picture files below the folder, and 1 or 0 for"
    " the same person or another."
)
MOST_PICTURES = 3000
MOST_LISTED = 20_000
MOST_ROWS = 200_000
LABELS = dict.fromkeys(("1", "true", "yes", "same", "genuine", "match"), True)
LABELS |= dict.fromkeys(("0", "-1", "false", "no", "different", "impostor", "nonmatch"), False)


def people(folder: Path, least: int = 2) -> list[FacePicture]:
    """Each folder is a person, each picture file in it one picture; `least` people are needed.

    Raises SetupError.
    """
    found: list[FacePicture] = []
    with readable(MEND):
        if not folder.is_dir():
            raise SetupError(f"{folder} is no folder.", MEND)
        homes = sorted(path for path in folder.iterdir() if path.is_dir())
        for person, home in enumerate(homes):
            found += [
                FacePicture(f"{home.name}/{path.name}", path, person)
                for path in sorted(home.iterdir())
                if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
            ]
    have = len({one.person for one in found})
    if have < least:
        what = f"{len(found)} pictures of {have} people are too few."
        raise SetupError(f"{folder}: {what}", MEND)
    return _few(found, MOST_PICTURES, "List the pairs that you want in a CSV for --pairs.")


def pairs(folder: Path, table: Path) -> tuple[list[FacePicture], ListedPairs]:
    """The pairs of a CSV; whoever is joined by pairs of one person is one person.

    Raises SetupError.
    """
    rows = _rows(folder, table)
    paths = sorted({path for first, second, _ in rows for path in (first, second)})
    number = {path: at for at, path in enumerate(paths)}
    numbered = [(number[first], number[second], same) for first, second, same in rows]
    whose = _joined(len(paths), [(one, other) for one, other, same in numbered if same])
    pictures = [FacePicture(_name(folder, path), path, whose[at]) for at, path in enumerate(paths)]
    listed = ListedPairs(
        tuple((one, other) for one, other, same in numbered if same),
        tuple((one, other) for one, other, same in numbered if not same),
    )
    if not listed.same or not listed.other:
        have = f"{len(listed.same)} pairs of one person, {len(listed.other)} of two"
        raise SetupError(f"{table}: {have}; both kinds are needed.", PAIRS_MEND)
    return _few(pictures, MOST_LISTED, "List fewer pairs."), listed


def _rows(folder: Path, table: Path) -> list[tuple[Path, Path, bool]]:
    """First picture, second picture, whether of one person; in any order, other columns beside.

    A head line is passed over.
    """
    with readable(PAIRS_MEND):
        try:
            with table.open(encoding="utf-8-sig", newline="") as file:
                cells = [row for row, _ in zip(csv.reader(file), range(MOST_ROWS), strict=False)]
        except (csv.Error, UnicodeDecodeError) as error:
            raise SetupError(f"{table} is no table of text.", PAIRS_MEND) from error
    home = folder if folder.is_dir() else table.parent
    rows, wrong = [], []
    for line, row in enumerate(cells, start=1):
        paths = [
            home / cell.strip() for cell in row if Path(cell.strip()).suffix.lower() in SUFFIXES
        ]
        labels = [LABELS[cell.strip().lower()] for cell in row if cell.strip().lower() in LABELS]
        if len(paths) == 2 and len(labels) == 1:
            rows.append((paths[0], paths[1], labels[0]))
        elif line > 1 and any(map(str.strip, row)):
            wrong.append(line)
    if wrong:
        progress(f"  {len(wrong)} lines of {table.name} are no pairs, the first is line {wrong[0]}")
    if not rows:
        raise SetupError(f"{table} lists no pair.", PAIRS_MEND)
    return rows


def _joined(size: int, same: Sequence[tuple[int, int]]) -> list[int]:
    """A number for each picture's person: pictures joined by pairs of one person share it."""
    parent = list(range(size))

    def root(of: int) -> int:
        while parent[of] != of:
            parent[of] = parent[parent[of]]
            of = parent[of]
        return of

    for one, other in same:
        parent[root(one)] = root(other)
    return [root(number) for number in range(size)]


def _name(folder: Path, path: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name


def _few(pictures: list[FacePicture], most: int, mend: str) -> list[FacePicture]:
    if len(pictures) > most:
        raise SetupError(f"{len(pictures)} pictures are more than {most}.", mend)
    return pictures


@contextmanager
def readable(mend: str) -> Iterator[None]:
    """What one may not enter or read is said in one line."""
    try:
        yield
    except OSError as error:
        raise SetupError(f"{shortened(str(error.filename))}: {error.strerror}.", mend) from error
