"""Finding a state by the first letters of its name, in the traveller's language or in Latin."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from firmware_app.domain.codes import state_lists
from firmware_app.ui.local_forms import LocalForms

MOST_SHOWN = 6
FALLBACKS = ("en", "fr")
"""Names that people who type Latin letters may know."""
_FIRST_LIST = "special"
"""Germany prints D, not the DEU of ISO 3166-1 (Doc 9303-3, section 5)."""
_ARTICLES = ("ال",)


def found(
    language: str, query: str, first: Sequence[str], choosable: Callable[[str], bool]
) -> tuple[str, ...]:
    """Codes of at most six states: `first` without a query, else the best matches, best first.

    Of several codes with one name (GBR, GBN, ...) the commonest stands for all; the others are
    found by the code itself.
    """
    wanted = _plain(query)
    codes = _matches(language, wanted) if wanted else iter(dict.fromkeys(first))
    best: dict[str, str] = {}
    for code in codes:
        if choosable(code):
            best.setdefault(name(language, code), code)
    return tuple(best.values())[:MOST_SHOWN]


def warm(languages: Sequence[str]) -> None:
    """Have every name ready before the first letter is typed."""
    for language in languages:
        _names(language)


def name(language: str, code: str) -> str:
    """The state's name in that language, or its code."""
    return LocalForms(language).state(code)


def _matches(language: str, wanted: str) -> Iterator[str]:
    """A code typed in full, then names that begin so, then names in which a word does."""
    names = _names(language)
    yield from (code for code in names if _plain(code) == wanted)
    yield from (code for code, plain in names.items() if any(n.startswith(wanted) for n in plain))
    yield from (
        code
        for code, plain in names.items()
        if any(word.startswith(wanted) for n in plain for word in n.split())
    )


@cache
def _names(language: str) -> dict[str, tuple[str, ...]]:
    """By code, sorted by the language's own name: every plain name that can be typed."""
    lists = sorted(state_lists(), key=lambda one: (one.name != _FIRST_LIST, one.name != "iso"))
    named = {
        code: tuple(dict.fromkeys(_plain(name(tag, code)) for tag in (language, *FALLBACKS)))
        for one in lists
        for code in sorted(one.codes)
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1][0]))


def _plain(text: str) -> str:
    """Small letters without marks and article, one blank between words."""
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    )
    words = "".join(sign if sign.isalnum() else " " for sign in bare.casefold()).split()
    return " ".join(_without_article(word) for word in words)


def _without_article(word: str) -> str:
    article = next((one for one in _ARTICLES if word.startswith(one) and len(word) > 3), "")
    return word[len(article) :]
