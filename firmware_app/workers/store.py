"""Crossing to wire event to sealed envelope to outbox: the commit the traveller waits for."""

import queue
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import uuid_utils

from firmware_app import clock, log
from firmware_app.workers.session import Session
from firmware_app.workers.wire import Moment, Site, crossing_event
from firmware_app.workflow.runner import Durations
from firmware_app.workflow.vocabulary import CrossingStored, Event, StoreCrossing, StoreFailed
from mqtt import events
from mqtt.envelope import Head, Sealed, Sealer
from mqtt.errors import OutboxError
from mqtt.events import Kind
from mqtt.outbox import Outbox
from mqtt.reference import reference

FAULT_MEND = "Keep the log and call the maker: an event did not fit."


@dataclass(frozen=True, slots=True)
class _Work:
    command: StoreCrossing
    durations: Durations
    attachments: tuple[tuple[str, bytes], ...]


@dataclass(slots=True)
class StoreWorker:
    """Seals one crossing at a time in its own thread; nothing personal is left in it afterwards."""

    outbox: Outbox
    sealer: Sealer
    site: Site
    session: Session
    post: Callable[[Event], None]
    committed: Callable[[Sequence[Sealed]], None]
    utc_now: Callable[[], datetime] = clock.utc_now
    _work: "queue.SimpleQueue[_Work | None]" = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin a new epoch; its first statement names the head before. Then wait for crossings."""
        epoch = str(uuid_utils.uuid4())
        self.committed(
            self.outbox.append(
                lambda _head: [self._epoch_start(self.outbox.epoch_head(epoch))], time.monotonic()
            )
        )
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    def is_alive(self) -> bool:
        """Whether its thread still takes work."""
        return self._thread is not None and self._thread.is_alive()

    def store(self, command: StoreCrossing, durations: Durations) -> None:
        """Take the visit and its pictures; CrossingStored or StoreFailed follows."""
        self._work.put(_Work(command, durations, self.session.attachments()))

    def stop(self) -> None:
        """Finish what was taken, then end."""
        self._work.put(None)
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            self._store(work)
            del work  # or the traveller would stay here until the next one comes

    def _store(self, work: _Work) -> None:
        crossing_id = work.command.visit.crossing_id
        started_s = time.monotonic()
        try:
            sealed = self.outbox.append(lambda head: self._seal(head, work), time.monotonic())
        except OutboxError as error:
            self._failed(crossing_id, type(error).__name__, error.mend)
            return
        except Exception as error:  # noqa: BLE001 - without its thread no crossing is ever stored
            where = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} at {where.name}:{where.lineno}"
            self._failed(crossing_id, what, FAULT_MEND)
            return
        took_ms = round((time.monotonic() - started_s) * 1000)
        log.say("crossing_stored", crossing_id=crossing_id, duration_ms=took_ms)
        self.committed(sealed)
        self.post(CrossingStored(crossing_id, reference(crossing_id)))

    def _failed(self, crossing_id: str, what: str, mend: str) -> None:
        log.say("crossing_not_stored", "error", crossing_id=crossing_id, what=what, mend=mend)
        self.post(StoreFailed(crossing_id, what))

    def _moment(self) -> Moment:
        return Moment(self.utc_now(), clock.quality(), clock.boot_id(), clock.monotonic_ns())

    def _seal(self, head: Head | None, work: _Work) -> list[Sealed]:
        if head is None:
            raise ValueError("the epoch was not begun.")
        moment = self._moment()
        event = crossing_event(self.site, work.command, work.durations, moment, head)
        sealed = [
            self.sealer.seal(
                events.encode(event),
                head=head,
                kind=Kind.CROSSING,
                event_id=event.envelope.event_id,
                at_utc=moment.at_utc,
            )
        ]
        for role, jpeg in work.attachments:
            attachment = events.Attachment(
                event_id=str(uuid_utils.uuid7()),
                relates_to=event.envelope.event_id,
                role=role,  # type: ignore[arg-type] # Session names no other role
                media_type="image/jpeg",
                data=jpeg,
            )
            sealed.append(
                self.sealer.seal(
                    events.encode(attachment),
                    head=sealed[-1].next_head,
                    kind=Kind.ATTACHMENT,
                    event_id=attachment.event_id,
                    at_utc=moment.at_utc,
                )
            )
        return sealed

    def _epoch_start(self, head: Head) -> Sealed:
        moment = self._moment()
        event = events.EpochStart(
            event_id=str(uuid_utils.uuid7()),
            kiosk_id=self.site.kiosk_id,
            time=moment.on_wire(),
            software=self.site.software,
        )
        return self.sealer.seal(
            events.encode(event),
            head=head,
            kind=Kind.EPOCH_START,
            event_id=event.event_id,
            at_utc=moment.at_utc,
        )
