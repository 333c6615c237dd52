"""Finding a state by the first letters of its name, in the traveller's language or in Latin."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from firmware_app.domain.codes import state_lists
from firmware_app.ui.local_forms import LocalForms

MOST_SHOWN = 6
FALLBACKS = ("en", "fr")
"""Names that people who type Latin letters may know."""
_ARTICLES = ("ال",)


def found(
    language: str, query: str, first: Sequence[str], choosable: Callable[[str], bool]
) -> tuple[str, ...]:
    """Codes of at most six states: `first` without a query, else the best matches, best first."""
    wanted = _plain(query)
    codes = (code for code in first) if not wanted else _matches(language, wanted)
    return tuple(dict.fromkeys(code for code in codes if choosable(code)))[:MOST_SHOWN]


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
    named = {
        code: tuple(dict.fromkeys(_plain(name(tag, code)) for tag in (language, *FALLBACKS)))
        for one in state_lists()
        for code in one.codes
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


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
