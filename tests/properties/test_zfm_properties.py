"""The ZFM codec under any bytes: where they are cut, what noise gives, how much is held."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import ProtocolError
from drivers.fingerprint.simulated_zfm import SimulatedZfm
from drivers.fingerprint.zfm_image import FORMATS, MOST_PICTURE_BYTES, Upload, pack, unpack
from drivers.fingerprint.zfm_protocol import (
    ANY_ADDRESS,
    Answer,
    Confirmation,
    Damage,
    Decoder,
    Kind,
    Packet,
    encode,
    parameters,
)

LARGEST_PACKET_BYTES = 9 + 258
packets = st.builds(
    Packet, st.sampled_from(Kind), st.binary(min_size=1, max_size=256), st.integers(0, 2**32 - 1)
)
# Noise that meets the decoder's paths: heads, half heads, packets with a turned bit.
noise = st.one_of(
    st.binary(max_size=40),
    st.just(b"\xef"),
    st.binary(max_size=12).map(lambda data: b"\xef\x01" + data),
    packets.map(lambda packet: encode(packet)[:-1] + b"\0"),
)
lines = st.lists(packets.map(encode) | noise, max_size=6).map(b"".join)


def decoded(pieces: list[bytes]) -> tuple[list[Packet | Damage], int]:
    decoder = Decoder()
    found = [one for piece in pieces for one in decoder.feed(piece)]
    return found + decoder.flush(), decoder.skipped_bytes


@given(lines, st.lists(st.integers(0, 2000), max_size=8))
@settings(deadline=None)
def test_where_the_line_is_cut_does_not_matter(line: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(line)) for cut in cuts), len(line)]
    assert decoded([line[begin:end] for begin, end in pairwise(edges)]) == decoded([line])


@given(st.lists(packets, max_size=5))
@settings(deadline=None)
def test_what_is_encoded_comes_back(said: list[Packet]) -> None:
    found, skipped = decoded([b"".join(encode(packet) for packet in said)])
    assert found == said
    assert skipped == 0


@given(st.binary(max_size=30).filter(lambda data: b"\xef" not in data), packets)
@settings(deadline=None)
def test_a_packet_is_found_behind_noise(before: bytes, packet: Packet) -> None:
    assert decoded([before + encode(packet)]) == ([packet], len(before))


@given(packets, packets)
@settings(deadline=None)
def test_a_packet_is_found_behind_one_that_was_cut(cut: Packet, packet: Packet) -> None:
    """What the cut one swallows is looked through again when the line falls silent."""
    found, _ = decoded([encode(cut)[:9] + encode(packet)])
    assert packet in found


@given(packets, st.integers(0, LARGEST_PACKET_BYTES - 1), st.integers(0, 7))
@settings(deadline=None)
def test_no_packet_with_one_turned_bit_is_taken_for_another(
    packet: Packet, at: int, bit: int
) -> None:
    """But for the address, which the checksum leaves out."""
    data = bytearray(encode(packet))
    at %= len(data)
    data[at] ^= 1 << bit
    found, _ = decoded([bytes(data)])
    whole = [one for one in found if isinstance(one, Packet)]
    assert all(one.address != packet.address for one in whole)
    assert 2 <= at < 6 or packet.content not in {one.content for one in whole}


@given(st.lists(lines | st.binary(max_size=3000), max_size=5))
@settings(deadline=None)
def test_less_than_one_packet_is_held(pieces: list[bytes]) -> None:
    decoder = Decoder()
    for piece in pieces:
        decoder.feed(piece)
        assert len(decoder._held) < LARGEST_PACKET_BYTES
    decoder.flush()
    assert not decoder.holding


@given(st.lists(packets, max_size=30))
@settings(deadline=None)
def test_any_packets_give_a_picture_or_a_protocol_error(said: list[Packet]) -> None:
    upload = Upload("finger")
    for packet in said:
        try:
            done = upload.add(packet)
            if done is not None:
                unpack("finger", done)
        except ProtocolError:
            return
        assert upload.received_bytes <= MOST_PICTURE_BYTES


@given(st.binary(min_size=1, max_size=40) | st.binary(min_size=17, max_size=17))
def test_any_answer_gives_parameters_or_a_protocol_error(content: bytes) -> None:
    answer = Answer.of(Packet(Kind.ANSWER, content))
    assert answer.meaning in set(Confirmation)
    try:
        found = parameters("finger", answer)
    except ProtocolError:
        return
    assert found.packet_bytes in {32, 64, 128, 256}


@given(st.sampled_from(FORMATS), st.integers(0, 2**32))
@settings(deadline=None, max_examples=20)
def test_a_picture_of_sixteen_grays_survives_the_line(size, seed: int) -> None:
    grays = np.random.default_rng(seed).integers(0, 16, (size.height_px, size.width_px), np.uint8)
    pixels, ppi = unpack("finger", pack(grays * 17))
    assert np.array_equal(pixels, grays * 17)
    assert ppi == size.ppi


@given(lines)
@settings(deadline=None)
def test_the_simulated_module_says_packets_to_any_noise(line: bytes) -> None:
    for said in SimulatedZfm().hear(line):
        (packet,) = Decoder().feed(said)
        assert packet.kind is Kind.ANSWER
        assert packet.address == ANY_ADDRESS


@pytest.mark.parametrize("size", [0, 257])
def test_a_packet_that_none_can_have_is_not_encoded(size: int) -> None:
    with pytest.raises(ValueError, match=f"{size} bytes"):
        encode(Packet(Kind.DATA, bytes(size)))
