"""Carries a virtual chip's bytes over TCP in the framing of vpcd, from either end of the line.

Each message is two bytes of length, big-endian, and so many bytes. From the reader, one byte alone
is a control: 0 power off, 1 power on, 2 reset, 4 asks for the ATR, and only that one is answered;
anything longer is a command APDU. A connection is a card that lies on the reader.
"""

import select
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from drivers.chip.simulated import CardGoneError, SimulatedChip

VPCD_PORT = 35963
LOOPBACK = "127.0.0.1"
_ATR = 4
_LENGTH_BYTES = 2
_CONNECT_S = 0.5


class FarEnd(Protocol):
    """Where the reader's connection comes from."""

    def fileno(self) -> int:
        """For `select`: readable when a reader calls; -1 where none ever does."""
        ...

    def connect(self, present: bool) -> socket.socket | None:
        """A connection for a card that is there; None where there is none, or no card."""
        ...

    def close(self) -> None:
        """No more connections; safe to call twice."""
        ...


@dataclass(slots=True)
class Vpcd:
    """A real pcscd with its vpcd driver: the card calls, as vicc does."""

    host: str = LOOPBACK
    port: int = VPCD_PORT

    def fileno(self) -> int:
        """Nobody calls the card."""
        return -1

    def connect(self, present: bool) -> socket.socket | None:
        """The driver's connection; None while it does not run."""
        if not present:
            return None
        try:
            return socket.create_connection((self.host, self.port), _CONNECT_S)
        except OSError:
            return None

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class Listener:
    """A port of the loopback that the kiosk's own transport calls; 0 takes any free one.

    Without a card each call is hung up at once.
    """

    port: int = 0
    _socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._socket = socket.create_server((LOOPBACK, self.port))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    def fileno(self) -> int:
        """Readable when a reader calls."""
        return self._socket.fileno()

    def connect(self, present: bool) -> socket.socket | None:
        """The call that waits, if one does."""
        try:
            line, _ = self._socket.accept()
        except OSError:
            return None
        if not present:
            line.close()
            return None
        return line

    def close(self) -> None:
        """The port is free again."""
        self._socket.close()


@dataclass(slots=True, repr=False)
class Line:
    """One connection and the chip on it."""

    connection: socket.socket
    chip: SimulatedChip
    wait: Callable[[float], object]
    gone: bool = False  # the story took the card away
    _held: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.connection.settimeout(_CONNECT_S)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.chip.reset()

    def fileno(self) -> int:
        """Readable when the reader says something."""
        return self.connection.fileno()

    def hear(self) -> bool:
        """Take what came and answer it; False when the card or the reader is gone."""
        try:
            # The driver sends length and message apart, and waits until we own to the first.
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            data = self.connection.recv(65536)
            self._held += data
            for message in self._messages():
                self._answer(message)
        except CardGoneError:
            self.gone = True
            return False
        except OSError:
            return False
        return bool(data)

    def close(self) -> None:
        """Take the card off; safe to call twice."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def _messages(self) -> list[bytes]:
        found = []
        while len(self._held) >= _LENGTH_BYTES:
            end = _LENGTH_BYTES + int.from_bytes(self._held[:_LENGTH_BYTES])
            if len(self._held) < end:
                break
            found.append(bytes(self._held[_LENGTH_BYTES:end]))
            del self._held[:end]
        return found

    def _answer(self, message: bytes) -> None:
        if len(message) == 1:
            if message[0] == _ATR:
                self._send(self.chip.atr)
            else:
                self.chip.reset()
            return
        if slow_s := self.chip.contents.manners.slow_s:
            self.wait(slow_s)
        response = self.chip.answer(message)
        if response:
            self._send(response)

    def _send(self, message: bytes) -> None:
        self.connection.sendall(len(message).to_bytes(_LENGTH_BYTES) + message)


def wait(limit_s: float) -> None:
    """Let that time pass."""
    select.select([], [], [], limit_s)
