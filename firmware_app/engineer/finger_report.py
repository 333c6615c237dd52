"""What `kiosk evaluate fingers` answers as JSON, for one folder or several."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from firmware_app.engineer import rates_report
from firmware_app.engineer.rates_report import at_fmr, percent, percents, times
from vision.evaluate.finger import Measured
from vision.evaluate.finger_rates import FingerErrors, Reject, reject
from vision.evaluate.pair_rates import Difference, Interval, difference, mean_interval
from vision.evaluate.usage import Spent

RULE = (
    f"{rates_report.RULE}; a picture that gave no template scores 0 and its pairs count; "
    "intervals are 95 %, bootstrap over fingers"
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
        "mean_eer_interval_pct": percents(mean_interval(drawn)),
        "quality": _quality(sets),
    }
    peers = [one.peer for one in sets if one.peer is not None]
    if peers:
        means["vs"] = {
            sets[0].peer_name: {
                "mean_eer_pct": mean_eer(peers),
                "mean_eer_interval_pct": percents(
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
        "eer_pct": percent(errors.eer),
        "eer_interval_pct": percents(errors.eer_interval),
    }
    for at in errors.at_fmr:
        found |= at_fmr(at)
    return {
        **found,
        "failed_to_extract": len(failures),
        "failures": failures,
        "minutiae_median": float(np.median(minutiae)) if minutiae else 0.0,
        **times("extract", [taken.extract for taken in measured.taken.values()]),
        **(times("prepare", prepared(measured)) if prepared(measured) else {}),
        **times("match", matches(measured)),
    }


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
        "fnmr_pct": [percent(rate) for rate in found.fnmr],
        "area": None if found.area is None else round(found.area, 3),
        "area_interval": None if found.area_interval is None else _rounded(found.area_interval),
        "falls": found.falls,
    }


def _difference(found: Difference) -> dict[str, object]:
    return {
        "mean_pct": percent(found.mean),
        "interval_pct": percents(found.interval),
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
    return percent(float(np.mean([side.errors.eer for side in sides])))


def _rounded(interval: Interval) -> tuple[float, float]:
    return round(interval[0], 3), round(interval[1], 3)
