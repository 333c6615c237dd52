"""The one door to pyusb: finds a device, claims it, moves bytes, and names what went wrong."""

import errno
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import usb.backend.libusb1
import usb.core
import usb.util

from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceGoneError, DeviceRefusedError, ProtocolError

SLICE_S = 0.2
VENDOR_CLASS = (255, 255, 255)
SYSFS_USB = Path("/sys/bus/usb/devices")

_CONTROL_LIMIT_S = 1.0
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY})
_SPOKE_WRONGLY = frozenset({errno.EPIPE, errno.EOVERFLOW, errno.EINVAL})
_VENDOR_IN = 0xC0
_VENDOR_OUT = 0x40

UsbId = tuple[int, int]


class LibusbMissingError(DeviceRefusedError):
    """The system has no libusb-1.0."""

    mend: ClassVar[str] = "Install Debian's package libusb-1.0-0."


@dataclass(slots=True, eq=False)
class UsbDevice:
    """One claimed interface of one USB device.

    Transfers may run in several threads at once, one for each endpoint. No transfer blocks longer
    than `slice_s`; what the end of a slice cuts off is asked for again, so a control request must
    bear being said twice.
    """

    name: str
    slice_s: float
    _device: Any
    _interface: int
    _is_open: bool = True

    @classmethod
    def open(
        cls,
        name: str,
        ids: Collection[UsbId],
        serial: str = "",
        backend: object = None,
        slice_s: float = SLICE_S,
    ) -> "UsbDevice":
        """Claim the vendor-specific interface of the first device of `ids` and, if given, `serial`.

        `backend` is a `usb.backend.IBackend`; None means the system's libusb-1.0.
        Raises DeviceGoneError where none is on the bus, DeviceRefusedError, ProtocolError.
        """
        with _judged(name):
            device = _find(name, ids, serial, backend)
            try:
                interface = _claim(name, device)
            except BaseException:
                usb.util.dispose_resources(device)
                raise
        return cls(name, slice_s, device, interface)

    @property
    def id(self) -> UsbId:
        """Vendor and product number."""
        return self._device.idVendor, self._device.idProduct

    def serial(self) -> str:
        """The serial number as the system read it when the device came; empty where it did not."""
        ports = ".".join(str(port) for port in self._device.port_numbers or ())
        file = SYSFS_USB / f"{self._device.bus}-{ports}" / "serial"
        with suppress(OSError):
            return file.read_text(encoding="utf-8", errors="replace").strip()
        return ""

    def control_read(self, request: int, value: int, length: int, deadline: Deadline) -> bytes:
        """Vendor request that the device answers with exactly `length` bytes.

        Raises DeviceTimeoutError, CancelledError, DeviceGoneError, ProtocolError.
        """
        data = bytes(self._control(_VENDOR_IN, request, value, length, deadline))
        if len(data) != length:
            raise ProtocolError(self.name, f"{len(data)} of {length} bytes at register {value:#x}.")
        return data

    def control_write(self, request: int, value: int, data: bytes, deadline: Deadline) -> None:
        """Vendor request that carries `data`; errors as `control_read`."""
        sent = self._control(_VENDOR_OUT, request, value, data, deadline)
        if sent != len(data):
            raise ProtocolError(self.name, f"took {sent} of {len(data)} bytes at {value:#x}.")

    def _control(
        self, kind: int, request: int, value: int, what: bytes | int, deadline: Deadline
    ) -> Any:  # noqa: ANN401  pyusb has no types: an array for a read, a count for a write
        limit = deadline.sooner(_CONTROL_LIMIT_S)
        while True:
            slice_ms = _milliseconds(limit.slice_s(self.slice_s))
            with _judged(self.name), suppress(usb.core.USBTimeoutError):
                return self._device.ctrl_transfer(kind, request, value, 0, what, slice_ms)

    def read_slice(self, endpoint: int, size: int) -> bytes:
        """What the endpoint gives within one slice, at most `size` bytes; b"" where it is quiet.

        Raises DeviceGoneError, ProtocolError.
        """
        with _judged(self.name), suppress(usb.core.USBTimeoutError), self._unhalted(endpoint):
            return bytes(self._device.read(endpoint, size, _milliseconds(self.slice_s)))
        return b""

    @contextmanager
    def _unhalted(self, endpoint: int) -> Iterator[None]:
        """An endpoint that stalled stays so, after a new claim, too, until it is told otherwise."""
        try:
            yield
        except usb.core.USBError as error:
            if error.errno == errno.EPIPE:
                with suppress(usb.core.USBError):
                    self._device.clear_halt(endpoint)
            raise

    def close(self) -> None:
        """Give the interface back; safe to call twice. No transfer may be under way by then."""
        if self._is_open:
            self._is_open = False
            with suppress(usb.core.USBError):
                usb.util.dispose_resources(self._device)


