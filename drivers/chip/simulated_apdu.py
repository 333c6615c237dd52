"""Commands as bytes come in and replies as they go out, for the virtual chip (ISO/IEC 7816-4)."""

from dataclasses import dataclass

OK = 0x9000
WRONG_LENGTH = 0x6700
NOT_ALLOWED = 0x6982
CONDITIONS_NOT_SATISFIED = 0x6985
NO_CURRENT_FILE = 0x6986
WRONG_DATA = 0x6A80
NO_SUCH_FILE = 0x6A82
WRONG_P1_P2 = 0x6A86
NO_SUCH_REFERENCE = 0x6A88
BEYOND_END = 0x6B00
NO_SUCH_INS = 0x6D00
AUTHENTICATION_FAILED = 0x6300


class StatusError(Exception):
    """What the chip says instead of an answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """One command: class, instruction and parameters, its data, and how long the answer may be."""

    header: bytes
    data: bytes = b""
    le: int = 0

    @property
    def ins(self) -> int:
        """Which instruction."""
        return self.header[1]

    @property
    def parameters(self) -> int:
        """P1 and P2 as one number."""
        return int.from_bytes(self.header[2:4])

    @property
    def protected(self) -> bool:
        """Whether it comes under secure messaging."""
        return self.header[0] & 0x0C == 0x0C

    @classmethod
    def parse(cls, raw: bytes, extended: bool) -> "Command":
        """All cases, short and extended (ISO/IEC 7816-3, 12.1); raises StatusError."""
        header, body = raw[:4], raw[4:]
        if len(header) < 4:
            raise StatusError(WRONG_LENGTH)
        if len(body) > 2 and body[0] == 0:
            if not extended:
                raise StatusError(WRONG_LENGTH)
            return _parse_body(header, body[1:], 2)
        return _parse_body(header, body, 1)


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """What the chip answers before it is protected."""

    data: bytes = b""
    status: int = OK

    def whole(self) -> bytes:
        """Data and status word."""
        return self.data + self.status.to_bytes(2)


def _parse_body(header: bytes, body: bytes, width: int) -> Command:
    """Lengths of `width` bytes each, wherever they stand."""
    if len(body) <= width:
        return Command(header, b"", _expected(body, width) if body else 0)
    count = int.from_bytes(body[:width])
    data, rest = body[width : width + count], body[width + count :]
    if count == 0 or len(data) != count or len(rest) not in {0, width}:
        raise StatusError(WRONG_LENGTH)
    return Command(header, data, _expected(rest, width) if rest else 0)


def _expected(spelt: bytes, width: int) -> int:
    if len(spelt) != width:
        raise StatusError(WRONG_LENGTH)
    return int.from_bytes(spelt) or 1 << 8 * width
