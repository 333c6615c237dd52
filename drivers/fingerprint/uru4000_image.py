"""The U.are.U 4000 family's image stream: reassembly, scrambling, rows that are left out. Pure.

A stream is a header of 64 bytes and rows of 384 bytes. The header names the number of rows and up
to 15 blocks of rows; a block is plain, scrambled, or not there at all. Scrambling is a byte-wise
XOR with a 32-bit shift register whose start the host and the device agree on by registers.
Facts: libfprint's notes on this family and two recorded devices.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from drivers.errors import ProtocolError
from drivers.fingerprint.uru4000_protocol import Read, Register, Step, Write

WIDTH_PX = 384
HEIGHT_PX = 290
HEADER_BYTES = 64
STREAM_LIMIT_BYTES = HEADER_BYTES + HEIGHT_PX * WIDTH_PX
SEED_BYTES = 4

NOT_PRESENT = 0x01
SCRAMBLED = 0x02
KEY_RESTS = 0x04
KEY_CHANGES = 0x80

_ROWS_AT = 4
_KEY_NUMBER_AT = 6
_BLOCKS_AT = 16
_BLOCKS = 15
_KEY_BITS = 32
# The places of the shift register that feed it, and those that make one byte.
_TAPS = (0, 2, 3, 6, 10, 12, 19, 22, 25, 28, 31)
_BYTE_BITS = (4, 8, 11, 14, 18, 21, 24, 29)
# Bytes of noise differ by 85 from row to row on average, those of a finger by less than 20.
_NOISE_STEP = 50.0

Gray = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that are treated alike."""

    flags: int
    rows: int

    @property
    def present(self) -> bool:
        """Whether its rows are in the stream."""
        return not self.flags & NOT_PRESENT


@dataclass(frozen=True, slots=True, repr=False)
class RawImage:
    """One whole stream: the blocks, and uint8 rows of shape (delivered, 384) as they came."""

    key_number: int
    blocks: tuple[Block, ...]
    rows: Gray

    def __repr__(self) -> str:
        """Say the shape, never the ridges."""
        return f"RawImage({len(self.rows)} rows in {len(self.blocks)} blocks)"


@dataclass(frozen=True, slots=True, repr=False)
class FingerRows:
    """Unscrambled rows, (290, 384), light ridges on a dark ground; `delivered` by the device."""

    pixels: Gray
    delivered: npt.NDArray[np.bool_]

    def __repr__(self) -> str:
        """Say the shape, never the ridges."""
        return f"FingerRows({int(self.delivered.sum())} of {HEIGHT_PX} rows)"


@dataclass(slots=True)
class ImageStream:
    """Bytes of the image endpoint in, one whole image out; holds at most one image."""

    device: str
    _held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> RawImage | None:
        """Take bytes, cut anywhere; give the image when its last byte is there.

        Raises ProtocolError for a header that cannot be, and for more bytes than one image has.
        """
        if len(self._held) + len(data) > STREAM_LIMIT_BYTES:
            raise ProtocolError(self.device, "more bytes than one image has.")
        self._held += data
        if len(self._held) < HEADER_BYTES:
            return None
        count, blocks = _header(self.device, bytes(self._held[:HEADER_BYTES]))
        missing = HEADER_BYTES + count * WIDTH_PX - len(self._held)
        if missing < 0:
            raise ProtocolError(self.device, f"{-missing} bytes after the last of {count} rows.")
        if missing:
            return None
        rows = np.frombuffer(bytes(self._held), np.uint8, offset=HEADER_BYTES)
        return RawImage(self._held[_KEY_NUMBER_AT], blocks, rows.reshape(count, WIDTH_PX))


def _header(device: str, header: bytes) -> tuple[int, tuple[Block, ...]]:
    """Number of rows and the blocks, which must agree and fit into the picture."""
    count = int.from_bytes(header[_ROWS_AT : _ROWS_AT + 2], "little")
    pairs = header[_BLOCKS_AT : _BLOCKS_AT + 2 * _BLOCKS]
    blocks: list[Block] = []
    for at in range(0, len(pairs), 2):
        if not pairs[at + 1]:
            break
        blocks.append(Block(pairs[at], pairs[at + 1]))
    present = sum(block.rows for block in blocks if block.present)
    if not count or present != count or sum(block.rows for block in blocks) > HEIGHT_PX:
        raise ProtocolError(device, f"{count} rows in the header, {present} in its blocks.")
    return count, tuple(blocks)


