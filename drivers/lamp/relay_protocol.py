"""The words of USB relay boards with a CH340 ("LCUS"): four bytes a command, no answer. Pure.

0xA0, the relay's number, 1 (closed) or 0 (open), and the low byte of the sum of the three.
"""

from dataclasses import dataclass, field

BAUD = 9600
RELAYS = 16
_HEAD, _COMMAND_BYTES = 0xA0, 4


@dataclass(frozen=True, slots=True)
class Switch:
    """One command: relay 1 to 16, closed or not."""

    relay: int
    closed: bool


def encode(one: Switch) -> bytes:
    """Its four bytes; ValueError for a relay that no board has."""
    if not 1 <= one.relay <= RELAYS:
        raise ValueError(f"relay {one.relay}; a board has 1 to {RELAYS}.")
    words = bytes((_HEAD, one.relay, one.closed))
    return words + bytes((sum(words) & 0xFF,))


@dataclass(slots=True)
class Decoder:
    """Bytes in, commands out, from the board's side; what is none is passed over."""

    _held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[Switch]:
        """The commands that `data` makes whole, in order."""
        self._held += data
        found: list[Switch] = []
        while len(self._held) >= _COMMAND_BYTES:
            one = _decoded(bytes(self._held[:_COMMAND_BYTES]))
            del self._held[: _COMMAND_BYTES if one is not None else 1]
            if one is not None:
                found.append(one)
        return found


def _decoded(words: bytes) -> Switch | None:
    head, relay, closed, check = words
    good = head == _HEAD and 1 <= relay <= RELAYS and closed in {0, 1}
    return Switch(relay, bool(closed)) if good and check == sum(words[:3]) & 0xFF else None
