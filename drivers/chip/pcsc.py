"""Chips on a PC/SC reader: the kiosk's side of the process that holds pyscard."""

import contextlib
import importlib.util
import os
import select
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

import drivers
from drivers.chip import pcsc_child
from drivers.chip.apdu import MOST_SHORT_DATA
from drivers.chip.errors import (
    ChipRemovedError,
    LongCommandError,
    NoChipError,
    PcscMissingError,
    ReaderGoneError,
    ReaderServiceError,
)
from drivers.chip.pcsc_child import CONNECT, DISCONNECT, LIST, TRANSMIT, WAIT
from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import (
    DeviceError,
    DeviceGoneError,
    DeviceRefusedError,
    DeviceTimeoutError,
)

_ROOT: Final = Path(drivers.__file__).parent.parent
_SYSTEM_PYTHON: Final = Path("/usr/bin/python3")
_HEADER_BYTES: Final = 5
_SERVICE_VARIABLE: Final = "PCSCLITE_CSOCK_NAME"  # of pcsclite's libraries
_CLOSE_LIMIT_S: Final = 1.0
_LOOK_S: Final = 0.1
_MOST_LOOKS: Final = 10

# Codes of pcsclite.h
_CARD = frozenset((0x8010000C, 0x80100010, 0x80100066, 0x80100067, 0x80100068, 0x80100069))
_READER = frozenset((0x80100009, 0x80100017, 0x8010002E))
_LENGTH = frozenset((0x80100004, 0x80100008, 0x80100011))
_NOT_TRANSACTED = 0x80100016
_SHARING = 0x8010000B


class PcscReader:
    """One reader of the PC/SC service; `reader` is a part of its name, empty takes the first."""

    def __init__(self, device: str, reader: str, line: "_Line") -> None:
        self._device = device
        self._wanted = reader
        self._line = line
        self._name = ""

    @classmethod
    def open(
        cls, device: str, reader: str, deadline: Deadline, service: Path | None = None
    ) -> "PcscReader":
        """Start the reader's process and find the reader; `service`: another socket than the usual.

        Raises PcscMissingError, ReaderServiceError, ReaderGoneError, DeviceTimeoutError,
        CancelledError.
        """
        line = _Line.start(device, deadline, service)
        made = cls(device, reader, line)
        try:
            made._name = made._find(deadline)
        except BaseException:
            line.close()
            raise
        return made

    @property
    def info(self) -> DeviceInfo:
        """The name that the PC/SC service gives it."""
        return DeviceInfo("PC/SC", self._name)

    def names(self, deadline: Deadline) -> tuple[str, ...]:
        """All readers that the service knows."""
        listed = self._line.ask(LIST, b"", deadline).decode()
        return tuple(name for name in listed.split("\n") if name)

    def is_chip_there(self, deadline: Deadline) -> bool:
        """Whether a chip answers now; takes 0.2 s where none does. Raises ReaderGoneError."""
        return self._line.ask(WAIT, self._name.encode(), deadline) == b"\1"

    def connect(self, deadline: Deadline) -> "PcscChannel":
        """Wait for a chip and power it; one that is gone when it is powered is asked for again.

        Raises NoChipError where that lasts to the end, ReaderGoneError, ReaderServiceError,
        DeviceRefusedError (another program has it), DeviceTimeoutError, CancelledError.
        """
        while True:
            while not self.is_chip_there(deadline):
                deadline.slice_s()
            try:
                atr = self._line.ask(CONNECT, self._name.encode(), deadline)
            except ChipRemovedError as error:
                self._pause(deadline, error)
                continue
            return PcscChannel(self._line, atr, self.info)

    def _pause(self, deadline: Deadline, error: ChipRemovedError) -> None:
        """The service may hold for a while a chip that was swapped for another."""
        try:
            select.select([], [], [], deadline.slice_s(_LOOK_S))
        except DeviceTimeoutError:
            raise NoChipError(self._device, "the chip left before it was read.") from error

    def close(self) -> None:
        """End the process; safe to call twice."""
        self._line.close()

    def _find(self, deadline: Deadline) -> str:
        names = self.names(deadline)
        found = [name for name in names if self._wanted in name]
        if not found:
            raise ReaderGoneError(self._device, f"none of {len(names)} readers bears this name.")
        return found[0]


