"""A private thread that keeps one read pending on a USB endpoint, where a protocol needs that."""

import queue
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceGoneError
from drivers.transport.usb_device import SLICE_S, UsbDevice

_WAITING_READS = 64


@dataclass(slots=True, eq=False)
class PendingReads:
    """What arrives at an endpoint, read ahead; with `once` the thread ends with the first bytes.

    Use it as a context or call `close`; both join the thread, within one slice.
    """

    usb: UsbDevice
    endpoint: int
    size: int
    once: bool = False
    _arrived: "queue.Queue[bytes | DeviceError]" = field(init=False)
    _stop: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._arrived = queue.Queue(_WAITING_READS)
        label = f"{self.usb.name}-endpoint-{self.endpoint:02x}"
        self._thread = threading.Thread(target=self._read_on, name=label, daemon=True)
        self._thread.start()

    def __enter__(self) -> "PendingReads":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def next(self, deadline: Deadline) -> bytes:
        """The oldest read that was not taken yet, or wait for one.

        Raises DeviceTimeoutError, CancelledError, and what ended the reading: DeviceGoneError,
        ProtocolError.
        """
        while True:
            with suppress(queue.Empty):
                found = self._arrived.get(timeout=deadline.slice_s(SLICE_S / 2))
                if isinstance(found, bytes):
                    return found
                self._put(found)
                raise type(found)(found.device, found.what)

    def take(self) -> list[bytes]:
        """The reads that nobody took yet, oldest first; an end stays for `next` to tell."""
        taken: list[bytes] = []
        with suppress(queue.Empty):
            while True:
                found = self._arrived.get_nowait()
                if not isinstance(found, bytes):
                    self._put(found)
                    return taken
                taken.append(found)
        return taken

    def close(self) -> None:
        """End the thread; safe to call twice."""
        self._stop.set()
        self._thread.join()

    def _read_on(self) -> None:
        end: DeviceError = DeviceGoneError(self.usb.name, "nobody reads its endpoint any more.")
        try:
            while not self._stop.is_set():
                data = self.usb.read_slice(self.endpoint, self.size)
                if data:
                    self._put(data)
                if data and self.once:
                    break
        except DeviceError as error:
            end = error
        finally:
            self._put(end)

    def _put(self, found: bytes | DeviceError) -> None:
        """Never waits: a device that talks faster than we listen loses its oldest words."""
        with suppress(queue.Full):
            self._arrived.put_nowait(found)
            return
        with suppress(queue.Empty):
            self._arrived.get_nowait()
        self._put(found)
