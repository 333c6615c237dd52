"""DigitalPersona U.are.U 4000, 4000B, 4500 and Microsoft's readers of the same family, over USB."""

import os
import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceError, DeviceTimeoutError, DeviceUrlError, ProtocolError
from drivers.fingerprint.api import FingerPicture
from drivers.fingerprint.uru4000_image import (
    SEED_BYTES,
    STREAM_LIMIT_BYTES,
    FingerRows,
    ImageStream,
    RawImage,
    unscramble,
)
from drivers.fingerprint.uru4000_protocol import (
    IMAGES,
    INTERRUPT_BYTES,
    INTERRUPTS,
    MODELS,
    PPI,
    REQUEST,
    Await,
    Interrupt,
    Mode,
    Model,
    Pause,
    Read,
    Register,
    Step,
    Write,
    bring_up,
    decode_interrupt,
)
from drivers.transport.pending_reads import PendingReads
from drivers.transport.usb_device import SLICE_S, UsbDevice
from drivers.url import Params

_OPEN_LIMIT_S = 3.0
_IMAGE_LIMIT_S = 2.0
_OFF_LIMIT_S = 0.2

_Result = TypeVar("_Result")


def random_seed() -> bytes:
    """Fresh bytes for one key; the top bit stays clear, as in every recorded exchange."""
    seed = bytearray(os.urandom(SEED_BYTES))
    seed[-1] &= 0x7F
    return bytes(seed)


def open_uru4000(
    name: str,
    params: Params,
    usb_id: str = "",
    *,
    backend: object = None,
    seed: Callable[[], bytes] = random_seed,
    slice_s: float = SLICE_S,
) -> "Uru4000":
    """Find the scanner, claim it, wake it up.

    `usb_id` ("05ba:000a") and parameter `serial` say which, where there are several.
    Raises DeviceGoneError, DeviceRefusedError, DeviceTimeoutError, ProtocolError, DeviceUrlError.
    """
    ids, wanted = check_params(name, params, usb_id)
    usb = UsbDevice.open(name, ids, wanted, backend, slice_s)
    scanner = Uru4000(usb, wanted or usb.serial(), seed)
    try:
        scanner.wake(Deadline.after(name, _OPEN_LIMIT_S))
    except BaseException:
        scanner.close()
        raise
    return scanner


def check_params(name: str, params: Params, usb_id: str) -> tuple[tuple[tuple[int, int], ...], str]:
    """Which models, and which serial number (empty: any); raises DeviceUrlError."""
    params.only("serial")
    return _ids(name, usb_id), params.text("serial")


def _ids(name: str, usb_id: str) -> tuple[tuple[int, int], ...]:
    if not usb_id:
        return tuple(MODELS)
    known = {f"{vendor:04x}:{product:04x}": (vendor, product) for vendor, product in MODELS}
    if usb_id.lower() not in known:
        raise DeviceUrlError(name, f"no scanner driver for {usb_id!r}; known: {', '.join(known)}.")
    return (known[usb_id.lower()],)


