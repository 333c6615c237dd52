"""The screen of now and which touches are meant for it; thread-safe, no I/O, no event loop."""

import threading
import time
from dataclasses import dataclass, field, replace

from firmware_app.ui.page_event import screen_event
from firmware_app.ui.screen import Screen
from firmware_app.ui.texts import Texts


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A screen and its serial; touches from `since` on are meant for it; `event` is personal.

    entered_at_s: since when a screen of this name is shown.
    """

    serial: int
    since: int
    screen: Screen
    event: bytes
    entered_at_s: float

    def __repr__(self) -> str:
        """Say which screen, never what stands on it."""
        return f"Shown({self.screen.name}, serial={self.serial})"


@dataclass(slots=True)
class Current:
    """Holds the newest screen and nothing older."""

    texts: Texts
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _serial: int = field(init=False, default=0)
    _shown: Shown | None = field(init=False, default=None)

    def show(self, screen: Screen) -> None:
        """Replace the screen; raises MissingTextError, and then the old one stays.

        A touch on its way stays good where only the advice (cue, picture, seconds) changed.
        """
        with self._lock:
            serial = self._serial + 1
            event = screen_event(screen, serial, self.texts)
            before = self._shown
            same = before is not None and _same_step(before.screen, screen)
            since = before.since if before and same else serial
            stays = before is not None and before.screen.name == screen.name
            entered_s = before.entered_at_s if before and stays else time.monotonic()
            self._serial = serial
            self._shown = Shown(serial, since, screen, event, entered_s)

    def now(self) -> Shown | None:
        """The newest screen; hold it no longer than needed."""
        return self._shown

    def accept(self, serial: int, button: str) -> bool:
        """Whether a touch counts; one that does closes this screen for every other touch."""
        with self._lock:
            now = self._shown
            if now is None or not now.since <= serial <= now.serial:
                return False
            if button not in {each.id for each in now.screen.buttons}:
                return False
            self._shown = replace(now, since=now.serial + 1)
            return True

    def forget(self) -> None:
        """Hold no screen."""
        with self._lock:
            self._shown = None


def _same_step(one: Screen, other: Screen) -> bool:
    return _without_advice(one) == _without_advice(other)


def _without_advice(screen: Screen) -> Screen:
    return replace(
        screen,
        cue="",
        calm=False,
        countdown_s=0,
        live=False,
        challenge="",
        colour="",
        done_pct=0,
        picture="",
    )
