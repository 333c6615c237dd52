"""A batch of messages in, stored; receipts and alarms out. Knows no broker."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from mqtt import cbor
from mqtt.central.clock import Clock, utc_now
from mqtt.central.gaps import GapWatch
from mqtt.central.judge import Judged, judge
from mqtt.central.registry import Registry
from mqtt.central.store_sqlite import Outcome, Store, StoredHead
from mqtt.keys import PrivateKey, Signer
from mqtt.notice import Notice, Tell
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel, make_receipt

STATE_LIMIT_BYTES = 8192


class _State(msgspec.Struct, frozen=True):
    online: bool
    head: bytes


@dataclass(slots=True)
class Intake:
    """What every member of the sink does with a batch, in this order: judge, commit, receipt."""

    registry: Registry
    recipient_keys: Sequence[PrivateKey]
    receipt_signer: Signer
    store: Store
    tell: Tell
    utc_now: Clock = utc_now
    monotonic_s: Callable[[], float] = time.monotonic
    gaps: GapWatch = field(default_factory=GapWatch)
    _touched: set[tuple[str, str]] = field(default_factory=set)
    _watch_at_s: float = 0.0
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    def take(self, batch: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
        """Store pairs of kiosk and wire; gives one signed receipt for each kiosk, after the commit.

        Raises StoreError; then nothing was stored and nothing is receipted.
        """
        judged = [judge(kiosk, wire, self.registry, self.recipient_keys) for kiosk, wire in batch]
        outcomes = self.store.add(judged, self.utc_now())
        for one, outcome in zip(judged, outcomes, strict=True):
            self.counts[outcome] += 1
            self._alarm(one, outcome)
            if one.opened is not None:
                self._touched.add((one.kiosk, one.opened.statement.epoch))
        return self._receipts(judged)

    def take_state(self, kiosk: str, payload: bytes) -> None:
        """Keep what a kiosk's retained state shows; what is no state is passed over."""
        try:
            fields = cbor.loads(payload, limit_bytes=STATE_LIMIT_BYTES)
            state = msgspec.convert(fields, _State, builtin_types=(bytes,))
        except (cbor.CborError, msgspec.ValidationError):
            self.tell(Notice("state_unread", "warning", f"{kiosk}: a state that does not read."))
            return
        at = self.utc_now().isoformat(timespec="milliseconds")
        self.store.keep_head(StoredHead(kiosk, state.online, at, state.head))

    def _alarm(self, one: Judged, outcome: Outcome) -> None:
        if outcome is Outcome.AGAIN:
            return
        if one.why:
            mend = (
                "Compare the registry and the centre's keys with the kiosk; it is kept as it came."
            )
            self.tell(Notice("quarantined", "error", f"{one.kiosk}: {one.why}", mend))
        if outcome is Outcome.FORK and one.entry is not None:
            what = f"{one.kiosk}: a second branch at {one.entry.epoch} {one.entry.sequence}."
            mend = "Its card was copied or set back: send an engineer; both branches are kept."
            self.tell(Notice("fork", "error", what, mend))

    def watch(self) -> None:
        """Now and then, also while nothing arrives: alarm for gaps that last."""
        now_s = self.monotonic_s()
        if now_s < self._watch_at_s:
            return
        self._watch_at_s = now_s + self.gaps.look_every_s
        for kiosk, epoch in sorted(self._touched | self.gaps.open_places):
            for notice in self.gaps.seen(kiosk, epoch, self.store.missing(kiosk, epoch), now_s):
                self.tell(notice)
        self._touched.clear()

    def _receipts(self, judged: Sequence[Judged]) -> dict[str, bytes]:
        entries: dict[str, dict[bytes, ReceiptEntry]] = {}
        for one in judged:
            if one.entry is not None:
                entries.setdefault(one.kiosk, {})[one.entry.statement_sha256] = one.entry
        at = self.utc_now()
        return {
            kiosk: make_receipt(
                Receipt(kiosk, ReceiptLevel.COMMITTED, tuple(found.values()), at),
                self.receipt_signer,
            )
            for kiosk, found in entries.items()
        }
