"""What the centre should look at: refused receipts, break-glass; counts in a sealed event."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import uuid_utils

from firmware_app import clock, log
from firmware_app.services.break_glass import GlassAlarm
from mqtt import events
from mqtt.envelope import Head, Sealed, Sealer
from mqtt.errors import KeyFileError, OutboxError
from mqtt.events import Kind
from mqtt.outbox import Outbox
from mqtt.receipts import ReceiptAlarm

EVERY_S = 3600.0
RETRY_S = 600.0  # the outbox is full, its mirror away, the TPM silent: the counts wait
MEND = "See who may publish on this kiosk's receipts topic, and whether it has the centre's key."
GLASS_MEND = "Compare it with the tokens that were made for this kiosk; docs/security.md."

Alarm = ReceiptAlarm | GlassAlarm


@dataclass(frozen=True, slots=True)
class _Count:
    since: datetime
    count: int


@dataclass(slots=True)
class ReceiptAlarms:
    """Holds one number and one time for each kind, whatever floods; never a byte of a receipt."""

    outbox: Outbox
    sealer: Sealer
    utc_now: Callable[[], datetime] = clock.utc_now
    monotonic_s: Callable[[], float] = time.monotonic
    _waiting: dict[Alarm, _Count] = field(default_factory=dict)
    _next_at_s: dict[Alarm, float] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, alarm: Alarm) -> None:
        """One more; from any thread."""
        with self._guard:
            before = self._waiting.get(alarm) or _Count(self.utc_now(), 0)
            self._waiting[alarm] = _Count(before.since, before.count + 1)

    def write(self, committed: Callable[[Sequence[Sealed]], None]) -> None:
        """Once a second, after the epoch has begun: one event of all that is due, then `committed`.

        The first of a kind at once; refused receipts of the hour after it as a count at its end.
        """
        due = self._take_due()
        if not due:
            return
        try:
            sealed = self.outbox.append(lambda head: [self._seal(head, due)], time.monotonic())
        except (OutboxError, KeyFileError) as error:
            self._put_back(due)
            log.say("alarm_not_stored", "error", what=str(error), mend=error.mend)
            return
        committed(sealed)
        for alarm, found in due.items():
            mend = MEND if isinstance(alarm, ReceiptAlarm) else GLASS_MEND
            log.say("alarm_stored", "error", what=alarm.value, count=found.count, mend=mend)

    def _take_due(self) -> dict[Alarm, _Count]:
        now_s = self.monotonic_s()
        with self._guard:
            due = {
                alarm: found
                for alarm, found in self._waiting.items()
                if now_s >= self._next_at_s.get(alarm, now_s)
            }
            for alarm in due:
                del self._waiting[alarm]
                if isinstance(alarm, ReceiptAlarm):  # of the others there are as many as tokens
                    self._next_at_s[alarm] = now_s + EVERY_S
        return due

    def _put_back(self, due: dict[Alarm, _Count]) -> None:
        now_s = self.monotonic_s()
        with self._guard:
            for alarm, found in due.items():
                later = self._waiting.get(alarm)
                count = found.count + (later.count if later else 0)
                self._waiting[alarm] = _Count(found.since, count)
                self._next_at_s[alarm] = now_s + RETRY_S

    def _seal(self, head: Head | None, due: dict[Alarm, _Count]) -> Sealed:
        if head is None:
            raise ValueError("the epoch was not begun.")
        now = self.utc_now()
        event = events.Counters(
            event_id=str(uuid_utils.uuid7()),
            since=min(now, *(found.since for found in due.values())),
            until=now,
            counts={alarm.value: found.count for alarm, found in due.items()},
        )
        return self.sealer.seal(
            events.encode(event),
            head=head,
            kind=Kind.COUNTERS,
            event_id=event.event_id,
            at_utc=now,
        )
