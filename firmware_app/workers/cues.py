"""One cue at a time, held long enough to be read, whatever the eyes say frame by frame."""

import time
from collections.abc import Callable
from dataclasses import dataclass

GAP_S = 0.6


@dataclass(slots=True)
class Cues:
    """Passes on a cue that changed, unless the one before is too fresh.

    post: takes the cue and where the head should turn (empty: nowhere); gap_s: how long a cue
    stays; shown_at_s: when the one that stands on the screen now came up (monotonic).
    """

    post: Callable[[str, str], None]
    gap_s: float = GAP_S
    shown_at_s: float = 0.0
    _now: tuple[str, str] = ("", "")

    def say(self, cue: str, turn: str = "", *, at_once: bool = False) -> None:
        """Post it, or leave the screen as it is."""
        now_s = time.monotonic()
        if (cue, turn) == self._now or (not at_once and now_s - self.shown_at_s < self.gap_s):
            return
        self._now, self.shown_at_s = (cue, turn), now_s
        self.post(cue, turn)
