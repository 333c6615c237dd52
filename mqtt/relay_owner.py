"""What the owner does with each frame of the publisher: offers rows, believes signatures alone."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mqtt import cbor, topics
from mqtt.delivery import Outcome, Window
from mqtt.errors import ReceiptError
from mqtt.events import Kind
from mqtt.keys import PublicKey
from mqtt.link_budget import LinkBudget, LinkWord
from mqtt.link_report import LinkReport
from mqtt.notice import Notice, OnChange
from mqtt.outbox import ERASE_SLICE, Outbox, Row
from mqtt.reason_codes import answer
from mqtt.receipts import OnAlarm, Receipt, ReceiptAlarm, no_alarm, verify_receipt
from mqtt.relay_asides import Asides
from mqtt.relay_frames import (
    Answer,
    FrameError,
    Greeting,
    Link,
    Offer,
    Retain,
    Signed,
    Taken,
    ToPublisher,
    Traffic,
)

OnSigned = Callable[[str, bytes], None]
OnReceipt = Callable[[Receipt], None]
Clock = Callable[[], float]
IDLE_LONGEST_S = 0.5


def no_floor() -> float:
    """No time is known to have passed: the publisher's release is the floor."""
    return 0.0


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """How long things are kept and waited for; the defaults are those of the design."""

    keep_after_receipt_s: float = 72 * 3600.0
    answer_limit_s: float = 60.0  # no PUBACK for so long: the row is offered again
    receipt_limit_s: float = 60.0  # after so long an unreceipted row no longer holds others back
    unreceipted_limit: int = 200  # rows taken by the broker and not receipted, or it drops some
    upkeep_s: float = 1.0
    link: LinkWord = "auto"
    traffic_said_every_s: float = 3600.0


