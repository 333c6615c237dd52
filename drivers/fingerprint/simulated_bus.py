"""A pyusb backend with one simulated scanner on it: unplugged, silent or spoilt when told to be."""

import array
import errno
import random
import threading
import time
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Literal, NoReturn, Protocol

import usb.core

from drivers.fingerprint.simulated_uru4000 import SimulatedUru4000, StallError
from drivers.fingerprint.uru4000_protocol import IMAGES, INTERRUPT_BYTES, INTERRUPTS, REQUEST

SERIAL = "simulated"

_LOOK_S = 0.01
_PACKET_BYTES = 64
_VENDOR_IN = 0xC0
_VENDOR_OUT = 0x40
_STANDARD_IN = _IN = 0x80
_GET_DESCRIPTOR = 6
_STRING = 3
_STRINGS = ("", "DigitalPersona, Inc.", "U.are.U 4500 Fingerprint Reader", SERIAL)

Buffer = MutableSequence[int]
Spoil = Literal["noise", "short", "stall"]  # other bytes, half of them, a refusal


@dataclass(frozen=True, slots=True, eq=False)
class Handle:
    """One program's hold on the device, for one life between two plugs."""

    life: int


class Director(Protocol):
    """Who decides what happens to the device."""

    def __call__(self, bus: "SimulatedBus") -> None:
        """Look for something to do; called under the bus's lock, at least every 10 ms of a wait."""


