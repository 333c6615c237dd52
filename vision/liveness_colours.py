"""The display's light on the skin: a random sequence of colours, and its echo in the face (pure).

Skin shows the display's colours added to the room's light. Each sample is the ratio of skin to
room, so that neither a lamp nor the camera's automatic exposure and white balance, which act on
both, count; a slow drift is taken out. What is left is held against the sequence at every delay
that a display and a camera may have, and against sequences that were not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from vision.liveness_plan import Choose
from vision.liveness_seen import Sight, linear_light

Colour = tuple[int, int, int]
"""Red, green, blue as the display is told, 0-255."""

PALETTE: tuple[Colour, ...] = (
    (255, 140, 60),
    (90, 255, 120),
    (80, 120, 255),
    (255, 90, 255),
    (60, 255, 255),
    (255, 230, 60),
)
"""None is a saturated red in the sense of WCAG 2.2 (R / (R + G + B) >= 0.8 in linear light)."""
LAGS_S = np.arange(0.0, 0.801, 1 / 60)
LEAST_SAMPLES = 10
OTHERS = 200
DARK = 1e-3

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Echo:
    """How the skin answered.

    match: correlation with the shown sequence, -1 to 1, at `lag_s`; gain: light added by the
    display's full colours, as a share of the light on the skin; luck: share of other sequences that
    fit as well; other: the best correlation among those.
    """

    match: float = 0.0
    lag_s: float = 0.0
    gain: float = 0.0
    luck: float = 1.0
    other: float = 0.0


def draw_colours(choose: Choose, count: int = 6) -> tuple[Colour, ...]:
    """A random sequence out of the palette in which no colour follows itself."""
    drawn: list[Colour] = []
    for _ in range(count):
        left = [colour for colour in PALETTE if not drawn or colour != drawn[-1]]
        drawn.append(left[choose(len(left))])
    return tuple(drawn)


@dataclass(slots=True)
class Pace:
    """Which colour of a sequence is shown, from 0: the next one by time and by sights."""

    since_s: float = 0.0
    number: int = 0
    _sights: int = -1

    def feed(self, at_s: float, hold_s: float, least_sights: int, count: int) -> bool:
        """One sight; whether the last of `count` has been shown long enough."""
        self._sights += 1
        if self.on_s(at_s) < hold_s or self._sights < least_sights:
            return False
        if self.number == count - 1:
            return True
        self.number, self.since_s, self._sights = self.number + 1, at_s, 0
        return False

    def on_s(self, at_s: float) -> float:
        """For how long it has been shown; a hundredth more, for what sums of tenths are."""
        return at_s - self.since_s + 0.01


@dataclass(slots=True)
class Reflection:
    """What was shown since when, and what the skin did meanwhile."""

    _shown: list[tuple[float, Colour]] = field(default_factory=list)
    _at_s: list[float] = field(default_factory=list)
    _ratios: list[Numbers] = field(default_factory=list)

    def show(self, colour: Colour, at_s: float) -> None:
        """From then on the display is asked for this colour."""
        if not self._shown or self._shown[-1][1] != colour:
            self._shown.append((at_s, colour))

    def take(self, sight: Sight) -> None:
        """One sample."""
        skin = sight.skin_bgr.mean(axis=0).astype(np.float64)
        room = sight.around_bgr.astype(np.float64)
        room = room if room.min() > DARK else np.ones(3)
        self._at_s.append(sight.at_s)
        self._ratios.append(np.log(np.maximum(skin, DARK) / room))

    def echo(self) -> Echo:
        """What it comes to; nothing where there is too little to say."""
        if len(self._at_s) < LEAST_SAMPLES or len(self._shown) < 2:
            return Echo()
        at_s, ratios = np.asarray(self._at_s), np.asarray(self._ratios)
        seen = ratios[:, [0, 2]] - ratios[:, [1]]
        starts = np.array([at for at, _ in self._shown])
        ours = tuple(colour for _, colour in self._shown)
        match, lag_s, gain = _best(at_s, seen, starts, [ours, *_others(len(ours))])
        luck = float((match[1:] >= match[0]).mean())
        return Echo(float(match[0]), float(lag_s[0]), float(gain[0]), luck, float(match[1:].max()))


def _best(
    at_s: Numbers, seen: Numbers, starts: Numbers, sequences: Sequence[Sequence[Colour]]
) -> tuple[Numbers, Numbers, Numbers]:
    """Of each sequence: correlation, lag and gain where the correlation is largest."""
    light = np.array([[linear_light(colour) for colour in one] for one in sequences])
    chroma = light[:, :, [2, 0]] - light[:, :, [1]]  # blue and red over green
    still = _stillness(at_s)
    settled = still @ seen
    best = np.full((3, len(sequences)), -1.0)
    for lag_s in LAGS_S:
        index = np.clip(np.searchsorted(starts, at_s - lag_s, side="right") - 1, 0, None)
        shown = still @ chroma[:, index]
        power = np.maximum((shown**2).sum(axis=(1, 2)), 1e-12)
        both = (shown * settled).sum(axis=(1, 2))
        match = both / np.maximum(np.sqrt(power * (settled**2).sum()), 1e-12)
        better = match > best[0]
        now = np.stack([match, np.full_like(match, lag_s), both / power])
        best[:, better] = now[:, better]
    return best[0], best[1], best[2]


def _stillness(at_s: Numbers) -> Numbers:
    """The matrix (n, n) that takes a mean and a slow drift (a parabola in time) out of values."""
    time = at_s - at_s.mean()
    drift, _ = np.linalg.qr(np.stack([np.ones_like(time), time, time**2], axis=1))
    return np.asarray(np.eye(len(time)) - drift @ drift.T)


@lru_cache(maxsize=8)
def _others(count: int) -> tuple[tuple[Colour, ...], ...]:
    """Sequences that were not asked for: the same each time, since chance has no say in a score."""
    dice = np.random.default_rng(2026)
    return tuple(draw_colours(lambda most: int(dice.integers(most)), count) for _ in range(OTHERS))
