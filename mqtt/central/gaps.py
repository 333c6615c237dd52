"""Places in a chain that stay empty: named once when they last, and once when they are filled."""

from dataclasses import dataclass, field

from mqtt.notice import Notice


@dataclass(slots=True)
class GapWatch:
    """Counts of empty places in, notices out; resends make short gaps normal, so it waits."""

    after_s: float = 120.0
    _since_s: dict[tuple[str, str], float] = field(default_factory=dict)
    _alarmed: set[tuple[str, str]] = field(default_factory=set)

    def seen(self, kiosk: str, epoch: str, missing: int, now_s: float) -> list[Notice]:
        """Take the present count for one epoch."""
        place = (kiosk, epoch)
        if missing:
            self._since_s.setdefault(place, now_s)
            return []
        self._since_s.pop(place, None)
        if place in self._alarmed:
            self._alarmed.discard(place)
            return [Notice("gap_closed", "info", f"{kiosk}: epoch {epoch} is complete again.")]
        return []

    def due(self, now_s: float) -> list[Notice]:
        """Alarms for gaps that have lasted."""
        lasting = [
            place
            for place, since_s in self._since_s.items()
            if now_s - since_s >= self.after_s and place not in self._alarmed
        ]
        self._alarmed.update(lasting)
        mend = "Look at the kiosk's outbox; `kiosk-central verify` names the places."
        return [
            Notice("gap", "error", f"{kiosk}: epoch {epoch} has empty places.", mend)
            for kiosk, epoch in lasting
        ]
