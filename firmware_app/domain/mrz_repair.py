"""Settles doubtful characters of a zone where columns and check digits leave exactly one reading.

Nothing is silent: every change is a Repair. A character that nobody doubts is never changed for a
check digit alone: documents with wrongly printed digits exist, and an inspector wants to see them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, islice, product
from math import prod
from operator import itemgetter

from firmware_app.domain.mrz import parse
from firmware_app.domain.mrz_digits import Cover, covers
from firmware_app.domain.mrz_layouts import Layout, clean, layout_of
from firmware_app.domain.mrz_shapes import ANY, Shape, shape_of
from firmware_app.domain.mrz_values import Mrz, MrzError, Repair

CONFUSED = dict(zip("0O1I8B5S2Z6G", "O0I1B8S5Z2G6", strict=True))
CLASS, CHECK_DIGIT = "class", "check_digit"
LIMIT = 1024
"""More readings than this in one search are too many to be settled."""

Place = tuple[int, int]
Choices = Mapping[Place, str]
Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Doubt:
    """A character that the eye was not sure of, and what else it may be; line and column from 0."""

    line: int
    column: int
    alternatives: str

    def __repr__(self) -> str:
        """Say where, never what."""
        return f"Doubt(line {self.line}, column {self.column})"


@dataclass(frozen=True, slots=True, repr=False)
class Settled:
    """The lines after settling, and every change that led to them."""

    lines: Lines
    repairs: tuple[Repair, ...] = ()

    def __repr__(self) -> str:
        """Say how many lines and changes, never the text."""
        return f"Settled({len(self.lines)} lines, {len(self.repairs)} repairs)"


def settle(lines: Lines, doubts: tuple[Doubt, ...] = (), *, today: date) -> Settled:
    """Settle what can be settled; lines of no layout come back as they are.

    With doubts only the doubted places may change (what stands there may be no character of the
    zone at all, such as a reader's mark for "unreadable"). Without doubts the reader told nothing:
    O/0, I/1, B/8, S/5, Z/2, G/6 are tried where a column does not admit what stands there, and in
    one single place of a number whose own and composite digit both fail.
    """
    seen = tuple(line.strip().upper() if line.isascii() else line.strip() for line in lines)
    try:
        base = clean(_unmarked(seen, doubts))
        layout = layout_of(base)
    except MrzError:
        return Settled(lines)
    shape = shape_of(layout)
    choices = _doubted(seen, shape, doubts) if doubts else _forced(seen, shape)
    free, bound = _split(layout, base, choices)
    base = _with(base, free)
    changes = _solve(layout, base, bound, today)
    if changes is None and not doubts:
        changes = _one_more(layout, base, bound, today)
    return _settled(seen, shape, {**free, **(changes or {})})


def parse_settled(lines: Lines, doubts: tuple[Doubt, ...] = (), *, today: date) -> Mrz:
    """Settle, then parse; what was settled stands in `repairs`. Raises MrzError as `parse` does."""
    settled = settle(lines, doubts, today=today)
    return replace(parse(settled.lines, today), repairs=settled.repairs)


def _unmarked(seen: Lines, doubts: tuple[Doubt, ...]) -> Lines:
    """The lines with `<` where a doubted place holds no character of the zone."""
    marks = {(doubt.line, doubt.column) for doubt in doubts}
    return tuple(
        "".join(
            "<" if (line, column) in marks and sign not in ANY else sign
            for column, sign in enumerate(text)
        )
        for line, text in enumerate(seen)
    )


def _doubted(seen: Lines, shape: Shape, doubts: tuple[Doubt, ...]) -> dict[Place, str]:
    """For each doubted place what its column admits of what was seen and of the alternatives."""
    choices: dict[Place, str] = {}
    for doubt in doubts:
        place = (doubt.line, doubt.column)
        if 0 <= doubt.line < len(seen) and 0 <= doubt.column < len(seen[doubt.line]):
            already = choices.get(place, seen[doubt.line][doubt.column])
            likely = shape.lines[doubt.line][doubt.column]
            signs = dict.fromkeys(already + doubt.alternatives.upper())
            choices[place] = "".join(sign for sign in signs if sign in likely)
    return {place: signs for place, signs in choices.items() if signs}


def _forced(seen: Lines, shape: Shape) -> dict[Place, str]:
    """Places whose column does not admit what stands there but admits what it is confused with.

    A field is taken as a whole or not at all: where one of its characters has no such reading, the
    field was not misread, it was printed so.
    """
    choices: dict[Place, str] = {}
    for line, (text, row) in enumerate(zip(seen, shape.lines, strict=True)):
        for likely, run in groupby(zip(row, text, range(len(row)), strict=True), itemgetter(0)):
            wrong = {(line, column): sign for _, sign, column in run if sign not in likely}
            read = {place: _confused(sign, likely) for place, sign in wrong.items()}
            if all(read.values()):
                choices |= read
    return choices


def _confused(sign: str, likely: str) -> str:
    other = CONFUSED.get(sign, "")
    return other if other in likely else ""


def _split(layout: Layout, base: Lines, choices: Choices) -> tuple[dict[Place, str], Choices]:
    """Places that no check digit covers and that have one reading; and the covered places."""
    covered = {place for cover in covers(layout, base) for place in cover.places}
    free = {
        place: signs for place, signs in choices.items() if place not in covered and len(signs) == 1
    }
    return free, {place: signs for place, signs in choices.items() if place in covered}


def _solve(layout: Layout, base: Lines, choices: Choices, today: date) -> dict[Place, str] | None:
    """The one set of changes under which every check digit that covers a choice holds, or None."""
    options = [_options(base, cover, group) for cover, group in _groups(layout, base, choices)]
    if layout.composite_at is None:
        sole = [found[0] for found in options if len(found) == 1]
        return _merged(sole) if sole else None
    if not options or prod(len(found) for found in options) > LIMIT:
        return None
    whole = (_merged(parts) for parts in product(*options))
    solved = (one for one in whole if _stands(layout, _with(base, one), choices, today))
    first_two = list(islice(solved, 2))
    return first_two[0] if len(first_two) == 1 else None


def _groups(layout: Layout, base: Lines, choices: Choices) -> list[tuple[Cover, dict[Place, str]]]:
    """The choices by the first check digit that covers them; the composite digit comes last."""
    left = dict(choices)
    groups = []
    for cover in covers(layout, base):
        group = {place: left.pop(place) for place in cover.places if place in left}
        groups += [(cover, group)] if group else []
    return groups


def _options(base: Lines, cover: Cover, group: dict[Place, str]) -> list[dict[Place, str]]:
    """The readings of one group under which its own check digit holds; none where too many."""
    if prod(len(signs) for signs in group.values()) > LIMIT:
        return []
    readings = (dict(zip(group, signs, strict=True)) for signs in product(*group.values()))
    # Whether the composite digit holds is seen when all groups are put together.
    whole = cover.field == "composite"
    return [one for one in readings if whole or cover.judged(_with(base, one)).holds]


def _stands(layout: Layout, lines: Lines, choices: Choices, today: date) -> bool:
    """Whether every digit that covers a choice holds, the composite first, and it can be read."""
    for cover in reversed(covers(layout, lines)):
        touched = cover.field == "composite" or not choices.keys().isdisjoint(cover.places)
        if touched and not cover.judged(lines).holds:
            return False
    try:
        parse(lines, today)
    except MrzError:
        return False
    return True


def _one_more(layout: Layout, base: Lines, bound: Choices, today: date) -> dict[Place, str] | None:
    """Change one character that its column does admit, where two check digits ask for it."""
    wrong = [cover for cover in covers(layout, base) if not cover.judged(base).holds]
    twice = Counter(place for cover in wrong for place in cover.places)
    likely = shape_of(layout).lines
    found = []
    for (line, column), times in twice.items():
        other = _confused(base[line][column], likely[line][column])
        if times > 1 and other and (line, column) not in bound:
            solved = _solve(layout, base, {**bound, (line, column): other}, today)
            found += [solved] if solved else []
    return found[0] if len(found) == 1 else None


def _with(lines: Lines, changes: Mapping[Place, str]) -> Lines:
    rows = [list(line) for line in lines]
    for (line, column), sign in changes.items():
        rows[line][column] = sign
    return tuple("".join(row) for row in rows)


def _merged(parts: Iterable[dict[Place, str]]) -> dict[Place, str]:
    return {place: sign for part in parts for place, sign in part.items()}


def _settled(seen: Lines, shape: Shape, changes: Mapping[Place, str]) -> Settled:
    repairs = []
    for (line, column), now in sorted(changes.items()):
        was = seen[line][column]
        if was != now:
            outside = was not in shape.lines[line][column]
            repairs.append(Repair(line, column, was, now, CLASS if outside else CHECK_DIGIT))
    return Settled(_with(seen, changes), tuple(repairs))
