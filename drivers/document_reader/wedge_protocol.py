"""Linux input events of a reader that types like a keyboard to the text that it typed; pure.

An event is the kernel's `struct input_event`: two longs of time, type, code, value (24 bytes on a
64-bit system). Where the kernel had to drop events (SYN_DROPPED) or a key of another country's
keyboard came, the text gets a byte that no line survives: half of one line must not meet half of
another.
"""

import struct
from dataclasses import dataclass, field

from drivers.document_reader.wedge_keys import (
    CAPS_LOCK,
    CTRLS,
    DIGIT_ROW,
    KEYPAD,
    LEFT_ALT,
    RIGHT_ALT,
    SHIFTS,
    Layout,
)

EVENT = struct.Struct("@llHHi")
EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
RELEASED, PRESSED = 0, 1  # 2 repeats a key that is held down: readers press once for each character

BREAK = b"\x15"  # ends a line for the decoder, and cannot be typed
FOREIGN = b"\x7f" + BREAK

_MODIFIERS = SHIFTS | CTRLS | {LEFT_ALT, RIGHT_ALT}


@dataclass(slots=True, repr=False)
class KeyDecoder:
    """Event bytes in, text out; knows which modifiers are down. Where the bytes are cut is equal.

    Besides plain typing it knows the two ways in which readers type what a keyboard lacks: Alt with
    a code on the keypad, and Ctrl with a letter for a control character.
    """

    layout: Layout
    _held: bytearray = field(default_factory=bytearray)
    _down: set[int] = field(default_factory=set)
    _caps: bool = False
    _code: str = ""
    _dropped: bool = False

    def feed(self, data: bytes) -> bytes:
        """Take bytes in; give the text that they typed, with CR for Enter and Tab."""
        self._held += data
        whole = len(self._held) - len(self._held) % EVENT.size
        text = b"".join(
            self._take(kind, code, value)
            for _, _, kind, code, value in EVENT.iter_unpack(self._held[:whole])
        )
        del self._held[:whole]
        return text

    def _take(self, kind: int, code: int, value: int) -> bytes:
        if kind == EV_SYN:
            return self._report(code)
        if kind != EV_KEY or self._dropped:
            return b""
        if value == RELEASED:
            return self._release(code)
        return self._press(code) if value == PRESSED else b""

    def _report(self, code: int) -> bytes:
        """After SYN_DROPPED everything to the next report is to be ignored, and no key is sure."""
        if code == SYN_DROPPED:
            self._dropped = True
            self._down.clear()
            self._code = ""
            return BREAK
        if code == SYN_REPORT:
            self._dropped = False
        return b""

    def _release(self, code: int) -> bytes:
        self._down.discard(code)
        if code != LEFT_ALT or not self._code:
            return b""
        number, self._code = int(self._code) & 0xFF, ""
        return bytes([number]).upper()

    def _press(self, code: int) -> bytes:
        if code in _MODIFIERS:
            self._down.add(code)
            return b""
        if code == CAPS_LOCK:
            self._caps = not self._caps
            return b""
        if LEFT_ALT in self._down:
            self._code = (self._code + KEYPAD.get(code, ""))[-4:]
            return b""
        return self._sign(code)

    def _sign(self, code: int) -> bytes:
        shifted = bool(self._down & SHIFTS)
        if (code, shifted) in self.layout.foreign:
            return FOREIGN
        if self._caps and self.layout.caps_shifts_digits and code in DIGIT_ROW:
            shifted = not shifted
        sign = (self.layout.shifted if shifted else self.layout.plain).get(code, "")
        if sign and RIGHT_ALT in self._down:
            return b"?"  # a third character that no document has
        if sign.isalpha() and self._down & CTRLS:
            return bytes([ord(sign) & 0x1F])
        return sign.encode("ascii")
