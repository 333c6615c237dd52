"""From what a liveness test saw to its decision: live, not sure, attack (pure).

Words of ISO/IEC 30107-3. Attack is said only of what no person before a camera does: frames that
come again, a film in a loop, a sheet that turns without depth, another sequence of colours on the
skin. All else that is less than it should be is not sure, which is for a person to look at.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from vision.liveness_colours import Echo
from vision.liveness_plan import ChallengeKind


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
class Thresholds:
    """Where each cue speaks for live, and where against; docs/liveness.md has their figures.

    relief: see liveness_relief; flat_sights: so many sights of a sheet that turned; match, luck,
    other: see liveness_colours.Echo; sure_match: with no luck at all it ends the colours early;
    identity: cosine of two templates of one test; moire: see liveness_artefacts; repeats, still,
    loop, stutter: see liveness_stream.
    """

    live_relief: float = 0.65
    flat_sights: int = 4
    live_match: float = 0.6
    live_luck: float = 0.01
    sure_match: float = 0.9
    other_match: float = 0.8
    no_match: float = 0.2
    identity: float = 0.4
    most_moire: float = 2.0
    most_repeats: int = 1
    attack_repeats: int = 6
    most_still: int = 2
    attack_still: int = 10
    attack_loop: int = 10
    most_stutter: float = 0.25
    most_wrong: int = 1
    most_too_soon: int = 1


@dataclass(slots=True)
class Evidence:
    """What was seen of one test, cue by cue."""

    asked: list[Asked] = field(default_factory=list)
    reliefs: list[float] = field(default_factory=list)
    flat_sights: int = 0
    furthest: dict[ChallengeKind, float] = field(default_factory=dict)
    reactions_s: list[float] = field(default_factory=list)
    wrong: int = 0
    too_soon: int = 0
    restarts: int = 0
    identity: float = 1.0
    echo: Echo | None = None
    moire: list[float] = field(default_factory=list)
    bands: list[float] = field(default_factory=list)
    rim: list[float] = field(default_factory=list)
    passive: list[float] = field(default_factory=list)
    repeats: int = 0
    still: int = 0
    backwards: int = 0
    loop: int = 0
    stutter: float = 0.0

    def scores(self) -> tuple[tuple[str, float], ...]:
        """Every number by the name of its cue; a cue that was not met is not there."""
        named: list[tuple[str, float]] = [
            *((f"{kind.value}_share", done) for kind, done in self.furthest.items()),
            ("wrong_moves", float(self.wrong)),
            ("too_soon", float(self.too_soon)),
            ("restarts", float(self.restarts)),
            ("identity", self.identity),
            ("repeats", float(self.repeats + self.backwards)),
            ("longest_still", float(self.still)),
            ("loop", float(self.loop)),
            ("stutter", self.stutter),
            ("flat_sights", float(self.flat_sights)),
        ]
        lists = {
            "relief": self.reliefs,
            "reaction_s": self.reactions_s,
            "moire": self.moire,
            "bands": self.bands,
            "rim": self.rim,
        }
        named += [(name, float(np.median(seen))) for name, seen in lists.items() if seen]
        if self.passive:
            named.append(("passive_model", min(self.passive)))
        if self.echo is not None:
            named += [
                ("colour_match", self.echo.match),
                ("colour_luck", self.echo.luck),
                ("colour_gain", self.echo.gain),
                ("colour_lag_s", self.echo.lag_s),
                ("colour_other", self.echo.other),
            ]
        return tuple((name, round(score, 4)) for name, score in named)


def is_sure(echo: Echo, limits: Thresholds) -> bool:
    """Whether more colours would say nothing new: a close match, and no other sequence fits so."""
    return echo.match >= limits.sure_match and echo.luck <= 0


def judge(seen: Evidence, planned: int, limits: Thresholds) -> Verdict:
    """The decision on a test of `planned` challenges."""
    decision = Decision.NOT_SURE
    if _is_attack(seen, limits):
        decision = Decision.ATTACK
    elif _all_obeyed(seen, planned) and _is_live(seen, limits):
        decision = Decision.LIVE
    return Verdict(decision, seen.scores(), tuple(seen.asked))


def _is_attack(seen: Evidence, limits: Thresholds) -> bool:
    echo = seen.echo
    other_colours = (
        echo is not None and echo.match < limits.no_match and echo.other >= limits.other_match
    )
    return (
        seen.repeats >= limits.attack_repeats
        or seen.still >= limits.attack_still
        or seen.loop >= limits.attack_loop
        or seen.flat_sights >= limits.flat_sights
        or other_colours
    )


def _all_obeyed(seen: Evidence, planned: int) -> bool:
    """As many obeyed as were planned; one that was replaced counts by what stood in for it."""
    became = [one.became for one in seen.asked]
    return planned > 0 and became.count(Became.OBEYED) == planned


def _is_live(seen: Evidence, limits: Thresholds) -> bool:
    echo = seen.echo
    return (
        (not seen.reliefs or float(np.median(seen.reliefs)) >= limits.live_relief)
        and (echo is None or (echo.match >= limits.live_match and echo.luck <= limits.live_luck))
        and seen.identity >= limits.identity
        and (not seen.moire or float(np.median(seen.moire)) <= limits.most_moire)
        and seen.repeats + seen.backwards <= limits.most_repeats
        and seen.still <= limits.most_still
        and seen.stutter <= limits.most_stutter
        and seen.wrong <= limits.most_wrong
        and seen.too_soon <= limits.most_too_soon
    )