class PcscChannel:
    """A chip on the reader. Until it has answered once it may be one that was swapped for another.

    The service holds such a chip for half a second, so the first command is sent again to the new.
    """

    def __init__(self, line: "_Line", atr: bytes, info: DeviceInfo) -> None:
        self._line = line
        self._answered = False
        self.atr = atr
        self.info = info

    def transmit(self, command: bytes, deadline: Deadline) -> bytes:
        """The chip's answer. After a time-out or a cancel the reader is to be opened anew.

        Raises ChipRemovedError, ReaderGoneError, ReaderServiceError, LongCommandError,
        DeviceTimeoutError, CancelledError.
        """
        try:
            answer = self._transmit(command, deadline)
        except ChipRemovedError:
            if self._answered:
                raise
            answer = self._to_the_new(command, deadline)
        self._answered = True
        return answer

    def close(self) -> None:
        """Power off; the reader stays open. Safe to call twice."""
        deadline = Deadline.after(self._line.device, _CLOSE_LIMIT_S)
        with contextlib.suppress(DeviceError):
            self._line.ask(DISCONNECT, b"", deadline)

    def _transmit(self, command: bytes, deadline: Deadline) -> bytes:
        answer = self._line.ask(TRANSMIT, command, deadline)
        if not answer:
            raise ChipRemovedError(self._line.device, "an answer without its status word.")
        return answer

    def _to_the_new(self, command: bytes, deadline: Deadline) -> bytes:
        """The same to the chip that lies there now; ends with what is known of it."""
        name = self.info.model.encode()
        for _ in range(_MOST_LOOKS):
            select.select([], [], [], deadline.slice_s(_LOOK_S))
            self._line.ask(DISCONNECT, b"", deadline)
            if self._line.ask(WAIT, name, deadline) != b"\1":
                break
            try:
                self.atr = self._line.ask(CONNECT, name, deadline)
                return self._transmit(command, deadline)
            except ChipRemovedError:
                continue
        raise ChipRemovedError(self._line.device, "the chip left before it answered.")


class _Line:
    """The process and the socket to it; one question at a time."""

    def __init__(
        self, device: str, process: "subprocess.Popen[bytes]", line: socket.socket
    ) -> None:
        self.device = device
        self._process = process
        self._socket = line
        self._held = bytearray()
        self._open = True

    @classmethod
    def start(cls, device: str, deadline: Deadline, service: Path | None) -> "_Line":
        place = {} if service is None else {_SERVICE_VARIABLE: str(service)}
        ours, theirs = socket.socketpair()
        try:
            process = subprocess.Popen(  # noqa: S603 (our own module; no shell reads the words)
                [_python(), "-m", pcsc_child.__name__, str(theirs.fileno())],
                cwd=_ROOT,
                env={**os.environ, **place},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        except OSError as error:
            ours.close()
            raise DeviceGoneError(device, "its process cannot start.") from error
        finally:
            theirs.close()
        made = cls(device, process, ours)
        try:
            made._listen(b"", deadline)
        except BaseException:
            made.close()
            raise
        return made

    def ask(self, kind: int, payload: bytes, deadline: Deadline) -> bytes:
        """The answer; where the time ends first, the process ends with it."""
        if not self._open:
            raise ReaderServiceError(self.device, "the reader's process has ended.")
        try:
            self._socket.settimeout(deadline.slice_s())
            self._socket.sendall(pcsc_child.framed(kind, payload))
            return self._listen(payload if kind == TRANSMIT else b"", deadline)
        except OSError as error:
            self.close()
            raise ReaderServiceError(self.device, "the reader's process hung up.") from error

    def close(self) -> None:
        """End the process, whatever it does; safe to call twice."""
        if self._open:
            self._open = False
            self._socket.close()
            self._process.kill()
            self._process.wait()

    def _listen(self, command: bytes, deadline: Deadline) -> bytes:
        while True:
            try:
                self._socket.settimeout(deadline.slice_s())
            except DeviceError:
                self.close()
                raise
            try:
                frame = pcsc_child.receive(self._socket, self._held)
            except TimeoutError:
                continue
            except EOFError as error:
                self.close()
                raise ReaderServiceError(self.device, "the reader's process ended.") from error
            if frame is not None:
                return self._sorted(command, *frame)

    def _sorted(self, command: bytes, kind: int, payload: bytes) -> bytes:
        """The payload of a success, else the error that the code means."""
        if kind == pcsc_child.DONE:
            return payload
        if kind == pcsc_child.MISSING:
            raise PcscMissingError(self.device, "pyscard is not installed.")
        raise _error(self.device, int.from_bytes(payload), command)


def _python() -> str:
    """Our own Python where it has pyscard, else the system's, which has Debian's package.

    The process needs nothing but the standard library and pyscard.
    """
    has_it = importlib.util.find_spec("smartcard") is not None
    return sys.executable if has_it or not _SYSTEM_PYTHON.exists() else str(_SYSTEM_PYTHON)


def _error(device: str, code: int, command: bytes) -> DeviceError:
    """What a code of the service means for the kiosk."""
    words = f"PC/SC code {code:08X}."
    is_long = len(command) > _HEADER_BYTES + MOST_SHORT_DATA + 1 or (
        len(command) > _HEADER_BYTES and command[4] == 0
    )
    if code in _LENGTH or (code == _NOT_TRANSACTED and is_long):
        return LongCommandError(device, words)
    if code in _CARD or code == _NOT_TRANSACTED:
        return ChipRemovedError(device, words)
    if code in _READER:
        return ReaderGoneError(device, words)
    if code == _SHARING:
        return DeviceRefusedError(device, f"another program uses the reader; {words}")
    return ReaderServiceError(device, words)
