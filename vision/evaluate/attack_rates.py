"""Rates of the attack laboratory and of field tests: counts, exact intervals, thresholds by halves.

The words are kept apart on purpose: APCER and BPCER (ISO/IEC 30107-3) are rates on real instruments
and real people. What a laboratory counts that renders both sides itself are regression rates.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vision.liveness import Decision, Verdict

CONFIDENCE = 0.95
LIVE_IS_ABOVE = {
    "relief": True,
    "identity": True,
    "colour_match": True,
    "colour_gain": True,
    "passive": True,
    "colour_luck": False,
    "wrong_moves": False,
    "too_soon": False,
    "repeats": False,
    "longest_still": False,
    "loop": False,
    "stutter": False,
    "flat_sights": False,
    "moire": False,
    "bands": False,
    "rim": False,
}
"""The cues that can be judged by themselves, and on which side of its threshold a live one is."""
LIVE_REFUSED = 0.05
"""The share of live travellers that one cue's threshold may refuse, on the half that chooses it."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of`, in percent, with the exact 95 % interval (Clopper and Pearson 1934)."""

    count: int
    of: int
    pct: float
    low_pct: float
    high_pct: float

    @classmethod
    def counted(cls, count: int, of: int) -> "Rate":
        """Of none: 0 with the whole interval."""
        low, high = clopper_pearson(count, of)
        pct = 100 * count / of if of else 0.0
        return cls(count, of, round(pct, 2), round(100 * low, 2), round(100 * high, 2))


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions on the presentations of one kind, and the rate of `live` among them."""

    live: int
    not_sure: int
    attack: int
    called_live: Rate

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Decisions":
        """Count them."""
        found = [verdict.decision for verdict in verdicts]
        live, not_sure, attack = (
            found.count(kind) for kind in (Decision.LIVE, Decision.NOT_SURE, Decision.ATTACK)
        )
        return cls(live, not_sure, attack, Rate.counted(live, len(found)))

    @property
    def refused(self) -> Rate:
        """All that was not called live."""
        return Rate.counted(self.not_sure + self.attack, self.live + self.not_sure + self.attack)


@dataclass(frozen=True, slots=True)
class CueTrial:
    """One cue alone: its threshold from one half of the people, what it does on the other.

    above: whether live is at the threshold and above, or at it and below. refused: live ones that
    it refuses; passed: by species, attacks that it lets through; only where the cue was measured.
    """

    cue: str
    above: bool
    threshold: float
    refused: Rate
    passed: dict[str, Rate]


def clopper_pearson(count: int, of: int) -> tuple[float, float]:
    """The exact interval of a proportion, from the tails of the binomial distribution.

    >>> [round(end, 4) for end in clopper_pearson(0, 59)]
    [0.0, 0.0606]
    """
    if of == 0:
        return 0.0, 1.0
    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if count == 0 else _root(lambda p: 1 - _below(count, of, p) - tail)
    high = 1.0 if count == of else _root(lambda p: tail - _below(count + 1, of, p))
    return low, high


def halves(people: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Every second person in the order of names; nobody is in both."""
    ordered = sorted(set(people))
    return frozenset(ordered[::2]), frozenset(ordered[1::2])


def cue_trials(
    scores: Sequence[tuple[str, str, Mapping[str, float]]], live: str
) -> tuple[CueTrial, ...]:
    """Each cue of `scores` (species, person, score by cue) by itself.

    Nothing where one of the halves has no live one that the cue was measured of, or the cue says
    the same of everybody.
    """
    choosing, reporting = halves(person for _, person, _ in scores)
    cues = [cue for cue in LIVE_IS_ABOVE if any(cue in found for _, _, found in scores)]
    trials = (_cue_trial(cue, scores, (choosing, reporting), live) for cue in cues)
    return tuple(trial for trial in trials if trial is not None)


def _cue_trial(
    cue: str,
    scores: Sequence[tuple[str, str, Mapping[str, float]]],
    sides: tuple[frozenset[str], frozenset[str]],
    live: str,
) -> CueTrial | None:
    measured = [(one, person, found[cue]) for one, person, found in scores if cue in found]
    chosen, reported = (
        [(one, score) for one, person, score in measured if person in side] for side in sides
    )
    ours = [score for species, score in chosen if species == live]
    theirs = [score for species, score in chosen if species != live]
    tried = [score for species, score in reported if species == live]
    if not ours or not theirs or not tried or len({*ours, *theirs}) == 1:
        return None
    above = LIVE_IS_ABOVE[cue]
    threshold = _threshold(ours, above=above)
    lets = [(one, score >= threshold if above else score <= threshold) for one, score in reported]
    species = dict.fromkeys(name for name, _ in lets if name != live)
    return CueTrial(
        cue,
        above,
        threshold,
        Rate.counted(sum(not let for name, let in lets if name == live), len(tried)),
        {name: _let(lets, name) for name in species},
    )


def _let(lets: Sequence[tuple[str, bool]], name: str) -> Rate:
    found = [let for species, let in lets if species == name]
    return Rate.counted(sum(found), len(found))


def _threshold(live: Sequence[float], *, above: bool) -> float:
    """The strictest of the live scores that refuses at most LIVE_REFUSED of them."""
    ordered = sorted(live, reverse=not above)
    return float(ordered[math.floor(LIVE_REFUSED * len(ordered))])


def _below(count: int, of: int, p: float) -> float:
    """The chance of fewer than `count` of `of`."""
    if p <= 0 or p >= 1:
        return float(p <= 0)
    logs = [
        math.lgamma(of + 1)
        - math.lgamma(k + 1)
        - math.lgamma(of - k + 1)
        + k * math.log(p)
        + (of - k) * math.log1p(-p)
        for k in range(count)
    ]
    return min(1.0, math.fsum(math.exp(one) for one in logs))


def _root(rising: Callable[[float], float]) -> float:
    """Where a rising function of 0-1 is zero."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
