"""The appliance's clock: the only place that asks what time it is."""

import ctypes
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from mqtt.time_floor import is_plausible

UtcClock = Callable[[], datetime]
TIMEX_BYTES = 256
TIME_ERROR = 5
MINUTE_MS, DAY_MS = 60_000, 86_400_000
UNSTEERED_MS = DAY_MS
BEHIND_FLOOR_MS = 3650 * DAY_MS  # how long a kiosk may have lain without power: nobody knows
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class _Floor:
    """The one floor of this process, as there is one system clock."""

    earliest_utc_s: Callable[[], float] | None = None


def keep_floor(earliest_utc_s: Callable[[], float] | None) -> None:
    """From now on it is never earlier than this says (seconds since 1970); None: no floor."""
    _Floor.earliest_utc_s = earliest_utc_s


def utc_now() -> datetime:
    """Now, aware, in UTC, not before the floor; may be wrong by as much as the event says."""
    system = datetime.now(UTC)  # noqa: TID251 - the one door to the wall clock
    if _Floor.earliest_utc_s is None:
        return system
    return max(system, datetime.fromtimestamp(_Floor.earliest_utc_s(), UTC))


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

    source: Literal["ntp", "rtc", "floor"]
    uncertainty_ms: int

    @property
    def uncertain_days(self) -> int:
        """By how many days today's date may be wrong, rounded up; none below a minute's doubt."""
        return -(-self.uncertainty_ms // DAY_MS) if self.uncertainty_ms >= MINUTE_MS else 0


def quality() -> ClockQuality:
    """How good `utc_now` is.

    `floor` where the system clock lies before the floor, so that only the earliest time is known;
    else what the kernel says (adjtimex(2)), and a day's doubt where nothing steers its clock, or
    the whole way back to the floor where that is more than a week.
    """
    steered = _kernel()
    if _Floor.earliest_utc_s is None:
        return steered
    earliest, system = _Floor.earliest_utc_s(), datetime.now(UTC).timestamp()  # noqa: TID251 - door
    if system < earliest:
        return ClockQuality("floor", BEHIND_FLOOR_MS)
    if steered.source == "rtc" and not is_plausible(system, earliest):
        return ClockQuality("rtc", round((system - earliest) * 1000))
    return steered


def _kernel() -> ClockQuality:
    state = ctypes.create_string_buffer(TIMEX_BYTES)
    answer = ctypes.CDLL(None, use_errno=True).adjtimex(state)
    if answer < 0 or answer == TIME_ERROR:
        return ClockQuality("rtc", UNSTEERED_MS)
    _modes, _offset, _frequency, maxerror_us = struct.unpack_from("@iqqq", state.raw)
    return ClockQuality("ntp", maxerror_us // 1000)
