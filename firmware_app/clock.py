"""The appliance's clock: the only place that asks what time it is."""

import ctypes
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

UtcClock = Callable[[], datetime]
TIMEX_BYTES = 256
TIME_ERROR = 5
MINUTE_MS, DAY_MS = 60_000, 86_400_000
UNSTEERED_MS = DAY_MS
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def utc_now() -> datetime:
    """Now, aware, in UTC; may be wrong by as much as the event says."""
    return datetime.now(UTC)  # noqa: TID251 - the one door to the wall clock


def epoch_s() -> float:
    """Seconds since 1970 for records that must survive a restart; never for durations."""
    return utc_now().timestamp()


def monotonic_ns() -> int:
    """Nanoseconds since boot."""
    return time.monotonic_ns()


def boot_id() -> str:
    """The kernel's random id of this boot; two events of one boot share a monotonic clock."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


@dataclass(frozen=True, slots=True)
class ClockQuality:
    """Where the wall clock has its time from, and how wrong it may be."""

    source: Literal["ntp", "rtc"]
    uncertainty_ms: int

    @property
    def uncertain_days(self) -> int:
        """By how many days today's date may be wrong, rounded up; none below a minute's doubt."""
        return -(-self.uncertainty_ms // DAY_MS) if self.uncertainty_ms >= MINUTE_MS else 0


def quality() -> ClockQuality:
    """What the kernel says of its clock (adjtimex(2)); a day's doubt where nothing steers it."""
    state = ctypes.create_string_buffer(TIMEX_BYTES)
    answer = ctypes.CDLL(None, use_errno=True).adjtimex(state)
    if answer < 0 or answer == TIME_ERROR:
        return ClockQuality("rtc", UNSTEERED_MS)
    _modes, _offset, _frequency, maxerror_us = struct.unpack_from("@iqqq", state.raw)
    return ClockQuality("ntp", maxerror_us // 1000)
