"""How much one READ BINARY may ask for: what EF.ATR/INFO allows, less what protection adds."""

from dataclasses import dataclass

from drivers.chip import ef_atr
from drivers.chip.apdu import MOST_ANSWER, MOST_SHORT_ANSWER
from drivers.chip.ef_atr import AtrInfo
from drivers.chip.errors import ChipDataError
from drivers.chip.secure_messaging import MOST_OVERHEAD_BYTES

SHORT_BYTES = {8: 231, 16: 223}
"""The most that fits a protected answer of 256 bytes, by the block of the cipher."""
PLAIN_SHORT_BYTES = 256
TRIAL_BYTES = 2048
_CAPABILITIES = 0x70
_CAPABILITIES_BYTES = 3


@dataclass(frozen=True, slots=True)
class ReadSize:
    """`extended_bytes` is None where short commands are all that is carried."""

    extended_bytes: int | None = None

    def at_most(self, block_bytes: int | None) -> int:
        """For a cipher of that block; None is a chip without access control."""
        if self.extended_bytes is not None:
            return self.extended_bytes
        return PLAIN_SHORT_BYTES if block_bytes is None else SHORT_BYTES[block_bytes]

    @classmethod
    def of(cls, atr_info: bytes | None, atr: bytes) -> "ReadSize":
        """From the file where there is one, else a trial where the answer to reset says so."""
        info = _read(atr_info or b"")
        answer, extended = info.most_response_bytes, info.extended_length
        if answer is None:
            extended = _says_extended(atr) if extended is None else extended
            return cls(TRIAL_BYTES if extended else None)
        usable = min(answer, MOST_ANSWER) - MOST_OVERHEAD_BYTES
        return cls(usable if answer > MOST_SHORT_ANSWER + MOST_OVERHEAD_BYTES else None)


def _read(atr_info: bytes) -> AtrInfo:
    """What the file says; nothing where it is spoilt."""
    try:
        return ef_atr.atr_info(atr_info)
    except ChipDataError:
        return AtrInfo(None, None, None)


def _says_extended(atr: bytes) -> bool:
    """The third byte of the card capabilities among the historical bytes (7816-4, 12.1.1.9)."""
    historical = _historical(atr)
    at = 1
    while at < len(historical) and historical[:1] == b"\x80":
        kind, size = historical[at] & 0xF0, historical[at] & 0x0F
        value = historical[at + 1 : at + 1 + size]
        if kind == _CAPABILITIES and len(value) >= _CAPABILITIES_BYTES:
            return ef_atr.extended_length(value)
        at += 1 + size
    return False


def _historical(atr: bytes) -> bytes:
    """The historical bytes of an answer to reset (7816-3, 8.2); empty where it is cut."""
    if len(atr) < 2:
        return b""
    at, indicator, count = 2, atr[1] >> 4, atr[1] & 0x0F
    while indicator:
        at += indicator.bit_count()
        if not indicator & 0x8 or at > len(atr):
            break
        indicator = atr[at - 1] >> 4
    return atr[at : at + count]
