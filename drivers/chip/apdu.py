"""Commands to a chip and its answers (ISO/IEC 7816-4, 5.1), short and of extended length."""

from dataclasses import dataclass

from drivers.chip.errors import ChipDataError

MOST_SHORT_DATA = 255
MOST_SHORT_ANSWER = 256
MOST_DATA = 65_535
MOST_ANSWER = 65_536
SUCCESS = 0x9000
END_OF_FILE = 0x6282


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """One command. `answer_bytes` (Ne) is the most that may come back: 0 none, 256, 65536."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    answer_bytes: int = 0

    def __repr__(self) -> str:
        """Header and lengths, never the data."""
        return f"Command({self.header.hex()}, {len(self.data)} bytes, Ne {self.answer_bytes})"

    @property
    def header(self) -> bytes:
        """CLA, INS, P1, P2."""
        return bytes((self.cla, self.ins, self.p1, self.p2))

    @property
    def extended(self) -> bool:
        """Whether data or answer are longer than the short form can say."""
        return len(self.data) > MOST_SHORT_DATA or self.answer_bytes > MOST_SHORT_ANSWER


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """One answer: its data and its status word."""

    data: bytes
    status: int

    def __repr__(self) -> str:
        """Length and status, never the data."""
        return f"Response({len(self.data)} bytes, {self.status:04X})"


def encode(command: Command) -> bytes:
    """The command as its bytes. Raises ValueError on lengths that no form can say."""
    if len(command.data) > MOST_DATA or not 0 <= command.answer_bytes <= MOST_ANSWER:
        raise ValueError(f"{command!r} has no form.")
    form = _extended if command.extended else _short
    return command.header + form(command)


def decode(answer: bytes) -> Response:
    """An answer from its bytes. Raises ChipDataError where it is cut or longer than any."""
    if not 2 <= len(answer) <= MOST_ANSWER + 2:
        raise ChipDataError(f"an answer of {len(answer)} bytes.")
    return Response(answer[:-2], int.from_bytes(answer[-2:]))


def _short(command: Command) -> bytes:
    parts = bytearray()
    if command.data:
        parts += bytes((len(command.data),)) + command.data
    if command.answer_bytes:
        parts.append(command.answer_bytes & 0xFF)
    return bytes(parts)


def _extended(command: Command) -> bytes:
    parts = bytearray(b"\0")
    if command.data:
        parts += len(command.data).to_bytes(2) + command.data
    if command.answer_bytes:
        parts += (command.answer_bytes & 0xFFFF).to_bytes(2)
    return bytes(parts)
