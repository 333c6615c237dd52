"""A private thread that keeps one read pending on a USB endpoint, where a protocol needs that."""

import queue
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from drivers.deadline import Deadline
from drivers.errors import DeviceError
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

    def forget(self) -> None:
        """Drop the reads that nobody took; an end stays an end."""
        with suppress(queue.Empty):
            while True:
                found = self._arrived.get_nowait()
                if not isinstance(found, bytes):
                    self._put(found)
                    return

    def close(self) -> None:
        """End the thread; safe to call twice."""
        self._stop.set()
        self._thread.join()

    def _read_on(self) -> None:
        while not self._stop.is_set():
            try:
                data = self.usb.read_slice(self.endpoint, self.size)
            except DeviceError as error:
                self._put(error)
                return
            if data:
                self._put(data)
                if self.once:
                    return

    def _put(self, found: bytes | DeviceError) -> None:
        """Never waits: a device that talks faster than we listen loses its oldest words."""
        with suppress(queue.Full):
            self._arrived.put_nowait(found)
            return
        with suppress(queue.Empty):
            self._arrived.get_nowait()
        self._put(found)
