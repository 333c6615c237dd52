"""Names in certificates, made comparable: what differs only in spelling or encoding is the same.

After RFC 5280, 7.1: letters of both cases alike, white space once, whatever the string's type.
"""

import hashlib

from drivers.chip import der
from drivers.chip.der import Piece
from drivers.chip.errors import TlvError

COUNTRY, COMMON_NAME, ORGANIZATION = "2.5.4.6", "2.5.4.3", "2.5.4.10"
_ENCODINGS = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "latin-1",
    0x14: "latin-1",
    0x16: "latin-1",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
Part = tuple[str, str]
"""Type and value of an attribute."""


def parts(name: bytes) -> tuple[Part, ...]:
    """Each attribute of an encoded Name, object identifier and text. Raises TlvError."""
    found: list[Part] = []
    for relative in der.only(name, der.SEQUENCE).pieces():
        if relative.tag != der.SET:
            raise TlvError(f"a name with {relative.tag:X}.")
        found.extend(_part(pair) for pair in relative.pieces())
    return tuple(found)


def of(name: bytes, kind: str) -> str:
    """The first attribute of that kind as text, empty where there is none. Raises TlvError."""
    return next((text for oid, text in parts(name) if oid == kind), "")


def fingerprint(name: bytes) -> str:
    """A digest that names share exactly where they are the same name. Raises TlvError."""
    spelt = "\n".join(f"{oid}={' '.join(text.lower().split())}" for oid, text in parts(name))
    return hashlib.sha256(spelt.encode()).hexdigest()


def words(name: bytes) -> str:
    """Country, organization and common name, for people. Raises TlvError."""
    told = dict(reversed(parts(name)))
    shown = (told.get(kind, "") for kind in (COUNTRY, ORGANIZATION, COMMON_NAME))
    return ", ".join(_plain(text) for text in shown if text) or "no name"


def _plain(text: str) -> str:
    """One line of it, nothing in it that moves a cursor."""
    return "".join(char if char.isprintable() else "?" for char in text)[:120]


def _part(pair: Piece) -> Part:
    held = pair.pieces()
    if len(held) != 2:
        raise TlvError("an attribute of a name that is no pair.")
    kind, value = held
    encoding = _ENCODINGS.get(value.tag)
    if encoding is None:
        return der.oid(kind), f"#{value.whole.hex()}"
    return der.oid(kind), value.value.decode(encoding, errors="replace")
