"""What a reader typed is what its lines say, on each country's keyboard; no half line passes."""

import struct

import pytest

from drivers.document_reader.mrz_protocol import KEYS_GARBLE, Decoder
from drivers.document_reader.reader_errors import WrongKeysError
from drivers.document_reader.specimens import CARD, EXPIRED, PASSPORT
from drivers.document_reader.wedge_keys import LAYOUTS
from drivers.document_reader.wedge_protocol import BREAK, EVENT, FOREIGN, KeyDecoder
from drivers.document_reader.wedge_typing import TYPING, events
from drivers.errors import ProtocolError

SHIFT, CAPS, CTRL, ALT, ALTGR = 42, 58, 29, 56, 100


def text_of(data: bytes, keys: str = "us") -> bytes:
    return KeyDecoder(LAYOUTS[keys]).feed(data)


def tap(*keys: int) -> list[tuple[int, int]]:
    return [(key, value) for key in keys for value in (1, 0)]


def held(modifier: int, *keys: int) -> list[tuple[int, int]]:
    return [(modifier, 1), *tap(*keys), (modifier, 0)]


def decode(data: bytes, keys: str) -> list[tuple[str, ...]]:
    decoder = Decoder("reader", KEYS_GARBLE)
    found = decoder.feed(text_of(data, keys))
    return [document.lines for document in found or decoder.flush()]


def test_an_event_is_the_kernels():
    """Evtest prints: time 1.000002, type 4 (MSC_SCAN 70013), 1 (KEY_P 25 down), 0 (report)."""
    told = bytes.fromhex(
        "0100000000000000 0200000000000000 0400 0400 13000700"
        "0100000000000000 0200000000000000 0100 1900 01000000"
        "0100000000000000 0200000000000000 0000 0000 00000000"
    )
    assert struct.calcsize("@l") == 8, "these bytes are those of a 64-bit system"
    assert (EVENT.size, text_of(told)) == (24, b"P")


@pytest.mark.parametrize(
    ("keys", "strokes", "text"),
    [
        # P < U T O 1 2 on each keyboard, by the numbers of linux/input-event-codes.h
        ("us", [*held(SHIFT, 25, 51, 22, 20, 24), *tap(2, 3)], "P<UTO12"),
        ("de", [*held(SHIFT, 25), *tap(86), *held(SHIFT, 22, 20, 24), *tap(2, 3)], "P<UTO12"),
        ("fr", [*held(SHIFT, 25), *tap(86), *held(SHIFT, 22, 20, 24, 2, 3)], "P<UTO12"),
        # A Q W Z Y M change places
        ("us", tap(30, 16, 17, 44, 21, 50), "AQWZYM"),
        ("fr", tap(16, 30, 44, 17, 21, 39), "AQWZYM"),
        ("de", tap(30, 16, 17, 21, 44, 50), "AQWZYM"),
        # keypad, Enter, keypad Enter, Tab
        ("us", tap(82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 28, 96, 15), "0123456789\r\r\r"),
        ("fr", tap(82, 73), "09"),
        # the marks of readers for an unread character
        ("us", [*held(SHIFT, 53), *held(SHIFT, 9), *tap(55), *held(SHIFT, 12)], "?**_"),
        ("de", [*held(SHIFT, 12), *held(SHIFT, 27), *held(SHIFT, 53)], "?*_"),
        ("fr", [*held(SHIFT, 50), *tap(43, 9)], "?*_"),
    ],
)  # fmt: skip
def test_each_key_of_each_country(keys, strokes, text):
    assert text_of(events(strokes), keys) == text.encode()


def test_caps_lock_and_shift_of_either_side():
    assert text_of(events([*tap(CAPS, 30), *held(SHIFT, 30), *tap(2)]), "us") == b"AA1"
    assert text_of(events([*tap(CAPS, 2), *tap(CAPS), *held(54, 3)]), "fr") == b"12"
    assert text_of(events([(SHIFT, 1), (54, 1), (SHIFT, 0), *tap(51), (54, 0)]), "us") == b"<"


