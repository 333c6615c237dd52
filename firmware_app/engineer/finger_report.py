"""What `kiosk evaluate fingers` answers as JSON, for one folder or several."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.evaluate.finger import Measured
from vision.evaluate.finger_rates import (
    FMR_TARGETS,
    AtFmr,
    Difference,
    FingerErrors,
    Interval,
    Reject,
    difference,
    mean_interval,
    reject,
)
from vision.evaluate.mrz import spread
from vision.evaluate.usage import Spent

TIMES = ("median", "p90", "median_cpu", "p90_cpu")
KEYS = dict(zip(FMR_TARGETS, ("1e2", "1e3"), strict=True))
RULE = (
    "EER: mean of FMR and FNMR where they differ least; FNMR at the lowest threshold whose FMR is "
    "not above the target, nothing interpolated; a picture that gave no template scores 0 and its "
    "pairs count; intervals are 95 %, bootstrap over fingers"
)


@dataclass(frozen=True, slots=True)
class Side:
    """One system on one folder: what it did and what that comes to."""

    measured: Measured
    errors: FingerErrors


@dataclass(frozen=True, slots=True)
class FingerSet:
    """One folder; `peer` is the other system on the same pictures."""

    name: str
    ours: Side
    peer_name: str
    peer: Side | None
    peak_memory_mb: float


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for all folders of one run."""

    ppi: int
    threads: int
    model: str


def document(sets: Sequence[FingerSet], conditions: Conditions) -> dict[str, object]:
    """The answer of --json: of one folder its figures, of several a list and the means."""
    shared: dict[str, object] = {
        "ppi": conditions.ppi,
        "threads": conditions.threads,
        "model": conditions.model,
        "rule": RULE,
    }
    if len(sets) == 1:
        return {**_one(sets[0]), **shared}
    drawn = [one.ours.errors.drawn_eer for one in sets]
    means: dict[str, object] = {
        "sets": [_one(one) for one in sets],
        "mean_eer_pct": mean_eer([one.ours for one in sets]),
        "mean_eer_interval_pct": _percents(mean_interval(drawn)),
        "quality": _quality(sets),
    }
    peers = [one.peer for one in sets if one.peer is not None]
    if peers:
        means["vs"] = {
            sets[0].peer_name: {
                "mean_eer_pct": mean_eer(peers),
                "mean_eer_interval_pct": _percents(
                    mean_interval([peer.errors.drawn_eer for peer in peers])
                ),
            },
            "mean_eer_difference": _difference(compared(sets)),
        }
    return {**means, **shared}


def _one(one: FingerSet) -> dict[str, object]:
    found = {"folder": one.name, **_figures(one.ours), "peak_memory_mb": one.peak_memory_mb}
    found["quality"] = _quality([one])
    if one.peer is not None:
        found["vs"] = {
            one.peer_name: _figures(one.peer),
            "eer_difference": _difference(compared([one])),
        }
    return found


def _figures(side: Side) -> dict[str, object]:
    measured, errors = side.measured, side.errors
    failures = {measured.prints[n].file: why for n, why in sorted(measured.failures.items())}
    minutiae = [taken.minutiae for taken in measured.taken.values()]
    found: dict[str, object] = {
        "pictures": len(measured.prints),
        "fingers": len({one.finger for one in measured.prints}),
        "genuine_pairs": errors.genuine_pairs,
        "impostor_pairs": errors.impostor_pairs,
        "eer_pct": _percent(errors.eer),
        "eer_interval_pct": _percents(errors.eer_interval),
    }
    for at in errors.at_fmr:
        found |= _at_fmr(at)
    return {
        **found,
        "failed_to_extract": len(failures),
        "failures": failures,
        "minutiae_median": float(np.median(minutiae)) if minutiae else 0.0,
        **_times("extract", [taken.extract for taken in measured.taken.values()]),
        **(_times("prepare", prepared(measured)) if prepared(measured) else {}),
        **_times("match", matches(measured)),
    }


def _at_fmr(at: AtFmr) -> dict[str, object]:
    key = KEYS[at.target]
    return {
        f"fnmr_pct_at_{key}": _percent(at.fnmr),
        f"fnmr_interval_pct_at_{key}": _percents(at.interval),
        f"threshold_at_{key}": None if at.threshold is None else round(at.threshold, 3),
        f"false_matches_at_{key}": at.false_matches,
    }


def _times(what: str, spent: Sequence[Spent]) -> dict[str, object]:
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


def prepared(measured: Measured) -> list[Spent]:
    """What making ready took; nothing of a system that does it while it matches."""
    spent = [taken.prepare for taken in measured.taken.values()]
    return spent if any(one.wall_ms for one in spent) else []


def matches(measured: Measured) -> list[Spent]:
    """What each match took."""
    pairs = zip(measured.match_ms, measured.match_cpu_ms, strict=True)
    return [Spent(wall_ms, cpu_ms) for wall_ms, cpu_ms in pairs]


def _quality(sets: Sequence[FingerSet]) -> dict[str, object]:
    found = rejected(sets)
    values = [taken.quality for one in sets for taken in one.ours.measured.taken.values()]
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9)) if values else (0.0, 0.0, 0.0)
    return {
        "p10": float(low),
        "median": float(middle),
        "p90": float(high),
        "rejected_pct": [round(100 * share) for share in found.rejected],
        "fnmr_pct": [_percent(rate) for rate in found.fnmr],
        "area": None if found.area is None else round(found.area, 3),
        "area_interval": None if found.area_interval is None else _rounded(found.area_interval),
        "falls": found.falls,
    }


def _difference(found: Difference) -> dict[str, object]:
    return {
        "mean_pct": _percent(found.mean),
        "interval_pct": _percents(found.interval),
        "kiosk_better_share": round(found.better, 4),
    }


def rejected(sets: Sequence[FingerSet]) -> Reject:
    """What quality is worth in all of these folders together."""
    return reject([one.ours.errors.genuine for one in sets])


def compared(sets: Sequence[FingerSet]) -> Difference:
    """The peer's equal error rate less ours, over all of these folders."""
    return difference(
        [one.ours.errors.drawn_eer for one in sets],
        [one.peer.errors.drawn_eer for one in sets if one.peer is not None],
    )


def mean_eer(sides: Sequence[Side]) -> float:
    """In percent."""
    return _percent(float(np.mean([side.errors.eer for side in sides])))


def _percent(rate: float) -> float:
    return round(100 * rate, 3)


def _percents(interval: Interval) -> tuple[float, float]:
    return _percent(interval[0]), _percent(interval[1])


def _rounded(interval: Interval) -> tuple[float, float]:
    return round(interval[0], 3), round(interval[1], 3)
