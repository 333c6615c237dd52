"""Lines come out of every framing as they went in, and never out of two documents."""

import random

import pytest

from drivers.document_reader.mrz_framing import FRAMINGS
from drivers.document_reader.mrz_protocol import LIMIT_BYTES, Decoder
from drivers.document_reader.reader_errors import (
    CutDocumentError,
    WrongParityError,
    WrongSpeedError,
)
from drivers.document_reader.specimens import CARD, EXPIRED, PASSPORT
from drivers.errors import ProtocolError

TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
MRVA = (
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
)
FRENCH = ("IDFRAERIKSSON<<<<<<<<<<<<<<<<<952042", "0509952018746ANNA<<MARIA<<<8206152F3")
OTHER = (
    "P<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<<<<<<<<<",
    "C01X00T478UTO6408125M2702283<<<<<<<<<<<<<<<4",
)
DOCUMENTS = [PASSPORT, CARD, TD2, MRVA, FRENCH]


def decode(data: bytes) -> list[tuple[str, ...]]:
    """What one burst followed by silence gives."""
    decoder = Decoder("reader")
    found = decoder.feed(data)
    return [lines.lines for lines in found or decoder.flush()]


def crlf(*lines: str, end: str = "\r\n") -> bytes:
    return "".join(line + end for line in lines).encode()


@pytest.mark.parametrize("lines", DOCUMENTS)
@pytest.mark.parametrize("framing", FRAMINGS)
def test_every_framing_gives_the_lines_back(framing, lines):
    assert decode(FRAMINGS[framing](lines)) == [lines]


def test_the_3m_frame_is_the_one_of_the_manual():
    frame = FRAMINGS["3m"](TD2)
    assert frame.startswith(
        b"\x01\x63\x00OU\x020\r"
    )  # 99 bytes; the absent first line keeps its CR
    assert frame[7:].count(b"\r") == 3
    assert b"<<<6________\r\x03" in frame  # padded to 44
    assert len(frame) == 1 + 0x63


@pytest.mark.parametrize("lines", DOCUMENTS)
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\n\r", "\r\r\n\n"])
def test_any_line_end_will_do(end, lines):
    assert decode(crlf(*lines, end=end)) == [lines]
    assert decode(crlf(*lines, end=end).rstrip()) == [lines]


@pytest.mark.parametrize("lines", DOCUMENTS)
def test_lines_without_a_separator_are_whole_when_the_line_is_silent(lines):
    decoder = Decoder("reader")
    assert decoder.feed("".join(lines).encode()) == []
    assert decoder.holding
    assert [found.lines for found in decoder.flush()] == [lines]
    assert not decoder.holding


@pytest.mark.parametrize("filler", ["_", " "])
def test_underscore_and_space_are_fillers(filler):
    for lines in DOCUMENTS:
        assert decode(crlf(*lines).replace(b"<", filler.encode())) == [lines]


def test_checksum_and_length_may_be_wrong_or_missing():
    frame = FRAMINGS["3m"](PASSPORT)
    for broken in (
        frame[:-1],
        frame[:-1] + b"A",
        frame[:-2],
        frame[1:],
        frame[6:],
        b"\x01" + frame[5:],
    ):
        assert decode(broken) == [PASSPORT]
    wrong_length = b"I\x00c" + "".join(PASSPORT).encode()
    assert decode(wrong_length) == [PASSPORT]


def test_a_letter_as_checksum_does_not_stick_to_the_next_document():
    frame = FRAMINGS["3m"](PASSPORT)[:-1] + b"A"
    decoder = Decoder("reader")
    found = decoder.feed(frame + FRAMINGS["3m"](OTHER)[6:])
    assert [lines.lines for lines in found] == [PASSPORT, OTHER]


