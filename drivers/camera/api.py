"""What a camera is to the rest of the kiosk."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from drivers.deadline import Deadline
from drivers.device import DeviceInfo


class TimedBy(StrEnum):
    """Who says when a frame was taken.

    The camera's driver: the kernel's stamp, which for USB cameras is about when the exposure began.
    Its arrival: when its first bytes came, later by what transfer or encoding take.
    """

    DRIVER = "driver"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """One picture: uint8 of shape (height, width, 3), blue-green-red; `at_s` is monotonic."""

    pixels: npt.NDArray[np.uint8]
    at_s: float
    timed_by: TimedBy = TimedBy.ARRIVAL

    def __repr__(self) -> str:
        """Say the shape, never the face."""
        return f"Frame({self.pixels.shape[1]}x{self.pixels.shape[0]})"


class Camera(Protocol):
    """Gives the newest frame; never an old one that waited in a queue."""

    @property
    def info(self) -> DeviceInfo:
        """Make and model."""

    def grab(self, deadline: Deadline) -> Frame:
        """Wait for the next frame.

        Raises DeviceTimeoutError, CancelledError, DeviceGoneError.
        """

    def close(self) -> None:
        """Give the device back; safe to call twice."""


def notes_of(camera: Camera) -> tuple[str, ...]:
    """What an engineer should know of an open camera, such as its mode; most tell nothing."""
    notes: tuple[str, ...] = getattr(camera, "notes", ())
    return notes
