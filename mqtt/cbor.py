"""Deterministic CBOR (RFC 8949, 4.2.1) out; bounded deterministic CBOR and nothing else in."""

from collections.abc import Collection

import cbor2

DEPTH_LIMIT = 16
ITEMS_LIMIT = 20_000

_BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = 2, 3, 4, 5, 6, 7
_LEAST = {24: 24, 25: 256, 26: 65_536}  # what a length of 1, 2, 4 bytes is for
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


class Walk:
    """Takes a message apart whose form is known to the byte, at a tenth of the cost of `loads`.

    What it lets pass has one encoding, so it is deterministic. All methods raise CborError.
    """

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes, *, limit_bytes: int) -> None:
        if len(data) > limit_bytes:
            raise CborError(f"{len(data)} bytes are more than {limit_bytes}.")
        self._data = data
        self._at = 0

    def expect(self, known: bytes) -> None:
        """These very bytes come next."""
        if not self._data.startswith(known, self._at):
            raise CborError("not of the form that belongs here.")
        self._at += len(known)

    def take(self, size: int) -> bytes:
        """So many bytes come next."""
        end = self._at + size
        if end > len(self._data):
            raise CborError("cut short.")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def string(self) -> bytes:
        """A byte string comes next, its length in the shortest form."""
        first = self.take(1)[0] - (_BYTES << 5)
        if not 0 <= first <= 26:
            raise CborError("no byte string of a definite length.")
        if first < 24:
            return self.take(first)
        size = int.from_bytes(self.take(1 << first - 24), "big")
        if size < _LEAST[first]:
            raise CborError("a length that is not in its shortest form.")
        return self.take(size)

    def end(self) -> None:
        """Nothing comes any more."""
        if self._at != len(self._data):
            raise CborError("bytes after the end.")


def _scan(data: bytes, tags: Collection[int]) -> None:
    """Walk over all items without building them: whole, bounded, and nothing after the end."""
    open_items = [1]  # how many items each open container still wants
    at = count = 0
    while open_items:
        count += 1
        if count > ITEMS_LIMIT or len(open_items) > DEPTH_LIMIT or at >= len(data):
            raise CborError("cut short, too many items, or nested too deep.")
        skip, wants = _SHORT[data[at]]
        if not skip:
            skip, wants = _long(data, at, tags)
        at += skip
        open_items[-1] -= 1
        if wants:
            open_items.append(wants)
        while open_items and not open_items[-1]:
            open_items.pop()
    if at != len(data):
        raise CborError("cut short, or bytes after the end.")


def _long(data: bytes, at: int, tags: Collection[int]) -> tuple[int, int]:
    """As `_step`, where the argument follows the first byte, or where the item is a tag."""
    major, info = data[at] >> 5, data[at] & 0x1F
    if info > 27 or (major == _SIMPLE and info not in _SIMPLE_ALLOWED):
        raise CborError("an indefinite length, or a simple value that has no place here.")
    size = 0 if info < 24 else 1 << (info - 24)
    end = at + 1 + size
    if end > len(data):
        raise CborError("cut short.")
    argument = int.from_bytes(data[at + 1 : end], "big") if size else info
    if major == _TAG and argument not in tags:
        raise CborError(f"tag {argument} has no place here.")
    skip, wants = _step(major, argument)
    if wants > ITEMS_LIMIT:
        raise CborError("too many items.")
    return skip + size, wants


def _step(major: int, argument: int) -> tuple[int, int]:
    """How many bytes an item takes without its argument's own, and how many items it holds."""
    skip = 1 + (argument if major in {_BYTES, _TEXT} else 0)
    return skip, {_ARRAY: argument, _MAP: 2 * argument, _TAG: 1}.get(major, 0)


def _short(first: int) -> tuple[int, int]:
    """`_step` of an item whose first byte says all; (0, 0): look closer."""
    major, info = first >> 5, first & 0x1F
    plain = info < 24 and major != _TAG and (major != _SIMPLE or info in _SIMPLE_ALLOWED)
    return _step(major, info) if plain else (0, 0)


_SHORT = tuple(_short(first) for first in range(256))