def unscramble(raw: RawImage, seed: Callable[[], bytes]) -> Generator[Step, bytes, FingerRows]:
    """Agree with the device on keys, and give the picture as the sensor saw it.

    `seed` gives 4 fresh bytes for each key.
    A row that the device leaves out is drawn between its neighbours.
    """
    pixels = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    delivered = np.zeros(HEIGHT_PX, np.bool_)
    scrambled = _looks_scrambled(raw)
    stream = _KeyStream(
        raw.key_number, (yield from _agree(raw.key_number, seed)) if scrambled else 0
    )
    source = target = 0
    for block in raw.blocks:
        if scrambled and block.flags & KEY_CHANGES:
            stream = _KeyStream(stream.number + 1, (yield from _agree(stream.number + 1, seed)))
        rows = raw.rows[source : source + block.rows]
        if scrambled:
            rows = stream.through(block, rows)
        if block.present:
            pixels[target : target + block.rows] = rows
            delivered[target : target + block.rows] = True
            source += block.rows
        target += block.rows
    return FingerRows(_fill(pixels, delivered), delivered)


def _agree(number: int, seed: Callable[[], bytes]) -> Generator[Step, bytes, int]:
    """Tell key number and seed, read the other half, give the key."""
    ours = seed()
    yield Write(Register.SCRAMBLE_INDEX, bytes([number & 0xFF]) + ours)
    theirs = yield Read(Register.SCRAMBLE_KEY, SEED_BYTES)
    return int.from_bytes(theirs, "little") ^ int.from_bytes(ours, "little")


@dataclass(slots=True)
class _KeyStream:
    """Where we are in the scrambling of one key."""

    number: int
    key: int
    _at: int = 0
    _bytes: Gray | None = None

    def through(self, block: Block, rows: Gray) -> Gray:
        """The rows in the clear, and the register moved on as the device moved it."""
        if block.flags & KEY_RESTS:
            return rows
        begin, self._at = self._at, self._at + block.rows * WIDTH_PX
        if not block.flags & SCRAMBLED or not block.present:
            return rows
        if self._bytes is None:
            self._bytes = key_stream(self.key, HEIGHT_PX * WIDTH_PX)
        # Each pixel comes one place late: a block's first byte means nothing, its last is lost.
        clear = np.zeros(rows.size, np.uint8)
        clear[:-1] = rows.reshape(-1)[1:] ^ self._bytes[begin : self._at - 1]
        return clear.reshape(rows.shape)


def key_stream(key: int, count: int) -> Gray:
    """The first `count` bytes that a key scrambles with.

    Bit n of the sequence is the parity of earlier bits at the taps. Squaring the feedback
    polynomial over GF(2) spreads the taps by two, so that runs of bits come from few operations.
    """
    bits = np.zeros(count + _KEY_BITS, np.uint8)
    bits[:_KEY_BITS] = [key >> place & 1 for place in range(_KEY_BITS)]
    known = _KEY_BITS
    while known < len(bits):
        spread = 1 << (known // _KEY_BITS).bit_length() - 1
        run = min(spread, len(bits) - known)
        start = known - _KEY_BITS * spread
        for tap in _TAPS:
            begin = start + tap * spread
            bits[known : known + run] ^= bits[begin : begin + run]
        known += run
    stream = np.zeros(count, np.uint8)
    for place, bit in enumerate(_BYTE_BITS):
        stream |= bits[bit : bit + count] * np.uint8(1 << place)
    return stream


def _looks_scrambled(raw: RawImage) -> bool:
    """Some firmware marks rows as scrambled and sends them in the clear: noise tells."""
    top = 0
    for block in raw.blocks:
        if block.flags & SCRAMBLED and block.present and block.rows > 1:
            pair = raw.rows[top : top + 2].astype(np.int16)
            return float(np.abs(pair[1] - pair[0]).mean()) > _NOISE_STEP
        top += block.rows if block.present else 0
    return any(block.flags & SCRAMBLED for block in raw.blocks)


def _fill(pixels: Gray, delivered: npt.NDArray[np.bool_]) -> Gray:
    """Draw missing rows as a mixture of the nearest rows above and below."""
    known = np.flatnonzero(delivered)
    for row in np.flatnonzero(~delivered):
        after = int(np.searchsorted(known, row))
        above, below = known[max(after - 1, 0)], known[min(after, len(known) - 1)]
        share = 0.5 if above == below else (row - above) / (below - above)
        mixed = pixels[above] * (1.0 - share) + pixels[below] * share
        pixels[row] = np.rint(mixed).astype(np.uint8)
    return pixels
