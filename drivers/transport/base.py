"""What a byte stream is: the one shape that serial ports, recordings and simulated peers share."""

from typing import Protocol

from drivers.deadline import Deadline


class ByteStream(Protocol):
    """Bytes to and from a device."""

    def read(self, deadline: Deadline) -> bytes:
        """At least one byte, as many as are there.

        Raises DeviceTimeoutError, CancelledError, DeviceGoneError.
        """

    def write(self, data: bytes, deadline: Deadline) -> None:
        """All bytes out.

        Raises DeviceTimeoutError, CancelledError, DeviceGoneError.
        """

    def close(self) -> None:
        """Give the port back; safe to call twice."""


class Port(ByteStream, Protocol):
    """A byte stream that tells apart what came before now: a serial port, a keyboard, a player."""

    def waiting(self) -> bytes:
        """What came before now and was not read; b"" where nothing did. Raises DeviceGoneError."""
