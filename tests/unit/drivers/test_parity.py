"""A parity bit that was taken for text comes off where it is certain, and only there."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.document_reader.parity import LEAST_BYTES, bare

TEXT = bytes(random.Random(2).choices(b"ABCXYZ0189<\r\n", k=LEAST_BYTES))


def even(data: bytes) -> bytes:
    return bytes(byte | 0x80 if byte.bit_count() % 2 else byte for byte in data)


def test_even_parity_comes_off_and_says_its_setting():
    bared = bare(even(TEXT))
    assert bared is not None
    assert (bared.text, bared.setting) == (TEXT, "bits=7&parity=E")


@pytest.mark.parametrize("data", [TEXT, even(TEXT)[:-1], even(TEXT)[:-1] + b"\x80", b"", b"\xff"])
def test_what_is_not_certain_is_left_alone(data):
    assert bare(data) is None


@given(st.binary(min_size=LEAST_BYTES, max_size=200))
def test_noise_is_not_taken_for_parity_unless_every_byte_agrees(data):
    bared = bare(data)
    if bared is not None:
        kinds = {(byte.bit_count() % 2, byte > 0x7F) for byte in data}
        assert len({odd for odd, _ in kinds}) == 1 or {high for _, high in kinds} == {True}
        assert max(bared.text) <= 0x7F
