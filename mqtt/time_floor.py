"""A time that cannot be earlier, from the release and from receipts; judges spans by it (pure)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

RELEASED_UTC: Final = datetime(2026, 11, 22, tzinfo=UTC)
"""Each release moves it on: no kiosk that runs this code lives earlier."""
DAY_S: Final = 86_400.0
STEP_ALONE_S: Final = 7 * DAY_S
STEP_AGREED_S: Final = 400 * DAY_S
AGREED_S: Final = 3600.0
STEP_EVERY_S: Final = DAY_S
TOLERANCE_S: Final = 300.0

Doubt = Literal["", "expired", "not valid yet"]


@dataclass(frozen=True, slots=True)
class TimeFloor:
    """It is no earlier than `at_utc_s` (seconds since 1970) plus what was powered since.

    Time moves it with the powered clock (`now_s`, monotonic); a receipt's signed time moves it
    forward by STEP_ALONE_S at most, by STEP_AGREED_S where the system clock says the same within an
    hour, and no more than once in a powered day: so that one wrong time cannot take it far.
    """

    at_utc_s: float = RELEASED_UTC.timestamp()
    at_s: float = 0.0
    next_step_s: float = 0.0

    def now_utc_s(self, now_s: float) -> float:
        """The earliest that it can be."""
        return self.at_utc_s + max(0.0, now_s - self.at_s)

    def told(self, signed_utc_s: float, system_utc_s: float, now_s: float) -> "TimeFloor":
        """The floor after the centre signed that it was `signed_utc_s`; never an earlier one."""
        earliest = self.now_utc_s(now_s)
        if signed_utc_s <= earliest or now_s < self.next_step_s:
            return self
        agreed = abs(signed_utc_s - system_utc_s) <= AGREED_S
        most = earliest + (STEP_AGREED_S if agreed else STEP_ALONE_S)
        return replace(
            self,
            at_utc_s=min(signed_utc_s, most),
            at_s=now_s,
            next_step_s=now_s + STEP_EVERY_S,
        )


def is_plausible(system_utc_s: float, earliest_utc_s: float) -> bool:
    """Whether the system clock may judge: not before the floor, and not a week beyond it."""
    return earliest_utc_s - TOLERANCE_S <= system_utc_s <= earliest_utc_s + STEP_ALONE_S


def doubt(from_utc_s: float, to_utc_s: float, system_utc_s: float, earliest_utc_s: float) -> Doubt:
    """Why a certificate of that span does not count now; "" where it does.

    A span that ended before the floor has ended. What the system clock says counts only where it
    is plausible: a dead clock, in 1970 or in 2090, must not cut the kiosk off from the centre whose
    receipts mend the floor. An authority that signs certificates for later is not an attack.
    """
    if to_utc_s < earliest_utc_s:
        return "expired"
    if not is_plausible(system_utc_s, earliest_utc_s):
        return ""
    if to_utc_s < system_utc_s:
        return "expired"
    return "not valid yet" if from_utc_s > system_utc_s + TOLERANCE_S else ""
