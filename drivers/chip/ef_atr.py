"""EF.ATR/INFO: how much one command and one response may carry (ISO/IEC 7816-4, 12.7.1).

The file has no object around it: its objects stand side by side. It stands outside what is signed,
so it is a hint for the size of reads and never a reason to trust.
"""

from dataclasses import dataclass

from drivers.chip.errors import LdsError
from drivers.chip.lds_fields import Fields

CARD_CAPABILITIES, EXTENDED_LENGTH_INFORMATION, INTEGER = 0x47, 0x7F66, 0x02
EXTENDED_LENGTH = 0x40
"""In the third byte of the capabilities: Lc and Le may be extended."""
MOST_LIMIT_BYTES = 4


@dataclass(frozen=True, slots=True)
class AtrInfo:
    """None where the file does not say it; sizes are of whole APDUs, as the card counts them."""

    extended_length: bool | None
    most_command_bytes: int | None
    most_response_bytes: int | None


def atr_info(data: bytes) -> AtrInfo:
    """Read the file; what it does not say stays None. Raises LdsError where it is no objects."""
    fields = Fields.of(data)
    extended = fields.take(CARD_CAPABILITIES, extended_length)
    limits = fields.take(EXTENDED_LENGTH_INFORMATION, _two_numbers)
    command, response = limits or (None, None)
    return AtrInfo(extended, command, response)


def extended_length(value: bytes) -> bool:
    """What card capabilities say, in the file or in an answer to reset. Raises LdsError."""
    if len(value) < 3:
        raise LdsError(f"card capabilities of {len(value)} bytes.")
    return bool(value[2] & EXTENDED_LENGTH)


def _two_numbers(value: bytes) -> tuple[int, int]:
    found = Fields.of(value).take_all(INTEGER, _limit)
    if len(found) != 2:
        raise LdsError(f"{len(found)} limits, not a command's and a response's.")
    return found[0], found[1]


def _limit(value: bytes) -> int:
    """Unsigned, as cards write it: 00FFFF and FFFF are the same."""
    if not 1 <= len(value) <= MOST_LIMIT_BYTES:
        raise LdsError(f"a limit of {len(value)} bytes.")
    return int.from_bytes(value)
