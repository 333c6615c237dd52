"""The laws of courier files: cuts do not matter, noise ends typed, no altered row passes."""

from contextlib import suppress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mqtt import courier
from mqtt.contract import specimen
from mqtt.courier import Cargo, CourierError, Manifest, Reader

rows = st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=12)


def packed(payloads):
    manifest = Manifest(
        cargo=Cargo.EVENTS,
        kiosk=specimen.KIOSK,
        file="01920000-0000-7000-8000-0000000000f1",
        part=1,
        rows=len(payloads),
        bytes=sum(len(one) for one in payloads),
    )
    return b"".join(courier.write(manifest, payloads))


def read_in(pieces):
    reader = Reader()
    found = [one for piece in pieces for one in reader.feed(piece)]
    reader.end()
    return [one.data for one in found]


@given(rows, st.data())
def test_where_the_bytes_are_cut_does_not_matter(payloads, data):
    whole = packed(payloads)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    edges = [0, *cuts, len(whole)]
    assert read_in([whole[a:b] for a, b in pairwise(edges)]) == payloads


@given(st.binary(max_size=400), st.booleans())
def test_noise_gives_rows_or_a_typed_error(noise, marked):
    with suppress(CourierError):
        assert all(one for one in read_in([(courier.MAGIC if marked else b"") + noise]))


@given(rows, st.data())
def test_a_flipped_bit_never_makes_another_row(payloads, data):
    whole = bytearray(packed(payloads))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    reader = Reader()
    found = []
    with suppress(CourierError):
        found = reader.feed(bytes(whole))
        reader.end()
    for one in found:
        assert one.data is None or one.data == payloads[one.number - 1]
