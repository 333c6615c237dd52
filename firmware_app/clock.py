"""The appliance's clock: the only place that asks what time it is."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

UtcClock = Callable[[], datetime]
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
