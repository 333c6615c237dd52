"""The relay's frames: cuts do not matter; noise is FrameError and nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt import cbor
from mqtt.relay_frames import (
    MAX_FRAME_BYTES,
    Answer,
    FrameError,
    FrameReader,
    Greeting,
    Link,
    Offer,
    Retain,
    Signed,
    Taken,
    Traffic,
    encode,
)

TOKENS = st.integers(0, 2**53)
TOKENS_SMALL = st.integers(0, 2**40)
TEXTS = st.text(max_size=20)
FRAMES = st.one_of(
    st.builds(Greeting, TEXTS, st.binary(max_size=40), st.floats(0, 4e9)),
    st.builds(Traffic, TOKENS_SMALL, TOKENS_SMALL, TOKENS_SMALL),
    st.builds(
        Offer,
        TOKENS,
        TEXTS,
        st.binary(max_size=40),
        TEXTS,
        st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    ),
    st.builds(Retain, TEXTS, st.binary(max_size=40)),
    st.builds(Taken, TOKENS),
    st.builds(Link, st.booleans(), TEXTS),
    st.builds(Answer, TOKENS, st.integers(0, 255)),
    st.builds(Signed, TOKENS, TEXTS, st.binary(max_size=40)),
)


@given(st.lists(FRAMES, max_size=5), st.integers(1, 30))
def test_where_the_bytes_are_cut_does_not_matter(frames, cut):
    data = b"".join(encode(frame) for frame in frames)
    reader = FrameReader()
    found = []
    for at in range(0, len(data), cut):
        found += reader.feed(data[at : at + cut])
    assert found == frames


@given(st.binary(max_size=200))
def test_noise_gives_frames_or_frame_error(noise):
    frames = []
    with suppress(FrameError):
        frames = FrameReader().feed(noise)
    assert all(encode(frame) in noise for frame in frames)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        cbor.dumps("answer"),
        cbor.dumps(["answer", "1", 0]),
        cbor.dumps(["erase", 1]),
        cbor.dumps(["answer", 1, 0, 0, 0]) + b"\x00",
        b"\x81" * 5000,
        b"\xd8\x23\x61(",
    ],
)
def test_what_is_no_frame_of_ours_is_refused(body):
    with pytest.raises(FrameError):
        FrameReader().feed(len(body).to_bytes(4, "big") + body)


def test_a_huge_frame_is_refused_before_it_is_held():
    with pytest.raises(FrameError, match="is the most"):
        FrameReader().feed((MAX_FRAME_BYTES + 1).to_bytes(4, "big"))
    with pytest.raises(FrameError, match="is the most"):
        encode(Retain("t", bytes(MAX_FRAME_BYTES)))


def test_a_greeting_without_a_floor_is_one_all_the_same():
    body = cbor.dumps(["greeting", "kiosk-1", b"gone"])
    (frame,) = FrameReader().feed(len(body).to_bytes(4, "big") + body)
    assert frame == Greeting("kiosk-1", b"gone", 0.0)
