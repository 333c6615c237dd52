"""Error rates and times of an evaluation as JSON keys and as words, alike for faces and fingers."""

from collections.abc import Sequence

from vision.evaluate.mrz import spread
from vision.evaluate.pair_rates import FMR_TARGETS, AtFmr, Interval
from vision.evaluate.usage import Spent

TIMES = ("median", "p90", "median_cpu", "p90_cpu")
KEYS = dict(zip(FMR_TARGETS, ("1e2", "1e3"), strict=True))
RULE = (
    "EER: mean of FMR and FNMR where they differ least; FNMR at the lowest threshold whose FMR is "
    "not above the target, nothing interpolated"
)


def at_fmr(at: AtFmr) -> dict[str, object]:
    """The figures at one target rate."""
    key = KEYS[at.target]
    return {
        f"fnmr_pct_at_{key}": percent(at.fnmr),
        f"fnmr_interval_pct_at_{key}": percents(at.interval),
        f"threshold_at_{key}": None if at.threshold is None else round(at.threshold, 3),
        f"false_matches_at_{key}": at.false_matches,
    }


def times(what: str, spent: Sequence[Spent]) -> dict[str, object]:
    """Median and 90th percentile in milliseconds; null where nothing was timed."""
    if not spent:
        return dict.fromkeys(f"{what}_{each}_ms" for each in TIMES)
    (median, p90), (cpu_median, cpu_p90) = spreads(spent)
    figures = (median, p90, cpu_median, cpu_p90)
    return {f"{what}_{each}_ms": one for each, one in zip(TIMES, figures, strict=True)}


def spreads(spent: Sequence[Spent]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Median and 90th percentile by the clock, and of the processor's share."""
    return (
        spread([one.wall_ms for one in spent], 2),
        spread([one.cpu_ms for one in spent], 2),
    )


def times_words(spent: Sequence[Spent]) -> str:
    """The same in words."""
    (median, p90), (cpu_median, cpu_p90) = spreads(spent)
    return f"{median:.1f} ms, p90 {p90:.1f} (processor {cpu_median:.1f}, {cpu_p90:.1f})"


def percent(rate: float) -> float:
    """0.01 becomes 1.0, to three places."""
    return round(100 * rate, 3)


def percents(interval: Interval) -> tuple[float, float]:
    """Both ends."""
    return percent(interval[0]), percent(interval[1])


def rate_words(rate: float, interval: Interval) -> str:
    """A rate in percent with its interval."""
    return f"{100 * rate:.2f} {shown(interval)}"


def shown(interval: Interval) -> str:
    """Both ends in percent."""
    return f"[{100 * interval[0]:.2f}, {100 * interval[1]:.2f}]"
