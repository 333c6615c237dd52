"""How a command answers: one JSON document on standard output, or words; never both."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar

from firmware_app.errors import SetupError

T = TypeVar("T")
SAY_EVERY_S = 5.0
WIDEST_NAME = 48


def emit(document: object, words: str, *, as_json: bool) -> None:
    """Print the answer."""
    print(json.dumps(document, indent=2, ensure_ascii=False) if as_json else words)


def progress(words: str) -> None:
    """Say what goes on, on standard error, so that standard output stays one document."""
    print(words, file=sys.stderr, flush=True)


def told(what: str, steps: Sequence[T]) -> Iterator[T]:
    """Walk over the steps, and say on standard error every few seconds how far that is."""
    said_s = time.monotonic()
    for number, step in enumerate(steps, start=1):
        yield step
        if time.monotonic() - said_s > SAY_EVERY_S:
            said_s = time.monotonic()
            progress(f"  {number} of {len(steps)} {what}")


def shortened(name: str, widest: int = WIDEST_NAME) -> str:
    """A long name without its middle, so that a table stays narrow."""
    if len(name) <= widest:
        return name
    head = (widest - 3) // 2
    return f"{name[:head]}...{name[len(name) - (widest - 3 - head) :]}"


def check_png(path: Path) -> None:
    """Raise SetupError now where a picture could not be written there in the end."""
    if path.suffix.lower() != ".png":
        raise SetupError(f"{path} is no name of a PNG file.", "Let its name end in .png.")
    if path.is_dir():
        raise SetupError(f"{path} is a folder.", "Name a file to write to.")
    with _writing(path):
        if path.exists():
            path.open("ab").close()
        else:
            TemporaryFile(dir=path.parent).close()


def check_folder(folder: Path) -> None:
    """Make the folder; raise SetupError now where nothing could be written to it in the end."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()


def write(path: Path, data: bytes) -> None:
    """Write a file whole. Raises SetupError."""
    with _writing(path):
        path.write_bytes(data)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        mend = "Name a place that you may write to."
        raise SetupError(f"{path}: {error.strerror}.", mend) from error


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
