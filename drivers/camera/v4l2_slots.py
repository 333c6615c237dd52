"""The memory that a camera's process and the kiosk share: three pictures, newest told by a notice.

Layout: one page with a number for each slot, the time of the kiosk's last question, and from byte
128 on lines for an engineer; then three pictures of height x width x 3 bytes. A slot's number is 0
while its picture is being written, and the picture's own number after; who copies looks at it
before and after.
"""

import mmap
import struct
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

SLOTS: Final = 3
_NOTES_AT: Final = 128
HEADER_BYTES: Final = 4096
LONGEST_PX: Final = 8192

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Notice:
    """What the camera's process says on the pipe, in one write that the kernel does not split.

    LOADED comes first, before the camera is opened. STARTED: `first` and `second` are width and
    height. PICTURE: slot and number, `at_s` when it came; STAMPED: likewise, `at_s` as the camera's
    driver says. FAILED: `first` is a Reason. `told_s` is when the kiosk could have had it.
    """

    STARTED: ClassVar[int] = 1
    PICTURE: ClassVar[int] = 2
    FAILED: ClassVar[int] = 3
    STAMPED: ClassVar[int] = 4
    LOADED: ClassVar[int] = 5
    LAYOUT: ClassVar[struct.Struct] = struct.Struct("=IIQdd")

    kind: int
    first: int = 0
    second: int = 0
    at_s: float = 0.0
    told_s: float = 0.0

    def packed(self) -> bytes:
        """The 32 bytes of this notice."""
        return self.LAYOUT.pack(self.kind, self.first, self.second, self.at_s, self.told_s)

    @classmethod
    def unpack_all(cls, data: bytes) -> "list[Notice]":
        """Every whole notice in `data`, oldest first."""
        whole = len(data) - len(data) % cls.LAYOUT.size
        return [cls(*fields) for fields in cls.LAYOUT.iter_unpack(data[:whole])]


def size_bytes(width_px: int, height_px: int) -> int:
    """How much memory three pictures and their header take."""
    return HEADER_BYTES + SLOTS * width_px * height_px * 3


class Slots:
    """One side's view of the shared memory behind `fd`; raises OSError or ValueError if too small.

    Shape of each picture: (height, width, 3), uint8, blue-green-red.
    """

    __slots__ = ("_asked", "_notes", "_numbers", "_pictures")

    def __init__(self, fd: int, width_px: int, height_px: int) -> None:
        memory = mmap.mmap(fd, size_bytes(width_px, height_px))
        self._numbers = np.frombuffer(memory, np.uint64, SLOTS)
        self._asked = np.frombuffer(memory, np.float64, 1, offset=64)
        self._notes = np.frombuffer(memory, np.uint8, HEADER_BYTES - _NOTES_AT, _NOTES_AT)
        pixels = np.frombuffer(memory, np.uint8, offset=HEADER_BYTES)
        self._pictures = pixels.reshape(SLOTS, height_px, width_px, 3)

    @property
    def asked_at_s(self) -> float:
        """When the kiosk last waited for a picture (monotonic, the same clock in all processes)."""
        return float(self._asked[0])

    def ask(self, at_s: float) -> None:
        """Say that somebody waits for a picture."""
        self._asked[0] = at_s

    @property
    def shape(self) -> tuple[int, ...]:
        """Of each picture: height, width, 3."""
        return self._pictures.shape[1:]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noted before the first picture, such as the mode."""
        return tuple(self._notes.tobytes().rstrip(b"\0").decode("utf-8", "replace").splitlines())

    def note(self, lines: tuple[str, ...]) -> None:
        """Leave lines for an engineer; what does not fit is cut off."""
        data = "\n".join(lines).encode()[: HEADER_BYTES - _NOTES_AT]
        self._notes[: len(data)] = np.frombuffer(data, np.uint8)

    def blank(self, number: int) -> tuple[int, Pixels]:
        """The slot for picture `number`, marked as being written; call `done` after."""
        slot = number % SLOTS
        self._numbers[slot] = 0
        return slot, self._pictures[slot]

    def done(self, slot: int, number: int) -> None:
        """The picture in `slot` is whole."""
        self._numbers[slot] = number

    def copy(self, slot: int, number: int) -> Pixels | None:
        """Picture `number` copied out, or None where a newer one has begun to replace it."""
        if slot >= SLOTS or self._numbers[slot] != number:
            return None
        pixels = self._pictures[slot].copy()
        return pixels if self._numbers[slot] == number else None

    def close(self) -> None:
        """Let go of the memory, which is unmapped with its last view; safe to call twice."""
        self._numbers, self._asked = np.empty(0, np.uint64), np.empty(0, np.float64)
        self._pictures = self._notes = np.empty(0, np.uint8)
