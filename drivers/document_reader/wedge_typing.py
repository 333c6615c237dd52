"""What a reader that pretends to be a keyboard sends: lines to input events; pure.

The kiosk's decoder needs none of this; simulated readers and tests do.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from drivers.document_reader.mrz_framing import Lines
from drivers.document_reader.wedge_keys import ENTER, KEYPAD, LAYOUTS, LEFT_ALT, LEFT_SHIFT
from drivers.document_reader.wedge_protocol import (
    EV_KEY,
    EV_SYN,
    EVENT,
    PRESSED,
    RELEASED,
    SYN_REPORT,
)

_EV_MSC, _MSC_SCAN = 4, 4  # USB keyboards name the key's own number before each change
_EACH_US = 8000  # a full-speed USB keyboard is asked every 8 ms

Stroke = tuple[int, int]  # key, PRESSED or RELEASED


def events(strokes: Iterable[Stroke]) -> bytes:
    """The kernel's events for keys going down and up, each with its report."""
    data = b""
    for number, (key, value) in enumerate(strokes):
        at = divmod(number * _EACH_US, 1_000_000)
        data += EVENT.pack(*at, _EV_MSC, _MSC_SCAN, 0x70000 + key)
        data += EVENT.pack(*at, EV_KEY, key, value) + EVENT.pack(*at, EV_SYN, SYN_REPORT, 0)
    return data


def typed(layout: str, lines: Lines) -> bytes:
    """Each line and Enter on the keyboard of `layout`: capitals with shift, as a person would."""
    return events(stroke for line in lines for stroke in (*_line(layout, line), *_tap(ENTER)))


def alt_coded(lines: Lines) -> bytes:
    """Each character as Alt and its number on the keypad, which fits every country's keyboard."""
    return events(
        stroke for line in lines for stroke in (*_codes(line.encode("ascii")), *_tap(ENTER))
    )


TYPING: dict[str, Callable[[Lines], bytes]] = {
    **{f"keyboard-{name}": partial(typed, name) for name in LAYOUTS},
    "keyboard-alt": alt_coded,
}


def _tap(key: int) -> Iterator[Stroke]:
    yield key, PRESSED
    yield key, RELEASED


def _line(layout: str, line: str) -> Iterator[Stroke]:
    keys = LAYOUTS[layout]
    plain = {sign: key for key, sign in keys.plain.items() if key not in KEYPAD}
    shifted = {sign: key for key, sign in keys.shifted.items() if key not in KEYPAD}
    for sign in line:
        if sign in plain and not sign.isalpha() and (plain[sign], False) not in keys.foreign:
            yield from _tap(plain[sign])
        else:
            yield LEFT_SHIFT, PRESSED
            yield from _tap(shifted[sign])
            yield LEFT_SHIFT, RELEASED


def _codes(line: bytes) -> Iterator[Stroke]:
    keypad = {sign: key for key, sign in KEYPAD.items()}
    for byte in line:
        yield LEFT_ALT, PRESSED
        for digit in f"{byte:03}":
            yield from _tap(keypad[digit])
        yield LEFT_ALT, RELEASED