@pytest.mark.parametrize("mark", [b"?", b"*", b"#", b"~", b"@", b"_", b" ", b"\xce", b"\x00"])
def test_whatever_mark_a_reader_has_for_an_unread_character_it_is_told_and_never_a_filler(mark):
    raw = crlf(*PASSPORT).replace(b"ANNA", b"A" + mark + b"NA").replace(b"L89", mark + b"89")
    found = Decoder("reader").feed(raw)
    assert [document.lines for document in found] == [
        (PASSPORT[0].replace("ANNA", "A?NA"), "?" + PASSPORT[1][1:])
    ]
    assert found[0].doubts == ((0, 16), (1, 0))
    assert repr(found[0]) == "MrzLines([44, 44] characters, 2 unread)"


def test_a_line_that_is_mostly_unread_is_no_line():
    with pytest.raises(CutDocumentError):
        decode(crlf("P<UTO" + "*" * 20 + "<" * 19, PASSPORT[1]))


@pytest.mark.parametrize("lines", DOCUMENTS)
def test_what_was_read_throughout_has_no_doubts(lines):
    assert Decoder("reader").feed(crlf(*lines))[0].doubts == ()


def test_padding_of_a_shorter_line_is_no_doubt_and_a_hole_in_it_is_one():
    frame = FRAMINGS["3m"](TD2)
    assert Decoder("reader").feed(frame)[0].doubts == ()
    (holed,) = Decoder("reader").feed(frame.replace(b"ERIKSSON", b"ERIK_SON"))
    assert holed.doubts == ((0, 9),)
    assert holed.lines[0] == TD2[0].replace("ERIKSSON", "ERIK?SON")
    (end,) = Decoder("reader").feed(crlf(PASSPORT[0], PASSPORT[1][:-1] + "_"))
    assert end.doubts == ((1, 43),)


def test_a_card_without_any_filler_is_told_from_a_padded_passport():
    """Both lines of a French card can be full; 3M pads them with `_` to 44."""
    full = (
        "IDFRA" + "ERIKSSONERIKSSONERIKSSONE" + "952042",
        "0509952018746ANNAMARIALOUIS8206152F3",
    )
    assert decode(FRAMINGS["3m"](full)) == [full]
    assert decode(crlf(*PASSPORT).replace(b"<", b"_")) == [PASSPORT]


@pytest.mark.parametrize("blanks", [b" ", b"  ", b"____"])
def test_blanks_behind_a_line_are_no_part_of_it(blanks):
    for lines in DOCUMENTS:
        assert decode(crlf(*lines).replace(b"\r\n", blanks + b"\r\n")) == [lines]


@pytest.mark.parametrize("framing", FRAMINGS)
def test_repeats_in_one_burst_give_one_document(framing):
    assert decode(FRAMINGS[framing](PASSPORT) * 3) == [PASSPORT]
    assert decode(crlf(PASSPORT[0], *PASSPORT, PASSPORT[1])) == [PASSPORT]


def test_a_cut_line_is_healed_by_its_repeat():
    first, second = PASSPORT
    assert decode(crlf(first[:20], first, second)) == [PASSPORT]
    assert decode(crlf(first, second[:36], second)) == [PASSPORT]
    assert decode(crlf(first, first[:30], second)) == [PASSPORT]
    assert decode(crlf(first[25:], second, first, second)) == [PASSPORT]


def test_two_documents_are_never_mixed():
    assert decode(crlf(PASSPORT[0], OTHER[0], OTHER[1])) == [OTHER]
    assert decode(crlf(PASSPORT[1], OTHER[0], OTHER[1])) == [OTHER]
    with pytest.raises(ProtocolError):
        decode(crlf(PASSPORT[1], OTHER[0]))
    with pytest.raises(ProtocolError):
        decode(crlf(PASSPORT[0], "X" * 40, OTHER[1]))
    for turn in (1, 2):
        assert decode(crlf(*CARD[turn:], *CARD)) == [CARD]
    decoder = Decoder("reader")
    decoder.feed(crlf(PASSPORT[0]))
    with pytest.raises(ProtocolError):
        decoder.flush()
    assert decoder.feed(crlf(OTHER[1])) == []


