"""What a camera's process is asked for, what it takes pictures from, and why it may not start."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


class Kind(StrEnum):
    """What stands at the path of an order."""

    DEVICE = "device"
    FILM = "film"
    PROGRAM = "program"


class Reason(IntEnum):
    """Why no picture came, in a notice; each has its words and mend in v4l2.py."""

    NO_PICTURE = 0
    NO_CAMERA_NODE = 1
    NO_KNOWN_FORMAT = 2
    BUSY = 3
    GONE = 4
    NO_PROGRAM = 5


class SourceError(Exception):
    """A source that cannot begin; the process says why in a notice and ends."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Order:
    """What the kiosk asks of the process; `memory` and `notices` are inherited descriptors.

    `wishes` are those of v4l2_choice as one word; `arguments` are a program's.
    """

    path: str
    kind: Kind
    wishes: str
    memory: int
    notices: int
    arguments: tuple[str, ...] = ()

    def words(self) -> list[str]:
        """The command line's end; `parse` is its inverse."""
        numbers = (str(self.memory), str(self.notices))
        return [self.path, self.kind, self.wishes, *numbers, *self.arguments]

    @classmethod
    def parse(cls, words: Sequence[str]) -> "Order":
        """Take a command line apart."""
        path, kind, wishes, memory, notices, *arguments = words
        return cls(path, Kind(kind), wishes, int(memory), int(notices), tuple(arguments))


@dataclass(frozen=True, slots=True)
class Taken:
    """One frame that waits to be decoded, all of CLOCK_MONOTONIC.

    `at_s`: when it was taken, as far as is known; `stamped`: the camera's driver said so, else it
    is when its first bytes came.
    """

    at_s: float
    stamped: bool


class Source(Protocol):
    """Where a camera's process gets its frames from; lives and hangs in that process alone."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What an engineer should know: the mode, wishes that the camera cannot meet."""

    def take(self) -> Taken | None:
        """Wait for the newest frame; None where there will be no more."""

    def pixels(self) -> Pixels | None:
        """Decode the frame that was taken last: blue-green-red; None where it is damaged."""
