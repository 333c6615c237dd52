"""What a camera is to the rest of the kiosk."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from drivers.deadline import Deadline
from drivers.device import DeviceInfo


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """One picture: uint8 of shape (height, width, 3), blue-green-red; `at_s` is monotonic."""

    pixels: npt.NDArray[np.uint8]
    at_s: float

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
