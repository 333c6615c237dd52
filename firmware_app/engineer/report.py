"""How a command answers: one JSON document on standard output, or words; never both."""

import json
import sys
from collections.abc import Sequence


def emit(document: object, words: str, *, as_json: bool) -> None:
    """Print the answer."""
    print(json.dumps(document, indent=2, ensure_ascii=False) if as_json else words)


def progress(words: str) -> None:
    """Say what goes on, on standard error, so that standard output stays one document."""
    print(words, file=sys.stderr, flush=True)


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as aligned columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
