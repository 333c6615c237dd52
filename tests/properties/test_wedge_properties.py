"""Key events: where they are cut does not matter; noise gives text or nothing, never an error."""

from contextlib import suppress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from drivers.document_reader.mrz_protocol import KEYS_GARBLE, Decoder
from drivers.document_reader.specimens import CARD, PASSPORT
from drivers.document_reader.wedge_keys import LAYOUTS
from drivers.document_reader.wedge_protocol import EVENT, KeyDecoder
from drivers.document_reader.wedge_typing import TYPING
from drivers.errors import ProtocolError

TYPED = [type_(lines) for type_ in TYPING.values() for lines in (CARD, PASSPORT)]

event = st.builds(
    lambda kind, code, value: EVENT.pack(0, 0, kind, code, value),
    st.sampled_from([0, 0, 1, 1, 1, 4, 17, 0xFFFF]),
    st.one_of(st.integers(0, 110), st.integers(0, 0xFFFF)),
    st.one_of(st.integers(0, 2), st.integers(-(2**31), 2**31 - 1)),
)
piece = st.one_of(
    st.lists(event, max_size=30).map(b"".join),
    st.builds(
        lambda data, at: data[: at * EVENT.size], st.sampled_from(TYPED), st.integers(0, 600)
    ),
    st.sampled_from(TYPED),
)
stream = st.lists(piece, max_size=4).map(b"".join)
layouts = st.sampled_from(sorted(LAYOUTS))


@given(stream, layouts, st.lists(st.integers(0, 40_000), max_size=6))
def test_where_the_bytes_are_cut_does_not_matter(data, keys, cuts):
    at = [0, *(min(cut, len(data)) for cut in sorted(cuts)), len(data)]
    decoder = KeyDecoder(LAYOUTS[keys])
    pieces = b"".join(decoder.feed(data[begin:end]) for begin, end in pairwise(at))
    assert pieces == KeyDecoder(LAYOUTS[keys]).feed(data)


@given(st.one_of(stream, st.binary(max_size=3000)), layouts)
def test_noise_gives_documents_or_a_protocol_error(data, keys):
    text = KeyDecoder(LAYOUTS[keys]).feed(data)
    decoder = Decoder("reader", KEYS_GARBLE)
    found = decoder.feed(text)
    with suppress(ProtocolError):
        found += decoder.flush()
    shapes = {tuple(map(len, document.lines)) for document in found}
    assert shapes <= {(44, 44), (36, 36), (30, 30, 30)}
