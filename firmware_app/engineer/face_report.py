"""What `kiosk evaluate faces` answers: as JSON, and in words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from firmware_app.engineer import rates_report
from firmware_app.engineer.rates_report import (
    KEYS,
    at_fmr,
    percent,
    percents,
    rate_words,
    shown,
    times,
    times_words,
)
from firmware_app.engineer.report import table
from vision.evaluate.face import FRAME_PX, FaceResult
from vision.evaluate.pair_rates import FMR_TARGETS
from vision.evaluate.rates import Numbers, People, Trial
from vision.evaluate.usage import Spent
from vision.face_threshold import FALSE_MATCH_RATE, TARGET_FMR
from vision.model_store import RUNTIME

RULE = (
    f"{rates_report.RULE}; a score at the threshold or above is a match; templates are compared as "
    "192 signed bytes; a picture without a face makes no pair; intervals are 95 %, bootstrap over "
    "people"
)
CONTAMINATED = (
    "The network's training pictures are not known: people in public sets may have been among them,"
    " so figures on such sets are contaminated and flatter it."
)
NAMED = 20
"""So many pairs of each kind are named as failures."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for the whole run."""

    folder: str
    threads: int
    peak_memory_mb: float


@dataclass(frozen=True, slots=True)
class FailedPair:
    """Two pictures by name, and their score."""

    first: str
    second: str
    score: float


def document(result: FaceResult, conditions: Conditions) -> dict[str, object]:
    """The answer of --json."""
    errors, fixed, seen = result.errors, result.fixed, result.seen
    found: dict[str, object] = {
        "folder": conditions.folder,
        "people": people(result),
        "pictures": len(result.pictures),
        "not_found": len(seen.not_found),
        "found_as_portrait": len(seen.as_portrait),
        "unreadable": len(seen.unreadable),
        "genuine": errors.genuine_pairs,
        "impostor": errors.impostor_pairs,
        "pairs_lost": result.lost,
        "eer_pct": percent(errors.eer),
        "eer_interval_pct": percents(errors.eer_interval),
    }
    for at in errors.at_fmr:
        found |= at_fmr(at)
        found[f"pairs_allow_fmr_{KEYS[at.target]}"] = enough(result, at.target)
    found |= {
        "threshold": fixed.threshold,
        "false_matches_at_threshold": fixed.false_matches,
        "false_non_matches_at_threshold": fixed.false_non_matches,
        "fmr_interval_pct_at_threshold": percents(fixed.fmr_interval),
        "fmr_upper_pct_at_threshold": percent(fixed.fmr_upper),
        "fnmr_pct_at_threshold": percent(fixed.false_non_matches / errors.genuine_pairs),
        "fnmr_interval_pct_at_threshold": percents(fixed.fnmr_interval),
        "halves": [asdict(one) for one in result.halves],
    }
    for what, spent in stages(result).items():
        found |= times(what, spent)
    return {
        **found,
        "frame_px": FRAME_PX,
        "threads": conditions.threads,
        "runtime": RUNTIME,
        "peak_memory_mb": conditions.peak_memory_mb,
        "model": result.model,
        "failures": {
            "not_found": [result.pictures[n].name for n in seen.not_found],
            "unreadable": {result.pictures[n].name: why for n, why in seen.unreadable.items()},
            "false_non_matches": [asdict(one) for one in refused(result)],
            "false_matches": [asdict(one) for one in taken(result)],
        },
        "rule": RULE,
        "remark": CONTAMINATED,
    }


def words(result: FaceResult, conditions: Conditions, *, show_failures: bool) -> str:
    """The answer for people to read."""
    errors, seen = result.errors, result.seen
    counts = (
        f"{people(result)} people, {len(result.pictures)} pictures, {len(result.numbers)} with a "
        f"face, {len(seen.not_found)} without, {len(seen.unreadable)} not readable"
    )
    pairs = (
        f"{errors.genuine_pairs} pairs of one person, {errors.impostor_pairs} of two; {result.lost}"
        " pairs lost with pictures that gave no template"
    )
    rows = [("", "threshold", "false matches", "FNMR %"), *_at_rows(result), *_half_rows(result)]
    spent = "; ".join(
        f"{what} {times_words(each)}" for what, each in stages(result).items() if each
    )
    used = f"{conditions.threads} thread{'s'[: conditions.threads - 1]}"
    return "\n".join(
        [
            f"{conditions.folder}: {counts}",
            pairs,
            f"EER % {rate_words(errors.eer, errors.eer_interval)}",
            table(rows),
            *_bounds(result),
            *(_failures(result) if show_failures else []),
            f"{spent}; frames are {FRAME_PX[0]}x{FRAME_PX[1]}; decoding of the files is not timed",
            f"{used}; {RUNTIME}; peak memory {conditions.peak_memory_mb:.0f} MB; {result.model}",
            f"{RULE}.",
            CONTAMINATED,
        ]
    )


