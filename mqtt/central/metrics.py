"""What a member counts, and how Prometheus reads it: numbers alone, no kiosk, no person.

Text exposition format 0.0.4. Labels come from closed lists, so that no sender can add series.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from mqtt.central.store import Outcome

PREFIX = "kiosk_central"
COMMIT_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@dataclass(slots=True)
class Histogram:
    """Counts by upper bound, cumulative only when written."""

    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def see(self, value: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


@dataclass(frozen=True, slots=True)
class SiteView:
    """How the whole site stands, by what the database says now and then."""

    kiosks: int = 0
    online: int = 0
    gap_kiosks: int = 0
    gap_places: int = 0
    lag_events: int = 0
    lag_kiosks: int = 0
    forked_statements: int = 0
    quarantine_messages: int = 0
    quarantine_bytes: int = 0
    quarantine_limit_bytes: int = 0


@dataclass(slots=True)
class Metrics:
    """One writing thread; a reader may see a number that is a moment old."""

    messages: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    received_bytes: int = 0
    commits: Histogram = field(default_factory=lambda: Histogram(COMMIT_BUCKETS_S))
    receipts: int = 0
    receipted: int = 0
    store_troubles: int = 0
    broker_troubles: int = 0
    connected: bool = False
    site: SiteView = SiteView()

    def text(self) -> str:
        """The whole page."""
        return "".join([*self._member(), *self._site()])

    def _member(self) -> Iterable[str]:
        name = f"{PREFIX}_messages_total"
        yield f"# HELP {name} Messages by what became of them.\n# TYPE {name} counter\n"
        for outcome, count in self.messages.items():
            yield f'{name}{{outcome="{outcome.value}"}} {count}\n'
        yield _one("received_bytes_total", "counter", "Bytes of messages.", self.received_bytes)
        yield from self._commits()
        yield _one("receipts_total", "counter", "Receipts sent.", self.receipts)
        yield _one("receipted_events_total", "counter", "Events that they name.", self.receipted)
        troubles = self.store_troubles
        yield _one("store_troubles_total", "counter", "Commits that failed.", troubles)
        yield _one("broker_troubles_total", "counter", "Lines lost.", self.broker_troubles)
        yield _one("broker_connected", "gauge", "1 while subscribed.", int(self.connected))

    def _commits(self) -> Iterable[str]:
        name, seen = f"{PREFIX}_commit_seconds", 0
        yield f"# HELP {name} From a full batch to the durable commit.\n# TYPE {name} histogram\n"
        bounds = [*(f"{bound:g}" for bound in self.commits.bounds), "+Inf"]
        for bound, count in zip(bounds, self.commits.counts, strict=True):
            seen += count
            yield f'{name}_bucket{{le="{bound}"}} {seen}\n'
        yield f"{name}_sum {self.commits.total:.6f}\n{name}_count {seen}\n"

    def _site(self) -> Iterable[str]:
        site = self.site
        for name, what, value in (
            ("kiosks", "Kiosks that ever showed a state.", site.kiosks),
            ("kiosks_online", "Kiosks whose retained state says online.", site.online),
            ("gap_kiosks", "Kiosks with empty places in a chain.", site.gap_kiosks),
            ("gap_places", "Empty places in all chains.", site.gap_places),
            ("lag_kiosks", "Kiosks whose signed head is not stored.", site.lag_kiosks),
            ("lag_events", "Events between stored and signed heads.", site.lag_events),
            ("forked_statements", "Statements at a taken place.", site.forked_statements),
            ("quarantine_messages", "Messages kept unjudged.", site.quarantine_messages),
            ("quarantine_bytes", "Their bytes.", site.quarantine_bytes),
            ("quarantine_limit_bytes", "Room for them.", site.quarantine_limit_bytes),
        ):
            yield _one(name, "gauge", what, value)


def _one(name: str, kind: str, what: str, value: int) -> str:
    full = f"{PREFIX}_{name}"
    return f"# HELP {full} {what}\n# TYPE {full} {kind}\n{full} {value}\n"
