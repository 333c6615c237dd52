"""Splits a stream of JPEG pictures, one after another, as rpicam-vid writes it; pure.

Bytes in, whole pictures out (ITU-T T.81, annex B). What stands between pictures is passed over; a
picture that is cut off, damaged in its marks, or longer than the limit is dropped and counted, and
the next one begins at the next start of image.
"""

import re
import struct
from dataclasses import dataclass, field
from typing import Final

MOST_BYTES: Final = 8 << 20
"""A 12-megapixel picture at quality 95 has about half of it."""
_START: Final = b"\xff\xd8"
_END: Final = 0xD9
_SCAN: Final = 0xDA
_FILL: Final = 0xFF
_NO_SIZE: Final = frozenset({0xC4, 0xC8, 0xCC})
_ALONE: Final = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_ON: Final = -1
_AFTER_SCAN: Final = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Jpeg:
    """One whole picture; `at_s` is when its first bytes came; (0, 0) where it tells no size."""

    data: bytes
    at_s: float
    width_px: int
    height_px: int

    def __repr__(self) -> str:
        """Say the size, never the face."""
        return f"Jpeg({self.width_px}x{self.height_px}, {len(self.data)} bytes)"


@dataclass(slots=True)
class Splitter:
    """Bytes of the stream in, whole pictures out; holds at most `most_bytes` and what is fed.

    `dropped` counts pictures that began and were none in the end.
    """

    most_bytes: int = MOST_BYTES
    dropped: int = 0
    _held: bytearray = field(default_factory=bytearray)
    _front: int = 0
    _seen: int = 0
    _in_scan: bool = False
    _at_s: float = 0.0
    _size_px: tuple[int, int] = (0, 0)

    def feed(self, data: bytes, at_s: float) -> list[Jpeg]:
        """What arrived at `at_s`; pictures that are whole now, oldest first."""
        if not self._held:
            self._at_s = at_s
        self._held += data
        found: list[Jpeg] = []
        while self._at_start(at_s) and (end := self._find_end()) is not None:
            if end > 0:
                whole = bytes(self._held[self._front : end])
                found.append(Jpeg(whole, self._at_s, *self._size_px))
                self._move_to(end, at_s)
            else:
                self.dropped += 1
                self._move_to(self._front + len(_START), at_s)
        if len(self._held) - self._front > self.most_bytes:
            self.dropped += 1
            self._move_to(len(self._held), at_s)
        del self._held[: self._front]
        self._seen -= self._front
        self._front = 0
        return found

    def _at_start(self, at_s: float) -> bool:
        """Bring a start of image to the front; False where there is none."""
        start = self._held.find(_START, self._front)
        if start < 0:
            half = self._held.endswith(_START[:1]) and len(self._held) > self._front
            start = len(self._held) - half
            if start > self._front:
                self._move_to(start, at_s)
            return False
        if start > self._front:
            self._move_to(start, at_s)
        return True

    def _find_end(self) -> int | None:
        """Where the picture at the front ends; None: not whole yet; 0: it is none."""
        self._seen = max(self._seen, self._front + len(_START))
        step: int | None = _ON
        while step == _ON:
            step = self._scan() if self._in_scan else self._segment()
        return step

    def _segment(self) -> int | None:
        """Pass one marker segment: _ON, None for more bytes, 0 for no JPEG, or where it ends."""
        held, at = self._held, self._seen
        while held[at : at + 2] == b"\xff\xff":  # fill bytes (B.1.1.2)
            at += 1
        if len(held) < at + 2:
            return None
        marker = held[at + 1]
        if held[at] != _FILL or marker in _ALONE:
            return 0
        if marker == _END:
            return at + 2
        if len(held) < at + 4:
            return None
        length = int.from_bytes(held[at + 2 : at + 4], "big")
        return 0 if length < 2 else self._pass(marker, at, length)

    def _pass(self, marker: int, at: int, length: int) -> int | None:
        """Over a segment's body, with a look at the frame header (B.2.2)."""
        if len(self._held) < at + 2 + length:
            return None
        if 0xC0 <= marker <= 0xCF and marker not in _NO_SIZE and length >= 8:
            height_px, width_px = struct.unpack_from(">HH", self._held, at + 5)
            self._size_px = (width_px, height_px)
        self._seen, self._in_scan = at + 2 + length, marker == _SCAN
        return _ON

    def _scan(self) -> int | None:
        """Pass coded data up to the next marker that is none of its own."""
        match = _AFTER_SCAN.search(self._held, self._seen)
        if match is None:
            self._seen = max(self._seen, len(self._held) - 1)
            return None
        self._seen, self._in_scan = match.end() - 2, False
        return _ON

    def _move_to(self, place: int, at_s: float) -> None:
        """Another picture, or nothing yet, is at the front; its bytes came just now."""
        self._front, self._seen, self._at_s = place, place, at_s
        self._in_scan, self._size_px = False, (0, 0)
