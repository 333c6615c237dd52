"""The event of an officer's decision that came after the crossing's own: sealed, on the disk."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import uuid_utils

from firmware_app import clock, log
from firmware_app.domain.officer import Action, Deed
from firmware_app.workers.officer_wire import officer_action
from firmware_app.workers.wire import Moment
from mqtt import events
from mqtt.envelope import Head, Sealed, Sealer
from mqtt.errors import OutboxError
from mqtt.events import Kind
from mqtt.outbox import Outbox


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Appends it to the chain; every call from the desk's thread."""

    kiosk: str
    outbox: Outbox
    sealer: Sealer
    committed: Callable[[Sequence[Sealed]], None]
    utc_now: Callable[[], datetime] = clock.utc_now

    def store(self, deed: Deed, until: date) -> bool:
        """Whether it is on the disk now; where not, the log says why."""
        try:
            sealed = self.outbox.append(
                lambda head: [self._seal(head, deed, until)], time.monotonic()
            )
        except OutboxError as error:
            what = f"{type(error).__name__}: an officer's decision was not stored."
            log.say("officer_decision_not_stored", "error", what=what, mend=error.mend)
            return False
        self.committed(sealed)
        return True

    def _seal(self, head: Head | None, deed: Deed, until: date) -> Sealed:
        if head is None:
            raise ValueError("the epoch was not begun.")
        moment = Moment(self.utc_now(), clock.quality(), clock.boot_id(), clock.monotonic_ns())
        passed = deed.action is Action.LET_PASS
        event = events.OfficerDecision(
            event_id=str(uuid_utils.uuid7()),
            relates_to=deed.crossing_id,
            kiosk_id=self.kiosk,
            time=moment.on_wire(),
            outcome="completed" if passed else "refused_by_officer",
            officer=officer_action(deed),
            retention_until=until.isoformat(),
        )
        return self.sealer.seal(
            events.encode(event),
            head=head,
            kind=Kind.OFFICER_DECISION,
            event_id=event.event_id,
            at_utc=moment.at_utc,
        )
