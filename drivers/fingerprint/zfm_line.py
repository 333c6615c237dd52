"""The serial line to one ZFM or R30x module: one command at a time, its answer, its pictures.

The protocol numbers nothing: an answer that comes late would be taken for that of the next command.
So no command is repeated while its answer may still come, and after an exchange that did not end
the line must fall silent before the next one.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from drivers.deadline import Deadline
from drivers.errors import DeviceTimeoutError
from drivers.fingerprint.zfm_errors import (
    DamagedPacketError,
    IllegibleLineError,
    ModuleAddressError,
    ModuleFailedError,
    ModuleSilentError,
)
from drivers.fingerprint.zfm_image import MOST_PICTURE_BYTES, Upload, is_picture
from drivers.fingerprint.zfm_protocol import (
    Answer,
    Command,
    Confirmation,
    Damage,
    Decoder,
    Kind,
    Packet,
    encode,
)
from drivers.transport.base import Port
from drivers.url import DeviceUrl, Params


class SpeedPort(Port, Protocol):
    """A port whose speed can be changed while it is open: `serial_port.SerialPort` is one."""

    def set_baud(self, baud: int) -> None:
        """Go on at another speed; raises DeviceUrlError, DeviceGoneError."""


OpenPort = Callable[[DeviceUrl], SpeedPort]

_QUIET_S = 0.1  # more than any gap inside a picture, USB adapters included
_BITS_PER_BYTE = 10
_UPLOAD_SHARE = 2.0  # heads of small packets and a slow module: twice the time of the bare picture
_STALL_LIMIT_S = 1.0
_TRIES = 2


@dataclass(slots=True)
class ZfmLine:
    """One module's line, for one thread; `ZfmLine.open` makes it."""

    device: str
    path: str
    address: int
    baud: int
    open_port: OpenPort
    _port: SpeedPort = field(init=False)
    _decoder: Decoder = field(default_factory=Decoder)
    _found: "deque[Packet | Damage]" = field(default_factory=deque)
    _unsettled: bool = False
    heard_bytes: int = 0

    def __post_init__(self) -> None:
        params = Params(self.device, {"baud": str(self.baud)})
        url = DeviceUrl(self.device, "serial", "", self.path, params)
        self._port = self.open_port(url)

    @property
    def picture_limit_s(self) -> float:
        """How long one picture may take at this speed."""
        bare_s = MOST_PICTURE_BYTES * _BITS_PER_BYTE / self.baud
        return _STALL_LIMIT_S + _UPLOAD_SHARE * bare_s

    def at(self, baud: int) -> None:
        """Go on at another speed; raises DeviceUrlError, DeviceGoneError."""
        if baud != self.baud:
            self._port.set_baud(baud)
            self.baud = baud
            self._forget()

    def close(self) -> None:
        """Give the port back; safe to call twice."""
        self._port.close()

    def ask(self, content: bytes, deadline: Deadline, limit_s: float) -> Answer:
        """Say a command, once more where it or its answer was damaged, and give the answer.

        Raises ModuleSilentError where none comes within `limit_s`, DamagedPacketError,
        ModuleAddressError, IllegibleLineError, DeviceTimeoutError, CancelledError, DeviceGoneError.
        """
        said: Answer | Damage = Damage.CHECKSUM
        for _ in range(_TRIES):
            self._say(content, deadline)
            said = self._answer(deadline, limit_s)
            if isinstance(said, Answer) and said.meaning is not Confirmation.BAD_PACKET:
                self._unsettled = False
                return said
        what = f"{_TRIES} times a damaged packet ({said!r}) at {self.baud} baud."
        raise DamagedPacketError(self.device, what)

    def upload(self, deadline: Deadline) -> bytes:
        """The bytes of the picture that the module holds.

        Raises what `ask` raises, ModuleFailedError where it holds none, DamagedPacketError for one
        that does not arrive whole, ProtocolError.
        """
        answer = self.ask(bytes([Command.UPLOAD_PICTURE]), deadline, _STALL_LIMIT_S)
        if answer.meaning is not Confirmation.OK:
            raise ModuleFailedError(self.device, f"it gives no picture (code {answer.code:#04x}).")
        self._unsettled = True
        upload, skipped_before = Upload(self.device), self._decoder.skipped_bytes
        limit = deadline.sooner(self.picture_limit_s)
        picture: bytes | None = None
        while picture is None:
            picture = upload.add(self._next_of(upload, limit, deadline))
        self._unsettled = False
        lost = self._decoder.skipped_bytes - skipped_before
        if lost and not is_picture(picture):
            what = f"{lost} bytes of a picture were no packets at {self.baud} baud."
            raise DamagedPacketError(self.device, what)
        return picture

    def _next_of(self, upload: Upload, limit: Deadline, deadline: Deadline) -> Packet:
        """The next packet of a picture."""
        try:
            one = self._next(limit.sooner(_STALL_LIMIT_S))
        except DeviceTimeoutError:
            deadline.slice_s()
            what = f"the picture stopped after {upload.received_bytes} bytes."
            raise DamagedPacketError(self.device, what) from None
        if isinstance(one, Damage):
            what = f"a damaged packet ({one.name}) after {upload.received_bytes} bytes of a picture"
            raise DamagedPacketError(self.device, f"{what} at {self.baud} baud.")
        return one

    def _say(self, content: bytes, deadline: Deadline) -> None:
        self._settle(deadline)
        self._unsettled = True
        self._port.write(encode(Packet(Kind.COMMAND, content, self.address)), deadline)

    def _answer(self, deadline: Deadline, limit_s: float) -> Answer | Damage:
        """The next answer or damage; what is left of a picture goes by."""
        limit = deadline.sooner(limit_s)
        while True:
            try:
                one = self._next(limit)
            except DeviceTimeoutError:
                return self._hidden(deadline, limit_s)
            if isinstance(one, Damage):
                return one
            if one.kind is Kind.ANSWER:
                return self._ours(one)

    def _hidden(self, deadline: Deadline, limit_s: float) -> Answer | Damage:
        """What noise that looked like a packet's head kept from us; else: nobody answered."""
        began = self._decoder.holding
        for one in self._decoder.flush():
            if isinstance(one, Packet) and one.kind is Kind.ANSWER:
                return self._ours(one)
        deadline.slice_s()
        if began:
            return Damage.LENGTH
        what = f"no answer within {limit_s:g} s at {self.baud} baud."
        raise ModuleSilentError(self.device, what)

    def _ours(self, packet: Packet) -> Answer:
        answer = Answer.of(packet)
        if packet.address != self.address or answer.meaning is Confirmation.WRONG_ADDRESS:
            what = f"a module with the address {packet.address:08x} answered."
            raise ModuleAddressError(self.device, what)
        return answer

    def _next(self, deadline: Deadline) -> Packet | Damage:
        while not self._found:
            data = self._port.read(deadline)
            self.heard_bytes += len(data)
            self._found += self._decoder.feed(data)
        return self._found.popleft()

    def _settle(self, deadline: Deadline) -> None:
        """Let what still arrives of an exchange that did not end go by, then forget it."""
        end_s = time.monotonic() + self.picture_limit_s
        while self._unsettled:
            try:
                self._port.read(deadline.sooner(_QUIET_S))
            except DeviceTimeoutError:
                deadline.slice_s()
                break
            if time.monotonic() >= end_s:
                what = f"bytes come without an end at {self.baud} baud."
                raise IllegibleLineError(self.device, what)
        self._port.waiting()
        self._forget()

    def _forget(self) -> None:
        self._decoder = Decoder()
        self._found.clear()
        self._unsettled = False
