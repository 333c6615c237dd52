"""Which crossing an officer may decide, over what, and what becomes of it; no thread, no I/O."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from firmware_app.domain.crossing import Visit
from firmware_app.domain.officer import (
    ENTRY_REFUSED,
    LET_PASS_REASONS,
    REFUSAL_REASONS,
    Action,
    Deed,
    Proof,
)
from firmware_app.domain.rules import decide
from firmware_app.workers import officer_frames as frames
from firmware_app.workers.officer_wire import in_ms
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.vocabulary import StoreCrossing
from mqtt.officer_proof import NONCE_BYTES

STORED_LIMIT = 20
STORED_LIFE_S = 2 * 3600.0
WISHES_LIMIT = 32


@dataclass(frozen=True, slots=True)
class StoredOne:
    """A crossing that is stored, with nothing of its traveller; `until`: its content's last day."""

    crossing_id: str
    code: str
    outcome: str
    reasons: tuple[str, ...]
    until: date
    since_s: float
    decided: str = ""


@dataclass(slots=True)
class Decisions:
    """The live visit's and the stored crossings' decisions, from the wish to the event.

    during: hands a deed to the workflow; after: stores the event of one that came later. `now_s`
    is monotonic.
    """

    retention_days: int
    during: Callable[[Deed], None]
    after: Callable[[Deed, date], bool]
    _wishes: dict[bytes, Deed] = field(default_factory=dict)
    _on_the_way: dict[str, Deed] = field(default_factory=dict)
    _storing: dict[str, StoredOne] = field(default_factory=dict)
    _stored: dict[str, StoredOne] = field(default_factory=dict)

    # ---- what the workflow does -----------------------------------------------------------------

    def storing(self, command: StoreCrossing, now_s: float, now_utc: datetime) -> None:
        """That crossing is on its way to the disk; its visit is not kept here."""
        crossing_id = command.visit.crossing_id
        deed = self._on_the_way.get(crossing_id)
        if deed is not None and deed in command.visit.deeds:
            del self._on_the_way[crossing_id]
        last = command.visit.deeds[-1] if command.visit.deeds else None
        self._storing = {
            crossing_id: StoredOne(
                crossing_id,
                "",
                command.outcome.value,
                tuple(reason.value for reason in command.reasons),
                now_utc.date() + timedelta(days=self.retention_days),
                now_s,
                last.action.value if last is not None else "",
            )
        }

    def stored(self, crossing_id: str, code: str, now_s: float) -> StoredOne | None:
        """It is on the disk: from now on a decision about it is an event of its own."""
        one = self._storing.pop(crossing_id, None)
        if one is None:
            return None
        one = replace(one, code=code, since_s=now_s)
        while len(self._stored) >= STORED_LIMIT:
            del self._stored[next(iter(self._stored))]
        self._stored[crossing_id] = one
        late = self._on_the_way.pop(crossing_id, None)
        if late is not None and holds_over(late, one.reasons):
            self._decide_stored(late)
        return self._stored[crossing_id]

    def look(self, seen: "Seen | None", saving: str) -> None:
        """Where the kiosk is now; `saving`: the crossing that goes to the disk, else empty.

        The workflow does no decision of a visit that is over, nor one whose officer has not seen
        every reason: such a one is void, and may be asked for again.
        """
        self._on_the_way = {
            crossing_id: deed
            for crossing_id, deed in self._on_the_way.items()
            if crossing_id == saving or crossing_id in self._storing or _may_be_done(deed, seen)
        }

    def recent(self, now_s: float) -> tuple[StoredOne, ...]:
        """The stored crossings that may still be decided here, the newest first."""
        for one in [one for one in self._stored.values() if now_s - one.since_s > STORED_LIFE_S]:
            del self._stored[one.crossing_id]
        return tuple(reversed(self._stored.values()))

    # ---- what the officer does ------------------------------------------------------------------

    def wish(
        self, officer: str, want: frames.WantDecision, seen: "Seen | None", now_utc: datetime
    ) -> Deed | str:
        """The deed to be signed, with everything in it but the signature; or why not, as a code."""
        over = self._over(want.crossing, seen)
        if isinstance(over, str):
            return over
        if not _is_sound(want):
            return "not_a_decision"
        outcome, reasons = over
        if want.action == Action.LET_PASS and not reasons:
            return "nothing_to_override"
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Deed(
            want.crossing,
            officer,
            Action(want.action),
            want.reason,
            in_ms(now_utc),
            Proof(b"", nonce, b"", b"", b""),
            want.refusal_reason,
            outcome,
            reasons,
        )

    def keep_wish(self, challenge: bytes, deed: Deed) -> None:
        """Until its signature comes; of more than 32 the oldest go."""
        while len(self._wishes) >= WISHES_LIMIT:
            del self._wishes[next(iter(self._wishes))]
        self._wishes[challenge] = deed

    def take_wish(self, challenge: bytes) -> Deed | None:
        """Once."""
        return self._wishes.pop(challenge, None)

    def decide(self, deed: Deed, seen: "Seen | None") -> str:
        """Do it; "" or why not, as a code. The signature was verified by the caller."""
        over = self._over(deed.crossing_id, seen)
        if isinstance(over, str):
            return over
        if not holds_over(deed, over[1]):
            return "changed"
        if deed.crossing_id in self._stored:
            return "" if self._decide_stored(deed) else "not_stored"
        self._on_the_way[deed.crossing_id] = deed
        self.during(deed)
        return ""

    def _decide_stored(self, deed: Deed) -> bool:
        one = self._stored[deed.crossing_id]
        if not self.after(deed, one.until):
            return False
        self._stored[deed.crossing_id] = replace(one, decided=deed.action.value)
        return True

    def _over(self, crossing_id: str, seen: "Seen | None") -> tuple[str, tuple[str, ...]] | str:
        """Outcome and reasons that a decision would set aside; or why there can be none."""
        stored = self._stored.get(crossing_id)
        if stored is not None:
            return "decided_before" if stored.decided else (stored.outcome, stored.reasons)
        if seen is not None and seen.visit.crossing_id == crossing_id:
            if crossing_id in self._on_the_way:
                return "decided_before"
            return _found(seen)
        return "visit_over"


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """The visit of now and when it and its step began (monotonic); personal, RAM only."""

    visit: Visit
    terms: Terms
    began_s: float
    step_began_s: float

    def __repr__(self) -> str:
        """Which visit, nothing of it."""
        return f"Seen({self.visit.crossing_id})"


def _found(seen: Seen) -> tuple[str, tuple[str, ...]]:
    """What the visit would come to now."""
    outcome, reasons = decide(seen.visit, seen.terms.policy, seen.terms.today)
    return outcome.value, tuple(reason.value for reason in reasons)


def _may_be_done(deed: Deed, seen: Seen | None) -> bool:
    if seen is None or seen.visit.crossing_id != deed.crossing_id:
        return False
    return holds_over(deed, _found(seen)[1])


def holds_over(deed: Deed, reasons: tuple[str, ...]) -> bool:
    """Whether the officer saw every reason there is now; a refusal needs none."""
    return deed.action is Action.REFUSE or set(reasons) <= set(deed.overrides)


def _is_sound(want: frames.WantDecision) -> bool:
    if want.action == Action.LET_PASS:
        return want.reason in LET_PASS_REASONS and not want.refusal_reason
    letter = want.refusal_reason
    return (
        want.action == Action.REFUSE
        and want.reason == ENTRY_REFUSED
        and len(letter) == 1
        and letter in REFUSAL_REASONS
    )
