"""Alarms of one kind and kiosk: the first at once, then one line a minute that counts the rest."""

from dataclasses import dataclass, field, replace

from mqtt.notice import Notice, Tell

EVERY_S = 60.0


@dataclass(slots=True)
class _Held:
    until_s: float
    notice: Notice
    count: int = 0


@dataclass(slots=True)
class Alarms:
    """A million bad messages make a dozen lines; `now_s` is the caller's monotonic time."""

    tell: Tell
    every_s: float = EVERY_S
    _held: dict[tuple[str, str], _Held] = field(default_factory=dict)

    def say(self, kiosk: str, notice: Notice, now_s: float) -> None:
        """Tell it, or count it where its like was told within the minute."""
        held = self._held.get((kiosk, notice.name))
        if held is not None and now_s < held.until_s:
            held.count += 1
            held.notice = notice
            return
        self._held[kiosk, notice.name] = _Held(now_s + self.every_s, notice)
        self.tell(notice)

    def watch(self, now_s: float) -> None:
        """Now and then: tell how many were counted."""
        for place, held in list(self._held.items()):
            if now_s < held.until_s:
                continue
            if not held.count:
                del self._held[place]
                continue
            what = f"{held.notice.what} And {held.count} of this kind since."
            self.tell(replace(held.notice, what=what))
            self._held[place] = _Held(now_s + self.every_s, held.notice)
