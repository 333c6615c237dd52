"""What the fuzzer does with an input: the heads of a JPEG 2000 picture, as file or codestream."""

import struct
from contextlib import suppress

from vision import jpeg2000_head

KINDS = ("as it is", "in a file", "behind a size", "behind a coding style", "in a tile's head")
TILE = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 0, 0, 1)
SIZE = struct.pack(">H8IH", 0, 64, 64, 0, 0, 64, 64, 0, 0, 1) + b"\7\1\1"
STYLE = b"\1\0\0\1\1\1\4\4\0\1\x88\x88"
COMPONENT = b"\0\1\1\4\4\0\1\x88\x88"
SOC = b"\xff\x4f"


def segment(mark: bytes, body: bytes) -> bytes:
    return mark + struct.pack(">H", len(body) + 2) + body


def box(kind: bytes, length: int = 0, long: bytes = b"") -> bytes:
    return struct.pack(">I4s", length, kind) + long


MEASURE, COD, COC = (
    segment(mark, body)
    for mark, body in ((b"\xff\x51", SIZE), (b"\xff\x52", STYLE), (b"\xff\x53", COMPONENT))
)
END = TILE[:6] + b"\0\0\0\x0e" + TILE[10:] + b"\xff\x93" + TILE + b"\xff\x93"
BEFORE = (
    b"",
    jpeg2000_head.SIGNATURE,
    SOC + MEASURE,
    SOC + MEASURE + COD,
    SOC + MEASURE + COD + TILE,
)
AFTER = (
    SOC + MEASURE + COD + COC + segment(b"\xff\x64", b"x") + END,
    box(b"jp2c") + SOC + MEASURE + COD + END,
    COD + COC + END,
    segment(b"\xff\x5c", b"\x40") + END,
    COC + b"\xff\x93",
)
ELSE = (
    SOC + segment(b"\xff\x51", SIZE.replace(b"\0\0\0\x40", b"\0\0\0\0")) + COD + END,
    SOC + segment(b"\xff\x51", SIZE[:-3] + b"\7\0\1") + COD + END,
    SOC + MEASURE + segment(b"\xff\x52", b"\1\0\0\1\1\x21\4\4\0\1") + END,
    SOC + MEASURE + COD + segment(b"\xff\x60", b"") + END,
    SOC + MEASURE + COD + TILE[:6] + b"\0\0\0\x0d" + TILE[10:] + b"\xff\x93",
    box(b"free", 1, b"\0\0\0\0\0\0\0\x10") + box(b"jp2c") + SOC + MEASURE + COD + END,
    box(b"free", 7),
    box(b"free", 8) * 70,
)


def seeds() -> list[bytes]:
    """What the fuzzer starts from: every whole picture for every way to meet one."""
    return [bytes([kind]) + data for kind in range(len(KINDS)) for data in (*AFTER, *ELSE)]


def one(data: bytes) -> None:
    """One input: a claim whose numbers are sound, or the heads' own error."""
    if not data:
        return
    with suppress(jpeg2000_head.Jpeg2000Error):
        claim = jpeg2000_head.claim(BEFORE[data[0] % len(KINDS)] + data[1:])
        least = (claim.width_px, claim.height_px, claim.tiles, claim.components, claim.blocks)
        assert min(least) > 0
        assert claim.packets >= claim.tiles * claim.components
