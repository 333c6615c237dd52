"""Places in a chain that stay empty: named once when they last, and once when they are filled."""

from dataclasses import dataclass, field

from mqtt.notice import Notice

GAP = "gap"


@dataclass(slots=True)
class GapWatch:
    """Counts of empty places in, notices out; resends make short gaps normal, so it waits."""

    after_s: float = 120.0
    look_every_s: float = 5.0
    _since_s: dict[tuple[str, str], float] = field(default_factory=dict)
    _alarmed: set[tuple[str, str]] = field(default_factory=set)

    @property
    def open_places(self) -> frozenset[tuple[str, str]]:
        """Kiosk and epoch of each gap that is watched."""
        return frozenset(self._since_s)

    def seen(self, kiosk: str, epoch: str, missing: int, now_s: float) -> list[Notice]:
        """Take the present count for one epoch; gives what is to be told of it now."""
        place = (kiosk, epoch)
        if not missing:
            self._since_s.pop(place, None)
            return self._closed(place)
        since_s = self._since_s.setdefault(place, now_s)
        if now_s - since_s < self.after_s or place in self._alarmed:
            return []
        self._alarmed.add(place)
        what = f"{kiosk}: {missing} empty places in epoch {epoch}."
        mend = "Look at the kiosk's outbox; `kiosk-central audit` names the places."
        return [Notice(GAP, "error", what, mend)]

    def _closed(self, place: tuple[str, str]) -> list[Notice]:
        if place not in self._alarmed:
            return []
        self._alarmed.discard(place)
        return [Notice("gap_closed", "info", f"{place[0]}: epoch {place[1]} is complete again.")]