@dataclass(slots=True)
class OwnerSide:
    """The owner's half of the talk; every call comes from the relay's one thread.

    A publisher that lies can only delay: its answer makes a row `sent`, due again a minute later.
    A row ends with a receipt that the centre signed, for this kiosk, with the statement's hash.
    """

    kiosk: str
    outbox: Outbox
    receipt_keys: Sequence[PublicKey]
    on_signed: OnSigned
    on_receipt: OnReceipt
    said: OnChange
    on_alarm: OnAlarm = no_alarm
    settings: RelaySettings = field(default_factory=RelaySettings)
    clock: Clock = time.monotonic
    outbox_clock: Clock = time.monotonic
    link_up: bool = False
    last_receipt_at_s: float | None = None
    window: Window = field(default_factory=Window)
    budget: LinkBudget = field(init=False)
    report: LinkReport = field(default_factory=LinkReport)
    earliest_utc_s: Clock = no_floor
    head: bytes = b""
    asides: Asides = field(init=False)
    _tokens: dict[int, Row] = field(default_factory=dict)
    _next_token: int = 1
    _acknowledged: dict[tuple[str, int], int] = field(default_factory=dict)
    _unreceipted: dict[tuple[str, int], float] = field(default_factory=dict)
    _upkeep_at_s: float = 0.0
    _erase_at_s: float = 0.0
    _traffic_at_s: float = 0.0

    def __post_init__(self) -> None:
        self.budget = LinkBudget(self.settings.link)
        self.asides = Asides(self.kiosk)
        self._traffic_at_s = self.clock() + self.settings.traffic_said_every_s

    def greet(self) -> list[ToPublisher]:
        """The first frames to a publisher that has just come."""
        will = self._state(online=False)
        return [Greeting(self.kiosk, will, self.earliest_utc_s()), self.state()]

    def state(self) -> Retain:
        """The retained state: that we are there, and the chain's head, our newest statement."""
        return Retain(topics.topic(self.kiosk, "state"), self._state(online=True))

    def _state(self, *, online: bool) -> bytes:
        return cbor.dumps({"online": online, "head": self.head})

    def take(self, frame: object) -> list[ToPublisher]:
        """Deal with one frame; gives what to answer. Raises FrameError for one not of its side."""
        match frame:
            case Link():
                self._link(frame)
            case Answer():
                self._answer(frame)
            case Signed():
                self._signed(frame)
                return [Taken(frame.token)]
            case Traffic():
                self._traffic(frame)
            case _:
                raise FrameError("a frame that only the owner may send.")
        return []

    def _link(self, frame: Link) -> None:
        if not frame.up:
            self._line_lost()
        self.link_up = self.report.up = frame.up
        self.report.why = frame.why[:100]
        if frame.up:
            self.said.say("link", Notice("link_up", "info", "The broker is reached."))
        else:
            mend = "See the publisher's log; the kiosk keeps everything and sends it later."
            self.said.say(
                "link", Notice("link_down", "warning", "The broker is not reached.", mend)
            )

    def _answer(self, frame: Answer) -> None:
        row = self._tokens.pop(frame.token, None)
        if row is None:
            self.asides.answered(frame.token)
            return
        now_s = self.clock()
        outcome = self.window.answered(row.row_id, frame.reason, now_s)
        self.budget.answered(row.row_id, now_s)
        meant = answer(frame.reason)
        self.report.answers[meant.name] = self.report.answers.get(meant.name, 0) + 1
        if outcome is Outcome.DELIVERED:
            self._acknowledged[row.epoch, row.sequence] = row.row_id
            self._unreceipted[row.epoch, row.sequence] = now_s
            self.report.events += 1
            self.report.crossings += row.kind is Kind.CROSSING
            self.report.event_bytes += len(row.wire)
            self.said.say("broker", Notice("broker_takes", "info", "The broker takes events."))
        else:
            what = f"The broker does not deliver: {meant.name} (0x{frame.reason & 0xFF:02x})."
            self.said.say("broker", Notice("not_delivered", meant.severity, what, meant.mend))

    def _traffic(self, frame: Traffic) -> None:
        """Counted by the publisher, and believed for nothing but this report."""
        self.report.line_out_bytes += frame.out_bytes
        self.report.line_in_bytes += frame.in_bytes
        self.report.rtt_ms = frame.rtt_ms
        self.report.rate_bytes_per_s = int(self.budget.rate_bytes_per_s or 0)
        self.report.thin = self.budget.is_thin

    def _signed(self, frame: Signed) -> None:
        if frame.leaf != "receipts":
            self.on_signed(frame.leaf, frame.payload)
            return
        try:
            receipt = verify_receipt(frame.payload, self.receipt_keys)
        except ReceiptError as error:
            self._refuse(error, ReceiptAlarm.FORGED)
            return
        if receipt.kiosk != self.kiosk:
            self._refuse(ReceiptError("it is for another kiosk."), ReceiptAlarm.FOREIGN)
            return
        marked = self.outbox.receipted(receipt, self.outbox_clock())
        self.last_receipt_at_s = self.clock()
        for entry in receipt.entries:
            place = entry.epoch, entry.sequence
            self._unreceipted.pop(place, None)
            if marked:  # a row with its receipt needs no word that it was sent
                self._acknowledged.pop(place, None)
        if marked < len(receipt.entries) and self.outbox.is_strange(receipt):
            what = "it names a statement that this kiosk's chain does not hold."
            self._refuse(ReceiptError(what), ReceiptAlarm.REPLAYED)
        else:
            self.said.say("receipts", Notice("receipts_come", "info", "The centre gives receipts."))
        if marked:
            self.on_receipt(receipt)

    def _refuse(self, error: ReceiptError, alarm: ReceiptAlarm) -> None:
        self.on_alarm(alarm)
        refused = Notice("receipt_refused", "error", str(error), error.mend)
        self.said.say(alarm, refused)  # not as "receipts": true and forged ones may come by turns

    def flush(self) -> None:
        """Write which rows the broker has and the centre has not, in one commit.

        Not at each answer: most receipts are here before the next upkeep, and a row whose mark is
        lost in a power cut is sent once more, no worse.
        """
        if self._acknowledged:
            self.outbox.mark_sent(list(self._acknowledged.values()), self.outbox_clock())
            self._acknowledged.clear()

    def fill(self) -> list[ToPublisher]:
        """Offers: all that is said beside the events, then events for the room in the window."""
        if not self.link_up:
            return []
        return [*self.asides.offers(self._new_token), *self._events()]

    def _events(self) -> list[ToPublisher]:
        """Where the window is half empty: many in one go cost less."""
        now_s = self.clock()
        room = self.window.room(now_s)
        free = min(room, self.settings.unreceipted_limit - len(self._unreceipted))
        if free <= 0 or 2 * room < self.window.size:
            return []
        rows = self.budget.rows(free)
        if rows <= 0:
            return []
        batch = self.outbox.batch(rows, self.outbox_clock())  # again, what is slower than its lease
        return [self._offer(row, now_s) for row in batch if not self.window.has(row.row_id)]

    def _offer(self, row: Row, now_s: float) -> Offer:
        self.window.offer(row.row_id, now_s)
        self.budget.offered(row.row_id, len(row.wire), now_s)
        token = self._new_token()
        self._tokens[token] = row
        properties = topics.cloudevents_properties(
            kiosk=self.kiosk,
            kind=row.kind,
            event_id=row.event_id,
            sequence=row.sequence,
            hour=row.hour,
        )
        topic = topics.topic(self.kiosk, "events")
        return Offer(token, topic, row.wire, topics.CONTENT_TYPE, tuple(properties))

    def _new_token(self) -> int:
        self._next_token += 1
        return self._next_token - 1

    def upkeep(self) -> None:
        """Now and then: what was refused or not answered or not receipted is due again; erase."""
        now_s = self.clock()
        self._erase(now_s)
        if now_s < self._upkeep_at_s:
            return
        self._upkeep_at_s = now_s + self.settings.upkeep_s
        self.flush()
        limit_s = self.budget.answer_limit_s(self.settings.answer_limit_s)
        self._put_back(self.window.give_back(now_s, limit_s))
        if now_s >= self._traffic_at_s:
            self._traffic_at_s = now_s + self.settings.traffic_said_every_s
            self.said.say("traffic", Notice("link_traffic", "info", self.report.words()))
        oldest_s = now_s - self.settings.receipt_limit_s
        late = [place for place, at_s in self._unreceipted.items() if at_s <= oldest_s]
        for place in late:
            del self._unreceipted[place]
        if late:
            what = "The broker took events and no receipt came; they are sent again."
            mend = "See whether the central sink runs and whether its receipt key is the kiosk's."
            self.said.say("receipts", Notice("receipts_late", "warning", what, mend))
        self.outbox.due_again(self.outbox_clock())

    def _erase(self, now_s: float) -> None:
        """A slice each turn while there is one: a whole second's rows would hold the line up."""
        if now_s < self._erase_at_s:
            return
        self._erase_at_s = now_s + self.settings.upkeep_s  # also where the disk refuses
        keep_s = self.settings.keep_after_receipt_s
        if self.outbox.erase_slice(self.outbox_clock(), keep_s) == ERASE_SLICE:
            self._erase_at_s = now_s

    def idle_s(self) -> float:
        """How long nothing is to be done unless somebody speaks."""
        due_s = self._erase_at_s - self.clock()
        return max(0.0, min(due_s, IDLE_LONGEST_S, self.settings.upkeep_s))

    def lost(self) -> None:
        """The publisher is gone: what it had is due again."""
        self.flush()
        self._line_lost()
        self.link_up = self.report.up = False
        self.report.why = ""

    def _line_lost(self) -> None:
        self._put_back(self.window.line_lost())
        self._tokens.clear()
        self.asides.line_lost()
        self.budget.line_lost()

    def _put_back(self, row_ids: list[int]) -> None:
        if not row_ids:
            return
        self.budget.gone(row_ids)
        gone = set(row_ids)
        self._tokens = {token: row for token, row in self._tokens.items() if row.row_id not in gone}
        self.outbox.put_back(row_ids)
