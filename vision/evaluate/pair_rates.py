"""Errors of comparisons whose pairs share fingers or people, with intervals over those; pure.

Intervals are 95 %, by bootstrap over whom the pairs are of: they are drawn with replacement, a pair
of one counts as often as that one, a pair of two as the product. Always the same dice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from vision.evaluate.rates import (
    CONFIDENCE,
    RESAMPLED,
    Errors,
    Numbers,
    People,
    Ranked,
    Scores,
    exact_upper,
)

FMR_TARGETS = (1e-2, 1e-3)
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class AtFmr:
    """FNMR at the lowest threshold whose FMR is not above `target`.

    `false_matches` of the impostor pairs reach it; `threshold` None: only beyond every score.
    """

    target: float
    threshold: float | None
    false_matches: int
    fnmr: float
    interval: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Each pair of pictures once: its score, the two pictures by number, and whom they are of.

    `genuine` (n,) and `impostor` (m,); pictures and people are two arrays of the same length,
    people numbered from 0, `size` of them. There must be pairs of both kinds.
    """

    genuine: Numbers
    impostor: Numbers
    genuine_pictures: tuple[People, People]
    impostor_pictures: tuple[People, People]
    of_one: People
    of_two: tuple[People, People]
    size: int

    @classmethod
    def of(cls, scores: Scores) -> Self:
        """All pictures against all; people are numbered from 0."""
        alike = scores.person[:, None] == scores.person[None, :]
        same, other = (np.nonzero(np.triu(mask, k=1)) for mask in (alike, ~alike))
        return cls.listed(scores.alike.__getitem__, scores.person, same, other)

    @classmethod
    def listed(
        cls,
        score: Callable[[tuple[People, People]], Numbers],
        whose: People,
        same: tuple[People, ...],
        other: tuple[People, ...],
    ) -> Self:
        """These pairs of pictures alone; `whose` (pictures,) each is, numbered from 0."""
        genuine, impostor = (same[0], same[1]), (other[0], other[1])
        return cls(
            genuine=score(genuine),
            impostor=score(impostor),
            genuine_pictures=genuine,
            impostor_pictures=impostor,
            of_one=whose[same[0]],
            of_two=(whose[other[0]], whose[other[1]]),
            size=int(whose.max()) + 1,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PairErrors:
    """What all pairs come to; `errors` is the whole curve, `drawn_eer` (draws,).

    `draws` (draws, people) is how often each is drawn.
    """

    genuine_pairs: int
    impostor_pairs: int
    eer: float
    eer_interval: Interval
    at_fmr: tuple[AtFmr, ...]
    errors: Errors
    draws: Numbers
    drawn_eer: Numbers


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """Errors at one threshold; a score at it or above is a match.

    Intervals are the wider of the bootstrap's and of Clopper and Pearson's. `fmr_upper`: the rate
    is below it with 95 % (one side), were the pairs independent; 3 / pairs where none failed.
    """

    threshold: float
    false_matches: int
    false_non_matches: int
    fmr_interval: Interval
    fnmr_interval: Interval
    fmr_upper: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Another system's equal error rate less ours; above 0 ours is better.

    `better` is the share of draws in which ours has the lower rate, half of the draws in which both
    are alike included.
    """

    mean: float
    interval: Interval
    better: float


def pair_errors(pairs: Pairs, seed: int = 0, count: int = RESAMPLED) -> PairErrors:
    """Count errors, and draw `count` times.

    Give systems on one set the same seed, so that their draws pair.
    """
    ranked = Ranked.of(pairs.genuine, pairs.impostor)
    errors = ranked.errors()
    draws = _draws(pairs, seed, count)
    tables = np.array([_row(_drawn(pairs, ranked, times)) for times in draws])
    at_fmr = tuple(
        _at(errors, target, pairs, interval(tables[:, 1 + column]))
        for column, target in enumerate(FMR_TARGETS)
    )
    return PairErrors(
        genuine_pairs=len(pairs.genuine),
        impostor_pairs=len(pairs.impostor),
        eer=errors.equal_rate,
        eer_interval=interval(tables[:, 0]),
        at_fmr=at_fmr,
        errors=errors,
        draws=draws,
        drawn_eer=tables[:, 0],
    )


def at_threshold(pairs: Pairs, draws: Numbers, threshold: float) -> AtThreshold:
    """Count both errors there; `draws` (draws, people) is how often each is drawn."""
    matched, refused = pairs.impostor >= threshold, pairs.genuine < threshold
    of_one = (times[pairs.of_one] for times in draws)
    of_two = (times[pairs.of_two[0]] * times[pairs.of_two[1]] for times in draws)
    return AtThreshold(
        threshold,
        int(matched.sum()),
        int(refused.sum()),
        fmr_interval=_widest(matched, of_two),
        fnmr_interval=_widest(refused, of_one),
        fmr_upper=exact_upper(int(matched.sum()), len(matched), 1 - CONFIDENCE),
    )


def difference(ours: Sequence[Numbers], theirs: Sequence[Numbers]) -> Difference:
    """Compare mean rates over sets, draw by draw; each is one set's `drawn_eer`."""
    more = np.mean(theirs, axis=0) - np.mean(ours, axis=0)
    more = more[np.isfinite(more)]
    better = float((more > 0).mean() + (more == 0).mean() / 2)
    return Difference(float(more.mean()), interval(more), better)


def mean_interval(sets: Sequence[Numbers]) -> Interval:
    """The interval of the mean rate over sets, whose members are drawn set by set."""
    return interval(np.mean(sets, axis=0))


def interval(values: Numbers) -> Interval:
    """The middle 95 % of what was drawn; (0, 1) of nothing."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return 0.0, 1.0
    low, high = np.quantile(kept, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _widest(wrong: npt.NDArray[np.bool_], weights: Iterable[Numbers]) -> Interval:
    """Clopper and Pearson's interval or the bootstrap's, whichever reaches farther."""
    errors, pairs = int(wrong.sum()), len(wrong)
    rates = [each @ wrong / each.sum() for each in weights if each.any()]
    low, high = interval(np.array(rates))
    exact_low = 1 - exact_upper(pairs - errors, pairs, (1 - CONFIDENCE) / 2)
    return min(low, exact_low), max(high, exact_upper(errors, pairs, (1 - CONFIDENCE) / 2))


def _draws(pairs: Pairs, seed: int, count: int) -> Numbers:
    """How often each (draws, people) is drawn."""
    dice = np.random.default_rng(seed)
    drawn = dice.multinomial(pairs.size, np.full(pairs.size, 1 / pairs.size), count)
    return np.asarray(drawn, np.float64)


def _drawn(pairs: Pairs, ranked: Ranked, times: Numbers) -> Errors | None:
    """Errors when each counts so many times; None without pairs of both kinds."""
    genuine = times[pairs.of_one]
    impostor = times[pairs.of_two[0]] * times[pairs.of_two[1]]
    if not genuine.any() or not impostor.any():
        return None
    return ranked.errors(genuine, impostor)


def _row(errors: Errors | None) -> list[float]:
    if errors is None:
        return [float("nan")] * (1 + len(FMR_TARGETS))
    return [errors.equal_rate, *(errors.at_fmr(target)[1] for target in FMR_TARGETS)]


def _at(errors: Errors, target: float, pairs: Pairs, spread: Interval) -> AtFmr:
    threshold, fnmr = errors.at_fmr(target)
    reached = int((pairs.impostor >= threshold).sum())
    return AtFmr(target, threshold if np.isfinite(threshold) else None, reached, fnmr, spread)
