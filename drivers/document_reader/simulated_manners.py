"""How each make of simulated reader waits for documents and answers commands; pure.

Written from the makers' command lists, not from the driver, so that a wrong byte of the driver
leaves the reader dark, as a real one would be.
"""

import re
from dataclasses import dataclass
from typing import Protocol

KNOWN_TAGS = ("TRG", "OCR", "232", "SUF", "BEP")  # menu groups that the Honeywell-type peer has
_KEEP = 256


class ReaderManners(Protocol):
    """What the host's bytes do to a reader."""

    def hear(self, data: bytes, now_s: float) -> bytes:
        """Take the host's bytes; give the reader's answer to them."""

    def looks(self, now_s: float) -> bool:
        """Whether a document that lies there would be read now."""

    def has_read(self) -> None:
        """A document was read and sent."""


@dataclass(slots=True)
class Plain:
    """DESKO, 3M native and most others: they read whatever is laid down and hear nothing."""

    def hear(self, data: bytes, now_s: float) -> bytes:  # noqa: ARG002 (deaf)
        """Nothing."""
        return b""

    def looks(self, now_s: float) -> bool:  # noqa: ARG002 (always)
        """Always."""
        return True

    def has_read(self) -> None:
        """It goes on."""


@dataclass(slots=True)
class Honeywell:
    """SYN T CR looks until a reading, SYN U CR or the read time-out; SYN M CR takes settings."""

    read_timeout_s: float = 30.0
    _heard: bytes = b""
    _dark_at_s: float = 0.0

    def hear(self, data: bytes, now_s: float) -> bytes:
        """The echo of menu commands with ACK or ENQ before each `,`, `;`, `.` and `!`."""
        self._heard = (self._heard + data)[-_KEEP:]
        answer = b""
        while found := re.search(rb"\x16(?:(T|U)\r|M\r([^.!]*)([.!]))", self._heard):
            self._heard = self._heard[found.end() :]
            if found[1] is None:
                answer += _echo(found[2]) + found[3]
            else:
                self._dark_at_s = now_s + self.read_timeout_s if found[1] == b"T" else 0.0
        return answer

    def looks(self, now_s: float) -> bool:
        """Until the read time-out."""
        return now_s < self._dark_at_s

    def has_read(self) -> None:
        """One reading a trigger."""
        self._dark_at_s = 0.0


def _echo(commands: bytes) -> bytes:
    parts = re.split(rb"([,;])", commands)
    for at in range(0, len(parts), 2):
        known = parts[at][:3].decode("latin-1").upper() in KNOWN_TAGS
        parts[at] += b"\x06" if known else b"\x05"
    return b"".join(parts)


@dataclass(slots=True)
class Elyctis:
    """C 00 01 01 switches continuous reading on, C 00 01 00 off; it goes off with each reading.

    `I` 00 00 asks for what lies there now; with nothing there the answer is empty.
    """

    _heard: bytes = b""
    _on: bool = False

    def hear(self, data: bytes, now_s: float) -> bytes:  # noqa: ARG002 (it has no clock)
        """The echo of each switch; an empty reading for an inquiry."""
        self._heard = (self._heard + data)[-_KEEP:]
        answer = b""
        while found := re.search(rb"C\x00\x01([\x00\x01])|I\x00\x00", self._heard):
            self._heard = self._heard[found.end() :]
            if found[1] is not None:
                self._on = found[1] == b"\x01"
            answer += found[0]
        return answer

    def looks(self, now_s: float) -> bool:  # noqa: ARG002 (it has no clock)
        """While it is switched on."""
        return self._on

    def has_read(self) -> None:
        """Off until it is switched on again."""
        self._on = False
