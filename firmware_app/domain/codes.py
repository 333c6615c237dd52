"""States and kinds of documents: the lists beside this file (TOML, with source and date), asked.

Nothing here judges a document; document_checks does.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class StateList:
    """One list of codes: where it is from, and when it was taken from there."""

    name: str
    source: str
    date: date
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What may open the zone of one layout, and what the pairs of letters mean."""

    source: str
    date: date
    first: str
    forbidden: frozenset[str]
    kind: str
    pairs: dict[str, str]


def is_known_state(code: str) -> bool:
    """Whether some list has the code, specimens and withdrawn codes included."""
    return any(code in one.codes for one in state_lists())


def is_former_state(code: str) -> bool:
    """Whether the code was withdrawn: no document of today has it as its issuer."""
    return code in _states("former")


def is_specimen_state(code: str) -> bool:
    """Whether the code is of no issuer in the world: the document is a specimen."""
    return code in _states("specimen")


def is_nationality_only(code: str) -> bool:
    """Whether the code tells a nationality but never an issuer: British variants, stateless."""
    return code in _states("british") or code in _states("stateless")


def state_lists() -> tuple[StateList, ...]:
    """Every list of states, with its source and date."""
    return _load_states()


def kind_of(layout: str, document_code: str) -> str:
    """The kind of document, such as `passport`, `card`, `visa`; nothing where the code is unlawful.

    `layout` is the name of a layout; `document_code` its one or two letters.
    """
    kinds = _load_kinds().get(layout)
    if kinds is None or document_code[:1] not in set(kinds.first):
        return ""
    if document_code in kinds.forbidden:
        return ""
    return kinds.pairs.get(document_code, kinds.kind)


def is_known_kind(layout: str, document_code: str) -> bool:
    """Whether Doc 9303 lets these letters open a zone of this layout."""
    return bool(kind_of(layout, document_code))


def _states(name: str) -> frozenset[str]:
    return next(one.codes for one in state_lists() if one.name == name)


@cache
def _load_states() -> tuple[StateList, ...]:
    return tuple(
        StateList(name, one["source"], one["date"], frozenset(one["codes"]))
        for name, one in _read("codes_states.toml").items()
    )


@cache
def _load_kinds() -> dict[str, Kinds]:
    return {
        layout: Kinds(**{**one, "forbidden": frozenset(one["forbidden"])})
        for layout, one in _read("codes_kinds.toml").items()
    }


def _read(name: str) -> dict[str, Any]:
    text = resources.files("firmware_app.domain").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)
