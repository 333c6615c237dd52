"""What a fingerprint scanner is to the rest of the kiosk."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from drivers.deadline import Deadline
from drivers.device import DeviceInfo


@dataclass(frozen=True, slots=True, repr=False)
class FingerPicture:
    """One picture of a finger: uint8 of shape (height, width), dark ridges on a light ground."""

    pixels: npt.NDArray[np.uint8]
    ppi: int
    at_s: float

    def __repr__(self) -> str:
        """Say the shape, never the ridges."""
        return f"FingerPicture({self.pixels.shape[1]}x{self.pixels.shape[0]}, {self.ppi} ppi)"


class FingerScanner(Protocol):
    """Waits for a finger and gives its picture."""

    @property
    def info(self) -> DeviceInfo:
        """Make, model, serial, firmware."""

    @property
    def transfer_limit_s(self) -> float:
        """How long a picture may be on its way, once the finger lies on the glass.

        A deadline for `capture` is the patience with the person plus this, or a slow line fails.
        """

    def capture(self, deadline: Deadline) -> FingerPicture:
        """Wait for a finger on the glass and take one picture.

        Raises DeviceTimeoutError, CancelledError, ProtocolError, DeviceGoneError.
        """

    def wait_for_lift(self, deadline: Deadline) -> None:
        """Wait until the glass is free."""

    def close(self) -> None:
        """Light off, bus given back; safe to call twice."""
