"""From a signer's certificate up to one that is trusted (Doc 9303-12, 6; RFC 5280, 6.1).

Every certificate of the store is trusted, for a list or a root that an engineer gave vouches for
it: link certificates too, which carry an authority's new key under the signature of its old one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.chip import keys, signatures
from drivers.chip.certificates import Certificate
from drivers.chip.curves import ForgedCurveError
from drivers.chip.errors import ChipDataError, NotJudgedError

LONGEST = 4
MOST_CANDIDATES, MOST_HELPERS = 64, 4


class Anchors(Protocol):
    """Where trusted certificates are found: `csca.CscaStore`."""

    def by_key_id(self, key_id: bytes) -> Sequence[Certificate]:
        """Those whose subject key identifier is that."""

    def by_subject(self, subject_print: str) -> Sequence[Certificate]:
        """Those of that subject."""

    def holds(self, certificate: Certificate) -> bool:
        """Whether this very certificate is among them."""


class Outcome(StrEnum):
    """How the way up ended."""

    FOUND = "found"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class Climb:
    """The way up: certificates from the one asked about to the trusted one, or why there is none.

    `notes` say what was overlooked: names that differ though the key identifier and key agree.
    """

    outcome: Outcome
    why: str
    path: tuple[Certificate, ...] = ()
    notes: tuple[str, ...] = ()


def climb(leaf: Certificate, anchors: Anchors, helpers: Sequence[Certificate] = ()) -> Climb:
    """Find who issued `leaf`, over `helpers` that came along with it, up to one of `anchors`.

    Several authorities of one name are tried until a key fits. Raises only what `anchors` does.
    """
    return _climb((leaf,), anchors, helpers)


def issued(child: Certificate, parent: Certificate) -> bool:
    """Whether the parent's key made the child's signature. Raises ChipDataError, NotJudgedError."""
    how = signatures.scheme(child.signed.algorithm)
    return signatures.holds(keys.parse(parent.key), how, child.signed.signature, child.signed.data)


def _climb(
    path: tuple[Certificate, ...], anchors: Anchors, helpers: Sequence[Certificate]
) -> Climb:
    child = path[-1]
    if child.rights.unknown:
        why = f"{child.words} has critical extensions {', '.join(child.rights.unknown)}."
        return Climb(Outcome.NOT_JUDGED, why)
    trusted = _tried(child, _unique((*_by_key(child, anchors), *_by_name(child, anchors))), path)
    if trusted.outcome is Outcome.FOUND or len(path) == LONGEST:
        return trusted
    beside = [one for one in helpers if one not in path and one.subject_print == child.issuer_print]
    for helper in beside[:MOST_HELPERS]:
        if _tried(child, (helper,), path).outcome is Outcome.FOUND:
            higher = _climb((*path, helper), anchors, helpers)
            if higher.outcome is not Outcome.UNKNOWN:
                return higher
    return trusted


def _tried(
    child: Certificate, parents: Sequence[Certificate], path: tuple[Certificate, ...]
) -> Climb:
    """The first parent that fits, or what speaks against all of them, the worst last."""
    found = Climb(
        Outcome.UNKNOWN,
        f"no authority is known that could have issued {child.words}: {_issuer(child)}.",
    )
    for parent in parents[:MOST_CANDIDATES]:
        judged = _judged(child, parent, path)
        if judged.outcome is Outcome.FOUND:
            return judged
        if found.outcome in {Outcome.UNKNOWN, Outcome.NOT_JUDGED}:
            found = judged
    return found


def _judged(child: Certificate, parent: Certificate, path: tuple[Certificate, ...]) -> Climb:
    """One candidate."""
    try:
        if not issued(child, parent):
            return _does_not_fit(child, parent)
    except NotJudgedError as error:
        return Climb(Outcome.NOT_JUDGED, f"{parent.words}: {error}")
    except ForgedCurveError as error:
        return Climb(Outcome.REFUSED, f"{parent.words}: {error}")
    except ChipDataError as error:
        return Climb(Outcome.REFUSED, f"{child.words}: {error}")
    against = _against(child, parent, path)
    if against:
        return Climb(Outcome.REFUSED, against)
    return Climb(
        Outcome.FOUND, f"issued by {parent.words}.", (*path, parent), _notes(child, parent)
    )


def _does_not_fit(child: Certificate, parent: Certificate) -> Climb:
    """Named by key and name it should have fitted; by name alone it is another of that name."""
    by_key = bool(child.issuer_key_id) and child.issuer_key_id == parent.key_id
    if by_key and child.issuer_print == parent.subject_print:
        why = f"the signature on {child.words} is not {parent.words}'s, whose key it names."
        return Climb(Outcome.REFUSED, why)
    return Climb(Outcome.UNKNOWN, f"no key that is known of {_issuer(child)} made its signature.")


def _against(child: Certificate, parent: Certificate, path: tuple[Certificate, ...]) -> str:
    """What forbids the parent to have issued the child, empty where nothing does.

    Authorities of one name one above another do not count in a path's length (RFC 5280, 4.2.1.9).
    """
    if not parent.rights.signs_certificates:
        return f"{parent.words} may not sign certificates."
    if not parent.valid_at(child.not_before):
        return f"{child.words} was issued outside the period of {parent.words}."
    between = [one for one in path[1:] if not one.issues_itself]
    longest = parent.rights.path_length
    if longest is not None and len(between) > longest:
        return f"{parent.words} allows {longest} authorities below it, there are {len(between)}."
    return ""


def _notes(child: Certificate, parent: Certificate) -> tuple[str, ...]:
    if child.issuer_print == parent.subject_print:
        return ()
    return (f"{child.words} spells its issuer's name in another way.",)


def _by_key(child: Certificate, anchors: Anchors) -> Sequence[Certificate]:
    return anchors.by_key_id(child.issuer_key_id) if child.issuer_key_id else ()


def _by_name(child: Certificate, anchors: Anchors) -> Sequence[Certificate]:
    return anchors.by_subject(child.issuer_print)


def _unique(found: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Each once, those that carry their own signature before link certificates."""
    by_name = {one.sha256: one for one in found}
    return tuple(sorted(by_name.values(), key=lambda one: not one.issues_itself))


def _issuer(child: Certificate) -> str:
    """The issuer's name for people."""
    return f"{child.issuer_words} (key {child.issuer_key_id.hex()[:16] or 'not named'})"
