"""What a document reader is to the rest of the kiosk."""

from typing import Protocol

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.document_reader.mrz_lines import MrzLines


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
