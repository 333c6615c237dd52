"""A batch of messages in, stored; receipts and alarms out. Knows no broker."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from mqtt import cbor
from mqtt.central.alarms import Alarms
from mqtt.central.clock import Clock, utc_now
from mqtt.central.fleet import site_view
from mqtt.central.gaps import GAP, GapWatch
from mqtt.central.judge import Judged, judge
from mqtt.central.metrics import Metrics
from mqtt.central.orders import Orders
from mqtt.central.receipt_desk import ReceiptDesk
from mqtt.central.registry import Registry
from mqtt.central.store import CentralStore, Outcome, StoredHead
from mqtt.central.trust import Trust
from mqtt.envelope import signed_by_one_of
from mqtt.keys import PrivateKey, Signer
from mqtt.notice import Notice, Tell
from mqtt.receipts import ReceiptEntry

STATE_LIMIT_BYTES = 8192
SITE_EVERY_S = 15.0
QUARANTINE_MEND = "Compare registry and keys with the kiosk's; then `kiosk-central rejudge`."
FULL_MEND = "See who sends it with `kiosk-central fleet`; mend, then `kiosk-central rejudge`."
FORK_MEND = "Its card was copied or set back: send an engineer; both branches are kept."
KIOSK_MEND = "docs/delivery.md tells what each name means and where to look."


class _State(msgspec.Struct, frozen=True):
    online: bool
    head: bytes


@dataclass(slots=True)
class Intake:
    """What every member of the sink does with a batch, in this order: judge, commit, receipt."""

    registry: Registry
    recipient_keys: Sequence[PrivateKey]
    receipt_signer: Signer
    store: CentralStore
    tell: Tell
    utc_now: Clock = utc_now
    monotonic_s: Callable[[], float] = time.monotonic
    gaps: GapWatch = field(default_factory=GapWatch)
    renew: Callable[[], Trust | Notice | None] = lambda: None
    orders: Orders | None = None
    quarantine_limit_bytes: int = 0
    metrics: Metrics = field(default_factory=Metrics)
    alarms: Alarms = field(init=False)
    _touched: set[tuple[str, str]] = field(default_factory=set)
    _watch_at_s: float = 0.0
    _site_at_s: float = 0.0

    def __post_init__(self) -> None:
        self.alarms = Alarms(self.tell)

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many messages became what, since the start."""
        return self.metrics.messages

    def desk(self) -> ReceiptDesk:
        """Where entries that were committed wait for their receipt."""
        return ReceiptDesk(self.receipt_signer, self.store.level)

    def take(self, batch: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
        """Store pairs of kiosk and wire; gives one signed receipt for each kiosk, after the commit.

        Raises StoreError; then nothing was stored and nothing is receipted.
        """
        desk = self.desk()
        desk.add(self.commit(batch), 0.0)
        return desk.due(0.0, self.utc_now(), all_of_it=True)

    def commit(self, batch: Sequence[tuple[str, bytes]]) -> list[tuple[str, ReceiptEntry]]:
        """Store pairs of kiosk and wire; gives what may be receipted now. Raises StoreError."""
        judged = [judge(kiosk, wire, self.registry, self.recipient_keys) for kiosk, wire in batch]
        started_s = self.monotonic_s()
        outcomes = self.store.add(judged, self.utc_now())
        now_s = self.monotonic_s()
        self.metrics.commits.see(now_s - started_s)
        entries = []
        for one, outcome in zip(judged, outcomes, strict=True):
            self.metrics.messages[outcome] += 1
            self.metrics.received_bytes += len(one.wire)
            self._alarm(one, outcome, now_s)
            if one.opened is not None:
                self._touched.add((one.kiosk, one.opened.statement.epoch))
            if one.entry is not None and outcome is not Outcome.REFUSED:
                entries.append((one.kiosk, one.entry))
        return entries

    def take_state(self, kiosk: str, payload: bytes) -> None:
        """Keep what a kiosk's retained state shows; what is no state is passed over."""
        self.take_states([(kiosk, payload)])

    def take_states(self, states: Sequence[tuple[str, bytes]]) -> None:
        """Many in one commit: at each start all kiosks' states come at once."""
        heads = [self._head(kiosk, payload) for kiosk, payload in states]
        if found := [head for head in heads if head is not None]:
            self.store.keep_heads(found)

    def _head(self, kiosk: str, payload: bytes) -> StoredHead | None:
        try:
            fields = cbor.loads(payload, limit_bytes=STATE_LIMIT_BYTES)
            state = msgspec.convert(fields, _State, builtin_types=(bytes,))
        except (cbor.CborError, msgspec.ValidationError):
            notice = Notice("state_unread", "warning", f"{kiosk}: a state that does not read.")
            self.alarms.say(kiosk, notice, self.monotonic_s())
            return None
        at = self.utc_now().isoformat(timespec="milliseconds")
        said = signed_by_one_of(state.head, kiosk, self.registry.keys.get(kiosk, ()))
        place = (said.epoch, said.sequence) if said is not None else (None, None)
        return StoredHead(kiosk, state.online, at, state.head, *place)

    def take_answer(self, kiosk: str, payload: bytes) -> None:
        """Keep what a kiosk answers to a command."""
        if self.orders is None:
            return
        notice = self.orders.answered(kiosk, payload, self.registry)
        if notice is not None:
            self.alarms.say(kiosk, notice, self.monotonic_s())

    def _alarm(self, one: Judged, outcome: Outcome, now_s: float) -> None:
        if outcome is Outcome.AGAIN:
            return
        if outcome is Outcome.REFUSED:
            what = f"{one.kiosk}: no room left in the quarantine: not kept, not receipted."
            self.alarms.say(one.kiosk, Notice("quarantine_full", "error", what, FULL_MEND), now_s)
            return
        if one.why:
            what = f"{one.kiosk}: {one.why}"
            notice = Notice("quarantined", "error", what, QUARANTINE_MEND)
            self.alarms.say(one.kiosk, notice, now_s)
        if outcome is Outcome.FORK and one.entry is not None:
            what = f"{one.kiosk}: a second branch at {one.entry.epoch} {one.entry.sequence}."
            self.alarms.say(one.kiosk, Notice("fork", "error", what, FORK_MEND), now_s)
        if one.facts.alarms:
            counted = ", ".join(f"{name} ({count})" for name, count in one.facts.alarms)
            what = f"{one.kiosk}: {counted}."
            self.alarms.say(one.kiosk, Notice("kiosk_alarm", "error", what, KIOSK_MEND), now_s)

    def watch(self) -> None:
        """Now and then, also while nothing arrives: alarm for gaps that last, count the site."""
        now_s = self.monotonic_s()
        if now_s < self._watch_at_s:
            return
        self._watch_at_s = now_s + self.gaps.look_every_s
        self.alarms.watch(now_s)
        self._renew()
        for kiosk, epoch in sorted(self._touched | self.gaps.open_places):
            for notice in self.gaps.seen(kiosk, epoch, self.store.missing(kiosk, epoch), now_s):
                self.tell(notice)
                if notice.name == GAP:
                    self._ask(kiosk, epoch)
        self._touched.clear()
        if now_s >= self._site_at_s:
            self._site_at_s = now_s + SITE_EVERY_S
            self.metrics.site = site_view(self.store, self.quarantine_limit_bytes)

    def _renew(self) -> None:
        """Enrolled, revoked, rotated: what the files say now holds from now on."""
        match self.renew():
            case Trust() as trust:
                self.registry, self.recipient_keys = trust.registry, trust.recipient_keys
                self.tell(Notice("trust_renewed", "info", "registry and keys were read anew."))
            case Notice() as notice:
                self.alarms.say("", notice, self.monotonic_s())
            case None:
                return

    def _ask(self, kiosk: str, epoch: str) -> None:
        if self.orders is not None:
            taken = self.store.sequences(kiosk, epoch)
            for notice in self.orders.ask(kiosk, epoch, taken, self.utc_now()):
                self.tell(notice)
