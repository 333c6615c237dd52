"""The centre's wall clock, in one place, so that tests can give another."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of the host, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the centre is a server with a clock of its own
