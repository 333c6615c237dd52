"""Check digits of the machine readable zone: how each is computed, what it covers, if it holds.

Doc 9303-3, 4.9; the numbers of more than nine characters: Doc 9303-5 and -6, 4.2.2.
"""

from dataclasses import dataclass

from firmware_app.domain.mrz_layouts import Field, Layout
from firmware_app.domain.mrz_values import CheckDigit, MrzError

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
WEIGHTS = (7, 3, 1)
SHORTEST_TAIL = 2
"""Of a long number at least one character and its check digit stand in the optional field."""


def check_digit(text: str) -> int:
    """Doc 9303-3, 4.9: weights 7, 3, 1 over 0-9 = 0-9, A-Z = 10-35, `<` = 0, modulo 10."""
    total = 0
    for position, sign in enumerate(text):
        total += WEIGHTS[position % 3] * max(ALPHABET.find(sign), 0)
    return total % 10


@dataclass(frozen=True, slots=True)
class Cover:
    """One check digit: of which field, over which ranges in this order, printed where."""

    field: str
    ranges: tuple[Field, ...]
    at: tuple[int, int]

    def text(self, lines: tuple[str, ...]) -> str:
        """The characters that it covers."""
        return "".join(part.of(lines) for part in self.ranges)

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Every place that it depends on, its own included."""
        inside = [(one.line, column) for one in self.ranges for column in range(one.start, one.end)]
        return (*inside, self.at)

    def judged(self, lines: tuple[str, ...]) -> CheckDigit:
        """The digit as it is printed on these lines."""
        line, column = self.at
        printed, text = lines[line][column], self.text(lines)
        # Doc 9303-4, 4.2.2, lets `<` stand for the digit of empty optional data. We read the dates
        # alike (no date, nothing to protect); a number and a whole document are never empty.
        empty = self.field not in {"number", "composite"} and not text.strip("<")
        absent = printed == "<" and empty
        return CheckDigit(self.field, absent or printed == str(check_digit(text)), printed, absent)


def covers(layout: Layout, lines: tuple[str, ...]) -> tuple[Cover, ...]:
    """Every check digit that these lines should have, in the order of the fields."""
    found = [_number_cover(layout, lines)]
    for name, field in (("birth", layout.birth), ("expiry", layout.expiry)):
        if field is not None:
            found.append(Cover(name, (field,), field.printed_at))
    found += [Cover("optional", (one,), one.printed_at) for one in layout.optional if one.checked]
    if layout.composite_at is not None:
        found.append(Cover("composite", layout.composite, layout.composite_at))
    return tuple(found)


def digit_fields(layout: Layout) -> frozenset[str]:
    """The fields of this layout that have a check digit, as `covers` names them."""
    blank = ("<" * layout.columns,) * layout.lines
    return frozenset(cover.field for cover in covers(layout, blank))


def document_number(layout: Layout, lines: tuple[str, ...]) -> str:
    """The whole number without its trailing fillers; raises MrzError where none is printed."""
    text = _number_cover(layout, lines).text(lines)
    if not text.strip("<"):
        raise MrzError("there is no document number.")
    return text.rstrip("<")


def optional_data(layout: Layout, lines: tuple[str, ...]) -> tuple[str, ...]:
    """The optional fields without outer fillers and without the tail of a long number."""
    data = [field.of(lines).strip("<") for field in layout.optional]
    tail = _tail(layout, lines)
    if tail:
        data[0] = data[0][len(tail) :].lstrip("<")
    return tuple(data)


def _number_cover(layout: Layout, lines: tuple[str, ...]) -> Cover:
    tail = _tail(layout, lines)
    if not tail:
        return Cover("number", (layout.number,), layout.number.printed_at)
    first = layout.optional[0]
    end = first.start + len(tail) - 1
    return Cover("number", (layout.number, Field(first.line, first.start, end)), (first.line, end))


def _tail(layout: Layout, lines: tuple[str, ...]) -> str:
    """The rest of a long number and its check digit, up to the first filler; else nothing."""
    line, column = layout.number.printed_at
    if not layout.long_number or lines[line][column] != "<":
        return ""
    tail = layout.optional[0].of(lines).split("<", 1)[0]
    full = "<" not in layout.number.of(lines)
    return tail if full and len(tail) >= SHORTEST_TAIL else ""
