"""One movement that was asked for: straight first, then the act, then straight again (pure)."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from vision.liveness_plan import ChallengeKind
from vision.liveness_seen import Points, Sight


class Phase(StrEnum):
    """Where the challenge of now stands: look straight, do it, come back; or all are done."""

    STRAIGHT = "straight"
    ACT = "act"
    RETURN = "return"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class MoveLimits:
    """What counts as a movement; degrees from where the head was at rest, seconds.

    shut_share: eyes shut have so much of their height at rest, or less; mouth_gap: how much wider
    than at rest the mouth opens, over its width; shut_s: so long the eyes stay shut, which no
    natural blink does; least_reaction_s: nobody obeys sooner, but a film may.
    """

    turn_deg: float = 20.0
    up_deg: float = 14.0
    shut_share: float = 0.62
    mouth_gap: float = 0.065
    shut_s: float = 0.25
    frontal_deg: float = 8.0
    rest_sights: int = 3
    least_reaction_s: float = 0.15
    back_share: float = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """The face before the movement: the mean of its sights."""

    yaw_deg: float
    pitch_deg: float
    eyes: float
    mouth: float
    points: Points
    width_px: float

    @staticmethod
    def of(sights: list[Sight]) -> "Rest":
        """From the sights at rest, one at least."""
        return Rest(
            yaw_deg=float(np.mean([sight.yaw_deg for sight in sights])),
            pitch_deg=float(np.mean([sight.pitch_deg for sight in sights])),
            eyes=max(float(np.median([_eyes(sight) for sight in sights])), 1e-3),
            mouth=float(np.median([sight.mouth_open for sight in sights])),
            points=np.asarray(sights[-1].points, np.float32),
            width_px=float(np.median([sight.width_px for sight in sights])),
        )


def share(kind: ChallengeKind, sight: Sight, rest: Rest, limits: MoveLimits) -> float:
    """How much of the movement is done: 0 at rest, 1 at its limit; no number is none."""
    done = 0.0
    match kind:
        case ChallengeKind.TURN_LEFT:
            done = (sight.yaw_deg - rest.yaw_deg) / limits.turn_deg
        case ChallengeKind.TURN_RIGHT:
            done = (rest.yaw_deg - sight.yaw_deg) / limits.turn_deg
        case ChallengeKind.LOOK_UP:
            done = (sight.pitch_deg - rest.pitch_deg) / limits.up_deg
        case ChallengeKind.BLINK:
            done = (1 - _eyes(sight) / rest.eyes) / (1 - limits.shut_share)
        case ChallengeKind.OPEN_MOUTH:
            done = (sight.mouth_open - rest.mouth) / limits.mouth_gap
        case ChallengeKind.COLOURS:
            pass
    return done if np.isfinite(done) else 0.0


@dataclass(slots=True)
class Move:
    """One movement; feed it every sight in order. `restart` begins it anew after a cut."""

    kind: ChallengeKind
    limits: MoveLimits
    phase: Phase = Phase.STRAIGHT
    rest: Rest | None = None
    furthest: float = 0.0
    reaction_s: float = 0.0
    acting_s: float = 0.0
    too_soon: int = 0
    _at_rest: list[Sight] = field(default_factory=list)
    _asked_at_s: float = 0.0
    _shut_at_s: float | None = None
    _last_s: float | None = None

    def feed(self, sight: Sight, *, frontal: bool) -> Phase:
        """One sight; `frontal`: nothing is left to advise."""
        if self.phase is Phase.STRAIGHT:
            self._straight(sight, frontal=frontal)
        elif self.rest is not None:
            self._time(sight)
            done = share(self.kind, sight, self.rest, self.limits)
            if self.phase is Phase.ACT:
                self._act(sight, done)
            elif self.phase is Phase.RETURN:
                self._return(done)
        self._last_s = sight.at_s
        return self.phase

    def restart(self) -> None:
        """Back to looking straight; the time spent acting is kept."""
        self.phase, self.rest, self._at_rest = Phase.STRAIGHT, None, []
        self._shut_at_s = self._last_s = None

    def _time(self, sight: Sight) -> None:
        if self._last_s is not None:
            self.acting_s += max(0.0, sight.at_s - self._last_s)

    def _straight(self, sight: Sight, *, frontal: bool) -> None:
        if not frontal or abs(sight.yaw_deg) > self.limits.frontal_deg:
            self._at_rest = []
            return
        self._at_rest.append(sight)
        if len(self._at_rest) >= self.limits.rest_sights:
            self.rest = Rest.of(self._at_rest)
            self.phase, self._asked_at_s = Phase.ACT, sight.at_s

    def _act(self, sight: Sight, done: float) -> None:
        if self.kind is ChallengeKind.BLINK:
            done = self._kept_shut(sight, done)
        if done < 1:
            self.furthest = max(self.furthest, done)
            return
        reaction_s = sight.at_s - self._asked_at_s
        if reaction_s < self.limits.least_reaction_s:
            self.too_soon += 1
            self.restart()
            return
        self.furthest = max(self.furthest, done)
        self.phase, self.reaction_s = Phase.RETURN, reaction_s

    def _kept_shut(self, sight: Sight, done: float) -> float:
        """Shut eyes count once they have been shut for a moment."""
        if done < 1:
            self._shut_at_s = None
            return done
        self._shut_at_s = sight.at_s if self._shut_at_s is None else self._shut_at_s
        return done if sight.at_s - self._shut_at_s >= self.limits.shut_s else 0.99

    def _return(self, done: float) -> None:
        self.furthest = max(self.furthest, done)
        if done <= self.limits.back_share:
            self.phase = Phase.DONE


def _eyes(sight: Sight) -> float:
    return sum(sight.eyes_open) / 2
