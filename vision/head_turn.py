"""Head-turn challenge: is it a head before the camera, or a flat picture of one (pure).

Method: frontal, turn at least 22 degrees to the asked side, back to frontal, seen without a jump
cut. Vocabulary: ISO/IEC 30107-3. Times are passed in; nothing here reads a clock.

What it stops: a print held still, and nearly all that are turned. Measured on 50 frontal press
photographs, warped as prints by arithmetic and read by the real mesh: turned flat by 45 degrees, 1
of 200 read as 22 degrees or more; by 50-65 degrees, 19 of 800; bent round a cylinder and turned by
40-60 degrees, 100 of 1,200 (at 25 degrees: 0, 16 and 61). What it does NOT stop: those; a replayed
video that turns the asked way, masks, a head rendered on a screen in real time. It therefore never
says "attack".

The parallax score is for people to look at and decides nothing, since it does not separate: real
heads turned by 22-38 degrees gave 0.041-0.117, prints that reached 22 degrees 0.023-0.097.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt

METHOD = "head-turn"
VERSION = "1"
MOST_WRONG_TURNS = 1

Side = Literal["left", "right"]
SIDES: tuple[Side, ...] = ("left", "right")
Points = npt.NDArray[np.float32]


class Decision(StrEnum):
    """Live, not sure, or an attack presentation (which this method never claims)."""

    LIVE = "live"
    NOT_SURE = "not_sure"
    ATTACK = "attack"


class Phase(StrEnum):
    """Where the challenge stands; what is asked of the person follows from it."""

    FRONTAL = "frontal"
    TURN = "turn"
    RETURN = "return"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Limits:
    """Degrees of yaw, seconds, and shares of the face's width.

    Between two sights a head may move by `most_jump` widths, grow by `most_scale`, and turn by
    `step_deg` (the mesh's unrest) and `most_deg_per_s` more: all chosen, not measured.
    """

    turn_deg: float = 22.0
    wrong_deg: float = 14.0
    frontal_deg: float = 8.0
    gap_s: float = 0.7
    most_jump: float = 0.5
    most_scale: float = 1.35
    step_deg: float = 12.0
    most_deg_per_s: float = 250.0


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One look at one face: yaw (positive: to the person's own left), place, size, mesh, time.

    points: mesh of shape (n, 2) or (n, 3) in pixels; at_s: monotonic.
    """

    yaw_deg: float
    centre_px: complex
    width_px: float
    points: Points
    at_s: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a finished challenge says; scores by cue."""

    decision: Decision
    scores: tuple[tuple[str, float], ...]


@dataclass(slots=True)
class HeadTurn:
    """One challenge; `side` is the caller's random choice. Feed it every sight in order."""

    side: Side
    limits: Limits = field(default_factory=Limits)
    phase: Phase = Phase.FRONTAL
    restarts: int = 0
    wrong_turns: int = 0
    _frontal: Sight | None = None
    _last: Sight | None = None
    _furthest: Sight | None = None

    def feed(self, sight: Sight | None, *, frontal: bool) -> Phase:
        """Take one sight (None: no single face was seen); `frontal`: nothing is left to advise.

        A face that vanishes, jumps, changes its size or turns too fast between two sights starts
        the challenge anew. Once done it stays done.
        """
        if self.phase is Phase.DONE:
            return self.phase
        if sight is None or self._jumped(sight):
            self._restart()
        self._last = sight
        if sight is not None:
            self._step(sight, frontal=frontal)
        return self.phase

    def verdict(self) -> Verdict:
        """What it came to: live when done, with one turn to the wrong side at most."""
        turned = self._furthest.yaw_deg if self._furthest is not None else 0.0
        scores = (
            ("turn_deg", round(abs(turned), 1)),
            ("parallax", round(self._parallax(), 4)),
            ("wrong_turns", float(self.wrong_turns)),
            ("restarts", float(self.restarts)),
        )
        live = self.phase is Phase.DONE and self.wrong_turns <= MOST_WRONG_TURNS
        return Verdict(Decision.LIVE if live else Decision.NOT_SURE, scores)

    def _step(self, sight: Sight, *, frontal: bool) -> None:
        yaw = sight.yaw_deg if self.side == "left" else -sight.yaw_deg
        straight = frontal and abs(yaw) <= self.limits.frontal_deg
        if self.phase is Phase.FRONTAL and straight:
            self._frontal, self.phase = sight, Phase.TURN
        elif self.phase is Phase.TURN:
            self._turning(sight, yaw)
        elif self.phase is Phase.RETURN:
            self._returning(sight, yaw, straight=straight)

    def _turning(self, sight: Sight, yaw: float) -> None:
        if yaw <= -self.limits.wrong_deg:
            self.wrong_turns += 1
            self._restart()
        elif yaw >= self.limits.turn_deg:
            self._furthest, self.phase = sight, Phase.RETURN

    def _returning(self, sight: Sight, yaw: float, *, straight: bool) -> None:
        if self._furthest is None or yaw > abs(self._furthest.yaw_deg):
            self._furthest = sight
        if straight:
            self.phase = Phase.DONE

    def _jumped(self, sight: Sight) -> bool:
        """Whether this cannot be the same head a moment later; what is no number has jumped."""
        last, limits = self._last, self.limits
        if last is None:
            return False
        passed_s = sight.at_s - last.at_s
        turned = abs(sight.yaw_deg - last.yaw_deg)
        narrow, wide = sorted((sight.width_px, last.width_px))
        same = (
            0 <= passed_s <= limits.gap_s
            and turned <= limits.step_deg + limits.most_deg_per_s * passed_s
            and 0 < wide <= limits.most_scale * narrow
            and abs(sight.centre_px - last.centre_px) <= limits.most_jump * last.width_px
        )
        return not same

    def _restart(self) -> None:
        if self.phase is not Phase.FRONTAL:
            self.restarts += 1
        self.phase, self._frontal, self._furthest = Phase.FRONTAL, None, None

    def _parallax(self) -> float:
        """How far the turned mesh is from any flat picture of the frontal one, in face widths."""
        if self._frontal is None or self._furthest is None:
            return 0.0
        return flat_residual(self._frontal.points, self._furthest.points) / self._frontal.width_px


def flat_residual(before: Points, after: Points) -> float:
    """Root mean square, in pixels, of what no affine map of the plane explains.

    Points (n, 2 or 3) of the same n; 0 where they are not, or where one is no number.
    """
    if len(before) != len(after) or not (np.isfinite(before).all() and np.isfinite(after).all()):
        return 0.0
    source = np.column_stack([before[:, :2], np.ones(len(before))]).astype(np.float64)
    target = after[:, :2].astype(np.float64)
    solution, *_ = np.linalg.lstsq(source, target, rcond=None)
    rest = source @ solution - target
    return math.sqrt(float((rest**2).sum(axis=1).mean()))
