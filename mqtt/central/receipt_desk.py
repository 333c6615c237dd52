"""Gathers what was committed into receipts: one signature for 20 events, or after 200 ms (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from mqtt.keys import Signer
from mqtt.receipts import ENTRIES_LIMIT, Receipt, ReceiptEntry, ReceiptLevel, make_receipt

FULL_ENTRIES = 20
WAIT_S = 0.2


@dataclass(slots=True)
class _Waiting:
    since_s: float
    entries: dict[bytes, ReceiptEntry] = field(default_factory=dict)


@dataclass(slots=True)
class ReceiptDesk:
    """Holds only what is committed; what is lost with it is receipted when the kiosk sends anew."""

    signer: Signer
    level: ReceiptLevel
    receipted: int = 0
    _waiting: dict[str, _Waiting] = field(default_factory=dict)

    def add(self, entries: Iterable[tuple[str, ReceiptEntry]], now_s: float) -> None:
        """Kiosk and entry, each after its commit."""
        for kiosk, entry in entries:
            waiting = self._waiting.setdefault(kiosk, _Waiting(now_s))
            waiting.entries[entry.statement_sha256] = entry

    def due(self, now_s: float, at_utc: datetime, *, all_of_it: bool = False) -> dict[str, bytes]:
        """The signed receipts whose time has come, by kiosk."""
        ready = [
            kiosk
            for kiosk, one in self._waiting.items()
            if all_of_it or len(one.entries) >= FULL_ENTRIES or now_s >= one.since_s + WAIT_S
        ]
        return {kiosk: self._signed(kiosk, at_utc, now_s) for kiosk in ready}

    def left_s(self, now_s: float) -> float | None:
        """How long until one is due; None where nothing waits."""
        if not self._waiting:
            return None
        first_s = min(one.since_s for one in self._waiting.values())
        return max(first_s + WAIT_S - now_s, 0.0)

    def _signed(self, kiosk: str, at_utc: datetime, now_s: float) -> bytes:
        entries = list(self._waiting.pop(kiosk).entries.values())
        now, later = entries[:ENTRIES_LIMIT], entries[ENTRIES_LIMIT:]
        self.add(((kiosk, one) for one in later), now_s)
        self.receipted += len(now)
        return make_receipt(Receipt(kiosk, self.level, tuple(now), at_utc), self.signer)
