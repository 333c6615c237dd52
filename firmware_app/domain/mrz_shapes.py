"""What may stand in each column of each layout: the guide of an eye that reads characters."""

from dataclasses import dataclass

from firmware_app.domain.mrz_layouts import LAYOUTS, Field, Layout

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ANY = DIGITS + LETTERS + "<"
SEXES = "FMX<"


@dataclass(frozen=True, slots=True)
class Shape:
    """A layout's name and, for every line and column, the likely characters as one string."""

    name: str
    lines: tuple[tuple[str, ...], ...]


def shapes() -> tuple[Shape, ...]:
    """One shape for each layout that is parsed, the commonest first."""
    return _SHAPES


def shape_of(layout: Layout) -> Shape:
    """The shape of one layout: what Doc 9303-4 to -7, 4.2.2, let stand in each column."""
    grid = [[ANY] * layout.columns for _ in range(layout.lines)]
    _head(grid, layout)
    for field in (layout.names, layout.given):
        _fill(grid, field, LETTERS + "<")
    # The specimen of the Romanian card prints digits as nationality.
    _fill(grid, layout.nationality, ANY if layout.name == "RO-ID" else LETTERS + "<")
    _fill(grid, layout.sex, SEXES)
    for field in (layout.birth, layout.expiry):
        _fill(grid, field, DIGITS + "<")
        _digit(grid, field, DIGITS)
    _digit(grid, layout.number, DIGITS + "<" if layout.long_number else DIGITS)
    for field in layout.optional:
        if field.checked:
            _digit(grid, field, DIGITS + "<")
    if layout.composite_at is not None:
        line, column = layout.composite_at
        grid[line][column] = DIGITS
    return Shape(layout.name, tuple(tuple(row) for row in grid))


def _head(grid: list[list[str]], layout: Layout) -> None:
    """Document code and issuing state; a national layout knows them to the letter."""
    known = {"FR-ID": "IDFRA", "RO-ID": "IDROU"}.get(layout.name, "")
    grid[0][:5] = list(
        known or (layout.begins, LETTERS + "<", LETTERS, LETTERS + "<", LETTERS + "<")
    )
    if layout.name == "FR-ID":
        grid[1][:4] = [DIGITS] * 4
        grid[1][7:12] = [DIGITS] * 5


def _fill(grid: list[list[str]], field: Field | None, likely: str) -> None:
    if field is not None:
        grid[field.line][field.start : field.end] = [likely] * (field.end - field.start)


def _digit(grid: list[list[str]], field: Field | None, likely: str) -> None:
    if field is not None:
        grid[field.line][field.end] = likely


_SHAPES = tuple(shape_of(layout) for layout in LAYOUTS)
