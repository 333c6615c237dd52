"""Pieces of ASN.1 keep the bytes that they were made of; what is loose or hostile stays bounded."""

import subprocess
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.chip import cms, der, names, sod
from drivers.chip.errors import ChipDataError, TlvError
from drivers.chip.simulated_certificates import Subject
from drivers.chip.simulated_der import integer, oid, printable, sequence, set_of, utf8


def test_pieces_are_cut_out_of_the_original_however_long_their_lengths_are_written():
    padded, plain = bytes.fromhex("028200020005"), bytes.fromhex("0401ff")
    found = der.pieces(padded + plain)
    assert [one.whole for one in found] == [padded, plain]
    assert der.integer(found[0]) == 5
    with pytest.raises(TlvError):
        der.only(padded + plain, der.INTEGER)


def test_integers_that_lack_their_leading_zero_are_natural_where_they_must_be():
    negative = der.pieces(bytes.fromhex("0202ff00"))[0]
    assert der.integer(negative) == -256
    assert der.natural(negative) == 0xFF00


@given(st.integers(0, 2), st.lists(st.integers(0, 39), min_size=1, max_size=1), st.data())
def test_object_identifiers_come_back(first, second, data):
    rest = data.draw(st.lists(st.integers(0, 2**70), max_size=5))
    dotted = ".".join(map(str, [first, *second, *rest]))
    assert der.oid(der.pieces(oid(dotted))[0]) == dotted


def test_indefinite_lengths_become_definite_around_what_was_signed():
    signed = bytes.fromhex("3003810100")  # its own bytes stay, though the inner length is long
    loose = b"\x30\x80" + signed + b"\x24\x80\x04\x01a\x04\x01b\0\0" + b"\0\0"
    made = der.only(der.definite(loose), der.SEQUENCE)
    assert made.pieces()[0].whole == signed
    assert der.octets(made.pieces()[1]) == b"ab"
    assert der.definite(signed) is signed


@pytest.mark.parametrize("depth", [13, 100, 50_000])
def test_a_bomb_of_indefinite_lengths_is_refused(depth):
    with pytest.raises(TlvError):
        der.definite(b"\x30\x80" * depth)
    with pytest.raises(TlvError):
        der.definite(b"\x30\x80" * depth + b"\0\0" * depth)


@given(st.binary(max_size=200))
def test_noise_gives_values_or_one_kind_of_error(data):
    for read in (der.definite, der.pieces, cms.parse, sod.parse, names.parts):
        with suppress(ChipDataError):
            read(data)


@given(st.binary(max_size=60))
def test_noise_behind_a_fitting_head_gives_the_same(data):
    for head in (0x30, 0x77, 0x31):
        short = bytes((head, len(data))) + data
        for read in (cms.parse, sod.parse, names.parts, der.definite):
            with suppress(ChipDataError):
                read(short)


def test_names_that_differ_in_spelling_only_are_one():
    one = Subject("UT", "UTO", "CSCA").name()
    pieces = [("2.5.4.6", utf8("ut")), ("2.5.4.10", printable("Virtual  documents "))]
    other = sequence(*(set_of(sequence(oid(kind), value)) for kind, value in pieces))
    assert names.fingerprint(one) != names.fingerprint(other)
    spelt = sequence(
        *(set_of(sequence(oid(kind), value)) for kind, value in pieces),
        set_of(sequence(oid("2.5.4.3"), utf8("csca"))),
    )
    assert names.fingerprint(one) == names.fingerprint(spelt)
    assert names.of(spelt, names.COUNTRY) == "ut"
    assert names.words(one) == "UT, Virtual documents, CSCA"


def test_a_name_cannot_move_a_cursor():
    evil = sequence(set_of(sequence(oid("2.5.4.3"), utf8("\x1b[2Jgood\n"))))
    assert names.words(evil) == "?[2Jgood?"


def test_a_name_of_strings_in_every_encoding_is_read():
    for tag, encoding in ((0x0C, "utf-8"), (0x1E, "utf-16-be"), (0x1C, "utf-32-be")):
        text = "État".encode(encoding)
        value = bytes((tag, len(text))) + text
        assert names.words(sequence(set_of(sequence(oid("2.5.4.3"), value)))) == "État"
    number = sequence(set_of(sequence(oid("2.5.4.3"), integer(5))))
    assert names.parts(number) == (("2.5.4.3", "#020105"),)


def test_openssl_reads_the_same_object_identifier():
    words = ["openssl", "asn1parse", "-inform", "DER"]
    read = subprocess.run(words, input=oid("2.23.136.1.1.1"), capture_output=True, check=True)
    assert b"2.23.136.1.1.1" in read.stdout
