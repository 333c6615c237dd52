"""The checks on the reading itself: characters, check digits, repairs, doubt, cut names (pure)."""

from dataclasses import dataclass

from firmware_app.domain.document_checks_catalogue import CHECK_DIGITS, Check, because, passed
from firmware_app.domain.mrz_digits import covers, digit_fields
from firmware_app.domain.mrz_layouts import named
from firmware_app.domain.mrz_shapes import shape_of
from firmware_app.domain.mrz_values import CheckDigit, Mrz

Place = tuple[int, int]
NUMERALS = frozenset("0123456789<")
PLACES_AT_MOST = 16
"""So many doubtful places are named; more say no more."""


@dataclass(frozen=True, slots=True, repr=False)
class Confidence:
    """How sure a camera was: each line's characters' confidence 0-1; below `sure` is doubt.

    What is no number from 0 to 1 counts as no confidence at all.
    """

    lines: tuple[tuple[float, ...], ...]
    sure: float

    def __repr__(self) -> str:
        """Say how sure, which is nobody's secret."""
        return f"Confidence(least {self.least:.2f})"

    @property
    def least(self) -> float:
        """The least sure character's confidence; 0 where there is none."""
        every = [one if 0 <= one <= 1 else 0.0 for line in self.lines for one in line]
        return min(every, default=0.0)

    @property
    def doubtful(self) -> tuple[Place, ...]:
        """Line and column, from 0, of every character that was not sure."""
        return tuple(
            (row, column)
            for row, line in enumerate(self.lines)
            for column, one in enumerate(line)
            if not self.sure <= one <= 1
        )


def place(line: int, column: int) -> str:
    """A place in the zone as an input's name, counted from 1 as people do: mrz.line.2:14."""
    return f"mrz.line.{line + 1}:{column + 1}"


def characters(mrz: Mrz) -> Check:
    """Whether each field holds only what may stand there."""
    code = "mrz.forbidden_characters"
    if mrz.malformed:
        return because(code, "malformed_fields", *(f"mrz.{field}" for field in mrz.malformed))
    return passed(code)


def check_digits(mrz: Mrz, *, typed: bool = False) -> tuple[Check, ...]:
    """One check for every digit that any layout has; a person who types may not give them all."""
    printed = {digit.field: digit for digit in mrz.check_digits}
    of_layout = digit_fields(named(mrz.layout))
    return tuple(
        _check_digit(field, printed.get(field), typed=typed and field in of_layout)
        for field in CHECK_DIGITS
    )


def _check_digit(field: str, digit: CheckDigit | None, *, typed: bool) -> Check:
    code = f"mrz.check_digit.{field}"
    if digit is None and typed:
        return because(code, "not_typed")
    if digit is None:
        return because(code, "not_in_layout", "mrz.layout")
    if digit.absent:
        return because(code, "field_empty", f"mrz.{field}")
    if digit.holds:
        return passed(code)
    return because(code, "wrong" if digit.printed.isdigit() else "not_a_digit")


def repairs(mrz: Mrz) -> Check:
    """Whether anything was put right after reading, and where; never silent."""
    code = "mrz.repaired"
    places = [place(one.line, one.column) for one in mrz.repairs]
    return because(code, "repaired", *places) if places else passed(code)


def names(mrz: Mrz) -> Check:
    """Whether the names are whole."""
    code = "mrz.names_complete"
    if mrz.names_truncated:
        return because(code, "names_may_be_cut", "mrz.surname", "mrz.given_names")
    return passed(code)


def confidence(mrz: Mrz, sureness: Confidence | None) -> Check:
    """Whether the camera was sure of every character; None: no camera read."""
    code = "mrz.read_confidence"
    if sureness is None:
        return because(code, "not_read_by_camera")
    if [len(line) for line in sureness.lines] != [len(line) for line in mrz.lines]:
        return because(code, "confidence_incomplete")
    if not sureness.doubtful:
        return passed(code)
    settled = _settled(mrz, frozenset(sureness.doubtful))
    open_places = [place(*one) for one in sureness.doubtful if one not in settled]
    if open_places:
        return because(code, "doubtful_characters", *open_places[:PLACES_AT_MOST])
    places = [place(*one) for one in sureness.doubtful]
    return because(code, "doubt_settled", *places[:PLACES_AT_MOST])


def _settled(mrz: Mrz, doubtful: frozenset[Place]) -> frozenset[Place]:
    """The doubtful places where column and check digit leave exactly one reading.

    A check digit vouches for the only doubtful place that it covers, and only among numerals: it
    takes 6 for G, 1 for B and 8 for I, whose values differ by ten (Doc 9303-3, 4.9).
    """
    layout = named(mrz.layout)
    columns = shape_of(layout).lines
    settled = {(one.line, one.column) for one in mrz.repairs if one.why == "check_digit"}
    for cover in covers(layout, mrz.lines):
        inside = doubtful & frozenset(cover.places)
        digit = cover.judged(mrz.lines)
        if len(inside) == 1 and digit.holds and not digit.absent:
            settled |= {(row, at) for row, at in inside if set(columns[row][at]) <= NUMERALS}
    return frozenset(settled)
