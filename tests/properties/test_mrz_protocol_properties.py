"""Where the bytes are cut does not matter; noise gives values or ProtocolError and nothing else."""

from contextlib import suppress
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.mrz_protocol import LIMIT_BYTES, Decoder
from drivers.document_reader.specimens import CARD, EXPIRED, PASSPORT
from drivers.errors import ProtocolError

FRAMES = [encode(lines) for encode in FRAMINGS.values() for lines in (CARD, EXPIRED, PASSPORT)]

piece = st.one_of(
    st.sampled_from(FRAMES),
    st.builds(lambda frame, at: frame[:at], st.sampled_from(FRAMES), st.integers(0, 100)),
    st.binary(max_size=60),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<_ \r\n", max_size=100).map(str.encode),
)
stream = st.lists(piece, max_size=8).map(b"".join)


def outcome(chunks: list[bytes]) -> tuple[list[tuple[str, ...]], str]:
    decoder = Decoder("reader")
    found = [lines for chunk in chunks for lines in decoder.feed(chunk)]
    try:
        found += decoder.flush()
    except ProtocolError as error:
        return [lines.lines for lines in found], str(error)
    return [lines.lines for lines in found], ""


@given(stream, st.lists(st.integers(0, 800), max_size=6))
def test_where_the_bytes_are_cut_does_not_matter(data, cuts):
    at = [0, *(min(cut, len(data)) for cut in sorted(cuts)), len(data)]
    chunks = [data[begin:end] for begin, end in pairwise(at)]
    assert outcome(chunks) == outcome([data])
    assert outcome([data[i : i + 1] for i in range(len(data))]) == outcome([data])


@given(stream)
def test_what_comes_out_has_the_shape_of_the_standard(data):
    found, complaint = outcome([data])
    shapes = {tuple(map(len, lines)) for lines in found}
    assert shapes <= {(44, 44), (36, 36), (30, 30, 30)}
    assert all(0x21 <= ord(char) <= 0x7E for lines in found for line in lines for char in line)
    assert "ERIKSSON" not in complaint


@given(st.binary(max_size=3 * LIMIT_BYTES))
def test_noise_stays_within_the_buffer(data):
    decoder = Decoder("reader")
    for begin in range(0, len(data), 512):
        decoder.feed(data[begin : begin + 512])
        assert len(decoder._piece) + sum(len(line.text) for line in decoder._lines) <= LIMIT_BYTES


@given(st.sampled_from(FRAMES), st.binary(max_size=40))
def test_a_document_behind_noise_and_a_silence_is_read(frame, noise):
    decoder = Decoder("reader")
    decoder.feed(noise)
    with suppress(ProtocolError):
        decoder.flush()
    found = decoder.feed(frame)
    assert len(found or decoder.flush()) == 1


@given(
    st.sampled_from([CARD, EXPIRED, PASSPORT]),
    st.sets(st.tuples(st.integers(0, 2), st.integers(0, 43)), max_size=9),
    st.sampled_from("?*#@~!-_ "),
    st.sampled_from(["\r", "\n", "\r\n"]),
)
def test_a_mark_for_an_unread_character_is_a_doubt_and_nothing_else_changes(
    lines, holes, mark, end
):
    """A blank of a whole line's padding aside: there the reader may have padded a shorter line."""
    holes = {(line, column) for line, column in holes if line < len(lines)}
    holes = {(line, column) for line, column in holes if column < len(lines[line]) - 1}
    marked = ["".join(_holed(line, text, holes, mark)) for line, text in enumerate(lines)]
    found, complaint = outcome([(end.join(marked) + end).encode()])
    wanted = tuple("".join(_holed(line, text, holes, "?")) for line, text in enumerate(lines))
    assert (found, complaint) == ([wanted], "")


def _holed(line: int, text: str, holes: set[tuple[int, int]], mark: str) -> list[str]:
    return [mark if (line, column) in holes else sign for column, sign in enumerate(text)]
