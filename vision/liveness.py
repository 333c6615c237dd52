"""The liveness test: a random order of challenges, each judged by what was seen (pure).

Words of ISO/IEC 30107-3: presentation attack detection, attack presentation, decision. Time comes
from the sights alone; chance is handed in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from vision.liveness_sight import Sight

METHOD = "challenges"
VERSION = "2"

Colour = tuple[int, int, int]
"""Red, green, blue as the display is told, 0-255."""
Choose = Callable[[int], int]
"""A number from 0 to below the one given, that nobody can foresee (secrets.randbelow)."""


class ChallengeKind(StrEnum):
    """What a person can be asked to do; sides are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    BLINK = "blink"
    OPEN_MOUTH = "open_mouth"
    COLOURS = "colours"


class Phase(StrEnum):
    """Where the challenge of now stands: look straight, do it, come back; or all are done."""

    STRAIGHT = "straight"
    ACT = "act"
    RETURN = "return"
    DONE = "done"


class Decision(StrEnum):
    """Live, not sure, or an attack presentation."""

    LIVE = "live"
    NOT_SURE = "not_sure"
    ATTACK = "attack"


class Became(StrEnum):
    """What became of a challenge that was asked, or was to be."""

    OBEYED = "obeyed"
    NOT_OBEYED = "not_obeyed"
    REPLACED = "replaced"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Ask:
    """What to show now: the challenge, its phase, the display's colour, the share 0-1 of all."""

    kind: ChallengeKind | None
    phase: Phase
    colour: Colour | None = None
    share_done: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One challenge and what became of it."""

    kind: ChallengeKind
    became: Became


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test came to: the decision, scores by cue, every challenge in its order."""

    decision: Decision
    scores: tuple[tuple[str, float], ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Where judging begins; degrees, seconds, shares of the face's width."""

    turn_deg: float = 20.0


def draw_plan(
    choose: Choose, kinds: Sequence[ChallengeKind], count: int
) -> tuple[ChallengeKind, ...]:
    """`count` challenges out of `kinds` in a random order, at most one turn, COLOURS last."""
    raise NotImplementedError(choose, kinds, count)


def draw_colours(choose: Choose, count: int = 6) -> tuple[Colour, ...]:
    """A random sequence out of the palette in which no colour follows itself."""
    raise NotImplementedError(choose, count)


@dataclass(slots=True)
class LivenessTest:
    """One test; feed it every sight in order, then ask for the verdict.

    plan: from draw_plan; colours: from draw_colours, empty where COLOURS is not in the plan.
    """

    plan: tuple[ChallengeKind, ...]
    colours: tuple[Colour, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def feed(self, sight: Sight | None, frontal: bool) -> Ask:
        """Take one sight (None: no single face was seen) and say what to show next.

        frontal: nothing is left to advise, the face looks straight into the camera.
        """
        raise NotImplementedError(sight, frontal)

    def replace(self, kind: ChallengeKind | None) -> None:
        """The person cannot do the challenge of now: do `kind` instead, or (None) skip it."""
        raise NotImplementedError(kind)

    def verdict(self) -> Verdict:
        """What it came to so far; LIVE only when every challenge was obeyed."""
        raise NotImplementedError(self.plan)
