"""Error rates of a comparison: threshold, FMR, FNMR, EER, 95 % intervals (ISO/IEC 19795-1)."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

import numpy as np
import numpy.typing as npt

TARGET_FMR = 1e-3
CONFIDENCE = 0.95
RESAMPLED = 2000

Numbers = npt.NDArray[np.float64]
People = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rate:
    """Errors among pairs, and a 95 % interval.

    The interval is the wider of Wilson's over pairs and the bootstrap over people; pairs share
    people, so Wilson's alone is too narrow, and the bootstrap alone is nothing at no error.
    """

    errors: int
    pairs: int
    rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Trial:
    """Errors of some people at one threshold; `rule` says where the threshold came from."""

    threshold: float
    rule: str
    people: int
    fmr: Rate
    fnmr: Rate
    eer: float


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """How alike n templates are (n, n), the cosine say, and the person (n,) of each as a number."""

    alike: Numbers
    person: People

    def of(self, people: People) -> "Scores":
        """Only these people's."""
        kept = np.isin(self.person, people)
        return Scores(self.alike[np.ix_(kept, kept)], self.person[kept])

    @property
    def genuine(self) -> Numbers:
        """Of each pair of pictures of one person, once."""
        return self.alike[self._pairs(same=True)]

    @property
    def impostor(self) -> Numbers:
        """Of each pair of pictures of two people, once."""
        return self.alike[self._pairs(same=False)]

    def _pairs(self, *, same: bool) -> npt.NDArray[np.bool_]:
        alike = self.person[:, None] == self.person[None, :]
        return np.triu(alike if same else ~alike, k=1)


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """FMR and FNMR (thresholds,) at each score that was seen, rising, and beyond the highest.

    A score at the threshold or above is a match; the last threshold is infinite.
    """

    thresholds: Numbers
    fmr: Numbers
    fnmr: Numbers

    @property
    def equal_rate(self) -> float:
        """The mean of both rates at the (lowest) threshold where they differ least."""
        nearest = int(np.argmin(np.abs(self.fmr - self.fnmr).round(12)))
        return float((self.fmr[nearest] + self.fnmr[nearest]) / 2)

    def at_fmr(self, target: float) -> tuple[float, float]:
        """The lowest threshold whose FMR is not above the target, and the FNMR there.

        Nothing is interpolated: FMR100 and FMR1000 of the Fingerprint Verification Competition.
        """
        first = int(np.argmax(self.fmr <= target))
        return float(self.thresholds[first]), float(self.fnmr[first])


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Scores put in order once, so that errors can be counted often, each time with new weights."""

    thresholds: Numbers
    genuine_order: People
    genuine_below: People
    impostor_order: People
    impostor_below: People

    @classmethod
    def of(cls, genuine: Numbers, impostor: Numbers) -> Self:
        """Order them; both must hold at least one score."""
        seen = np.unique(np.concatenate([genuine, impostor, [np.inf]]))
        orders = [np.argsort(scores, kind="stable") for scores in (genuine, impostor)]
        below = [
            np.searchsorted(scores[order], seen)
            for scores, order in zip((genuine, impostor), orders, strict=True)
        ]
        return cls(seen, orders[0], below[0], orders[1], below[1])

    def errors(self, genuine: Numbers | None = None, impostor: Numbers | None = None) -> Errors:
        """Count them; the weights of the pairs (all 1) are in the order that `of` was given."""
        fnmr, fmr = (
            _below(order, below, weights)
            for order, below, weights in (
                (self.genuine_order, self.genuine_below, genuine),
                (self.impostor_order, self.impostor_below, impostor),
            )
        )
        return Errors(self.thresholds, fmr=(fmr[-1] - fmr) / fmr[-1], fnmr=fnmr / fnmr[-1])


def choose_threshold(impostor: Numbers, target_fmr: float = TARGET_FMR) -> tuple[float, str]:
    """The threshold for a false match rate, rounded up to two places, and the rule that gave it.

    The larger of two: the (1 - FMR) quantile of the impostor scores, and the same quantile of the
    normal distribution fitted to them. With few pairs the first rests on one or two of them; the
    second uses all, and its tail is a margin where the real one is lighter.
    """
    quantile = float(np.quantile(impostor, 1 - target_fmr, method="higher"))
    spread = float(impostor.std(ddof=1)) if len(impostor) > 1 else 0.0
    tail = float(impostor.mean()) + NormalDist().inv_cdf(1 - target_fmr) * spread
    chosen, rule = max((quantile, "quantile"), (tail, "normal tail"))
    # one more than rounding up: a score that is the quantile itself must be refused
    return (math.floor(chosen * 100) + 1) / 100, rule


def trial(scores: Scores, threshold: float, rule: str) -> Trial:
    """Errors of these people at this threshold; a score at it or above is a match."""
    size = int(scores.person.max()) + 1
    wrong = np.where(scores.person[:, None] == scores.person[None, :], -1, 1)
    fails = np.where(wrong < 0, scores.alike < threshold, scores.alike >= threshold)
    upper = np.triu(np.ones_like(fails, dtype=bool), k=1)
    counted = _by_people(upper, scores.person, size)
    failed = _by_people(fails & upper, scores.person, size)
    return Trial(
        threshold=round(threshold, 4),
        rule=rule,
        people=len(np.unique(scores.person)),
        fmr=_rate(failed - np.diag(np.diag(failed)), counted - np.diag(np.diag(counted))),
        fnmr=_rate(np.diag(np.diag(failed)), np.diag(np.diag(counted))),
        eer=round(equal_error_rate(scores.genuine, scores.impostor), 5),
    )


def equal_error_rate(genuine: Numbers, impostor: Numbers) -> float:
    """Where FMR and FNMR meet: the mean of both at the threshold where they differ least."""
    return Ranked.of(genuine, impostor).errors().equal_rate


def wilson(errors: int, pairs: int) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927)."""
    if pairs == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    rate, grown = errors / pairs, 1 + z * z / pairs
    middle = (rate + z * z / (2 * pairs)) / grown
    half = z / grown * math.sqrt(rate * (1 - rate) / pairs + z * z / (4 * pairs * pairs))
    return max(0.0, middle - half), min(1.0, middle + half)


