"""The USB door on a simulated bus: finding, claiming, refusals, and what each error becomes."""

import errno
import threading
import time
from functools import partial

import pytest
import usb.core

from drivers.deadline import Deadline
from drivers.errors import (
    CancelledError,
    DeviceError,
    DeviceGoneError,
    DeviceRefusedError,
    DeviceTimeoutError,
    ProtocolError,
)
from drivers.fingerprint.simulated_bus import SimulatedBus
from drivers.fingerprint.simulated_uru4000 import SimulatedUru4000
from drivers.fingerprint.uru4000 import open_uru4000
from drivers.fingerprint.uru4000_protocol import MODELS, REQUEST, Interrupt, Register
from drivers.transport.pending_reads import PendingReads
from drivers.transport.usb_device import UsbDevice
from drivers.url import Params

U4500 = (0x05BA, 0x000A)


def nobody(bus: SimulatedBus) -> None:
    """No one directs: the bus is as the test sets it."""


def new_bus(**how: object) -> SimulatedBus:
    return SimulatedBus(partial(SimulatedUru4000, MODELS[U4500]), U4500, nobody, **how)


def soon(limit_s: float = 1.0) -> Deadline:
    return Deadline.after("finger", limit_s)


def test_finds_by_number_and_serial() -> None:
    bus = new_bus()
    device = UsbDevice.open("finger", MODELS, "simulated", bus)
    assert device.id == U4500
    assert device.serial() == ""  # the simulated bus has no entry in the system's tree
    device.close()
    with pytest.raises(DeviceGoneError, match="another"):
        UsbDevice.open("finger", MODELS, "another", bus)
    with pytest.raises(DeviceGoneError, match="1234:5678"):
        UsbDevice.open("finger", [(0x1234, 0x5678)], backend=bus)


def test_a_driver_of_the_system_is_sent_away() -> None:
    bus = new_bus(kernel_driver=True)
    UsbDevice.open("finger", MODELS, backend=bus).close()
    assert not bus.kernel_driver


def test_no_rights() -> None:
    with pytest.raises(DeviceRefusedError, match="EACCES") as caught:
        UsbDevice.open("finger", MODELS, backend=new_bus(refuses=errno.EACCES))
    assert "udev rules" in caught.value.mend


class Broken(SimulatedUru4000):
    """A device on whose answers the bus reports an error."""

    error = errno.EIO

    def read(self, register: int, count: int) -> bytes:
        raise usb.core.USBError("broken", None, self.error)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENODEV, DeviceGoneError),
        (errno.EIO, DeviceGoneError),
        (errno.EPROTO, DeviceGoneError),
        (errno.ESHUTDOWN, DeviceGoneError),
        (None, DeviceGoneError),
        (errno.EPIPE, ProtocolError),
        (errno.EOVERFLOW, ProtocolError),
        (errno.EACCES, DeviceRefusedError),
        (errno.EBUSY, DeviceRefusedError),
    ],
)
def test_each_error_becomes_one_of_ours(number: int | None, expected: type[DeviceError]) -> None:
    bus = new_bus()
    bus.device = Broken(MODELS[U4500])
    bus.device.error = number
    device = UsbDevice.open("finger", MODELS, backend=bus)
    with pytest.raises(expected):
        device.control_read(REQUEST, Register.HWSTAT, 1, soon())
    device.close()


class Curt(SimulatedUru4000):
    """A device that answers one byte to everything."""

    def read(self, register: int, count: int) -> bytes:
        return b"\1"


class Chatty(SimulatedUru4000):
    """A device that interrupts without end, and numbers what it says."""

    said = 0

    def interrupt(self) -> bytes:
        self.said += 1
        return self.said.to_bytes(8, "big").ljust(64, b"\0")


def test_a_short_answer_and_an_unknown_register() -> None:
    bus = new_bus()
    device = UsbDevice.open("finger", MODELS, backend=bus)
    with pytest.raises(ProtocolError, match="EPIPE"):
        device.control_read(REQUEST, 0x1234, 1, soon())
    bus.device = Curt(MODELS[U4500])
    with pytest.raises(ProtocolError, match="1 of 16 bytes at register 0xf0"):
        device.control_read(REQUEST, Register.DEVICE_INFO, 16, soon())
    device.close()


def test_a_silent_device_is_a_time_out_after_a_second() -> None:
    device = UsbDevice.open("finger", MODELS, backend=new_bus(silent=True))
    begin_s = time.monotonic()
    with pytest.raises(DeviceTimeoutError):
        device.control_read(REQUEST, Register.HWSTAT, 1, soon(30.0))
    assert 0.9 < time.monotonic() - begin_s < 1.6
    device.close()


def test_cancel_ends_a_control_transfer() -> None:
    device = UsbDevice.open("finger", MODELS, backend=new_bus(silent=True))
    at_s = time.monotonic() + 0.1
    with pytest.raises(CancelledError):
        device.control_read(
            REQUEST, 0x07, 1, Deadline.after("finger", 30.0, lambda: time.monotonic() > at_s)
        )
    assert time.monotonic() - at_s < 0.3
    device.close()


def test_pending_reads_tell_their_end_as_often_as_asked() -> None:
    bus = new_bus()
    device = UsbDevice.open("finger", MODELS, backend=bus)
    with PendingReads(device, 0x81, 64) as reads:
        bus.device._pending.append(Interrupt.FINGER_ON)
        assert reads.next(soon())[:2] == b"\1\1"
        with pytest.raises(DeviceTimeoutError):
            reads.next(soon(0.05))
        bus.unplug()
        for _ in range(3):
            with pytest.raises(DeviceGoneError):
                reads.next(soon())
        assert reads.take() == []
    device.close()


def test_a_flood_of_interrupts_keeps_the_newest() -> None:
    bus = new_bus()
    bus.device = Chatty(MODELS[U4500])
    device = UsbDevice.open("finger", MODELS, backend=bus)
    with PendingReads(device, 0x81, 64) as reads:
        while bus.device.said < 200:
            threading.Event().wait(0.01)
    device.close()
    taken = [int.from_bytes(packet[:8], "big") for packet in reads.take()]
    assert taken == list(range(bus.device.said - 62, bus.device.said + 1))


def test_a_number_that_no_driver_knows() -> None:
    with pytest.raises(DeviceError, match="'dead:beef'"):
        open_uru4000("finger", Params("finger"), "dead:beef", backend=new_bus())
    open_uru4000("finger", Params("finger"), "05BA:000a", backend=new_bus()).close()
