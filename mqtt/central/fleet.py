"""The table of kiosks: who is online, how far each has come, what is wrong (nothing personal)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mqtt import events
from mqtt.central.metrics import SiteView
from mqtt.central.store import CentralStore, EpochState, QuarantineUse, StoredHead
from mqtt.errors import MessageError


@dataclass(frozen=True, slots=True)
class KioskState:
    """One kiosk; `lag` is how many events its signed head is ahead of what is stored.

    `online` is None where it never showed a state; `release` is what its newest epoch began with.
    """

    kiosk: str
    online: bool | None
    heard_utc: str | None
    epoch: str | None
    head: int | None
    stored: int
    last_event_utc: str | None
    epochs: int
    missing: int
    lag: int = 0
    release: str | None = None
    forks: int = 0
    quarantined: int = 0

    @property
    def alarms(self) -> list[str]:
        """What somebody has to look at."""
        found = {
            "gaps": self.missing,
            "fork": self.forks,
            "quarantine": self.quarantined,
            "lag": self.online and self.lag,
        }
        return [name for name, value in found.items() if value]


def fleet(store: CentralStore) -> list[KioskState]:
    """Every kiosk that was ever heard, by name; raises StoreError."""
    heads, forks, held = store.heads(), store.forked(), store.quarantine_use()
    starts = store.starts()
    epochs = _by_kiosk(store.epochs())
    lags = store.lags()
    return [
        replace(
            _state(name, heads.get(name), epochs.get(name, [])),
            lag=lags.get(name, 0),
            release=_release(starts.get(name)),
            forks=forks.get(name, 0),
            quarantined=held.get(name, QuarantineUse()).messages,
        )
        for name in sorted({*heads, *epochs, *held})
    ]


def _state(kiosk: str, head: StoredHead | None, epochs: list[EpochState]) -> KioskState:
    newest = epochs[-1] if epochs else None
    return KioskState(
        kiosk=kiosk,
        online=None if head is None else head.online,
        heard_utc=None if head is None else head.heard_utc,
        epoch=None if newest is None else newest.epoch,
        head=None if head is None else head.sequence,
        stored=0 if newest is None else newest.highest,
        last_event_utc=max((one.last_utc for one in epochs), default=None),
        epochs=len(epochs),
        missing=sum(one.missing for one in epochs),
    )


def site_view(store: CentralStore, quarantine_limit_bytes: int) -> SiteView:
    """The same in a few numbers, for the metrics; raises StoreError."""
    heads, held, lags = store.heads(), store.quarantine_use(), store.lags()
    gaps = store.epochs(with_gaps=True)
    return SiteView(
        kiosks=len(heads),
        online=sum(head.online for head in heads.values()),
        gap_kiosks=len({one.kiosk for one in gaps}),
        gap_places=sum(one.missing for one in gaps),
        lag_events=sum(lags.values()),
        lag_kiosks=len(lags),
        forked_statements=sum(store.forked().values()),
        quarantine_messages=sum(one.messages for one in held.values()),
        quarantine_bytes=sum(one.bytes for one in held.values()),
        quarantine_limit_bytes=quarantine_limit_bytes,
    )


def as_table(states: list[KioskState]) -> str:
    """For people."""
    rows = [("kiosk", "state", "last heard", "head", "lag", "release", "alarms")]
    words = {None: "unknown", True: "online", False: "offline"}
    for one in states:
        heard = (one.heard_utc or one.last_event_utc or "never")[:19]
        head = "-" if one.head is None else str(one.head)
        alarms = ", ".join(one.alarms) or "-"
        state = words[one.online]
        rows.append((one.kiosk, state, heard, head, str(one.lag), one.release or "-", alarms))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _by_kiosk(epochs: Iterable[EpochState]) -> dict[str, list[EpochState]]:
    found: dict[str, list[EpochState]] = {}
    for one in epochs:
        found.setdefault(one.kiosk, []).append(one)
    return found


def _release(start: bytes | None) -> str | None:
    if start is None:
        return None
    try:
        event = events.decode(start)
    except MessageError:
        return None
    return event.software.release if isinstance(event, events.EpochStart) else None
