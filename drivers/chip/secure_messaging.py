"""Commands and answers under session keys, counted so that none can be replayed (9303-11, 9.8)."""

import hmac
from dataclasses import dataclass, replace

from drivers.chip import tlv
from drivers.chip.apdu import MOST_ANSWER, MOST_SHORT_ANSWER, Command, Response
from drivers.chip.errors import ChipDataError
from drivers.chip.suites import MAC_BYTES, SessionKeys

_PROTECTED = 0x0C
_ENCRYPTED = 0x87
_ENCRYPTED_ODD = 0x85
_STATUS = 0x99
_MAC = 0x8E
_WANTED = 0x97
_PADDING_INDICATOR = b"\x01"
MOST_OVERHEAD_BYTES = 40
"""What tags, lengths, padding, status and MAC add to an answer at the most."""


@dataclass(frozen=True, slots=True, repr=False)
class _Objects:
    """A protected answer taken apart; `before_mac` as it stood on the line."""

    before_mac: bytes
    cryptogram: bytes | None
    status: bytes
    mac: bytes


class SecureMessaging:
    """One session; after the first answer that fails it does nothing more."""

    def __init__(self, keys: SessionKeys, counter: bytes | None = None) -> None:
        self._keys = keys
        self._suite = keys.suite
        self._counter = counter or bytes(keys.suite.block_bytes)
        self._broken = False

    def __repr__(self) -> str:
        """The cipher's name alone."""
        return f"SecureMessaging({self._suite.name})"

    @property
    def keys(self) -> SessionKeys:
        """The keys of this session."""
        return self._keys

    def protect(self, command: Command) -> Command:
        """The command as it goes out. Raises ChipDataError once the session is broken."""
        if self._broken:
            raise ChipDataError("the secured session has ended.")
        self._count()
        header = command.header
        header = bytes((header[0] | _PROTECTED,)) + header[1:]
        objects = self._encrypted(command) + _wanted(command)
        signed = self._suite.pad(header) + objects
        mac = self._suite.mac(self._keys.mac, self._suite.pad(self._counter + signed))
        data = objects + tlv.write(_MAC, mac)
        longest = MOST_ANSWER if command.extended else MOST_SHORT_ANSWER
        return replace(command, cla=header[0], data=data, answer_bytes=longest)

    def unprotect(self, response: Response) -> Response:
        """What the chip said. Raises ChipDataError: plain, cut, wrong MAC, replayed."""
        if self._broken:
            raise ChipDataError("the secured session has ended.")
        self._broken = True
        plain = self._open(response)
        self._broken = False
        return plain

    def _open(self, response: Response) -> Response:
        self._count()
        if not response.data:
            raise ChipDataError(f"a plain answer, {response.status:04X}, in a secured session.")
        objects = _take_apart(response.data)
        signed = self._suite.pad(self._counter + objects.before_mac)
        if not hmac.compare_digest(objects.mac, self._suite.mac(self._keys.mac, signed)):
            raise ChipDataError("an answer whose MAC is wrong: spoilt, replayed or not the chip's.")
        data = b"" if objects.cryptogram is None else self._decrypted(objects.cryptogram)
        return Response(data, int.from_bytes(objects.status))

    def _count(self) -> None:
        size = len(self._counter)
        self._counter = ((int.from_bytes(self._counter) + 1) % (1 << 8 * size)).to_bytes(size)

    def _encrypted(self, command: Command) -> bytes:
        """Object 87, or 85 for an odd instruction; nothing where the command has no data."""
        if not command.data:
            return b""
        vector = self._suite.counter_vector(self._keys.encryption, self._counter)
        padded = self._suite.pad(command.data)
        cryptogram = self._suite.encrypt(self._keys.encryption, padded, vector)
        if command.ins % 2:
            return tlv.write(_ENCRYPTED_ODD, cryptogram)
        return tlv.write(_ENCRYPTED, _PADDING_INDICATOR, cryptogram)

    def _decrypted(self, cryptogram: bytes) -> bytes:
        vector = self._suite.counter_vector(self._keys.encryption, self._counter)
        return self._suite.unpad(self._suite.decrypt(self._keys.encryption, cryptogram, vector))


def _wanted(command: Command) -> bytes:
    """Object 97: Le in one byte, in two where the command is of extended length."""
    if not command.answer_bytes:
        return b""
    size = 2 if command.extended else 1
    return tlv.write(_WANTED, (command.answer_bytes & ((1 << 8 * size) - 1)).to_bytes(size))


def _take_apart(data: bytes) -> _Objects:
    """Cryptogram if any, status, MAC, in this order and nothing else. Raises ChipDataError."""
    first, at = tlv.read_one(data)
    cryptogram = None
    if first.tag in {_ENCRYPTED, _ENCRYPTED_ODD}:
        cryptogram = _without_indicator(first)
        first, at = tlv.read_one(data, at)
    last, end = tlv.read_one(data, at)
    shape = (first.tag, len(first.value), last.tag, len(last.value), end)
    if shape != (_STATUS, 2, _MAC, MAC_BYTES, len(data)):
        raise ChipDataError(f"objects {first.tag:X} and {last.tag:X} where 99 and 8E should be.")
    return _Objects(data[:at], cryptogram, first.value, last.value)


def _without_indicator(one: tlv.Tlv) -> bytes:
    if one.tag == _ENCRYPTED_ODD:
        return one.value
    if not one.value.startswith(_PADDING_INDICATOR):
        raise ChipDataError("a cryptogram whose padding is not said to be ISO.")
    return one.value[1:]
