"""Days, states and digits as a traveller reads them in a language; from CLDR, by Babel."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError, get_global

FSI, PDI = "\u2068", "\u2069"
DAY = re.compile(r"([0-9]{4}|XXXX)-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?")
SIGN = re.compile(r"[A-Z]")
UNKNOWN = "–"  # noqa: RUF001 - a dash, as documents print it
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
GREGORIAN = {"am": " እ.ኤ.አ."}  # said where another calendar is the everyday one
STATES = {  # codes of Doc 9303-3, 5 that are no ISO 3166-1 alpha-3 code but a state's
    "D": "DE",
    "RKS": "XK",
    "ZIM": "ZW",
    **dict.fromkeys(("GBD", "GBN", "GBO", "GBP", "GBS"), "GB"),
}


@dataclass(frozen=True, slots=True)
class LocalForms:
    """How one language writes numbers, days and states, in one region (ISO 3166-1 alpha-2)."""

    language: str
    region: str = ""

    def digits(self, text: str) -> str:
        """The text with the digits of the region; not what speaks of a document's signs."""
        if not self._writes_arabic_digits() or SIGN.search(text):
            return text
        return text.translate(ARABIC_INDIC)

    def day(self, iso: str) -> str:
        """`1974-08-12` with the month's name; XX and XXXX are left out; others unchanged."""
        found = DAY.fullmatch(iso)
        if found is None:
            return iso
        year, month, day = found.groups(default="XX")
        name = self._month(int(month)) if month != "XX" else ""
        if month != "XX" and not name:
            return iso
        parts = (self._number(day) if name else "", name, self._number(year))
        said = " ".join(part for part in parts if part)
        return f"{said}{GREGORIAN.get(self.language, '')}" if said else UNKNOWN

    def state(self, code: str) -> str:
        """The name of the state with this code of Doc 9303-3; the code where it has no name."""
        two = STATES.get(code) or _alpha_2(code)
        return str(self._locale().territories.get(two, code)) if two else code

    def _number(self, text: str) -> str:
        return "" if "X" in text else self.digits(text if len(text) > 2 else str(int(text)))

    def _month(self, number: int) -> str:
        return str(self._locale().months["format"]["wide"].get(number, ""))

    def _writes_arabic_digits(self) -> bool:
        return bool(self.region) and self._locale().default_numbering_system == "arab"

    def _locale(self) -> Locale:
        return _locale(self.language, self.region)


@cache
def _locale(language: str, region: str) -> Locale:
    """CLDR's locale; of the language alone where it knows none of the region."""
    try:
        return Locale(language, region or None)
    except UnknownLocaleError:
        return Locale(language)


def _alpha_2(code: str) -> str:
    """ISO 3166-1 alpha-2 of an alpha-3 code; nothing where there is none."""
    found: Sequence[str] = get_global("territory_aliases").get(code, ()) if len(code) == 3 else ()
    return found[0] if len(found) == 1 else ""
