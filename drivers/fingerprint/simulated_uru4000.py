"""The U.are.U 4000 family from the device's side: registers, interrupts, image stream. Pure.

Strict where the device is: a request that its state does not allow is refused, an interrupt that
nobody fetches gives way to newer ones, an image waits only for the mode that makes it.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from drivers.fingerprint.simulated_fingers import empty_glass
from drivers.fingerprint.uru4000_image import (
    HEADER_BYTES,
    HEIGHT_PX,
    KEY_CHANGES,
    KEY_RESTS,
    NOT_PRESENT,
    SCRAMBLED,
    SEED_BYTES,
    WIDTH_PX,
    Block,
    Gray,
    key_stream,
)
from drivers.fingerprint.uru4000_protocol import (
    CHALLENGE_BYTES,
    INTERRUPT_BYTES,
    Interrupt,
    Mode,
    Model,
    Register,
    answer_challenge,
)

# As both recorded devices cut their pictures: one row in 290 never comes.
LAYOUT = (
    Block(SCRAMBLED, 72),
    Block(0, 1),
    Block(SCRAMBLED, 49),
    Block(NOT_PRESENT, 1),
    Block(0, 1),
    Block(SCRAMBLED, 49),
    Block(0, 1),
    Block(SCRAMBLED, 116),
)
DEVICE_INFO = bytes.fromhex("00000000011500000000001000000000")

_GLASS = (HEIGHT_PX, WIDTH_PX)
_LOW_POWER = 0x80
_AWAKE = 0x01
_CONFUSED = 0x85
_CONFUSED_BITS = 0x84
_SETTLING_READS = 3
_WAITING_INTERRUPTS = 8


class StallError(Exception):
    """The device refuses a request."""


@dataclass(slots=True)
class SimulatedUru4000:
    """One scanner that was just plugged in; give it fingers with `place` and `lift`.

    confused: it comes up as the Microsoft keyboard does after a switch-off, until its status is
    written low. stubborn: so many asks for power have no effect. late_power: so many times it
    powers up and never says so. All three are in libfprint's notes.
    """

    model: Model
    sends_clear: bool = False
    changes_key: bool = False
    confused: bool = False
    stubborn: int = 0
    late_power: int = 0
    noticed: bool = False  # the finger that lies there was reported
    _status: int = field(init=False)
    _settling: int = 0
    _proven: bool = False
    _challenge: bytes = b""
    _announced: bool = False
    _mode: Mode = Mode.OFF
    _key_number: int = 0
    _key_register: bytes = b""
    _pending: "deque[Interrupt]" = field(default_factory=lambda: deque(maxlen=_WAITING_INTERRUPTS))
    _image: bytes = b""
    _glass: Gray = field(default_factory=lambda: empty_glass(_GLASS))
    _finger: bool = False
    _spoilt: int = 0
    _dying: bool = False

    def __post_init__(self) -> None:
        self._status = _CONFUSED if self.confused else _AWAKE

    @property
    def lit(self) -> bool:
        """Whether the light below the glass is on."""
        return not self._status & _LOW_POWER and self._mode is not Mode.OFF

    def place(self, picture: Gray) -> None:
        """Lay a finger on the glass: uint8 (290, 384), dark ridges on a light ground."""
        self._glass, self._finger, self.noticed = picture, True, False
        if self._mode is Mode.AWAIT_FINGER_ON:
            self._pending.append(Interrupt.FINGER_ON)

    def lift(self) -> None:
        """Take the finger away."""
        self._glass, self._finger, self.noticed = empty_glass(_GLASS), False, False
        if self._mode is Mode.AWAIT_FINGER_OFF:
            self._pending.append(Interrupt.FINGER_OFF)

    def spoil(self, images: int = 1) -> None:
        """Let the next images be noise."""
        self._spoilt = images

    def die(self) -> None:
        """Announce that the next scans fail, and mean it until the power was off."""
        self._pending.append(Interrupt.DEATH)
        self._dying = True

    def read(self, register: int, count: int) -> bytes:
        """Answer a read of registers; raises StallError."""
        match register, count:
            case Register.HWSTAT, 1:
                return bytes([self._told_status()])
            case Register.DEVICE_INFO, 16:
                return DEVICE_INFO
            case Register.SCRAMBLE_KEY, 4 if self._key_register:
                return self._key_register
            case Register.CHALLENGE, 16 if self.model.authenticates:
                self._challenge = np.random.default_rng().bytes(CHALLENGE_BYTES)
                return self._challenge
        raise StallError

    def write(self, register: int, data: bytes) -> None:
        """Take a write of registers; raises StallError."""
        match register, len(data):
            case Register.HWSTAT, 1:
                self._power(data[0])
            case Register.MODE, 1:
                self._change_mode(data[0])
            case Register.SCRAMBLE_INDEX, 5:
                self._agree(data[0], data[1:])
            case Register.RESPONSE, 16 if self._challenge:
                self._proven = data == answer_challenge(self._challenge)
            case _:
                raise StallError

    def interrupt(self) -> bytes | None:
        """The packet that waits, if one does."""
        if not self._pending:
            return None
        kind = self._pending.popleft()
        self._announced |= kind is Interrupt.SCAN_POWER_ON
        self.noticed |= kind is Interrupt.FINGER_ON and self._finger
        return kind.to_bytes(2, "big").ljust(INTERRUPT_BYTES, b"\0")

    def image(self, size: int) -> bytes:
        """The next bytes of the image that waits, at most `size`."""
        data, self._image = self._image[:size], self._image[size:]
        return data

    def _told_status(self) -> int:
        """A confused device comes to its senses a few reads after it was written low."""
        if self._settling:
            self._settling -= 1
            self._status = self._status if self._settling else _AWAKE
        return self._status

    def _power(self, status: int) -> None:
        if self._status & _CONFUSED_BITS == _CONFUSED_BITS:
            if not status & _LOW_POWER:
                self._status, self._settling = _CONFUSED_BITS & ~_LOW_POWER, _SETTLING_READS
        elif status & _LOW_POWER:
            self._status, self._proven, self._announced = status, False, False
            self._dying = False
            self._mode, self._image = Mode.OFF, b""
            self._pending.clear()
        elif self.stubborn:
            self.stubborn -= 1
        elif not self.model.authenticates or self._proven:
            self._come_up(status)

    def _come_up(self, status: int) -> None:
        was_low, self._status = bool(self._status & _LOW_POWER), status
        if was_low and not self.late_power:
            self._pending.extend([Interrupt.SCAN_POWER_ON] * 3)
        self.late_power = max(0, self.late_power - int(was_low))

    def _change_mode(self, value: int) -> None:
        if self._status & _LOW_POWER or not self._announced or value not in set(Mode):
            raise StallError
        self._mode = Mode(value)
        if self._mode is Mode.AWAIT_FINGER_ON and self._finger:
            self._pending.append(Interrupt.FINGER_ON)
        elif self._mode is Mode.AWAIT_FINGER_OFF and not self._finger:
            self._pending.append(Interrupt.FINGER_OFF)
        elif self._mode is Mode.CAPTURE:
            self._key_number = (self._key_number + 2) % 256
            self._image = b"" if self._dying else self._captured()
        elif self._mode is Mode.OFF:
            self._announced = False

    def _agree(self, number: int, seed: bytes) -> None:
        numbers = {self._key_number, self._key_number + int(self.changes_key)}
        if self._mode is not Mode.CAPTURE or self._image or number not in numbers:
            raise StallError
        half = _secret(number) ^ int.from_bytes(seed, "little")
        self._key_register = half.to_bytes(SEED_BYTES, "little")

    def _captured(self) -> bytes:
        if self._spoilt:
            self._spoilt -= 1
            return np.random.default_rng().bytes(HEADER_BYTES + 289 * WIDTH_PX)
        seen = 255 - (self._glass[::-1, ::-1] if self.model.turned else self._glass)
        layout = LAYOUT
        if self.changes_key:
            last = layout[-1]
            layout = (*layout[:-1], Block(last.flags | KEY_CHANGES, last.rows))
        return encode(np.ascontiguousarray(seen), layout, self._key_number, self.sends_clear)


def _secret(number: int) -> int:
    """What the device knows under a key number."""
    return (number * 0x9E3779B1 + 0x2545F491) & 0xFFFFFFFF


def encode(seen: Gray, layout: tuple[Block, ...], number: int, clear: bool = False) -> bytes:
    """The stream of a picture as the sensor saw it: uint8 (290, 384), light ridges on dark.

    With `clear` the rows are marked as scrambled and are not.
    """
    rows = sum(block.rows for block in layout if block.present)
    header = bytearray(HEADER_BYTES)
    header[0:4] = b"\x10\x40\x80\x01"
    header[4:6] = rows.to_bytes(2, "little")
    header[6] = number
    for place, block in enumerate(layout):
        header[16 + 2 * place : 18 + 2 * place] = bytes([block.flags, block.rows])
    return bytes(header) + _body(seen, layout, number, clear)


def _body(seen: Gray, layout: tuple[Block, ...], number: int, clear: bool) -> bytes:
    body = bytearray()
    top = at = 0
    keys = key_stream(_secret(number), seen.size)
    for block in layout:
        if block.flags & KEY_CHANGES:
            number, at = number + 1, 0
            keys = key_stream(_secret(number), seen.size)
        part = seen[top : top + block.rows].reshape(-1)
        if block.flags & (SCRAMBLED | KEY_RESTS) == SCRAMBLED and not clear:
            part = np.append(np.uint8(0x5A), part[:-1] ^ keys[at : at + part.size - 1])
        if block.present:
            body += part.tobytes()
        top += block.rows
        at += 0 if block.flags & KEY_RESTS else block.rows * WIDTH_PX
    return bytes(body)
