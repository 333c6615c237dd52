"""A ZFM module from its own side: commands in, answers and pictures out. Pure."""

from dataclasses import dataclass, field

import numpy as np

from drivers.fingerprint.zfm_image import Gray, pack
from drivers.fingerprint.zfm_protocol import (
    ANY_ADDRESS,
    BAUD_AS_SHIPPED,
    BAUD_STEP,
    PACKET_BYTES,
    Command,
    Confirmation,
    Damage,
    Decoder,
    Kind,
    Packet,
    encode,
)

SHAPE = (288, 256)
PPI = 500
SYSTEM = 0x0009  # as the manuals fix it

_CAPACITY = 1000
_SECURITY = 3
_FASTEST_OF_MANUALS = 115_200
_BAUD, _LEVEL, _PACKET = 4, 5, 6


@dataclass(slots=True)
class SimulatedZfm:
    """One module; `glass` is what lies on it, uint8 (288, 256), or nothing.

    password, address, speed, size of packets and level are kept without power. `fastest_baud`: the
    speed above which it takes none. `confirms_late`: it says at the new speed that it changed its
    speed. `mute`: commands that it does not know. `hears_all`: it answers also to what is meant for
    another address.
    """

    password: int = 0
    address: int = ANY_ADDRESS
    baud: int = BAUD_AS_SHIPPED
    packet_code: int = 2
    fastest_baud: int = _FASTEST_OF_MANUALS
    confirms_late: bool = False
    mute: frozenset[int] = frozenset()
    hears_all: bool = False
    glass: Gray | None = None
    noticed: bool = False  # the finger that lies there was seen
    _level: int = _SECURITY
    _next_baud: int = 0
    _proven: bool = False
    _held: bytes = b""
    _decoder: Decoder = field(default_factory=Decoder)

    def power_up(self) -> None:
        """Begin anew, as after a replug."""
        self._proven, self._held, self._next_baud, self.noticed = False, b"", 0, False
        self._decoder = Decoder()

    def place(self, picture: Gray | None) -> None:
        """Lay a finger on the glass, or take it away."""
        self.glass, self.noticed = picture, False

    def hear(self, data: bytes) -> list[bytes]:
        """What it sends to these bytes, packet by packet."""
        said: list[Packet] = []
        for one in self._decoder.feed(data):
            if isinstance(one, Damage):
                said.append(self._confirm(Confirmation.BAD_PACKET))
            elif one.kind is Kind.COMMAND and (self.hears_all or one.address == self.address):
                said += self._obey(one.content)
        if self.confirms_late:
            self.sent()
        return [encode(packet) for packet in said]

    def sent(self) -> None:
        """What it said is out: a new speed counts from now on."""
        self.baud, self._next_baud = self._next_baud or self.baud, 0

    def _obey(self, content: bytes) -> list[Packet]:
        if content[0] in self.mute:
            return []
        if content[0] == Command.UPLOAD_PICTURE and self._listens_to(content):
            return self._upload()
        code, rest = self._done(content)
        return [self._confirm(code, rest)]

    def _listens_to(self, content: bytes) -> bool:
        """Before a password that was set is proven it takes no other command."""
        return self._proven or not self.password or content[0] == Command.VERIFY_PASSWORD

    def _done(self, content: bytes) -> tuple[Confirmation, bytes]:
        if not self._listens_to(content):
            return Confirmation.PASSWORD_FIRST, b""
        match content[0], len(content):
            case Command.VERIFY_PASSWORD, 5:
                return self._prove(content[1:]), b""
            case Command.READ_PARAMETERS, _:
                return Confirmation.OK, self._parameters()
            case Command.SET_PARAMETER, 3:
                return self._set(content[1], content[2]), b""
            case Command.TAKE_PICTURE, _:
                return self._take(), b""
            case _:
                return Confirmation.BAD_PACKET, b""

    def _confirm(self, code: Confirmation, rest: bytes = b"") -> Packet:
        return Packet(Kind.ANSWER, bytes([code]) + rest, self.address)

    def _prove(self, password: bytes) -> Confirmation:
        self._proven = int.from_bytes(password, "big") == self.password
        return Confirmation.OK if self._proven else Confirmation.WRONG_PASSWORD

    def _parameters(self) -> bytes:
        status = bool(self._held) << 3 | self._proven << 2
        words = (status, SYSTEM, _CAPACITY, self._level)
        tail = (self.packet_code, self.baud // BAUD_STEP)
        return b"".join(
            (
                *(word.to_bytes(2, "big") for word in words),
                self.address.to_bytes(4, "big"),
                *(word.to_bytes(2, "big") for word in tail),
            )
        )

    def _set(self, number: int, value: int) -> Confirmation:
        match number, value:
            case (_, step) if number == _BAUD and 0 < step * BAUD_STEP <= self.fastest_baud:
                self._next_baud = step * BAUD_STEP
            case (_, level) if number == _LEVEL and 1 <= level <= 5:
                self._level = level
            case (_, code) if number == _PACKET and code < len(PACKET_BYTES):
                self.packet_code = code
            case _:
                return Confirmation.WRONG_REGISTER
        return Confirmation.OK

    def _take(self) -> Confirmation:
        if self.glass is None:
            return Confirmation.NO_FINGER
        self.noticed = True
        self._held = pack(np.ascontiguousarray(self.glass))
        return Confirmation.OK

    def _upload(self) -> list[Packet]:
        if not self._held:
            return [self._confirm(Confirmation.NO_PICTURE)]
        size = PACKET_BYTES[self.packet_code]
        starts = range(0, len(self._held), size)
        return [
            self._confirm(Confirmation.OK),
            *(
                Packet(
                    Kind.END if at == starts[-1] else Kind.DATA,
                    self._held[at : at + size],
                    self.address,
                )
                for at in starts
            ),
        ]
