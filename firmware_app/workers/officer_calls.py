"""Calls for a person: open until an officer comes or the visit is over; said as signed alerts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import uuid_utils

from mqtt.alerts import ALERT_TYPE, Alert, Reason, sign_alert
from mqtt.keys import Signer
from mqtt.relay_asides import Aside

CALLS_LIMIT = 16
REFERRAL_LIFE_S = 900.0
AFTER_VISIT: frozenset[Reason] = frozenset({"referral", "no_crossing", "crossing_not_stored"})
"""Calls that go on when the traveller has left the kiosk: he is on his way to the officer."""


@dataclass(frozen=True, slots=True)
class OneCall:
    """`since_s` is monotonic."""

    call: str
    reason: Reason
    since_s: float
    answered: bool = False


@dataclass(slots=True)
class Calls:
    """The calls of now; each change is said outside, signed, with nothing of the traveller."""

    kiosk: str
    signer: Signer
    say: Callable[[Aside], None]
    utc_now: Callable[[], datetime]
    _open: tuple[OneCall, ...] = ()

    @property
    def now(self) -> tuple[OneCall, ...]:
        """All of them, the oldest first."""
        return self._open

    @property
    def waiting(self) -> bool:
        """Whether somebody waits whom nobody has answered."""
        return any(not one.answered for one in self._open)

    def open(self, reason: Reason, now_s: float) -> None:
        """Somebody waits; a second call for the same reason only makes the first one loud again."""
        same = next((one for one in self._open if one.reason == reason == "help"), None)
        if same is not None:
            self._put(replace(same, answered=False))
            return
        while len(self._open) >= CALLS_LIMIT:
            self._close(self._open[0])
        one = OneCall(str(uuid_utils.uuid7()), reason, now_s)
        self._open = (*self._open, one)
        self._tell(one, "open")

    def answer(self) -> bool:
        """An officer comes: the sound stops. False where nobody called."""
        unanswered = [one for one in self._open if not one.answered]
        for one in unanswered:
            self._put(replace(one, answered=True))
            self._tell(one, "answered")
        return bool(unanswered)

    def visit_over(self) -> None:
        """The traveller has left the kiosk: whom he called there need come no more."""
        for one in self._open:
            if one.reason not in AFTER_VISIT:
                self._close(one)

    def upkeep(self, now_s: float) -> None:
        """End the calls that somebody has answered for, or that are too old to be true."""
        for one in self._open:
            done = one.answered and one.reason in AFTER_VISIT
            if done or now_s - one.since_s > REFERRAL_LIFE_S:
                self._close(one)

    def _put(self, changed: OneCall) -> None:
        self._open = tuple(changed if one.call == changed.call else one for one in self._open)

    def _close(self, one: OneCall) -> None:
        self._open = tuple(other for other in self._open if other.call != one.call)
        self._tell(one, "closed")

    def _tell(self, one: OneCall, state: Literal["open", "answered", "closed"]) -> None:
        alert = Alert(
            kiosk=self.kiosk, call=one.call, state=state, reason=one.reason, at=self.utc_now()
        )
        self.say(Aside("alerts", sign_alert(alert, self.signer), ALERT_TYPE))
