"""Errors of finger comparisons, and what quality is worth; pure. Intervals: see pair_rates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.evaluate.pair_rates import (
    FMR_TARGETS,
    Interval,
    PairErrors,
    Pairs,
    interval,
    pair_errors,
)
from vision.evaluate.rates import Numbers, People, Scores

REJECTED = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)


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
class FingerErrors(PairErrors):
    """What all pairs of one set come to, and what is needed to say what quality is worth."""

    genuine: Genuine


def finger_errors(scores: Scores, quality: Numbers, seed: int = 0) -> FingerErrors:
    """Count errors among all pairs; quality (n,) is 0-100 of each picture.

    Scores are those of n pictures, fingers numbered from 0. There must be pairs of both kinds. Give
    systems on one set the same seed, so that their draws pair, and each set its own.
    """
    pairs = Pairs.of(scores)
    found = pair_errors(pairs, seed)
    refused_below = found.errors.at_fmr(FMR_TARGETS[0])[0]
    return FingerErrors(
        genuine_pairs=found.genuine_pairs,
        impostor_pairs=found.impostor_pairs,
        eer=found.eer,
        eer_interval=found.eer_interval,
        at_fmr=found.at_fmr,
        errors=found.errors,
        draws=found.draws,
        drawn_eer=found.drawn_eer,
        genuine=Genuine(
            wrong=(pairs.genuine < refused_below).astype(np.float64),
            quality=np.minimum(*(quality[side] for side in pairs.genuine_pictures)),
            finger=pairs.of_one,
            draws=found.draws,
        ),
    )


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
    return Reject(REJECTED, shown, found, interval(drawn))


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
