"""How a body obeys: reaction, speed, how far, and the small movements of somebody who stands."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from vision.evaluate.attack_expression import Expression
from vision.evaluate.attack_head import Stance
from vision.liveness import Ask, ChallengeKind, Phase

TURNS = {ChallengeKind.TURN_LEFT: 1.0, ChallengeKind.TURN_RIGHT: -1.0}
ALL_KINDS = frozenset(ChallengeKind)
_TRY_HARDER_S = 1.6  # who is asked for so long goes further
_PAUSE_S = 1.1  # between two blinks
_LONGEST_SHUT_S = 1.5


@dataclass(frozen=True, slots=True)
class Habits:
    """What one body does when asked. late_s: from the screen to the first movement.

    turn_deg, up_deg: how far; harder: how much further (share) who is not yet understood goes;
    obeys: what is followed at all; nod_deg: how far a sheet is tipped when eyes should shut, so
    that they look narrow; sway_deg, sway_px: of one who stands still; blinks_each_s: from one
    blink of its own to the next (0: none).
    """

    late_s: float
    deg_per_s: float
    turn_deg: float
    up_deg: float
    shut_s: float
    mouth: float
    harder: float = 0.25
    obeys: frozenset[ChallengeKind] = ALL_KINDS
    nod_deg: float = 0.0
    sway_deg: float = 1.0
    sway_px: float = 3.0
    blinks_each_s: float = 4.0

    @classmethod
    def drawn(cls, dice: np.random.Generator) -> "Habits":
        """One traveller."""
        return cls(
            late_s=dice.uniform(0.35, 0.9),
            deg_per_s=dice.uniform(60, 140),
            turn_deg=dice.uniform(24, 31),
            up_deg=dice.uniform(17, 25),
            shut_s=dice.uniform(0.3, 0.8),
            mouth=dice.uniform(0.8, 1.0),
            sway_deg=dice.uniform(0.4, 1.4),
            sway_px=dice.uniform(1, 5),
            blinks_each_s=dice.uniform(3, 8),
        )


@dataclass(slots=True)
class Actor:
    """Sees what is asked, late, and moves; feed it each frame's time and ask in order."""

    habits: Habits
    dice: np.random.Generator
    _heard: deque[tuple[float, ChallengeKind | None]] = field(default_factory=deque)
    _asked: ChallengeKind | None = None
    _since_s: float = 0.0
    _last_s: float = 0.0
    _own_blink_s: float = 1.5
    _yaw: float = 0.0
    _pitch: float = 0.0
    _mouth: float = 0.0
    _beats: tuple[float, ...] = ()

    def step(self, at_s: float, ask: Ask) -> Stance:
        """How the body stands at this frame."""
        if not self._beats:
            self._beats = tuple(self.dice.uniform(0, 2 * np.pi, 6))
        passed_s, self._last_s = at_s - self._last_s, at_s
        self._listen(at_s, ask)
        self._move(at_s, passed_s)
        return self._stance(at_s)

    def _listen(self, at_s: float, ask: Ask) -> None:
        wanted = ask.kind if ask.phase is Phase.ACT and ask.kind in self.habits.obeys else None
        self._heard.append((at_s + self.habits.late_s, wanted))
        while self._heard and self._heard[0][0] <= at_s:
            asked = self._heard.popleft()[1]
            if asked is not self._asked:
                self._asked, self._since_s = asked, at_s

    def _move(self, at_s: float, passed_s: float) -> None:
        habits, asked = self.habits, self._asked
        more = 1 + habits.harder * max(0.0, at_s - self._since_s - _TRY_HARDER_S)
        far = min(more, 1.4)
        yaw = habits.turn_deg * TURNS.get(asked, 0.0) * far if asked is not None else 0.0
        pitch = habits.up_deg * far if asked is ChallengeKind.LOOK_UP else 0.0
        if asked is ChallengeKind.BLINK and habits.nod_deg > 0:
            pitch = habits.nod_deg * self._shut(at_s)
        mouth = habits.mouth if asked is ChallengeKind.OPEN_MOUTH else 0.0
        reach = habits.deg_per_s * passed_s
        self._yaw += float(np.clip(yaw - self._yaw, -reach, reach))
        self._pitch += float(np.clip(pitch - self._pitch, -reach, reach))
        self._mouth += float(np.clip(mouth - self._mouth, -3.5 * passed_s, 3.5 * passed_s))

    def _stance(self, at_s: float) -> Stance:
        sway = [
            np.sin(at_s * speed + beat)
            for speed, beat in zip((0.9, 1.3, 0.7, 0.8, 1.1, 0.5), self._beats, strict=True)
        ]
        degrees, pixels = self.habits.sway_deg, self.habits.sway_px
        return Stance(
            yaw_deg=self._yaw + degrees * sway[0],
            pitch_deg=self._pitch + degrees * sway[1],
            roll_deg=degrees * sway[2],
            right_px=pixels * sway[3],
            down_px=pixels * sway[4],
            nearness=1 + 0.004 * pixels * sway[5],
            expression=Expression(self._lids(at_s), max(0.0, self._mouth)),
        )

    def _shut(self, at_s: float) -> float:
        """1 while eyes that were told to are shut; not understood, they shut again, longer."""
        shut_s, left_s = self.habits.shut_s, at_s - self._since_s
        while left_s >= shut_s + _PAUSE_S:
            left_s -= shut_s + _PAUSE_S
            shut_s = min(1.5 * shut_s, _LONGEST_SHUT_S)
        return 1.0 if left_s < shut_s else 0.0

    def _lids(self, at_s: float) -> float:
        if self._asked is ChallengeKind.BLINK:
            return self._shut(at_s)
        if self.habits.blinks_each_s > 0 and at_s >= self._own_blink_s:
            if at_s < self._own_blink_s + 0.15:
                return 1.0
            self._own_blink_s = at_s + self.dice.exponential(self.habits.blinks_each_s)
        return 0.0
