"""Errors of finger comparisons, their intervals over fingers, and what quality is worth; pure.

Intervals are 95 %, by bootstrap over fingers: fingers are drawn with replacement, a pair of one
finger counts as often as the finger, a pair of two fingers as the product. Always the same dice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.evaluate.rates import CONFIDENCE, RESAMPLED, Errors, Numbers, People, Ranked, Scores

FMR_TARGETS = (1e-2, 1e-3)
REJECTED = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
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


@dataclass(frozen=True, slots=True)
class Reject:
    """FNMR after the worst share of the genuine pairs, by quality, is put aside.

    `area` is that under the curve, the flat line being 1: below 1 quality foretells errors. None
    where there is no error to foretell.
    """

    rejected: tuple[float, ...]
    fnmr: tuple[float, ...]
    area: float | None
    area_interval: Interval | None

    @property
    def falls(self) -> bool | None:
        """Whether the curve lies below the flat line; None where nothing can be said."""
        return None if self.area is None else self.area < 1


@dataclass(frozen=True, slots=True, eq=False)
class Genuine:
    """Each pair of one finger: whether it is refused at FMR 1e-2, the lower quality, which finger.

    All (pairs,); `draws` (draws, fingers) is how often each finger is drawn.
    """

    wrong: Numbers
    quality: Numbers
    finger: People
    draws: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class FingerErrors:
    """What all pairs of one set come to; `errors` is the whole curve, `drawn_eer` (draws,)."""

    genuine_pairs: int
    impostor_pairs: int
    eer: float
    eer_interval: Interval
    at_fmr: tuple[AtFmr, ...]
    genuine: Genuine
    errors: Errors
    drawn_eer: Numbers


@dataclass(frozen=True, slots=True)
class Difference:
    """Another system's equal error rate less ours; above 0 ours is better.

    `better` is the share of draws in which ours has the lower rate, half of the draws in which both
    are alike included.
    """

    mean: float
    interval: Interval
    better: float


def finger_errors(scores: Scores, quality: Numbers, seed: int = 0) -> FingerErrors:
    """Count errors among all pairs; quality (n,) is 0-100 of each picture.

    Scores are those of n pictures, fingers numbered from 0. There must be pairs of both kinds. Give
    systems on one set the same seed, so that their draws pair, and each set its own.
    """
    pairs = _Pairs.of(scores)
    errors = pairs.ranked.errors()
    draws = _draws(scores.person, seed)
    tables = np.array([_row(pairs.drawn(times)) for times in draws])
    at_fmr = tuple(
        _at(errors, target, pairs, _interval(tables[:, 1 + column]))
        for column, target in enumerate(FMR_TARGETS)
    )
    return FingerErrors(
        genuine_pairs=len(pairs.genuine),
        impostor_pairs=len(pairs.impostor),
        eer=errors.equal_rate,
        eer_interval=_interval(tables[:, 0]),
        at_fmr=at_fmr,
        genuine=Genuine(
            wrong=(pairs.genuine < errors.at_fmr(FMR_TARGETS[0])[0]).astype(np.float64),
            quality=np.minimum(*(quality[side] for side in pairs.genuine_pictures)),
            finger=pairs.of_one,
            draws=draws,
        ),
        errors=errors,
        drawn_eer=tables[:, 0],
    )


def difference(ours: Sequence[Numbers], theirs: Sequence[Numbers]) -> Difference:
    """Compare mean rates over sets, draw by draw; each is one set's `drawn_eer`."""
    more = np.mean(theirs, axis=0) - np.mean(ours, axis=0)
    more = more[np.isfinite(more)]
    better = float((more > 0).mean() + (more == 0).mean() / 2)
    return Difference(float(more.mean()), _interval(more), better)


def mean_interval(sets: Sequence[Numbers]) -> Interval:
    """The interval of the mean rate over sets, whose fingers are drawn set by set."""
    return _interval(np.mean(sets, axis=0))


