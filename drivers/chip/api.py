"""What a chip is to the rest of the kiosk: a way to it, the secret that opens it, what was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from drivers.chip.files import FileId
from drivers.deadline import Deadline
from drivers.device import DeviceInfo

_WEIGHTS = (7, 3, 1)


class Channel(Protocol):
    """A chip in the field: one command in, one whole response out."""

    @property
    def atr(self) -> bytes:
        """What it answered to reset."""

    @property
    def info(self) -> DeviceInfo:
        """Make and model of the reader that it lies on."""

    def transmit(self, command: bytes, deadline: Deadline) -> bytes:
        """The response to that command, its status word in the last two bytes.

        Raises DeviceGoneError (and ChipRemovedError), DeviceTimeoutError, CancelledError.
        """

    def close(self) -> None:
        """Power off, reader given back; safe to call twice."""


class ContactlessReader(Protocol):
    """What chips are laid on: one at a time."""

    @property
    def info(self) -> DeviceInfo:
        """Make and model."""

    def connect(self, deadline: Deadline) -> Channel:
        """Wait for a chip and power it.

        Raises DeviceTimeoutError where none comes, DeviceGoneError, CancelledError.
        """

    def close(self) -> None:
        """Give the reader back; safe to call twice."""


@dataclass(frozen=True, slots=True, repr=False)
class MrzSecret:
    """What the machine readable zone opens the chip with: number, birth, expiry, their digits."""

    information: bytes

    def __repr__(self) -> str:
        """Nothing of it."""
        return "MrzSecret()"

    @classmethod
    def of(cls, document_number: str, birth: str, expiry: str) -> "MrzSecret":
        """From the fields as printed, dates as YYMMDD; check digits are worked out here.

        A number shorter than nine is filled with `<`; a longer one (TD1) is taken whole.
        Raises ValueError on anything that an MRZ cannot hold.
        """
        number = document_number.rstrip("<").ljust(9, "<")
        fields = (number, _date(birth), _date(expiry))
        text = "".join(field + check_digit(field) for field in fields)
        return cls(text.encode("ascii"))


@dataclass(frozen=True, slots=True, repr=False)
class CanSecret:
    """The card access number, as printed."""

    digits: bytes

    def __repr__(self) -> str:
        """Nothing of it."""
        return "CanSecret()"

    @classmethod
    def of(cls, can: str) -> "CanSecret":
        """Raises ValueError where it is not decimal digits."""
        if not (can.isascii() and can.isdigit()):
            raise ValueError("a CAN is decimal digits.")
        return cls(can.encode("ascii"))


Secret = MrzSecret | CanSecret


class ProofResult(StrEnum):
    """How the chip's own proof ended; the words of the event's checks."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not_done"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class ProtocolProof:
    """One protocol that shows the chip to be no copy: how it ended, why, with what."""

    result: ProofResult
    why: str
    protocol: str


@dataclass(frozen=True, slots=True)
class ChipProof:
    """Whether the chip itself is proven; it counts only with a passive authentication that passed.

    `active`, `chip` and `mapping` are active authentication, chip authentication and PACE-CAM.
    """

    result: ProofResult
    why: str
    protocol: str
    active: ProtocolProof
    chip: ProtocolProof
    mapping: ProtocolProof


@dataclass(frozen=True, slots=True)
class AccessAttempt:
    """One way into the chip that was tried, and why it did not open."""

    protocol: str
    why: str


@dataclass(frozen=True, slots=True, repr=False)
class ChipReading:
    """What one reading gave; nothing in it is trusted before passive authentication.

    `files` by FileId; `missing` were wanted and are not on the chip; `protected` are there and
    closed to us; `access` names the protocol that opened it, `attempts` those that did not;
    `warnings` are codes of what a border must hear (`bac_after_pace`, `card_access_differs`).
    """

    files: Mapping[int, bytes]
    protected: tuple[FileId, ...]
    missing: tuple[FileId, ...]
    access: str
    chip: ChipProof
    apdus: int
    card_access: bytes
    attempts: tuple[AccessAttempt, ...] = ()
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Say which files, how long, never what."""
        sizes = ", ".join(f"{FileId(key).name} {len(data)}" for key, data in self.files.items())
        return f"ChipReading({self.access}; {sizes}; chip {self.chip.result}; {self.apdus} APDUs)"


Progress = Callable[[int], None]
"""Takes percent, 0 to 100, never falling."""

SignedGroups = Callable[[bytes], frozenset[int]]
"""From EF.SOD to the numbers of the data groups whose hashes it signs. Raises ChipDataError."""

Random = Callable[[int], bytes]
"""That many bytes from a generator fit for keys."""


def frozen(files: Mapping[int, bytes]) -> Mapping[int, bytes]:
    """A copy that nobody changes."""
    return MappingProxyType(dict(files))


def check_digit(field: str) -> str:
    """Doc 9303-3, 4.9. Raises ValueError on a character that an MRZ cannot hold."""
    return str(sum(_value(char) * _WEIGHTS[at % 3] for at, char in enumerate(field)) % 10)


def _value(char: str) -> int:
    if char == "<":
        return 0
    if not (char.isascii() and (char.isdigit() or char.isupper())):
        raise ValueError("not a character of a machine readable zone.")
    return int(char, 36)


def _date(field: str) -> str:
    if len(field) != 6:
        raise ValueError("a date of a machine readable zone has six characters.")
    return field