@pytest.mark.parametrize("noise", [b"\x00", b"\xff\xfe\x80", b"~", b"\x81AB", b"Q", b"\x00" * 20])
def test_noise_before_between_and_after(noise):
    first, second = crlf(PASSPORT[0]), crlf(PASSPORT[1])
    for data in (noise + first + second, first + noise + b"\r" + second, first + second + noise):
        assert decode(data) == [PASSPORT]


def test_a_byte_of_noise_inside_a_line_goes():
    data = crlf(*PASSPORT)
    for at in range(1, 43):
        assert decode(data[:at] + b"\xfe" + data[at:]) == [PASSPORT]


def test_half_a_document_then_silence_is_an_error_of_lengths_not_of_contents():
    decoder = Decoder("reader")
    assert decoder.feed(crlf(PASSPORT[0]) + PASSPORT[1][:12].encode()) == []
    with pytest.raises(ProtocolError, match=r"pieces of \[44, 12\] characters") as caught:
        decoder.flush()
    assert "ERIKSSON" not in str(caught.value) + repr(decoder)
    assert decoder.flush() == []


def test_a_little_noise_is_no_error():
    assert decode(b"\xff\x00AB\x80") == []
    assert decode(b"") == []
    assert decode(b"\r\n\r\n") == []


def with_parity(data: bytes, parity: str) -> bytes:
    """What a port of 8 bits without parity hears from a reader of 7 bits with one."""
    wanted = {"even": 0, "odd": 1}
    return bytes(
        byte | 0x80 if parity == "mark" or byte.bit_count() % 2 != wanted[parity] else byte
        for byte in data
    )


@pytest.mark.parametrize(
    ("parity", "setting"),
    [("even", "bits=7&parity=E"), ("odd", "bits=7&parity=O"), ("mark", "bits=7&parity=N&stop=2")],
)
@pytest.mark.parametrize("lines", DOCUMENTS)
@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_parity_bit_that_is_certain_comes_off_and_is_told(framing, lines, parity, setting):
    decoder = Decoder("reader")
    heard = with_parity(bytes(byte & 0x7F for byte in FRAMINGS[framing](lines)), parity)
    assert decoder.feed(heard) == []
    (found,) = decoder.flush()
    assert (found.lines, found.doubts) == (lines, ())
    assert setting in found.hint


def test_a_parity_bit_on_a_cut_document_is_named():
    for parity in ("even", "odd"):
        with pytest.raises(WrongParityError, match="add bits=7&parity=") as caught:
            decode(with_parity(crlf(*PASSPORT)[:70], parity))
        assert "8N1" in caught.value.mend


def test_one_byte_that_breaks_the_parity_makes_it_uncertain():
    heard = bytearray(with_parity(crlf(*PASSPORT), "even"))
    heard[50] ^= 0x80
    with pytest.raises(ProtocolError) as caught:
        decode(bytes(heard))
    assert not isinstance(caught.value, WrongParityError)


def test_a_wrong_speed_is_named_with_its_mend():
    chance = random.Random(5)
    heard = bytes(chance.choice(b"\x00\x80\xe0\xf8\xfe\xff\x9e\xe6") for _ in range(120))
    with pytest.raises(WrongSpeedError, match="wrong speed or parity") as caught:
        decode(heard)
    assert "baud" in caught.value.mend


def test_a_flood_is_bounded_and_ends_in_an_error():
    decoder = Decoder("reader")
    for _ in range(20):
        assert decoder.feed(b"A" * 1000) == []
    assert decoder.full
    assert len(decoder._piece) <= LIMIT_BYTES
    with pytest.raises(ProtocolError, match="4096 bytes"):
        decoder.flush()
    assert [found.lines for found in decoder.feed(crlf(*PASSPORT))] == [PASSPORT]


def test_many_documents_in_one_burst_are_no_flood():
    decoder = Decoder("reader")
    found = decoder.feed((crlf(*PASSPORT) + crlf(*EXPIRED)) * 100)
    assert len(found) == 200


def test_random_bytes_give_no_document():
    chance = random.Random(3)
    for _ in range(300):
        decoder = Decoder("reader")
        assert decoder.feed(chance.randbytes(500)) == []