def reject(sets: Sequence[Genuine]) -> Reject:
    """Put the worst aside, of all sets together; each set keeps its own threshold."""
    wrong, quality = (
        np.concatenate(parts)
        for parts in zip(*((one.wrong, one.quality) for one in sets), strict=True)
    )
    times = np.hstack([one.draws[:, one.finger] for one in sets])
    rates = error_versus_reject(wrong, quality, np.ones((1, len(wrong))))
    found, shown = float(area(rates)[0]), tuple(map(float, rates[0]))
    if not np.isfinite(found):
        return Reject(REJECTED, shown, None, None)
    drawn = area(error_versus_reject(wrong, quality, times[times.any(axis=1)]))
    return Reject(REJECTED, shown, found, _interval(drawn))


def error_versus_reject(wrong: Numbers, quality: Numbers, weights: Numbers) -> Numbers:
    """FNMR (draws, REJECTED); pairs of one quality at the cut go in part.

    `wrong` (pairs,) is 1 where a genuine pair is refused, else 0; weights are (draws, pairs).
    """
    levels, level = np.unique(quality, return_inverse=True)
    belongs = (level[:, None] == np.arange(len(levels))[None, :]).astype(np.float64)
    weight, error = weights @ belongs, (weights * wrong) @ belongs
    share = np.divide(error, weight, out=np.zeros_like(error), where=weight > 0)
    ends = np.cumsum(weight, axis=1)
    rates = []
    for rejected in REJECTED:
        kept = np.clip(ends - rejected * ends[:, -1:], 0, weight)
        rates.append((kept * share).sum(axis=1) / kept.sum(axis=1))
    return np.stack(rates, axis=1)


def area(rates: Numbers) -> Numbers:
    """The area (draws,) under such curves, the flat line at their first value being 1; else NaN."""
    flat = rates[:, 0]
    under = (rates[:, :-1] + rates[:, 1:]).mean(axis=1) / 2
    return np.divide(under, flat, out=np.full_like(flat, np.nan), where=flat > 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Each pair of pictures once; rows and columns say whose."""

    genuine: Numbers
    impostor: Numbers
    genuine_pictures: tuple[People, People]
    of_one: People
    of_two: tuple[People, People]
    ranked: Ranked

    @classmethod
    def of(cls, scores: Scores) -> "_Pairs":
        alike = scores.person[:, None] == scores.person[None, :]
        same, other = (np.nonzero(np.triu(mask, k=1)) for mask in (alike, ~alike))
        genuine, impostor = scores.alike[same], scores.alike[other]
        whose = scores.person
        return cls(
            genuine=genuine,
            impostor=impostor,
            genuine_pictures=(same[0], same[1]),
            of_one=whose[same[0]],
            of_two=(whose[other[0]], whose[other[1]]),
            ranked=Ranked.of(genuine, impostor),
        )

    def drawn(self, times: Numbers) -> Errors | None:
        """Errors when each finger counts so many times; None without pairs of both kinds."""
        genuine = times[self.of_one]
        impostor = times[self.of_two[0]] * times[self.of_two[1]]
        if not genuine.any() or not impostor.any():
            return None
        return self.ranked.errors(genuine, impostor)


def _draws(person: People, seed: int) -> Numbers:
    """How often each finger (draws, fingers) is drawn."""
    fingers = int(person.max()) + 1
    dice = np.random.default_rng(seed)
    drawn = dice.multinomial(fingers, np.full(fingers, 1 / fingers), RESAMPLED)
    return np.asarray(drawn, np.float64)


def _row(errors: Errors | None) -> list[float]:
    if errors is None:
        return [float("nan")] * (1 + len(FMR_TARGETS))
    return [errors.equal_rate, *(errors.at_fmr(target)[1] for target in FMR_TARGETS)]


def _interval(values: Numbers) -> Interval:
    kept = values[np.isfinite(values)]
    if not len(kept):
        return 0.0, 1.0
    low, high = np.quantile(kept, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _at(errors: Errors, target: float, pairs: _Pairs, interval: Interval) -> AtFmr:
    threshold, fnmr = errors.at_fmr(target)
    reached = int((pairs.impostor >= threshold).sum())
    return AtFmr(target, threshold if np.isfinite(threshold) else None, reached, fnmr, interval)