def test_what_a_keyboard_lacks_is_typed_with_alt_or_ctrl():
    alt_60 = [(ALT, 1), *tap(82, 77, 82), (ALT, 0)]
    assert text_of(events([*alt_60, *tap(30)]), "fr") == b"<Q"
    assert text_of(events([*held(CTRL, 48), *tap(30), *held(CTRL, 46)]), "us") == b"\x02A\x03"
    assert text_of(events([*held(ALT), *held(ALT, 30), *held(ALTGR, 16)]), "de") == b"?"


def test_keys_that_are_held_and_keys_that_type_nothing():
    repeated = events([(30, 1), (30, 2), (30, 2), (30, 0)])
    assert text_of(repeated) == b"A"
    assert text_of(events(tap(1, 59, 103, 14, 240, 767))) == b""


@pytest.mark.parametrize("keys", LAYOUTS)
@pytest.mark.parametrize("lines", [PASSPORT, CARD, EXPIRED])
def test_every_keyboard_gives_the_lines_back(keys, lines):
    assert decode(TYPING[f"keyboard-{keys}"](lines), keys) == [lines]
    assert decode(TYPING["keyboard-alt"](lines), keys) == [lines]


@pytest.mark.parametrize("keys", LAYOUTS)
@pytest.mark.parametrize("lines", [PASSPORT, CARD])
def test_another_countrys_keyboard_is_told_and_never_read(keys, lines):
    for other in LAYOUTS.keys() - {keys}:
        with pytest.raises(WrongKeysError) as caught:
            decode(TYPING[f"keyboard-{other}"](lines), keys)
        assert "keys" in caught.value.mend


def test_a_name_without_fillers_is_not_read_on_another_countrys_keyboard():
    """Y and Z change places between de and us: the few fillers must give it away."""
    lines = ("P<UTO" + "ZY" * 19 + "<", "L898902D17UTO7408122F310415012345678901234<4")
    assert decode(TYPING["keyboard-de"](lines), "de") == [lines]
    with pytest.raises(ProtocolError):
        decode(TYPING["keyboard-de"](lines), "us")


def dropped(lines: tuple[str, ...], first: int, past: int) -> bytes:
    """Typing of which the kernel lost the events from `first` to `past`."""
    data = TYPING["keyboard-us"](lines)
    lost = EVENT.pack(0, 0, 0, 3, 0) + EVENT.pack(0, 0, 1, 30, 1) + EVENT.pack(0, 0, 0, 0, 0)
    return data[: first * EVENT.size] + lost + data[past * EVENT.size :]


def test_events_that_the_kernel_dropped_never_join_two_half_lines():
    """As many characters are lost as a line has: the rest of both would have its length."""
    whole = len(TYPING["keyboard-us"](PASSPORT)) // EVENT.size
    half = len(TYPING["keyboard-us"](PASSPORT[:1])) // EVENT.size
    for first in range(0, half, 7):
        data = dropped(PASSPORT, first, first + half)
        assert BREAK in text_of(data)
        with pytest.raises(ProtocolError):
            decode(data, "us")
    assert decode(dropped(PASSPORT, whole, whole), "us") == [PASSPORT]


def test_after_dropped_events_no_shift_is_believed():
    shift_down = events([(SHIFT, 1)])
    gap = EVENT.pack(0, 0, 0, 3, 0) + EVENT.pack(0, 0, 0, 0, 0)
    assert text_of(shift_down + gap + events(tap(3))) == BREAK + b"2"


def test_a_foreign_key_ends_the_line():
    assert text_of(events(tap(86)), "us") == FOREIGN
    assert text_of(events(held(SHIFT, 51)), "de") == FOREIGN
    assert "A" not in repr(KeyDecoder(LAYOUTS["us"]))
