"""`kiosk evaluate typing`: which slips of a typing hand the copied check digits tell, and where."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from firmware_app.domain.mrz_digits import ALPHABET, check_digit
from firmware_app.domain.mrz_repair import CONFUSED
from firmware_app.domain.typed_document import TypedField, TypedSoFar, digit_fits, doubtful_places
from firmware_app.engineer.report import emit

SEED = 9303
LETTERS_SHARE = 0.3
"""Of a document number's signs; most are digits, many numbers begin with letters."""
TOLD_APART = "O0I1B8S5Z2"
Slip = Callable[[str, np.random.Generator], tuple[str, frozenset[int]]]


@dataclass(slots=True)
class Tally:
    """What became of the slips of one sort; marked: all their places, of those that were told."""

    tried: int = 0
    told: int = 0
    marked: int = 0
    marks: int = 0

    def document(self) -> dict[str, float | int]:
        """Counts, and shares in percent."""
        told = max(self.told, 1)
        return {
            "slips": self.tried,
            "told_pct": round(100 * self.told / max(self.tried, 1), 1),
            "place_marked_pct": round(100 * self.marked / told, 1),
            "signs_marked_mean": round(self.marks / told, 2),
        }


def evaluate(count: int) -> dict[str, Tally]:
    """So many slips of each sort, the same at each run."""
    rng = np.random.default_rng(SEED)
    tallies = {sort: Tally() for sort in SLIPS}
    for sort, slip in SLIPS.items():
        for _ in range(count):
            _try(tallies[sort], slip, rng)
    return tallies


def _try(tally: Tally, slip: Slip, rng: np.random.Generator) -> None:
    number = _number(rng)
    typed, places = slip(number, rng)
    if typed == number:
        return
    digit = str(check_digit(number))
    so_far = TypedSoFar(((TypedField.NUMBER, typed), (TypedField.NUMBER_DIGIT, digit)))
    tally.tried += 1
    if digit_fits(so_far, TypedField.NUMBER):
        return
    marks = doubtful_places(so_far, TypedField.NUMBER)
    tally.told += 1
    tally.marked += places <= set(marks)
    tally.marks += len(marks)


def _number(rng: np.random.Generator) -> str:
    letters = rng.random(9) < LETTERS_SHARE
    return "".join(ALPHABET[rng.integers(10, 36) if one else rng.integers(10)] for one in letters)


def _confused(pairs: str) -> Slip:
    def slip(number: str, rng: np.random.Generator) -> tuple[str, frozenset[int]]:
        places = [at for at, sign in enumerate(number) if sign in pairs]
        if not places:
            return number, frozenset()
        at = int(rng.choice(places))
        return number[:at] + CONFUSED[number[at]] + number[at + 1 :], frozenset({at})

    return slip


def _swapped(number: str, rng: np.random.Generator) -> tuple[str, frozenset[int]]:
    at = int(rng.integers(8))
    changed = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return changed, frozenset({at, at + 1})


def _other(number: str, rng: np.random.Generator) -> tuple[str, frozenset[int]]:
    at = int(rng.integers(9))
    return number[:at] + ALPHABET[rng.integers(36)] + number[at + 1 :], frozenset({at})


SLIPS: dict[str, Slip] = {
    "one sign taken for its look-alike (O 0, I 1, B 8, S 5, Z 2)": _confused(TOLD_APART),
    "G taken for 6, or 6 for G": _confused("G6"),
    "two neighbours that changed places": _swapped,
    "any other sign instead of one": _other,
}


def typing(count: int, *, as_json: bool) -> int:
    """Print the table."""
    tallies = evaluate(count)
    document = {sort: tally.document() for sort, tally in tallies.items()}
    words = [
        f"{sort}: {one['told_pct']} % of {one['slips']} told; place among the marked "
        f"{one['place_marked_pct']} %, {one['signs_marked_mean']} signs marked"
        for sort, one in document.items()
    ]
    emit({"seed": SEED, "slips": document}, "\n".join(words), as_json=as_json)
    return 0
