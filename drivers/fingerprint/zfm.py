"""ZFM, R30x and R503 fingerprint modules on a serial line as a finger scanner.

The module is found at the URL's speed, raised to `fast`, and put back when it is closed. A kiosk
that lost power in between, or another program, leaves it at another speed: then all are tried.
"""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from drivers.deadline import Deadline
from drivers.device import DeviceInfo
from drivers.errors import DeviceError, DeviceTimeoutError, DeviceUrlError, ProtocolError
from drivers.fingerprint.api import FingerPicture
from drivers.fingerprint.zfm_errors import (
    DamagedPacketError,
    IllegibleLineError,
    ModuleFailedError,
    ModulePasswordError,
    ModuleSilentError,
)
from drivers.fingerprint.zfm_image import Gray, unpack
from drivers.fingerprint.zfm_line import OpenPort, ZfmLine
from drivers.fingerprint.zfm_protocol import (
    ANY_ADDRESS,
    BAUD_AS_SHIPPED,
    Answer,
    Command,
    Confirmation,
    parameters,
    set_baud,
    verify_password,
)
from drivers.url import DeviceUrl, Params

MODULE_PARAMS = ("model", "baud", "fast", "address", "password", "turned")
SPEEDS = (9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600)
_LIKELY_FIRST = (57_600, 115_200, 9600, 19_200, 38_400, 230_400, 460_800, 921_600)

_FASTEST_OF_MANUALS = 115_200
_OPEN_LIMIT_S = 9.0
_GREETING_LIMIT_S = 0.4  # a module that was just given power takes half a second: asked twice
_TELL_LIMIT_S = 0.4
_CLOSE_LIMIT_S = 1.0
_TAKE_LIMIT_S = 2.0
_PAUSE_S = 0.1
_UPLOADS = 2
_WORD_DIGITS = 8


@dataclass(frozen=True, slots=True, repr=False)
class ModuleSettings:
    """How to reach one module; `fast_baud` of at most `baud` leaves it at `baud`."""

    baud: int = BAUD_AS_SHIPPED
    fast_baud: int = _FASTEST_OF_MANUALS
    address: int = ANY_ADDRESS
    password: int = 0
    turned: bool = False

    @classmethod
    def of(cls, params: Params) -> "ModuleSettings":
        """From `?model=zfm&baud=57600&fast=115200&address=ffffffff&password=00000000&turned=no`.

        These are the defaults. Raises DeviceUrlError, which never shows the password.
        """
        params.only(*MODULE_PARAMS)
        params.choice("model", "zfm", ("zfm",))
        speeds = tuple(str(speed) for speed in SPEEDS)
        return cls(
            baud=int(params.choice("baud", str(BAUD_AS_SHIPPED), speeds)),
            fast_baud=int(params.choice("fast", str(_FASTEST_OF_MANUALS), speeds)),
            address=_word(params, "address", ANY_ADDRESS),
            password=_word(params, "password", 0),
            turned=params.flag("turned"),
        )

    @property
    def top_baud(self) -> int:
        """The speed at which pictures cross."""
        return max(self.baud, self.fast_baud)

    @property
    def likely_bauds(self) -> tuple[int, ...]:
        """Where to look for the module: its own speeds twice, for it may be starting, then all."""
        usual = (self.baud, self.fast_baud) * 2
        return *usual, *(speed for speed in _LIKELY_FIRST if speed not in usual)


def _word(params: Params, key: str, default: int) -> int:
    """A number of 32 bits in hexadecimal."""
    text = params.text(key, f"{default:08x}")
    if len(text) != _WORD_DIGITS or not set(text.lower()) <= set("0123456789abcdef"):
        raise DeviceUrlError(params.device, f"{key}= in the URL should be 8 hexadecimal digits.")
    return int(text, 16)


def open_zfm(url: DeviceUrl, open_port: OpenPort) -> "Zfm":
    """Open the port, find the module, prove the password, raise its speed.

    Raises DeviceUrlError, what `open_port` raises, ModuleSilentError, IllegibleLineError,
    ModulePasswordError, ModuleAddressError, ProtocolError.
    """
    settings = ModuleSettings.of(url.params)
    path = str(url.file())
    line = ZfmLine(url.device, path, settings.address, settings.baud, open_port)
    scanner = Zfm(line, settings)
    try:
        scanner.find(Deadline.after(url.device, _OPEN_LIMIT_S))
    except BaseException:
        scanner.close()
        raise
    return scanner


