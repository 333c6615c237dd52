"""Deterministic CBOR (RFC 8949, 4.2.1) out; bounded deterministic CBOR and nothing else in."""

from collections.abc import Collection

import cbor2

DEPTH_LIMIT = 16
ITEMS_LIMIT = 20_000

_BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = 2, 3, 4, 5, 6, 7
_SIMPLE_ALLOWED = frozenset({20, 21, 22, 25, 26, 27})  # false, true, null, float 16, 32, 64


class CborError(ValueError):
    """Not CBOR, not deterministic, or beyond the bounds; the caller names it in its own terms."""


def dumps(value: object) -> bytes:
    """Shortest forms and sorted keys.

    Keys are text, or integers from -24 to 23: there cbor2's order (RFC 7049, 3.9: shorter first) is
    that of RFC 8949, 4.2.1.
    """
    return cbor2.dumps(value, canonical=True)


def loads(data: bytes, *, limit_bytes: int, tags: Collection[int] = ()) -> object:
    """The one value in `data`, where its encoding is deterministic; raises only CborError.

    Tags outside `tags` are refused before cbor2 sees them: it would build regular expressions,
    dates and decimals of any size from them.
    """
    if len(data) > limit_bytes:
        raise CborError(f"{len(data)} bytes are more than {limit_bytes}.")
    _scan(data, tags)
    try:
        value: object = cbor2.loads(data)
        again = dumps(value)
    except (cbor2.CBORError, UnicodeError, TypeError, ValueError):
        raise CborError("not a value that this contract has.") from None
    if again != data:
        raise CborError("not in the deterministic form.")
    return value


def _scan(data: bytes, tags: Collection[int]) -> None:
    """Walk over all items without building them: whole, bounded, and nothing after the end."""
    open_items = [1]  # how many items each open container still wants
    at = count = 0
    while open_items:
        count += 1
        if count > ITEMS_LIMIT or len(open_items) > DEPTH_LIMIT:
            raise CborError("too many items, or nested too deep.")
        major, argument, at = _head(data, at)
        open_items[-1] -= 1
        if major in {_BYTES, _TEXT}:
            at += argument
        else:
            _open(open_items, major, argument, tags)
        while open_items and open_items[-1] == 0:
            open_items.pop()
    if at != len(data):
        raise CborError("cut short, or bytes after the end.")


def _open(open_items: list[int], major: int, argument: int, tags: Collection[int]) -> None:
    if major == _TAG and argument not in tags:
        raise CborError(f"tag {argument} has no place here.")
    wants = {_ARRAY: argument, _MAP: 2 * argument, _TAG: 1}.get(major, 0)
    if wants > ITEMS_LIMIT:
        raise CborError("too many items.")
    open_items.append(wants)


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type, argument (0 for a float: of no account here) and the place after them."""
    if at >= len(data):
        raise CborError("cut short.")
    major, info = data[at] >> 5, data[at] & 0x1F
    if info > 27 or (major == _SIMPLE and info not in _SIMPLE_ALLOWED):
        raise CborError("an indefinite length, or a simple value that has no place here.")
    size = 0 if info < 24 else 1 << (info - 24)
    end = at + 1 + size
    if end > len(data):
        raise CborError("cut short.")
    argument = int.from_bytes(data[at + 1 : end], "big") if size else info
    return major, 0 if major == _SIMPLE else argument, end
