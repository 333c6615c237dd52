"""A serial port as a byte stream: the only place that knows pyserial."""

import errno
import select
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import NoReturn

import serial

from drivers.deadline import Deadline
from drivers.errors import (
    DeviceError,
    DeviceGoneError,
    DeviceRefusedError,
    DeviceUrlError,
)
from drivers.url import DeviceUrl, Params

LINE_PARAMS = ("baud", "bits", "parity", "stop")  # what `SerialPort.open` reads from a URL

_CHUNK_BYTES = 4096
_MOST_WAITING_BYTES = 65_536  # of a device that never stops talking
_NO_RIGHTS = (errno.EACCES, errno.EPERM)
_BUSY = (errno.EBUSY, errno.EAGAIN)


class SerialRightsError(DeviceRefusedError):
    """The user that the kiosk runs as may not open this port."""

    mend = "Install the udev rules of systemd/, or add the service's user to the group dialout."


class SerialBusyError(DeviceRefusedError):
    """Another program holds this port."""

    mend = "Stop the other program that uses the port (ModemManager and getty are the usual ones)."


@dataclass(frozen=True, slots=True)
class LineSettings:
    """Speed in baud, data bits, parity (N, E, O) and stop bits."""

    baud: int
    bits: int
    parity: str
    stop: int

    @classmethod
    def of(cls, params: Params) -> "LineSettings":
        """From `?baud=9600&bits=8&parity=N&stop=1` (the defaults); raises DeviceUrlError."""
        return cls(
            baud=params.whole("baud", 9600, 300, 921_600),
            bits=params.whole("bits", 8, 7, 8),
            parity=params.choice("parity", "N", ("N", "E", "O")),
            stop=params.whole("stop", 1, 1, 2),
        )


@dataclass(slots=True)
class SerialPort:
    """One open port, held exclusively; `SerialPort.open` makes it."""

    device: str
    _port: serial.Serial

    @classmethod
    def open(cls, url: DeviceUrl) -> "SerialPort":
        """Open `serial:///dev/ttyUSB0?baud=9600&bits=8&parity=N&stop=1` (these are the defaults).

        Raises DeviceUrlError, DeviceGoneError where there is no such port, SerialRightsError and
        SerialBusyError.
        """
        path, line = url.file(), LineSettings.of(url.params)
        try:
            port = serial.Serial(
                str(path),
                baudrate=line.baud,
                bytesize=line.bits,
                parity=line.parity,
                stopbits=line.stop,
                timeout=0,
                write_timeout=0,
                exclusive=True,
            )
        except serial.SerialException as error:
            raise _not_opened(url.device, str(path), error.errno) from error
        except ValueError as error:
            raise DeviceUrlError(url.device, f"{path} does not take this speed.") from error
        return cls(url.device, port)

    def read(self, deadline: Deadline) -> bytes:
        """At least one byte, as many as are there.

        Raises DeviceTimeoutError, CancelledError, DeviceGoneError.
        """
        with self._gone():
            while True:
                ready, _, _ = select.select([self._port.fileno()], [], [], deadline.slice_s())
                if ready:
                    data: bytes = self._port.read(_CHUNK_BYTES)
                    if data:
                        return data

    def write(self, data: bytes, deadline: Deadline) -> None:
        """All bytes out.

        Raises DeviceTimeoutError, CancelledError, DeviceGoneError.
        """
        left = data
        with self._gone():
            while left:
                _, ready, _ = select.select([], [self._port.fileno()], [], deadline.slice_s())
                if ready:
                    left = left[self._port.write(left) or 0 :]

    def set_baud(self, baud: int) -> None:
        """Go on at another speed; the port stays held, its control lines stay as they are.

        Raises DeviceUrlError for a speed that the port does not take, DeviceGoneError.
        """
        with self._gone():
            try:
                self._port.baudrate = baud
            except (ValueError, NotImplementedError) as error:
                what = f"the port does not take {baud} baud."
                raise DeviceUrlError(self.device, what) from error

    def waiting(self) -> bytes:
        """What is there now, at once; b"" where nothing is. Raises DeviceGoneError."""
        found = b""
        with self._gone():
            while len(found) < _MOST_WAITING_BYTES and (data := self._port.read(_CHUNK_BYTES)):
                found += data
        return found

    def close(self) -> None:
        """Give the port back; safe to call twice, and after the device left."""
        with suppress(OSError, termios.error):
            self._port.close()

    @contextmanager
    def _gone(self) -> Iterator[None]:
        """Everything that the operating system says of an open port means: it left."""
        try:
            yield
        except DeviceError:
            raise
        except (OSError, ValueError, TypeError, termios.error) as error:
            self._leave(error)

    def _leave(self, error: Exception) -> NoReturn:
        raise DeviceGoneError(self.device, "the serial port went away.") from error


def _not_opened(device: str, path: str, number: int | None) -> DeviceError:
    if number in _NO_RIGHTS:
        return SerialRightsError(device, f"no right to open {path}.")
    if number in _BUSY:
        return SerialBusyError(device, f"another program holds {path}.")
    if number is None or number == errno.ENOTTY:
        return DeviceUrlError(device, f"{path} is no serial port.")
    return DeviceGoneError(device, f"there is no {path}.")
