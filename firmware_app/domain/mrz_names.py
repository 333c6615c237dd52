"""Names of the machine readable zone: the field to surname and given names, and back, truncated.

Doc 9303-3, 4.6 (how names are written) and Doc 9303-4, -5, -6, -7, 4.2.3 (how they are truncated).
"""

import re

INITIAL = 3
"""Two fillers and the first letter of the given names: the least that stays of them."""


def split_names(text: str) -> tuple[str, str]:
    """Surname and given names of a names field, components separated by a blank.

    The first double filler separates them; a single name is a surname (Doc 9303-3, 4.6). Where the
    field begins with two fillers there is no surname.
    """
    surname, _, given = text.rstrip("<").partition("<<")
    return _blanks(surname), _blanks(given)


def one_name(text: str) -> str:
    """The name of a field that holds only surname or only given names (the French card)."""
    return _blanks(text)


def may_be_truncated(text: str) -> bool:
    """A letter in the last position says that truncation may have occurred (4.2.3)."""
    return not text.endswith("<")


def names_field(surname: str, given_names: str, width: int) -> str:
    """Both names in a field of this width, truncated where they must be: it then ends in a letter.

    The surname loses letters only where the first initial would not fit (4.2.3).
    """
    primary, secondary = surname.replace(" ", "<"), given_names.replace(" ", "<")
    if not secondary:
        return one_name_field(surname, width)
    if len(primary) + INITIAL > width:
        return f"{_cut(primary, width - INITIAL)}<<{secondary[0]}"
    room = width - len(primary) - 2
    given = _cut(secondary, room)
    if len(given) < min(room, len(secondary)):
        # Given names of single letters alone have none to give up, so the surname does.
        primary, given = _cut(primary, len(primary) - 1), secondary[: room + 1]
    return f"{primary}<<{given}".ljust(width, "<")


def one_name_field(name: str, width: int) -> str:
    """One name in a field of this width, truncated at its end where it must be."""
    return _cut(name.replace(" ", "<"), width).ljust(width, "<")


def _cut(text: str, width: int) -> str:
    """The first characters of components, such that the last is a letter where any were lost."""
    if len(text) <= width:
        return text
    if text[width - 1] != "<":
        return text[:width]
    # The cut falls on a filler: an earlier component gives a letter up to let the next one start.
    found = re.match(r"(.*[A-Z][A-Z])((?:<[A-Z])*)\Z", text[: width - 1])
    if found is None:
        return text[: width - 1]
    return f"{found[1][:-1]}{found[2]}<{text[width]}"


def _blanks(text: str) -> str:
    return re.sub("<+", " ", text).strip()
