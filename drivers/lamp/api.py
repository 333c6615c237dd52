"""What a lamp is to the rest of the kiosk."""

from typing import Protocol

from drivers.deadline import Deadline
from drivers.device import DeviceInfo


class Lamp(Protocol):
    """Something that shines or does not."""

    @property
    def info(self) -> DeviceInfo:
        """Make, model, serial, firmware."""

    def shine(self, deadline: Deadline, *, on: bool) -> None:
        """On, or off.

        Raises DeviceGoneError, DeviceTimeoutError, CancelledError, ProtocolError.
        """

    def close(self) -> None:
        """Give it back, dark where it can still be told; safe to call twice."""
