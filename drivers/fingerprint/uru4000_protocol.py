"""What the U.are.U 4000 family says and expects: registers, interrupts, power-up, authentication.

Pure: the procedures are generators that yield what to do and are sent what came of it. The facts
(numbers, order, the quirks of HWSTAT) are those of libfprint's notes and of two recorded devices.
"""

from collections.abc import Generator
from dataclasses import dataclass
from enum import IntEnum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from drivers.errors import DeviceTimeoutError, ProtocolError

REQUEST = 0x04
INTERRUPTS = 0x81
IMAGES = 0x82
INTERRUPT_BYTES = 64
CHALLENGE_BYTES = 16
PPI = 512  # DigitalPersona U.are.U 4500 data sheet: 512 dpi, averaged over the field

_DEVICE_INFO_BYTES = 16
_POWER_TRIES = 100
_POWER_PAUSE_S = 0.01
_SCAN_POWER_TRIES = 3
_SCAN_POWER_LIMIT_S = 0.5
_LOW_POWER = 0x80
_CONFUSED = 0x84
_AWAKE = 0x01
_STATUS_BITS = 0x0F
# By this key the second Microsoft reader asks its driver to prove itself; public since 2007.
_ANSWER_KEY = bytes.fromhex("79ac91795ca1478e98e00f3c598f5f4b")


class Register(IntEnum):
    """First byte addresses."""

    HWSTAT = 0x07
    SCRAMBLE_INDEX = 0x33
    SCRAMBLE_KEY = 0x34
    MODE = 0x4E
    DEVICE_INFO = 0xF0
    RESPONSE = 0x2000
    CHALLENGE = 0x2010


class Mode(IntEnum):
    """Values of Register.MODE."""

    AWAIT_FINGER_ON = 0x10
    AWAIT_FINGER_OFF = 0x12
    CAPTURE = 0x20
    OFF = 0x70


class Interrupt(IntEnum):
    """The first two bytes of an interrupt packet, big end first."""

    FINGER_ON = 0x0101
    FINGER_OFF = 0x0200
    DEATH = 0x0800
    SCAN_POWER_ON = 0x56AA


@dataclass(frozen=True, slots=True)
class Model:
    """What differs between the members of the family."""

    make: str
    name: str
    authenticates: bool = False
    turned: bool = False  # the picture arrives upside down and mirrored


MODELS: dict[tuple[int, int], Model] = {
    (0x05BA, 0x000A): Model("DigitalPersona", "U.are.U 4000B/4500", turned=True),
    (0x05BA, 0x0007): Model("DigitalPersona", "U.are.U 4000"),
    (0x05BA, 0x0008): Model("DigitalPersona", "U.are.U 4000 keyboard"),
    (0x045E, 0x00BB): Model("Microsoft", "Keyboard with Fingerprint Reader"),
    (0x045E, 0x00BC): Model("Microsoft", "Wireless IntelliMouse with Fingerprint Reader"),
    (0x045E, 0x00BD): Model("Microsoft", "Fingerprint Reader"),
    (0x045E, 0x00CA): Model("Microsoft", "Fingerprint Reader v2", authenticates=True),
}


@dataclass(frozen=True, slots=True)
class Read:
    """Read `count` registers; the procedure is sent their bytes."""

    first: int
    count: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Write:
    """Write registers from `first` on."""

    first: int
    data: bytes

    def __repr__(self) -> str:
        """Say where and how much, never what: keys pass here."""
        return f"Write({self.first:#x}, {len(self.data)} bytes)"


@dataclass(frozen=True, slots=True)
class Pause:
    """Let the device be for a moment."""

    limit_s: float


@dataclass(frozen=True, slots=True)
class Await:
    """Wait for an interrupt; the procedure is sent one byte if it came in time, else nothing."""

    interrupt: Interrupt
    limit_s: float


Step = Read | Write | Pause | Await


def decode_interrupt(device: str, data: bytes) -> Interrupt | None:
    """What an interrupt packet of 64 bytes says; None for kinds that nobody has explained.

    Raises ProtocolError for a packet of another length.
    """
    if len(data) != INTERRUPT_BYTES:
        raise ProtocolError(device, f"an interrupt of {len(data)} bytes.")
    kind = int.from_bytes(data[:2], "big")
    return Interrupt(kind) if kind in set(Interrupt) else None


def answer_challenge(challenge: bytes) -> bytes:
    """The 16 bytes that prove the driver to a reader that asks for it."""
    # One block of one use, as the device's firmware demands it: no mode of chaining is possible.
    cipher = Cipher(algorithms.AES(_ANSWER_KEY), modes.ECB())  # noqa: S305  see above
    encryptor = cipher.encryptor()
    return encryptor.update(challenge) + encryptor.finalize()


def bring_up(device: str, authenticates: bool) -> Generator[Step, bytes, str]:
    """Power the scanner down and up until its light is ready; gives hardware and firmware version.

    Raises DeviceTimeoutError where the device never wakes.
    """
    for _ in range(_SCAN_POWER_TRIES):
        status = yield from _status()
        if status & _CONFUSED == _CONFUSED:
            status = yield from _reboot(device, status)
        if not status & _LOW_POWER:
            yield _set_status(status | _LOW_POWER)
        yield from _power_up(device, status & _STATUS_BITS, authenticates)
        if (yield Await(Interrupt.SCAN_POWER_ON, _SCAN_POWER_LIMIT_S)):
            info = yield Read(Register.DEVICE_INFO, _DEVICE_INFO_BYTES)
            return f"{info[10:12].hex()}-{info[4:6].hex()}"
    raise DeviceTimeoutError(device, f"no scan power after {_SCAN_POWER_TRIES} tries.")


def _status() -> Generator[Step, bytes, int]:
    return (yield Read(Register.HWSTAT))[0]


def _set_status(value: int) -> Write:
    return Write(Register.HWSTAT, bytes([value]))


def _reboot(device: str, status: int) -> Generator[Step, bytes, int]:
    """Bring a confused device back to a status that makes sense."""
    yield _set_status(status & _STATUS_BITS)
    for _ in range(_POWER_TRIES):
        status = yield from _status()
        if status & _AWAKE:
            return status
        yield Pause(_POWER_PAUSE_S)
    raise DeviceTimeoutError(device, "its power could not be reset.")


def _power_up(device: str, status: int, authenticates: bool) -> Generator[Step, bytes, None]:
    """Ask for power until the low-power bit goes; some models set a challenge between."""
    for _ in range(_POWER_TRIES):
        yield _set_status(status)
        if not (yield from _status()) & _LOW_POWER:
            return
        yield Pause(_POWER_PAUSE_S)
        if authenticates:
            challenge = yield Read(Register.CHALLENGE, CHALLENGE_BYTES)
            yield Write(Register.RESPONSE, answer_challenge(challenge))
    raise DeviceTimeoutError(device, "it did not power up.")