@dataclass(slots=True, eq=False)
class Zfm:
    """A FingerScanner for one thread."""

    _line: ZfmLine
    _settings: ModuleSettings
    _firmware: str = ""
    _moved: bool = False
    _is_open: bool = field(default=True)

    @property
    def info(self) -> DeviceInfo:
        """The make of the protocol; these modules do not tell their own, nor a serial number."""
        return DeviceInfo("ZhianTec type", "ZFM/R30x module", "", self._firmware)

    @property
    def transfer_limit_s(self) -> float:
        """What one picture may take at the line's speed: twice what its bare bytes do."""
        return self._line.picture_limit_s

    def find(self, deadline: Deadline) -> None:
        """Meet the module at its speed, read what it says of itself, bring it to the top speed."""
        settings = self._settings
        if not any(self._greets(speed, deadline) for speed in settings.likely_bauds):
            raise self._not_found()
        self._moved = self._line.baud != settings.baud
        with suppress(ModuleSilentError, ProtocolError):  # some modules cannot say it
            self._read_parameters(deadline)
        if settings.top_baud != self._line.baud:
            self._move(settings.top_baud, deadline)

    def capture(self, deadline: Deadline) -> FingerPicture:
        """Wait for a finger on the glass and take one picture: 288 x 256 at 500 ppi, in 16 grays.

        Raises DeviceTimeoutError, CancelledError, ProtocolError (ModuleFailedError,
        DamagedPacketError), DeviceGoneError (ModuleSilentError), IllegibleLineError.
        """
        self._await(lies=True, deadline=deadline)
        at_s = time.monotonic()
        pixels, ppi = self._picture(deadline)
        if self._settings.turned:
            pixels = np.ascontiguousarray(pixels[::-1, ::-1])
        return FingerPicture(pixels, ppi, at_s)

    def wait_for_lift(self, deadline: Deadline) -> None:
        """Wait until the glass is free; errors as `capture`."""
        self._await(lies=False, deadline=deadline)

    def close(self) -> None:
        """Put the module's speed back, give the port back; safe to call twice."""
        if self._is_open:
            self._is_open = False
            if self._moved:
                with suppress(DeviceError):
                    limit = Deadline.after(self._line.device, _CLOSE_LIMIT_S)
                    self._line.ask(set_baud(self._settings.baud), limit, _CLOSE_LIMIT_S)
            self._line.close()

    def _await(self, *, lies: bool, deadline: Deadline) -> None:
        """Take pictures inside the module until a finger lies there, or none does any more."""
        wanted = Confirmation.OK if lies else Confirmation.NO_FINGER
        while True:
            answer = self._line.ask(bytes([Command.TAKE_PICTURE]), deadline, _TAKE_LIMIT_S)
            if answer.meaning is wanted:
                return
            if answer.meaning not in (
                Confirmation.OK,
                Confirmation.NO_FINGER,
                Confirmation.NOT_TAKEN,
            ):
                what = f"it takes no picture (code {answer.code:#04x})."
                raise ModuleFailedError(self._line.device, what)
            threading.Event().wait(deadline.slice_s(_PAUSE_S))

    def _picture(self, deadline: Deadline) -> tuple[Gray, int]:
        """The module keeps the picture, so what did not arrive whole is asked for once more."""
        for _ in range(_UPLOADS - 1):
            with suppress(ProtocolError):
                return unpack(self._line.device, self._line.upload(deadline))
        return unpack(self._line.device, self._line.upload(deadline))

    def _greets(self, baud: int, deadline: Deadline) -> bool:
        """Whether the module answers at this speed; raises ModulePasswordError."""
        self._line.at(baud)
        hello = verify_password(self._settings.password)
        try:
            limit = deadline.sooner(_GREETING_LIMIT_S)
            self._judge(self._line.ask(hello, limit, _GREETING_LIMIT_S))
        except (ModuleSilentError, DeviceTimeoutError, DamagedPacketError):
            deadline.slice_s()
            return False
        return True

    def _judge(self, answer: Answer) -> None:
        if answer.meaning in (Confirmation.WRONG_PASSWORD, Confirmation.PASSWORD_FIRST):
            raise ModulePasswordError(self._line.device, "the module refuses the password.")
        if answer.meaning is not Confirmation.OK:
            what = f"it refuses the greeting (code {answer.code:#04x})."
            raise ModuleFailedError(self._line.device, what)

    def _not_found(self) -> DeviceError:
        device, heard_bytes = self._line.device, self._line.heard_bytes
        if heard_bytes:
            what = f"{heard_bytes} bytes came and no answer of a module among them."
            return IllegibleLineError(device, what)
        what = f"no module answers at {self._settings.baud} baud or any other speed."
        return ModuleSilentError(device, what)

    def _read_parameters(self, deadline: Deadline) -> None:
        command = bytes([Command.READ_PARAMETERS])
        answer = self._line.ask(command, deadline, _TELL_LIMIT_S)
        if answer.meaning is Confirmation.OK:
            found = parameters(self._line.device, answer)
            self._firmware = f"system {found.system:04x}"

    def _move(self, baud: int, deadline: Deadline) -> None:
        """Tell the module its speed for pictures, and go where it then answers.

        Makers differ: some confirm at the old speed, some at the new, some change later.
        """
        old, refused = self._line.baud, False
        with suppress(ModuleSilentError, DamagedPacketError):
            answer = self._line.ask(set_baud(baud), deadline, _TELL_LIMIT_S)
            refused = answer.meaning is not Confirmation.OK
        if refused:
            return
        self._moved = True
        if not any(self._greets(speed, deadline) for speed in (baud, baud, old, old)):
            raise ModuleSilentError(self._line.device, f"silent since it was told {baud} baud.")
        self._moved = self._line.baud != self._settings.baud
