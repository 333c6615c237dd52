"""Time limit and cancel flag as one value, so that no wait is endless or deaf."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.errors import CancelledError, DeviceTimeoutError


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a device call must end (`at_s` is monotonic), and whether it still should go on."""

    device: str
    at_s: float
    cancelled: Callable[[], bool] = _never

    @classmethod
    def after(
        cls, device: str, limit_s: float, cancelled: Callable[[], bool] = _never
    ) -> "Deadline":
        """A deadline `limit_s` seconds from now."""
        return cls(device, time.monotonic() + limit_s, cancelled)

    def slice_s(self, longest_s: float = 0.2) -> float:
        """How long to block now: never past the limit, never deaf to cancel.

        Raises CancelledError and DeviceTimeoutError.
        """
        if self.cancelled():
            raise CancelledError(self.device, "cancelled.")
        left_s = self.at_s - time.monotonic()
        if left_s <= 0:
            raise DeviceTimeoutError(self.device, "no answer in time.")
        return min(left_s, longest_s)

    def sooner(self, limit_s: float) -> "Deadline":
        """The same cancel flag with at most `limit_s` seconds from now."""
        return Deadline(self.device, min(self.at_s, time.monotonic() + limit_s), self.cancelled)
