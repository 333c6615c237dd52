"""A reader that types like a keyboard, as a port that gives its text; held for the kiosk alone."""

import errno
import fcntl
import os
import select
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from drivers.deadline import Deadline
from drivers.document_reader.mrz_protocol import KEYS_GARBLE
from drivers.document_reader.mrz_serial import Manners, MrzSerial
from drivers.document_reader.reader_errors import KeyboardBusyError, KeyboardRightsError
from drivers.document_reader.wedge_keys import LAYOUTS
from drivers.document_reader.wedge_protocol import EVENT, KeyDecoder
from drivers.errors import DeviceError, DeviceGoneError, DeviceUrlError
from drivers.url import DeviceUrl

WEDGE_PARAMS = ("keys", "make", "model")

_EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int) of linux/input.h
_CHUNK_BYTES = 64 * EVENT.size
_MOST_WAITING_BYTES = 1024 * EVENT.size
_IDLE_S = 0.5  # readers can be set to type slowly, for hosts that lose keys


@dataclass(slots=True)
class KeyboardPort:
    """One input device, taken from everybody else; `KeyboardPort.open` makes it."""

    device: str
    _number: int
    _decoder: KeyDecoder

    @classmethod
    def open(cls, url: DeviceUrl) -> "KeyboardPort":
        """Open `evdev:///dev/input/by-id/usb-...-event-kbd?keys=us`; keys are us, fr or de.

        The device is grabbed: what it types reaches no console and no page. What is no input device
        cannot be grabbed, and nobody else would listen to it. Raises DeviceUrlError,
        DeviceGoneError, KeyboardRightsError, KeyboardBusyError.
        """
        path, layout = url.file(), check_keys(url)
        try:
            number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as error:
            raise _not_opened(url.device, str(path), error.errno) from error
        try:
            _grab(url.device, str(path), number)
        except BaseException:
            os.close(number)
            raise
        return cls(url.device, number, KeyDecoder(LAYOUTS[layout]))

    def read(self, deadline: Deadline) -> bytes:
        """At least one character, as many as were typed.

        Raises DeviceTimeoutError, CancelledError, DeviceGoneError.
        """
        with self._gone():
            while True:
                ready, _, _ = select.select([self._number], [], [], deadline.slice_s())
                if ready and (text := self._decoder.feed(self._events())):
                    return text

    def waiting(self) -> bytes:
        """What was typed before now, at once; b"" where nothing was. Raises DeviceGoneError."""
        text, taken_bytes = b"", 0
        with self._gone():
            while taken_bytes < _MOST_WAITING_BYTES and self._is_ready():
                events = self._events()
                taken_bytes += len(events)
                text += self._decoder.feed(events)
        return text

    def write(self, data: bytes, deadline: Deadline) -> None:
        """A keyboard hears nothing."""

    def close(self) -> None:
        """Give the device back to everybody; safe to call twice."""
        number, self._number = self._number, -1
        if number >= 0:
            with suppress(OSError):
                os.close(number)

    def _is_ready(self) -> bool:
        return bool(select.select([self._number], [], [], 0)[0])

    def _events(self) -> bytes:
        try:
            data = os.read(self._number, _CHUNK_BYTES)
        except BlockingIOError:
            return b""
        if not data:
            raise DeviceGoneError(self.device, "the input device went away.")
        return data

    @contextmanager
    def _gone(self) -> Iterator[None]:
        """Whatever the system says of an open input device (ENODEV, EIO) means: it left."""
        try:
            yield
        except DeviceError:
            raise
        except (OSError, ValueError) as error:
            raise DeviceGoneError(self.device, "the input device went away.") from error


def check_keys(url: DeviceUrl) -> str:
    """The keyboard that the URL names; raises DeviceUrlError."""
    return url.params.choice("keys", "us", tuple(LAYOUTS))


def wedge_manners(url: DeviceUrl) -> Manners:
    """How to talk to a reader that types: not at all; raises DeviceUrlError."""
    url.params.only(*WEDGE_PARAMS)
    check_keys(url)
    return replace(Manners.of(url), garble=KEYS_GARBLE, idle_s=_IDLE_S)


def open_wedge(url: DeviceUrl) -> MrzSerial:
    """A document reader that types; raises what `KeyboardPort.open` raises."""
    manners = wedge_manners(url)
    return MrzSerial(url.device, KeyboardPort.open(url), manners)


def _grab(device: str, path: str, number: int) -> None:
    if not stat.S_ISCHR(os.fstat(number).st_mode):
        raise DeviceUrlError(device, f"{path} is no input device.")
    try:
        fcntl.ioctl(number, _EVIOCGRAB, 1)
    except OSError as error:
        if error.errno not in {errno.ENOTTY, errno.EINVAL}:
            raise _not_opened(device, path, error.errno) from error


def _not_opened(device: str, path: str, number: int | None) -> DeviceError:
    if number in {errno.EACCES, errno.EPERM}:
        return KeyboardRightsError(device, f"no right to open {path}.")
    if number == errno.EBUSY:
        return KeyboardBusyError(device, f"another program holds {path}.")
    return DeviceGoneError(device, f"there is no {path}.")
