"""provision.toml as QR symbols and back (pure): small parts, in any order, seen any times.

A part is `BKP1:N/M:CHECK:DATA` in QR's alphanumeric signs: the file compressed (RFC 1950), in
base32, cut; CHECK names the file (8 signs of its SHA-256), so that parts of two files never mix.
"""

import re
import zlib
from base64 import b32decode, b32encode
from binascii import Error as Base32Error
from dataclasses import dataclass, field
from hashlib import sha256

from firmware_app.services.provision import MOST_BYTES, ProvisionError

PART_SIGNS = 300
MOST_PARTS = 16
_PART = re.compile(r"BKP1:([0-9]{1,2})/([0-9]{1,2}):([0-9A-F]{8}):([A-Z2-7]{1,400})")


def parts(data: bytes) -> list[str]:
    """The texts of the symbols, one or more; raises ProvisionError where it takes too many."""
    signs = b32encode(zlib.compress(data, 9)).decode().rstrip("=")
    count = -(-len(signs) // PART_SIGNS)
    if count > MOST_PARTS:
        raise ProvisionError(f"{count} symbols; the most is {MOST_PARTS}.", "Bring it on a stick.")
    each = -(-len(signs) // count)
    cut = [signs[at : at + each] for at in range(0, len(signs), each)]
    mark = _mark(data)
    return [f"BKP1:{number}/{len(cut)}:{mark}:{one}" for number, one in enumerate(cut, start=1)]


@dataclass(slots=True)
class Collector:
    """What was seen so far of one file; a part of another file begins anew."""

    _mark: str = ""
    count: int = 0
    _seen: dict[int, str] = field(default_factory=dict, repr=False)

    @property
    def seen(self) -> tuple[int, ...]:
        """The numbers of the parts that are there."""
        return tuple(sorted(self._seen))

    def feed(self, text: str) -> bytes | None:
        """The whole file once its last part is there, else None; noise is passed over."""
        found = _PART.fullmatch(text)
        if found is None:
            return None
        number, count = int(found[1]), int(found[2])
        if not 1 <= number <= count <= MOST_PARTS:
            return None
        if (found[3], count) != (self._mark, self.count):
            self._mark, self.count = found[3], count
            self._seen.clear()
        self._seen[number] = found[4]
        return self._joined() if len(self._seen) == count else None

    def _joined(self) -> bytes | None:
        signs = "".join(self._seen[number] for number in sorted(self._seen))
        try:
            packed = b32decode(signs + "=" * (-len(signs) % 8))
            data = zlib.decompressobj().decompress(packed, MOST_BYTES + 1)
        except (Base32Error, zlib.error):
            data = b""
        if data and _mark(data) == self._mark:
            return data
        self._seen.clear()  # a symbol that was read wrongly: look again
        return None


def _mark(data: bytes) -> str:
    return sha256(data).hexdigest()[:8].upper()
