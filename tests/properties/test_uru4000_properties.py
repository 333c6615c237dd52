"""The U.are.U codec under any bytes: where they are cut, what they say, how much is held."""

from collections.abc import Generator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import DeviceTimeoutError, ProtocolError
from drivers.fingerprint.simulated_uru4000 import LAYOUT, _secret, encode
from drivers.fingerprint.uru4000_image import (
    HEADER_BYTES,
    HEIGHT_PX,
    KEY_CHANGES,
    KEY_RESTS,
    NOT_PRESENT,
    SCRAMBLED,
    STREAM_LIMIT_BYTES,
    WIDTH_PX,
    Block,
    FingerRows,
    ImageStream,
    RawImage,
    key_stream,
    unscramble,
)
from drivers.fingerprint.uru4000_protocol import (
    Await,
    Interrupt,
    Pause,
    Read,
    Step,
    Write,
    bring_up,
    decode_interrupt,
)

SEED = bytes.fromhex("11223344")
FLAGS = (0, SCRAMBLED, SCRAMBLED, SCRAMBLED | KEY_CHANGES, SCRAMBLED | KEY_RESTS, NOT_PRESENT)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[Block, ...]:
    """Up to 15 blocks that fit into the picture, the first of them scrambled."""
    blocks = [Block(SCRAMBLED, draw(st.integers(2, 60)))]
    for rows in draw(st.lists(st.integers(1, 60), max_size=14)):
        if sum(block.rows for block in blocks) + rows <= HEIGHT_PX:
            blocks.append(Block(draw(st.sampled_from(FLAGS)), rows))
    return tuple(blocks)


def seen(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT_PX, WIDTH_PX), np.uint8)


def whole(stream: ImageStream, pieces: list[bytes]) -> RawImage:
    raws = [raw for piece in pieces if (raw := stream.feed(piece)) is not None]
    assert len(raws) == 1
    return raws[0]


def agree(procedure: Generator[Step, bytes, FingerRows]) -> FingerRows:
    """Play the device's half of the agreement on keys."""
    answer = None
    number = seed = 0
    while True:
        try:
            step = next(procedure) if answer is None else procedure.send(answer)
        except StopIteration as end:
            return end.value
        if isinstance(step, Write):
            number, seed = step.data[0], int.from_bytes(step.data[1:], "little")
        answer = (_secret(number) ^ seed).to_bytes(4, "little")


