"""Do the frames come from a camera that looks at something now: repeats, loops, stutter (pure).

No two frames of a camera are equal: its noise is new each time. Nobody moves twice in the very same
way. A film that plays at another rate than it is filmed at stands still now and then in the midst
of a movement.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from vision.liveness_seen import Sight

LONGEST = 400
"""Frames remembered: some twenty seconds."""
APART_S = 1.0
"""A loop is at least this long."""
CLOSER = 0.6
MOVING, STALLED = 3.0, 1.5
"""In units of the frames' own unrest."""
LEAST_MOVING = 12
"""Fewer frames in movement say nothing of its rate."""

Small = npt.NDArray[np.int16]


@dataclass(slots=True)
class Stream:
    """Feed it every sight in order; the counts are of everything since.

    repeats: frames that came before, with others in between; longest_still: so many in a row were
    the very one before them, which a poor camera does twice and a frozen one for ever.
    """

    repeats: int = 0
    longest_still: int = 0
    backwards: int = 0
    longest_gap_s: float = 0.0
    loop: int = 0
    _prints: deque[Small] = field(default_factory=lambda: deque(maxlen=LONGEST))
    _times_s: deque[float] = field(default_factory=lambda: deque(maxlen=LONGEST))
    _seen: set[bytes] = field(default_factory=set)
    _steps: list[float] = field(default_factory=list)
    _key: bytes = b""
    _still: int = 0
    _run: int = 0
    _twin: int = -1
    _frames: int = 0

    def feed(self, sight: Sight) -> None:
        """One sight more."""
        key = blake2b(sight.fingerprint.tobytes(), digest_size=16).digest()
        self._still = self._still + 1 if key == self._key else 0
        self.longest_still = max(self.longest_still, self._still)
        self.repeats += key != self._key and key in self._seen
        self._seen.add(key)
        self._key = key
        small = sight.fingerprint[::2, ::2].astype(np.int16)
        if self._times_s:
            passed_s = sight.at_s - self._times_s[-1]
            self.backwards += passed_s <= 0
            self.longest_gap_s = max(self.longest_gap_s, passed_s)
            step = float(np.abs(small - self._prints[-1]).mean())
            self._steps.append(step)
            self._look_for_loop(small, sight.at_s, step)
        self._prints.append(small)
        self._times_s.append(sight.at_s)
        self._frames += 1

    @property
    def stutter(self) -> float:
        """Share of a movement's frames that stood still between two that moved; 0: too few."""
        return stutter(self._steps)

    def _look_for_loop(self, small: Small, at_s: float, step: float) -> None:
        """Count frames in a row that follow, one by one, frames of more than a second ago."""
        old = sum(one < at_s - APART_S for one in self._times_s)
        if old == 0 or step <= 1.0:
            return
        past = np.stack([self._prints[index] for index in range(old)])
        distances = np.abs(past - small).mean(axis=(1, 2))
        nearest = int(distances.argmin())
        number = self._frames - len(self._prints) + nearest
        follows = 0 < number - self._twin <= 2
        near = float(distances[nearest]) <= CLOSER * step
        self._run = (self._run + 1 if follows else 1) if near else 0
        self._twin = number
        self.loop = max(self.loop, self._run)


def stutter(steps: Sequence[float]) -> float:
    """Of how much each frame differs from the one before: the share of stalls in movement."""
    if len(steps) < 3:
        return 0.0
    change = np.asarray(steps)
    unrest = max(float(np.percentile(change, 5)), 0.05)
    before, here, after = change[:-2], change[1:-1], change[2:]
    moving = (before > MOVING * unrest) & (after > MOVING * unrest)
    if moving.sum() < LEAST_MOVING:
        return 0.0
    return float((moving & (here < STALLED * unrest)).sum() / moving.sum())