def people(result: FaceResult) -> int:
    """How many take part in a pair."""
    return len({result.pictures[n].person for n in result.numbers})


def stages(result: FaceResult) -> dict[str, Sequence[Spent]]:
    """What a frame took, its stages, a look at the picture's own size, a template."""
    seen = result.seen
    frame = {"frame": seen.frame, "detect": seen.detect, "landmarks": seen.landmarks}
    return {**frame, "quality": seen.quality, "look": seen.look, "template": seen.template}


def enough(result: FaceResult, target_fmr: float) -> bool:
    """Whether so many impostor pairs could show such a rate at all: three over it, and no error."""
    return result.errors.impostor_pairs >= 3 / target_fmr


def refused(result: FaceResult) -> list[FailedPair]:
    """Pairs of one person below the kiosk's threshold, the lowest first."""
    scores, sides = result.pairs.genuine, result.pairs.genuine_pictures
    order = np.argsort(scores, kind="stable")[: result.fixed.false_non_matches]
    return [_pair(result, sides, scores, int(at)) for at in order[:NAMED]]


def taken(result: FaceResult) -> list[FailedPair]:
    """Pairs of two people at the kiosk's threshold or above, the highest first."""
    scores, sides = result.pairs.impostor, result.pairs.impostor_pictures
    order = np.argsort(-scores, kind="stable")[: result.fixed.false_matches]
    return [_pair(result, sides, scores, int(at)) for at in order[:NAMED]]


def _pair(
    result: FaceResult,
    sides: tuple[People, People],
    scores: Numbers,
    at: int,
) -> FailedPair:
    first, second = (result.pictures[result.numbers[int(side[at])]].name for side in sides)
    return FailedPair(first, second, round(float(scores[at]), 4))


def _at_rows(result: FaceResult) -> list[tuple[str, ...]]:
    errors, fixed = result.errors, result.fixed
    rows: list[tuple[str, ...]] = [
        (
            f"at FMR {at.target:g} on these pairs",
            "above all" if at.threshold is None else f"{at.threshold:.3f}",
            f"{at.false_matches} of {errors.impostor_pairs}",
            rate_words(at.fnmr, at.interval),
        )
        for at in errors.at_fmr
    ]
    refusals = fixed.false_non_matches
    rate = rate_words(refusals / errors.genuine_pairs, fixed.fnmr_interval)
    matches = f"{fixed.false_matches} of {errors.impostor_pairs}"
    rows.append(
        ("the kiosk's threshold", f"{fixed.threshold:.3f}", matches, f"{rate} ({refusals})")
    )
    return rows


def _half_rows(result: FaceResult) -> list[tuple[str, ...]]:
    names = ("chosen on half 1, here half 2", "chosen on half 2, here half 1")
    return [_half(name, one) for name, one in zip(names, result.halves, strict=False)]


def _half(name: str, tried: Trial) -> tuple[str, ...]:
    fnmr = rate_words(tried.fnmr.rate, (tried.fnmr.low, tried.fnmr.high))
    return (
        name,
        f"{tried.threshold:.3f}",
        f"{tried.fmr.errors} of {tried.fmr.pairs}",
        f"{fnmr} ({tried.fnmr.errors})",
    )


def _bounds(result: FaceResult) -> list[str]:
    fixed, pairs = result.fixed, result.errors.impostor_pairs
    bound = (
        f"at the kiosk's threshold the FMR is below {100 * fixed.fmr_upper:.3f} % (95 %, one side,"
        f" pairs taken as independent; over people {shown(fixed.fmr_interval)} %); it was chosen"
        f" for {100 * TARGET_FMR:g} %, and events quote {100 * FALSE_MATCH_RATE:g} %"
    )
    few = [
        f"{pairs} impostor pairs are too few to show an FMR of {target:g} ({3 / target:.0f} and no"
        " error would be needed): read the FNMR there with care"
        for target in FMR_TARGETS
        if not enough(result, target)
    ]
    return [bound, *few]


def _failures(result: FaceResult) -> list[str]:
    names = [result.pictures[n].name for n in result.seen.not_found]
    lines = [f"  no face: {name}" for name in names]
    lines += [f"  {result.pictures[n].name}: {why}" for n, why in result.seen.unreadable.items()]
    lines += [f"  refused {one.score:.3f}: {one.first}  {one.second}" for one in refused(result)]
    lines += [f"  matched {one.score:.3f}: {one.first}  {one.second}" for one in taken(result)]
    return lines or ["  nothing failed at the kiosk's threshold"]