@dataclass(slots=True, eq=False)
class SimulatedBus:
    """What pyusb asks of a backend (`usb.backend.IBackend`), for one device that may come and go.

    Any thread may call.
    """

    iso_read = None  # pyusb looks it up with the others and never calls it
    new_device: Callable[[], SimulatedUru4000]
    usb_id: tuple[int, int]
    director: Director
    refuses: int = 0  # the errno that opening the device meets
    kernel_driver: bool = False
    silent: bool = False
    transfers_left: int = 0  # the plug is pulled in the n-th transfer from now; 0: never
    spoil_left: int = 0  # the n-th transfer from now goes wrong as `spoil` says; 0: never
    spoil: Spoil = "noise"
    device: SimulatedUru4000 = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _life: int = 1  # counts plugs
    _plugged: bool = True
    _claimed_by: Handle | None = None
    _halted: set[int] = field(default_factory=set)
    _chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 (noise)

    def __post_init__(self) -> None:
        self.device = self.new_device()

    def unplug(self) -> None:
        """Pull the plug: every handle is dead from now on."""
        self._plugged = self.silent = False
        self._claimed_by = None
        self.transfers_left = self.spoil_left = 0

    def replug(self) -> None:
        """Plug a fresh device in."""
        self.unplug()
        self._plugged = True
        self._halted.clear()
        self._life += 1
        self.device = self.new_device()

    def enumerate_devices(self) -> Iterator[int]:
        """The one device, where it is plugged in."""
        with self._changed:
            self.director(self)
            return iter((self._life,) if self._plugged else ())

    def get_device_descriptor(self, _device: int) -> SimpleNamespace:
        """As the U.are.U 4500 describes itself."""
        vendor, product = self.usb_id
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0,
            bDeviceProtocol=0, bMaxPacketSize0=64, idVendor=vendor, idProduct=product,
            bcdDevice=0x0103, iManufacturer=1, iProduct=2, iSerialNumber=3, bNumConfigurations=1,
            address=1, bus=0, port_number=None, port_numbers=None, speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, _device: int, config: int) -> SimpleNamespace:
        """One configuration."""
        _only(config, 1)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(
        self, _device: int, interface: int, setting: int, config: int
    ) -> SimpleNamespace:
        """One vendor-specific interface."""
        _only(interface + setting + config, 1)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=255, bInterfaceSubClass=255, bInterfaceProtocol=255, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, _device: int, endpoint: int, interface: int, setting: int, config: int
    ) -> SimpleNamespace:
        """An interrupt and a bulk endpoint, both inwards."""
        _only(interface + setting + config, 1)
        _only(endpoint, 2)
        address, attributes, interval = ((INTERRUPTS, 3, 8), (IMAGES, 2, 0))[endpoint]
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=address, bmAttributes=attributes,
            wMaxPacketSize=_PACKET_BYTES, bInterval=interval, bRefresh=0, bSynchAddress=0,
            extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, device: int) -> Handle:
        """A handle, good until the plug is pulled."""
        with self._changed:
            handle = Handle(device)
            self._alive(handle)
            if self.refuses:
                _fail(self.refuses)
            return handle

    def close_device(self, handle: Handle) -> None:
        """The handle is not used any more."""
        self.release_interface(handle, 0)

    def get_configuration(self, handle: Handle) -> int:
        """The configuration that is set."""
        with self._changed:
            self._alive(handle)
            return 1

    def claim_interface(self, handle: Handle, _interface: int) -> None:
        """Take the interface, which one program at a time may."""
        with self._changed:
            self._alive(handle)
            if self.kernel_driver or self._claimed_by not in (None, handle):
                _fail(errno.EBUSY)
            self._claimed_by = handle

    def release_interface(self, handle: Handle, _interface: int) -> None:
        """Give it back."""
        with self._changed:
            if self._claimed_by is handle:
                self._claimed_by = None

    def is_kernel_driver_active(self, handle: Handle, _interface: int) -> bool:
        """Whether the system's own driver holds the interface."""
        with self._changed:
            self._alive(handle)
            return self.kernel_driver

    def detach_kernel_driver(self, handle: Handle, _interface: int) -> None:
        """Send the system's own driver away."""
        with self._changed:
            self._alive(handle)
            self.kernel_driver = False

    def ctrl_transfer(
        self,
        handle: Handle,
        kind: int,
        request: int,
        value: int,
        _index: int,
        data: Buffer,
        timeout_ms: int,
    ) -> int:
        """Registers by the vendor request, strings by the standard one."""
        end_s = time.monotonic() + timeout_ms / 1000
        with self._changed:
            while not self._answers(handle):
                self._pass_time(end_s)
            self._count()
            try:
                if not self._goes_wrong():
                    return self._control((kind, request), value, data)
                if kind & _IN:
                    return self._spoilt(len(data), data)
                return len(data) if self.spoil == "noise" else len(data) // 2  # and it is lost
            except StallError:
                _fail(errno.EPIPE)

    def intr_read(
        self, handle: Handle, endpoint: int, _interface: int, data: Buffer, limit_ms: int
    ) -> int:
        """The next interrupt packet."""
        if len(data) < INTERRUPT_BYTES:
            _fail(errno.EOVERFLOW)
        with self._not_halted(endpoint):
            return self._wait_for(handle, lambda _size: self.device.interrupt(), data, limit_ms)

    def bulk_read(
        self, handle: Handle, endpoint: int, _interface: int, data: Buffer, limit_ms: int
    ) -> int:
        """The next bytes of an image; the buffer must hold whole packets."""
        if len(data) % _PACKET_BYTES:
            _fail(errno.EOVERFLOW)
        with self._not_halted(endpoint):
            return self._wait_for(handle, self.device.image, data, limit_ms)

    def clear_halt(self, handle: Handle, endpoint: int) -> None:
        """An endpoint that stalled may be read again."""
        with self._changed:
            self._alive(handle)
            self._halted.discard(endpoint)

    def _control(self, what: tuple[int, int], value: int, data: Buffer) -> int:
        if what == (_VENDOR_OUT, REQUEST):
            self.device.write(value, bytes(data))
            return len(data)
        if what == (_VENDOR_IN, REQUEST):
            return _put(self.device.read(value, len(data)), data)
        if what == (_STANDARD_IN, _GET_DESCRIPTOR) and value >> 8 == _STRING:
            return _put(_string(value & 0xFF)[: len(data)], data)
        raise StallError

    @contextmanager
    def _not_halted(self, endpoint: int) -> Iterator[None]:
        """An endpoint that once stalled does so, for whoever reads it, until it is cleared."""
        if endpoint in self._halted:
            _fail(errno.EPIPE)
        try:
            yield
        except usb.core.USBError as error:
            if error.errno == errno.EPIPE:
                self._halted.add(endpoint)
            raise

    def _wait_for(
        self, handle: Handle, give: Callable[[int], bytes | None], data: Buffer, limit_ms: int
    ) -> int:
        """Wait for bytes that go into `data`; raises USBTimeoutError."""
        end_s = time.monotonic() + limit_ms / 1000
        with self._changed:
            while True:
                found = self._answers(handle) and give(len(data))
                if found:
                    self._count()
                    return (
                        self._spoilt(len(found), data) if self._goes_wrong() else _put(found, data)
                    )
                self._pass_time(end_s)

    def _answers(self, handle: Handle) -> bool:
        self.director(self)
        self._alive(handle)
        return not self.silent

    def _pass_time(self, end_s: float) -> None:
        left_s = end_s - time.monotonic()
        if left_s <= 0:
            raise usb.core.USBTimeoutError("timeout", -7, errno.ETIMEDOUT)
        self._changed.wait(min(left_s, _LOOK_S))

    def _alive(self, handle: Handle) -> None:
        if not self._plugged or handle.life != self._life:
            _fail(errno.ENODEV)

    def _count(self) -> None:
        """One transfer more; the one that was named pulls the plug."""
        if self.transfers_left > 0:
            self.transfers_left -= 1
            if not self.transfers_left:
                self.unplug()
                _fail(errno.ENODEV)

    def _goes_wrong(self) -> bool:
        """One transfer more; whether it is the one that was named."""
        left, self.spoil_left = self.spoil_left, max(0, self.spoil_left - 1)
        if left == 1 and self.spoil == "stall":
            _fail(errno.EPIPE)
        return left == 1

    def _spoilt(self, count: int, data: Buffer) -> int:
        """So many bytes of noise, or half of them."""
        noise = self._chance.randbytes(count if self.spoil == "noise" else count // 2)
        return _put(noise, data)


def _put(answer: bytes, data: Buffer) -> int:
    data[: len(answer)] = array.array("B", answer)
    return len(answer)


def _string(number: int) -> bytes:
    if number >= len(_STRINGS):
        raise StallError
    text = _STRINGS[number].encode("utf-16-le") if number else b"\x09\x04"
    return bytes([len(text) + 2, _STRING]) + text


def _only(index: int, count: int) -> None:
    """Where pyusb counts up to find the end."""
    if index >= count:
        raise IndexError(index)


def _fail(number: int) -> NoReturn:
    raise usb.core.USBError(errno.errorcode[number], None, number)
