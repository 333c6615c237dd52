"""The values of the machine readable zone: what was read, how it was judged, what went wrong."""

from dataclasses import dataclass
from typing import ClassVar


class MrzError(Exception):
    """The lines are no machine readable zone; says where, never what stood there."""

    mend: ClassVar[str] = "Lay the document down again, flat, until the reader signals."


@dataclass(frozen=True, slots=True, repr=False)
class CheckDigit:
    """One printed check digit: whose it is, whether it holds, what is printed.

    `field` is number, birth, expiry, optional or composite. `absent` says that `<` is printed where
    Doc 9303 lets it stand; such a digit holds, and says nothing.
    """

    field: str
    holds: bool
    printed: str = ""
    absent: bool = False

    def __repr__(self) -> str:
        """Say the field and whether it holds, never what is printed."""
        return f"CheckDigit({self.field}, {'holds' if self.holds else 'fails'})"


@dataclass(frozen=True, slots=True, repr=False)
class Repair:
    """One character that was settled: where (from 0), what it was, what it is now, and why.

    `why` is `class` (the column admits nothing else) or `check_digit` (they admit nothing else).
    """

    line: int
    column: int
    was: str
    now: str
    why: str

    def __repr__(self) -> str:
        """Say where and why, never what."""
        return f"Repair(line {self.line}, column {self.column}, {self.why})"


@dataclass(frozen=True, slots=True, repr=False)
class MrzFields:
    """What a zone says, without its lines: the writer's input. Personal.

    birth and expiry are YYYY-MM-DD, unknown parts `XX` (a year `XXXX`); expiry is empty where none
    is printed; sex is F, M, X or unspecified; the French card takes its office code as optional.
    """

    layout: str
    document_code: str
    issuing_state: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    optional: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say the layout, never the person."""
        return f"MrzFields({self.layout})"


@dataclass(frozen=True, slots=True, repr=False)
class Mrz:
    """A machine readable zone, field by field; personal, so its repr shows the layout only.

    birth and expiry are YYYY-MM-DD; unknown parts stay `XX` (Doc 9303-3, 4.8); expiry is empty
    where none is printed; sex is F, M, X or unspecified. `nationality` is empty where no letters
    stand there. `names_truncated`: a name fills its field to the end, so something may be missing
    (Doc 9303-4 to -7, 4.2.3). `issued`: YYYY-MM, printed by the French card alone. `malformed`
    names the fields that hold characters which Doc 9303 forbids there. `repairs` are those that led
    to these lines; `parse` itself repairs nothing.
    """

    layout: str
    document_code: str
    issuing_state: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    optional: tuple[str, ...]
    check_digits: tuple[CheckDigit, ...]
    lines: tuple[str, ...]
    names_truncated: bool = False
    issued: str = ""
    malformed: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()

    def __repr__(self) -> str:
        """Say the layout and what was repaired, never the person."""
        return f"Mrz({self.layout}, {len(self.repairs)} repairs)"

    @property
    def all_hold(self) -> bool:
        """Whether every printed check digit holds."""
        return all(digit.holds for digit in self.check_digits)

    @property
    def fields(self) -> MrzFields:
        """The same without lines and judgement."""
        return MrzFields(
            layout=self.layout,
            document_code=self.document_code,
            issuing_state=self.issuing_state,
            surname=self.surname,
            given_names=self.given_names,
            number=self.number,
            nationality=self.nationality,
            birth=self.birth,
            sex=self.sex,
            expiry=self.expiry,
            optional=self.optional,
        )
