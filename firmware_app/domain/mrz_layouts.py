"""Where each field stands in each layout of the machine readable zone, as one table.

Sources: Doc 9303-4 (TD3), -5 (TD1), -6 (TD2), -7 (MRV-A, MRV-B), each 4.2.2; the French card of
1988 to 2021 and the Romanian card before 2021 as their specimens print them (docs/mrz.md).
"""

import re
from dataclasses import dataclass

from firmware_app.domain.mrz_values import MrzError

LINE_LIMIT = 90


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field stands: line index, first and past-last column; the check digit follows it."""

    line: int
    start: int
    end: int
    checked: bool = True

    def of(self, lines: tuple[str, ...]) -> str:
        """What stands there."""
        return lines[self.line][self.start : self.end]

    @property
    def printed_at(self) -> tuple[int, int]:
        """Line and column of its check digit."""
        return self.line, self.end


@dataclass(frozen=True, slots=True)
class Layout:
    """One document format: shape, fields, and the ranges that its composite digit covers.

    `given` is None where surname and given names share the field `names`; `begins` are the first
    letters that its document codes may have; `long_number`: a number of more than nine characters
    goes on in the first optional field (Doc 9303-5 and -6, 4.2.2).
    """

    name: str
    lines: int
    columns: int
    begins: str
    names: Field
    number: Field
    birth: Field
    sex: Field
    optional: tuple[Field, ...]
    given: Field | None = None
    nationality: Field | None = None
    expiry: Field | None = None
    composite: tuple[Field, ...] = ()
    composite_at: tuple[int, int] | None = None
    long_number: bool = False


def _two_lines(
    name: str,
    columns: int,
    begins: str,
    optional: Field,
    composite: tuple[Field, ...] = (),
) -> Layout:
    """The layouts whose second line begins alike: number, nationality, birth, sex, expiry."""
    return Layout(
        name=name,
        lines=2,
        columns=columns,
        begins=begins,
        names=Field(0, 5, columns, checked=False),
        number=Field(1, 0, 9),
        nationality=Field(1, 10, 13, checked=False),
        birth=Field(1, 13, 19),
        sex=Field(1, 20, 21, checked=False),
        expiry=Field(1, 21, 27),
        optional=(optional,),
        composite=composite,
        composite_at=(1, columns - 1) if composite else None,
        long_number=name == "TD2",
    )


_NUMBER_AND_BIRTH = (Field(1, 0, 10), Field(1, 13, 20))
_TD2_OPTIONAL = Field(1, 28, 35, checked=False)
_TD2_COMPOSITE = (*_NUMBER_AND_BIRTH, Field(1, 21, 35))

TD3 = _two_lines("TD3", 44, "P", Field(1, 28, 42), (*_NUMBER_AND_BIRTH, Field(1, 21, 43)))
TD2 = _two_lines("TD2", 36, "ICA", _TD2_OPTIONAL, _TD2_COMPOSITE)
MRV_A = _two_lines("MRV-A", 44, "V", Field(1, 28, 44, checked=False))
MRV_B = _two_lines("MRV-B", 36, "V", Field(1, 28, 36, checked=False))
RO_ID = _two_lines("RO-ID", 36, "I", _TD2_OPTIONAL, _TD2_COMPOSITE)
TD1 = Layout(
    name="TD1",
    lines=3,
    columns=30,
    begins="ICA",
    names=Field(2, 0, 30, checked=False),
    number=Field(0, 5, 14),
    nationality=Field(1, 15, 18, checked=False),
    birth=Field(1, 0, 6),
    sex=Field(1, 7, 8, checked=False),
    expiry=Field(1, 8, 14),
    optional=(Field(0, 15, 30, checked=False), Field(1, 18, 29, checked=False)),
    composite=(Field(0, 5, 30), Field(1, 0, 7), Field(1, 8, 15), Field(1, 18, 29)),
    composite_at=(1, 29),
    long_number=True,
)
FR_ID = Layout(
    name="FR-ID",
    lines=2,
    columns=36,
    begins="I",
    names=Field(0, 5, 30, checked=False),
    given=Field(1, 13, 27, checked=False),
    number=Field(1, 0, 12),
    birth=Field(1, 27, 33),
    sex=Field(1, 34, 35, checked=False),
    optional=(Field(0, 30, 36, checked=False),),
    composite=(Field(0, 0, 36), Field(1, 0, 35)),
    composite_at=(1, 35),
)
LAYOUTS = (TD3, TD1, TD2, MRV_A, MRV_B, FR_ID, RO_ID)
_BY_NAME = {layout.name: layout for layout in LAYOUTS}
_NATIONAL = {"IDFRA": FR_ID, "IDROU": RO_ID}


def named(name: str) -> Layout:
    """The layout of that name; raises MrzError where there is none."""
    if name not in _BY_NAME:
        raise MrzError("there is no layout of that name.")
    return _BY_NAME[name]


def clean(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Without surrounding blanks, in capitals; raises MrzError for characters of no zone."""
    cleaned = []
    for number, line in enumerate(lines[:4], start=1):
        text = line.strip()
        if len(text) > LINE_LIMIT or re.search(r"[^0-9A-Za-z<]", text):
            raise MrzError(f"line {number} has a character outside 0-9, A-Z, <, or is too long.")
        cleaned.append(text.upper())
    return tuple(cleaned)


def layout_of(lines: tuple[str, ...]) -> Layout:
    """The layout of cleaned lines, by their shape and first letters; raises MrzError."""
    if len({len(line) for line in lines}) > 1:
        raise MrzError("the lines differ in length.")
    shape = (len(lines), len(lines[0]) if lines else 0)
    if shape == (2, 36) and lines[0][:5] in _NATIONAL:
        return _NATIONAL[lines[0][:5]]
    visa = bool(lines) and lines[0].startswith("V")
    for layout in (MRV_A, MRV_B) if visa else (TD3, TD2, TD1):
        if shape == (layout.lines, layout.columns):
            return layout
    raise MrzError(f"{shape[0]} lines of {shape[1]} characters are no layout of Doc 9303.")
