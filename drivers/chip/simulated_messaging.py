"""Secure messaging as the virtual chip does it: 3DES and AES (Doc 9303-11, 9.8)."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from Crypto.Cipher import AES, DES, DES3
from Crypto.Hash import CMAC, SHA1, SHA256

from drivers.chip.simulated_apdu import Command, Reply, StatusError
from drivers.chip.simulated_der import der, objects

ENCRYPT, AUTHENTICATE, PASSWORD = 1, 2, 3
_MAC_BYTES = 8
_PROTECTION_MISSING, _PROTECTION_WRONG = 0x6987, 0x6988
SHORT_ANSWER_BYTES, LONG_ANSWER_BYTES = 256, 65536


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher with its key length: how keys are derived, data encrypted and authenticated."""

    name: str
    key_bytes: int
    block_bytes: int

    def derive(self, secret: bytes, purpose: int) -> bytes:
        """The key for ENCRYPT, AUTHENTICATE or PASSWORD (Doc 9303-11, 9.7.1)."""
        make = SHA1 if self.key_bytes == 16 else SHA256
        digest: bytes = make.new(secret + purpose.to_bytes(4)).digest()
        return digest[: self.key_bytes]

    def encrypt(self, key: bytes, data: bytes, start: bytes = b"") -> bytes:
        """CBC over whole blocks, from zeros where no other start is given."""
        start = start or bytes(self.block_bytes)
        if self.name == "3DES":
            return DES3.new(key, DES3.MODE_CBC, start).encrypt(data)
        return AES.new(key, AES.MODE_CBC, start).encrypt(data)

    def decrypt(self, key: bytes, data: bytes, start: bytes = b"") -> bytes:
        """The same backwards."""
        start = start or bytes(self.block_bytes)
        if self.name == "3DES":
            return DES3.new(key, DES3.MODE_CBC, start).decrypt(data)
        return AES.new(key, AES.MODE_CBC, start).decrypt(data)

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Eight bytes: the retail MAC over whole blocks, or CMAC cut to its first half."""
        if self.name == "3DES":
            return _retail_mac(key, data)
        return CMAC.new(key, data, AES).digest()[:_MAC_BYTES]

    def pad(self, data: bytes) -> bytes:
        """80 and zeros to whole blocks (ISO/IEC 9797-1, method 2)."""
        return data + b"\x80" + bytes(-(len(data) + 1) % self.block_bytes)


TRIPLE_DES = Suite("3DES", 16, 8)
SUITES = {
    "3DES": TRIPLE_DES,
    "AES-128": Suite("AES-128", 16, 16),
    "AES-192": Suite("AES-192", 24, 16),
    "AES-256": Suite("AES-256", 32, 16),
}


def unpad(data: bytes) -> bytes:
    """Without the padding; raises StatusError where there is none."""
    bare = data.rstrip(b"\0")
    if not bare.endswith(b"\x80"):
        raise StatusError(_PROTECTION_WRONG)
    return bare[:-1]


@dataclass(slots=True, repr=False)
class Session:
    """One session: opens protected commands, closes replies; the counter rises by one for each."""

    suite: Suite
    secret: bytes
    counter: int = 0
    spoil: Callable[[bytes], bytes] = lambda data: data
    _encrypting: bytes = field(init=False)
    _authenticating: bytes = field(init=False)

    def __post_init__(self) -> None:
        self._encrypting = self.suite.derive(self.secret, ENCRYPT)
        self._authenticating = self.suite.derive(self.secret, AUTHENTICATE)

    def __repr__(self) -> str:
        """Say which suite, never which key."""
        return f"Session({self.suite.name})"

    def open(self, command: Command) -> Command:
        """The command within; raises StatusError where anything of its protection is wrong."""
        self.counter += 1
        found = _parts(command.data)
        if 0x8E not in found:
            raise StatusError(_PROTECTION_MISSING)
        said = b"".join(der(tag, value) for tag, value in found.items() if tag != 0x8E)
        if not any(hmac.compare_digest(mac, found[0x8E]) for mac in self._right(command, said)):
            raise StatusError(_PROTECTION_WRONG)
        wanted = found.get(0x97)
        most = {None: 0, 1: SHORT_ANSWER_BYTES, 2: LONG_ANSWER_BYTES}
        le = 0 if wanted is None else int.from_bytes(wanted) or most.get(len(wanted), 0)
        cla, ins, p1, p2 = command.header
        return Command(bytes((cla & 0xF3, ins, p1, p2)), self._plain(found), le)

    def close(self, command: Command, reply: Reply) -> bytes:
        """The whole protected response; `command` is the one that was protected."""
        self.counter += 1
        said = self._data_object(command.header[1], reply.data) if reply.data else b""
        said += der(0x99, reply.status.to_bytes(2))
        mac = self.spoil(self._mac(said))
        return said + der(0x8E, mac) + reply.status.to_bytes(2)

    def room_bytes(self, command: Command) -> int:
        """How much plain data a response has room for, given how long the terminal lets it be."""
        room = command.le - 14  # status and MAC
        room -= 4 if room > 0xFF else 3 if room > 0x7F else 2
        odd = command.header[1] & 1
        blocks = (room - (0 if odd else 1)) // self.suite.block_bytes
        return max(0, blocks * self.suite.block_bytes - 1)

    def _plain(self, found: dict[int, bytes]) -> bytes:
        if 0x87 in found:
            if found[0x87][:1] != b"\x01":
                raise StatusError(_PROTECTION_WRONG)
            return self._decrypted(found[0x87][1:])
        return self._decrypted(found[0x85]) if 0x85 in found else b""

    def _decrypted(self, data: bytes) -> bytes:
        if len(data) % self.suite.block_bytes:
            raise StatusError(_PROTECTION_WRONG)
        return unpad(self.suite.decrypt(self._encrypting, data, self._start()))

    def _data_object(self, ins: int, data: bytes) -> bytes:
        sealed = self.suite.encrypt(self._encrypting, self.suite.pad(data), self._start())
        return der(0x85, sealed) if ins & 1 else der(0x87, b"\x01", sealed)

    def _start(self) -> bytes:
        if self.suite is TRIPLE_DES:
            return b""
        return self.suite.encrypt(self._encrypting, self._count())

    def _right(self, command: Command, said: bytes) -> list[bytes]:
        """The MACs that would do: after a header alone, some pad once more and some do not."""
        message = self._count() + self.suite.pad(command.header) + said
        whole = [self.suite.pad(message)] if said else [message, self.suite.pad(message)]
        return [self.suite.mac(self._authenticating, padded) for padded in whole]

    def _mac(self, said: bytes) -> bytes:
        return self.suite.mac(self._authenticating, self.suite.pad(self._count() + said))

    def _count(self) -> bytes:
        width = self.suite.block_bytes
        return (self.counter % (1 << 8 * width)).to_bytes(width)


def _parts(data: bytes) -> dict[int, bytes]:
    try:
        return dict(objects(data))
    except ValueError:
        raise StatusError(_PROTECTION_MISSING) from None


def _retail_mac(key: bytes, padded: bytes) -> bytes:
    """ISO/IEC 9797-1, algorithm 3, with DES: Doc 9303 asks for it."""
    first, last = key[:8], key[8:16]
    chained = DES.new(first, DES.MODE_CBC, bytes(8)).encrypt(padded)[-8:]  # noqa: S304 (as above)
    between = DES.new(last, DES.MODE_ECB).decrypt(chained)  # noqa: S304 (the standard's)
    return DES.new(first, DES.MODE_ECB).encrypt(between)  # noqa: S304 (the standard's)