@given(st.integers(1, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_key_stream_equals_the_register_stepped_bit_by_bit(key: int) -> None:
    """The reference shifts a 32-bit register as libfprint's notes describe it."""
    stepped = []
    state = key
    for _ in range(2000):
        stepped.append(sum((state >> bit & 1) << at for at, bit in enumerate(
            (4, 8, 11, 14, 18, 21, 24, 29))))  # fmt: skip
        state = (state >> 1) | ((state & 0x9248144D).bit_count() & 1) << 31
    assert key_stream(key, 2000).tolist() == stepped


@given(st.lists(st.integers(0, HEADER_BYTES + 289 * WIDTH_PX), max_size=8), st.integers(0, 255))
@settings(max_examples=25, deadline=None)
def test_where_the_stream_is_cut_does_not_matter(cuts: list[int], number: int) -> None:
    stream = encode(seen(number), LAYOUT, number)
    edges = [0, *sorted(cuts), len(stream)]
    pieces = [stream[begin:end] for begin, end in pairwise(edges)]
    # Empty pieces at the end would be fed after the image is whole, which no device does.
    while pieces and not pieces[-1]:
        pieces.pop()
    cut = whole(ImageStream("finger"), pieces)
    uncut = whole(ImageStream("finger"), [stream])
    assert (cut.key_number, cut.blocks) == (uncut.key_number, uncut.blocks)
    assert np.array_equal(cut.rows, uncut.rows)


@given(layouts(), st.integers(0, 200), st.booleans())
@settings(max_examples=25, deadline=None)
def test_every_layout_comes_back_in_the_clear(
    layout: tuple[Block, ...], number: int, with_key: bool
) -> None:
    picture = seen(number) if with_key else np.full((HEIGHT_PX, WIDTH_PX), number, np.uint8)
    raw = whole(ImageStream("finger"), [encode(picture, layout, number, clear=not with_key)])
    rows = agree(unscramble(raw, lambda: SEED))
    top = 0
    for block in layout:
        part = slice(top, top + block.rows)
        assert (rows.delivered[part] == block.present).all()
        if block.present:
            same = rows.pixels[part] == picture[part]
            assert same.all() or np.flatnonzero(~same.reshape(-1)).tolist() == [same.size - 1]
        top += block.rows
    assert not rows.delivered[top:].any()


@st.composite
def headers(draw: st.DrawFn) -> bytes:
    """Noise whose blocks agree with its number of rows, whatever their flags."""
    header = bytearray(draw(st.binary(min_size=HEADER_BYTES, max_size=HEADER_BYTES)))
    pairs = draw(st.lists(st.tuples(st.integers(0, 255), st.integers(1, 25)), max_size=11))
    rows = sum(count for flags, count in pairs if not flags & NOT_PRESENT)
    header[4:6] = rows.to_bytes(2, "little")
    header[16:46] = b"".join(bytes(pair) for pair in pairs).ljust(30, b"\0")
    return bytes(header)


@given(headers() | st.binary(min_size=HEADER_BYTES, max_size=HEADER_BYTES))
@settings(deadline=None)
def test_noise_gives_an_image_or_a_protocol_error(header: bytes) -> None:
    rows = int.from_bytes(header[4:6], "little")
    stream = ImageStream("finger")
    try:
        raw = stream.feed(header) or stream.feed(bytes(min(rows, 400) * WIDTH_PX))
    except ProtocolError:
        return
    assert raw is not None
    assert agree(unscramble(raw, lambda: SEED)).pixels.shape == (HEIGHT_PX, WIDTH_PX)


@given(st.lists(st.binary(max_size=40_000), max_size=8))
@settings(max_examples=30, deadline=None)
def test_no_more_than_one_image_is_held(pieces: list[bytes]) -> None:
    stream = ImageStream("finger")
    for piece in pieces:
        try:
            stream.feed(piece)
        except ProtocolError:
            return
        assert len(stream._held) <= STREAM_LIMIT_BYTES


def test_a_stream_larger_than_one_image_is_refused() -> None:
    stream = encode(seen(1), LAYOUT, 1)
    with pytest.raises(ProtocolError, match="1 bytes after the last of 289 rows"):
        ImageStream("finger").feed(stream + b"\0")
    with pytest.raises(ProtocolError, match="more bytes than one image"):
        ImageStream("finger").feed(stream + bytes(1000))


@given(st.binary(max_size=130))
def test_an_interrupt_is_known_unknown_or_refused(data: bytes) -> None:
    try:
        assert decode_interrupt("finger", data) in {None, *Interrupt}
    except ProtocolError:
        assert len(data) != 64


@given(st.data(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_waking_ends_whatever_the_device_answers(data: st.DataObject, authenticates: bool) -> None:
    """It gives a version or a time-out, in a bounded number of steps."""
    statuses = data.draw(st.lists(st.integers(0, 255), min_size=1, max_size=6))
    powered = data.draw(st.booleans())
    procedure = bring_up("finger", authenticates)
    step: Step = next(procedure)
    version = ""
    for count in range(3 * 600):
        match step:
            case Read(_, 1):
                answer = bytes([statuses[count % len(statuses)]])
            case Read(_, size):
                answer = bytes(size)
            case Await():
                answer = b"\1" if powered else b""
            case Write() | Pause():
                answer = b""
        try:
            step = procedure.send(answer)
        except StopIteration as end:
            version = end.value
            break
        except DeviceTimeoutError:
            return
    assert powered
    assert version == "0000-0000"
