"""EF.ATR/INFO: how much one command and one response may carry (ISO/IEC 7816-4, 12.7.1).

The file has no object around it: its objects stand side by side. It stands outside what is signed,
so it is a hint for the size of reads and never a reason to trust.
"""

from dataclasses import dataclass

from drivers.chip.errors import LdsError
from drivers.chip.lds_fields import Fields, number

CARD_CAPABILITIES, EXTENDED_LENGTH_INFORMATION, INTEGER = 0x47, 0x7F66, 0x02
EXTENDED_LENGTH = 0x40
"""In the third byte of the capabilities: Lc and Le may be extended."""


@dataclass(frozen=True, slots=True)
class AtrInfo:
    """None where the file does not say it; sizes are of whole APDUs, as the card counts them."""

    extended_length: bool | None
    most_command_bytes: int | None
    most_response_bytes: int | None


def atr_info(data: bytes) -> AtrInfo:
    """Read the file; what it does not say stays None. Raises LdsError where it is no objects."""
    fields = Fields.of(data)
    extended = fields.take(CARD_CAPABILITIES, _extended_length)
    limits = fields.take(EXTENDED_LENGTH_INFORMATION, _two_numbers)
    command, response = limits or (None, None)
    return AtrInfo(extended, command, response)


def _extended_length(value: bytes) -> bool:
    if len(value) < 3:
        raise LdsError(f"card capabilities of {len(value)} bytes.")
    return bool(value[2] & EXTENDED_LENGTH)


def _two_numbers(value: bytes) -> tuple[int, int]:
    found = Fields.of(value).take_all(INTEGER, number)
    if len(found) != 2:
        raise LdsError(f"{len(found)} limits, not a command's and a response's.")
    return found[0], found[1]
