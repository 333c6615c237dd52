"""A simulated relay board: the peer that hears the real driver's bytes and says what shines.

What it closed stands in a file of its folder, one number a line, for whoever watches.
"""

from dataclasses import dataclass, field
from pathlib import Path

from drivers.deadline import Deadline
from drivers.errors import DeviceGoneError
from drivers.lamp.relay_board import RELAY_PARAM, RelayLamp, relay_of
from drivers.lamp.relay_protocol import Decoder
from drivers.url import DeviceUrl

CLOSED_FILE = "closed"


@dataclass(slots=True)
class SimulatedBoard:
    """A ByteStream whose other end is the board."""

    device: str
    folder: Path
    _closed: set[int] = field(default_factory=set)
    _decoder: Decoder = field(default_factory=Decoder)

    def read(self, deadline: Deadline) -> bytes:
        """The board says nothing, ever."""
        deadline.slice_s()
        raise DeviceGoneError(self.device, "a board that does not talk was listened to.")

    def write(self, data: bytes, deadline: Deadline) -> None:
        """It obeys."""
        deadline.slice_s()
        for one in self._decoder.feed(data):
            (self._closed.add if one.closed else self._closed.discard)(one.relay)
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"{relay}\n" for relay in sorted(self._closed))
        beside = self.folder / f".{CLOSED_FILE}"
        beside.write_text(lines, encoding="ascii")
        beside.replace(self.folder / CLOSED_FILE)

    def close(self) -> None:
        """Unplugged."""


def check_url(url: DeviceUrl) -> None:
    """Raise DeviceUrlError where it cannot be."""
    url.file()
    url.params.only(RELAY_PARAM)
    relay_of(url)


def open_simulated(url: DeviceUrl) -> RelayLamp:
    """`simulated:///path/of/folder?relay=1`."""
    return RelayLamp.open(url, lambda one: SimulatedBoard(one.device, one.file()))
