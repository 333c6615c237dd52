"""Names as people write them against names as the zone has them: Doc 9303-3, 4.6 and section 6.

The tables stand in transliteration_tables; what they do not list loses its marks (Unicode).
"""

import unicodedata

from firmware_app.domain.transliteration_tables import (
    ARABIC,
    CYRILLIC,
    LATIN,
    SHADDA,
    TEH_MARBUTA,
)

LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
LIMIT = 200
"""A name of more characters is no name of a document."""

_TABLES = LATIN | CYRILLIC | ARABIC
Forms = tuple[str, ...]


def agrees(visual: str, machine: str, *, truncated: bool = False) -> bool:
    """Whether a name of the visual zone can stand in the machine readable zone as `machine`.

    `visual` is in any case and script of the tables, `machine` in A-Z with blanks or fillers. Every
    form of a letter is admitted; apostrophes fall away, hyphens and blanks separate or fall away;
    the components may stand in another order. With `truncated` (Mrz.names_truncated) components may
    end early, be initials, or be missing at the end. Nothing agrees with an empty name.
    """
    parts = [_forms(one) for one in components(visual)]
    words = machine.replace("<", " ").split()
    if not words or max(len(visual), len(machine)) > LIMIT or not can_compare(visual):
        return False
    joined = [forms for part in parts for forms in part]
    return (
        _writes(joined, "".join(words))
        or _in_any_order(parts, words)
        or (truncated and _cut_short(parts, words))
    )


def can_compare(visual: str) -> bool:
    """Whether every letter is in a table, so that `agrees` can say something; else nobody can."""
    letters = [sign for one in components(visual) for sign in one]
    return bool(letters) and all(sign == SHADDA or _letter(sign) for sign in letters)


def machine_form(visual: str) -> str:
    """The recommended form in A-Z, components separated by a blank; unknown letters fall away."""
    words = ("".join(forms[0] for forms in _forms(one)) for one in components(visual))
    return " ".join(word for word in words if word)


def components(visual: str) -> list[str]:
    """The components of a name in capitals, each of its letters only."""
    found = [""]
    for sign in unicodedata.normalize("NFC", visual).upper():
        kind = unicodedata.category(sign)
        if sign == SHADDA or sign in _TABLES or kind in {"Lu", "Ll", "Lt", "Lo"}:
            found[-1] += sign
        elif kind in {"Zs", "Cc", "Pd"} or sign in ",/<":
            found.append("")
    return [one for one in found if one]


def _forms(component: str) -> list[Forms]:
    """How each letter of a component may be written; a letter of no table is left out."""
    found: list[Forms] = []
    for sign in component.replace("IJ", "Ĳ"):
        if sign == SHADDA:
            found += found[-1:]
        elif forms := _letter(sign):
            found.append(forms)
    if component.endswith(TEH_MARBUTA):
        found[-1] = found[-1][::-1]
    return found


def _letter(sign: str) -> Forms:
    """The forms of one capital letter; none where no table has it, even without its marks."""
    bare = unicodedata.normalize("NFD", sign)[:1]
    return _TABLES.get(sign) or ((bare,) if bare in LETTERS else _TABLES.get(bare, ()))


def _ends(part: list[Forms], text: str) -> tuple[set[int], bool]:
    """Where in the text the written part can end, and whether the text can end within the part."""
    ends, within = {0}, False
    for forms in part:
        pairs = [(at, form) for at in ends for form in forms]
        within = within or any(form.startswith(text[at:]) for at, form in pairs)
        ends = {at + len(form) for at, form in pairs if text.startswith(form, at)}
    return ends, within


def _writes(part: list[Forms], text: str) -> bool:
    return len(text) in _ends(part, text)[0]


def _begins(part: list[Forms], text: str) -> bool:
    """Whether the text is the part, or its beginning."""
    ends, within = _ends(part, text)
    return within or len(text) in ends


def _in_any_order(parts: list[list[Forms]], words: list[str]) -> bool:
    """Whether every word is one part, each part taken once (a matching by augmenting paths)."""
    taken: dict[int, int] = {}

    def place(word: int, tried: set[int]) -> bool:
        for number, part in enumerate(parts):
            if number not in tried and _writes(part, words[word]):
                tried.add(number)
                if number not in taken or place(taken[number], tried):
                    taken[number] = word
                    return True
        return False

    return len(parts) == len(words) and all(place(word, set()) for word in range(len(words)))


def _cut_short(parts: list[list[Forms]], words: list[str]) -> bool:
    """Whether the words begin the parts one by one, parts missing at the end only."""
    if len(words) > len(parts):
        return False
    return all(_begins(part, word) for part, word in zip(parts, words, strict=False))
