"""A chip that listens on TCP: the frames of vpcd, with the kiosk as the side that calls."""

import contextlib
import socket

from drivers.chip.errors import ChipRemovedError, LongCommandError, NoChipError
from drivers.deadline import Deadline
from drivers.device import DeviceInfo

_POWER_OFF = b"\0"
_POWER_ON = b"\1"
_ATR = b"\4"
_MOST_FRAME = 0xFFFF
_MOST_ATR = 33


class DirectChannel:
    """Two bytes of length, big-endian, then a command or one control byte (vsmartcard's vpcd)."""

    def __init__(self, connection: socket.socket, name: str, atr: bytes) -> None:
        self._connection: socket.socket | None = connection
        self._name = name
        self._atr = atr

    @classmethod
    def open(cls, host: str, port: int, deadline: Deadline) -> "DirectChannel":
        """Call the chip and power it. Raises NoChipError, DeviceTimeoutError, CancelledError."""
        try:
            connection = socket.create_connection((host, port), deadline.slice_s(2.0))
        except OSError as error:
            raise NoChipError(deadline.device, f"nothing answers at port {port}.") from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            _send(connection, _POWER_ON, deadline)
            _send(connection, _ATR, deadline)
            atr = _receive(connection, deadline)
        except BaseException:
            connection.close()
            raise
        return cls(connection, f"{host}:{port}", atr[:_MOST_ATR])

    @property
    def atr(self) -> bytes:
        """What the chip answered to reset."""
        return self._atr

    @property
    def info(self) -> DeviceInfo:
        """A chip without a reader."""
        return DeviceInfo("direct", self._name)

    def transmit(self, command: bytes, deadline: Deadline) -> bytes:
        """Raises ChipRemovedError, LongCommandError, DeviceTimeoutError, CancelledError."""
        if self._connection is None:
            raise ChipRemovedError(deadline.device, "the channel is closed.")
        if len(command) > _MOST_FRAME:
            raise LongCommandError(deadline.device, f"a command of {len(command)} bytes.")
        _send(self._connection, command, deadline)
        return _receive(self._connection, deadline)

    def close(self) -> None:
        """Power off and hang up; safe to call twice."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with contextlib.suppress(OSError):
            connection.settimeout(0.2)
            connection.sendall(_framed(_POWER_OFF))
        connection.close()


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(2) + data


def _send(connection: socket.socket, data: bytes, deadline: Deadline) -> None:
    left = memoryview(_framed(data))
    while left:
        connection.settimeout(deadline.slice_s())
        try:
            left = left[connection.send(left) :]
        except TimeoutError:
            continue
        except OSError as error:
            raise ChipRemovedError(deadline.device, "the chip hung up.") from error


def _receive(connection: socket.socket, deadline: Deadline) -> bytes:
    size = int.from_bytes(_exactly(connection, 2, deadline))
    return _exactly(connection, size, deadline)


def _exactly(connection: socket.socket, count: int, deadline: Deadline) -> bytes:
    held = bytearray()
    while len(held) < count:
        connection.settimeout(deadline.slice_s())
        try:
            piece = connection.recv(count - len(held))
        except TimeoutError:
            continue
        except OSError as error:
            raise ChipRemovedError(deadline.device, "the chip hung up.") from error
        if not piece:
            raise ChipRemovedError(deadline.device, "the chip hung up.")
        held += piece
    return bytes(held)