@dataclass(slots=True, eq=False)
class Uru4000:
    """A FingerScanner for one thread; a private one keeps the interrupt read pending."""

    _usb: UsbDevice
    _serial: str
    _seed: Callable[[], bytes]
    _interrupts: PendingReads = field(init=False)
    _model: Model = field(init=False)
    _firmware: str = ""
    _awake: bool = False
    _is_open: bool = True

    def __post_init__(self) -> None:
        self._model = MODELS[self._usb.id]
        self._interrupts = PendingReads(self._usb, INTERRUPTS, INTERRUPT_BYTES)

    @property
    def info(self) -> DeviceInfo:
        """As the device said when it woke up."""
        return DeviceInfo(self._model.make, self._model.name, self._serial, self._firmware)

    @property
    def transfer_limit_s(self) -> float:
        """After it the picture is taken anew."""
        return _IMAGE_LIMIT_S

    def wake(self, deadline: Deadline) -> None:
        """Power up unless it is; errors as `capture`."""
        if not self._awake:
            self._interrupts.take()
            procedure = bring_up(self._usb.name, self._model.authenticates)
            self._firmware = self._run(procedure, deadline)
            self._awake = True

    def capture(self, deadline: Deadline) -> FingerPicture:
        """Wait for a finger on the glass and take one picture, 290 rows of 384 pixels.

        Raises DeviceTimeoutError, CancelledError, ProtocolError, DeviceGoneError.
        """
        try:
            raw = self._raw(deadline)
            at_s = time.monotonic()
            rows = self._run(unscramble(raw, self._seed), deadline)
        except DeviceError:
            self._rest()
            raise
        return FingerPicture(self._upright(rows), PPI, at_s)

    def wait_for_lift(self, deadline: Deadline) -> None:
        """Wait until the glass is free, then switch the light off; errors as `capture`."""
        try:
            self._arm(Mode.AWAIT_FINGER_OFF, Interrupt.FINGER_OFF, deadline)
        finally:
            self._rest()

    def close(self) -> None:
        """Light off, thread joined, bus given back; safe to call twice."""
        if self._is_open:
            self._is_open = False
            self._rest()
            self._interrupts.close()
            self._usb.close()

    def _arm(self, mode: Mode, wanted: Interrupt, deadline: Deadline) -> None:
        """Set the mode and wait for its interrupt; a device that announces death is woken anew."""
        while True:
            self.wake(deadline)
            stale = {decode_interrupt(self._usb.name, packet) for packet in self._interrupts.take()}
            if Interrupt.DEATH not in stale:
                self._write(Register.MODE, bytes([mode]), deadline)
                if self._await(frozenset({wanted, Interrupt.DEATH}), deadline) is wanted:
                    return
            self._awake = False

    def _raw(self, deadline: Deadline) -> RawImage:
        """One whole image; one that cannot be, or does not come, is taken anew once.

        The family sends such images now and then; libfprint takes them anew, too.
        """
        self._arm(Mode.AWAIT_FINGER_ON, Interrupt.FINGER_ON, deadline)
        try:
            return self._image(deadline.sooner(_IMAGE_LIMIT_S))
        except (ProtocolError, DeviceTimeoutError):
            deadline.slice_s()
        self._rest()
        self._arm(Mode.AWAIT_FINGER_ON, Interrupt.FINGER_ON, deadline)
        return self._image(deadline.sooner(_IMAGE_LIMIT_S))

    def _image(self, deadline: Deadline) -> RawImage:
        """The read must be pending before the mode is set: the scanner cannot hold what it saw."""
        stream = ImageStream(self._usb.name)
        with PendingReads(self._usb, IMAGES, STREAM_LIMIT_BYTES, once=True) as first:
            self._write(Register.MODE, bytes([Mode.CAPTURE]), deadline)
            raw = stream.feed(first.next(deadline))
        while raw is None:
            deadline.slice_s()
            raw = stream.feed(self._usb.read_slice(IMAGES, STREAM_LIMIT_BYTES))
        return raw

    def _upright(self, rows: FingerRows) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        pixels = 255 - rows.pixels
        return np.ascontiguousarray(pixels[::-1, ::-1] if self._model.turned else pixels)

    def _rest(self) -> None:
        """Light off as far as the device still listens; the next use wakes it anew."""
        if self._awake:
            self._awake = False
            with suppress(DeviceError):
                limit = Deadline.after(self._usb.name, _OFF_LIMIT_S)
                self._write(Register.MODE, bytes([Mode.OFF]), limit)

    def _run(self, procedure: Generator[Step, bytes, _Result], deadline: Deadline) -> _Result:
        """Do what a pure procedure asks for until it is done."""
        answer: bytes | None = None
        while True:
            try:
                step = next(procedure) if answer is None else procedure.send(answer)
            except StopIteration as end:
                result: _Result = end.value
                return result
            answer = self._do(step, deadline)

    def _do(self, step: Step, deadline: Deadline) -> bytes:
        match step:
            case Read(first, count):
                return self._usb.control_read(REQUEST, first, count, deadline)
            case Write(first, data):
                self._write(first, data, deadline)
            case Pause(limit_s):
                threading.Event().wait(deadline.slice_s(limit_s))
            case Await(interrupt, limit_s):
                return self._came(interrupt, limit_s, deadline)
        return b""

    def _came(self, interrupt: Interrupt, limit_s: float, deadline: Deadline) -> bytes:
        try:
            self._await(frozenset({interrupt}), deadline.sooner(limit_s))
        except DeviceTimeoutError:
            deadline.slice_s()
            return b""
        return b"\x01"

    def _await(self, wanted: frozenset[Interrupt], deadline: Deadline) -> Interrupt:
        while True:
            packet = self._interrupts.next(deadline)
            interrupt = decode_interrupt(self._usb.name, packet)
            if interrupt in wanted and interrupt is not None:
                return interrupt

    def _write(self, register: int, data: bytes, deadline: Deadline) -> None:
        self._usb.control_write(REQUEST, register, data, deadline)