def _find(name: str, ids: Collection[UsbId], serial: str, backend: object) -> Any:  # noqa: ANN401  no types
    backend = backend or usb.backend.libusb1.get_backend()
    if backend is None:
        raise LibusbMissingError(name, "libusb-1.0 cannot be loaded.")

    def wanted(device: Any) -> bool:  # noqa: ANN401  pyusb has no types
        known = (device.idVendor, device.idProduct) in ids
        return known and (not serial or _told_serial(device) == serial)

    device = usb.core.find(backend=backend, custom_match=wanted)
    if device is None:
        names = ", ".join(f"{vendor:04x}:{product:04x}" for vendor, product in ids)
        raise DeviceGoneError(name, f"none on the bus of {names}{' ' + serial if serial else ''}.")
    return device


def _told_serial(device: Any) -> str:  # noqa: ANN401  pyusb has no types
    """Ask the device itself; one that cannot be asked is not the one."""
    try:
        return str(usb.util.get_string(device, device.iSerialNumber))
    except (usb.core.USBError, ValueError):
        return ""
    finally:
        usb.util.dispose_resources(device)


def _claim(name: str, device: Any) -> int:  # noqa: ANN401  pyusb has no types
    wanted = dict(
        zip(
            ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol"),
            VENDOR_CLASS,
            strict=True,
        )
    )
    found = usb.util.find_descriptor(device.get_active_configuration(), **wanted)
    if found is None:
        raise ProtocolError(name, "no vendor-specific interface.")
    number = int(found.bInterfaceNumber)
    try:
        usb.util.claim_interface(device, number)
    except usb.core.USBError as error:
        if error.errno != errno.EBUSY or not device.is_kernel_driver_active(number):
            raise
        device.detach_kernel_driver(number)
        usb.util.claim_interface(device, number)
    return number


def _milliseconds(span_s: float) -> int:
    """Whole and never zero, which libusb takes for "for ever"."""
    return max(1, int(span_s * 1000))


@contextmanager
def _judged(name: str) -> Iterator[None]:
    """Turn libusb's errors into ours; a time-out stays: only the caller knows if it matters."""
    try:
        yield
    except usb.core.USBTimeoutError:
        raise
    except usb.core.USBError as error:
        raise _judgement(name, error.errno) from error
    except NotImplementedError as error:
        raise ProtocolError(name, "this system cannot do that on USB.") from error


def _judgement(name: str, number: int | None) -> DeviceError:
    """A cable that is being pulled shows as ENODEV, EIO, EPROTO or ESHUTDOWN: all mean gone."""
    word = errno.errorcode.get(number or 0, "no reason")
    if number in _REFUSED:
        return DeviceRefusedError(name, f"the system refuses access ({word}).")
    if number in _SPOKE_WRONGLY:
        return ProtocolError(name, f"the device refused a request ({word}).")
    return DeviceGoneError(name, f"left the bus ({word}).")
