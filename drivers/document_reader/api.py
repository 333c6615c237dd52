"""What a document reader is to the rest of the kiosk."""

from dataclasses import dataclass
from typing import Protocol

from drivers.deadline import Deadline
from drivers.device import DeviceInfo


@dataclass(frozen=True, slots=True, repr=False)
class MrzLines:
    """The machine readable zone as the device sent it: 1 to 3 lines, `<` as filler, not judged."""

    lines: tuple[str, ...]

    def __repr__(self) -> str:
        """Say the shape, never the text: the lines are personal data."""
        return f"MrzLines({[len(line) for line in self.lines]} characters)"


class DocumentReader(Protocol):
    """Gives one document at a time."""

    @property
    def info(self) -> DeviceInfo:
        """Make and model."""

    def read(self, deadline: Deadline) -> MrzLines:
        """Arm the reader and wait for a document.

        Raises DeviceTimeoutError, CancelledError, ProtocolError, DeviceGoneError.
        """

    def close(self) -> None:
        """Give the port back; safe to call twice."""