def exact_upper(errors: int, pairs: int, alpha: float) -> float:
    """The rate at which so few errors would still happen with a chance of alpha.

    The upper end by Clopper and Pearson (1934); with no error about 3 / pairs at alpha 0.05.
    """
    if errors >= pairs:
        return 1.0
    counts = np.arange(errors)
    odds = np.concatenate([[0.0], np.cumsum(np.log((pairs - counts) / (counts + 1)))])
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        logs = odds + np.arange(errors + 1) * (math.log(middle) - math.log1p(-middle))
        top = float(logs.max())
        chance = top + math.log(float(np.exp(logs - top).sum())) + pairs * math.log1p(-middle)
        low, high = (middle, high) if chance > math.log(alpha) else (low, middle)
    return high


def _below(order: People, below: People, weights: Numbers | None) -> Numbers:
    """The weight of all scores below each threshold."""
    sorted_weights = np.ones(len(order)) if weights is None else weights[order]
    return np.concatenate([[0.0], np.cumsum(sorted_weights)])[below]


def _by_people(pairs: npt.NDArray[np.bool_], person: People, size: int) -> Numbers:
    """Counts (size, size) of pairs of pictures by the two people in them."""
    belongs = (person[:, None] == np.arange(size)[None, :]).astype(np.float64)
    return np.asarray(belongs.T @ pairs @ belongs, np.float64)


def _rate(failed: Numbers, counted: Numbers) -> Rate:
    errors, pairs = int(failed.sum()), int(counted.sum())
    lows, highs = zip(wilson(errors, pairs), _resampled(failed, counted), strict=True)
    rate = errors / pairs if pairs else 0.0
    return Rate(errors, pairs, round(rate, 6), round(min(lows), 6), round(max(highs), 6))


def _resampled(failed: Numbers, counted: Numbers) -> tuple[float, float]:
    """The interval by drawing people with replacement, always by the same dice."""
    size = len(failed)
    present = np.flatnonzero((counted + counted.T).sum(axis=0))
    dice = np.random.default_rng(1)
    drawn = dice.multinomial(len(present), np.full(len(present), 1 / len(present)), RESAMPLED)
    times = np.zeros((RESAMPLED, size))
    times[:, present] = drawn
    # a pair of one person counts as often as the person, a pair of two as the product
    alone = bool(counted.diagonal().any())
    pairs = _weighed(counted, times, alone=alone)
    rates = _weighed(failed, times, alone=alone)[pairs > 0] / pairs[pairs > 0]
    low, high = np.quantile(rates, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def _weighed(counts: Numbers, times: Numbers, *, alone: bool) -> Numbers:
    """Pairs (draws,) when each person counts `times` (draws, people)."""
    if alone:
        return np.asarray(times @ counts.diagonal(), np.float64)
    return np.asarray(((times @ counts) * times).sum(axis=1), np.float64)
