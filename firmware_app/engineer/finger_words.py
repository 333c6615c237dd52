"""What `kiosk evaluate fingers` answers in words: a table, what failed, the comparison, times."""

from collections.abc import Sequence

from firmware_app.engineer.finger_report import (
    RULE,
    Conditions,
    FingerSet,
    Side,
    compared,
    matches,
    mean_eer,
    prepared,
    rejected,
)
from firmware_app.engineer.rates_report import rate_words, shown, times_words
from firmware_app.engineer.report import shortened, table
from vision.evaluate.finger import Measured
from vision.evaluate.pair_rates import FMR_TARGETS, mean_interval


def words(sets: Sequence[FingerSet], conditions: Conditions) -> str:
    """The answer for people to read."""
    failures = [f"  {line}" for one in sets for line in _failures(one)]
    lines = [_table(sets), *failures]
    if len(sets) > 1:
        lines.append(_mean_words(sets))
    lines += [_compared_words(one.name, [one]) for one in sets if one.peer is not None]
    if len(sets) > 1 and sets[0].peer is not None:
        lines.append(_compared_words(f"mean of {len(sets)} folders", sets))
    lines += [_reject_words(one.name, [one]) for one in sets]
    if len(sets) > 1:
        lines.append(_reject_words("all folders together", sets))
    lines += [_times_words(one.name, "kiosk", one.ours.measured) for one in sets]
    lines += [
        _times_words(one.name, one.peer_name, one.peer.measured)
        for one in sets
        if one.peer is not None
    ]
    return "\n".join([*lines, _conditions(sets, conditions), f"{RULE}."])


def _table(sets: Sequence[FingerSet]) -> str:
    at = (f"FNMR % at FMR {target:g}" for target in FMR_TARGETS)
    rows = [("folder", "system", "pairs", "EER %", *at, "failed")]
    for one in sets:
        name = shortened(one.name)
        rows.append((name, "kiosk", *_cells(one.ours)))
        if one.peer is not None:
            rows.append((name, one.peer_name, *_cells(one.peer)))
    return table(rows)


def _cells(side: Side) -> tuple[str, ...]:
    errors = side.errors
    failed = f"{len(side.measured.failures)} of {len(side.measured.prints)}"
    return (
        f"{errors.genuine_pairs} + {errors.impostor_pairs}",
        rate_words(errors.eer, errors.eer_interval),
        *(f"{rate_words(at.fnmr, at.interval)} ({at.false_matches})" for at in errors.at_fmr),
        failed,
    )


def _failures(one: FingerSet) -> list[str]:
    sides = [("kiosk", one.ours), (one.peer_name, one.peer)]
    return [
        f"{shortened(side.measured.prints[n].file)}: {name} failed to extract: {why}"
        for name, side in sides
        if side is not None
        for n, why in sorted(side.measured.failures.items())
    ]


def _mean_words(sets: Sequence[FingerSet]) -> str:
    ours = [one.ours for one in sets]
    mean = f"mean EER of {len(sets)} folders: kiosk {mean_eer(ours):.2f} %"
    interval = shown(mean_interval([one.errors.drawn_eer for one in ours]))
    peers = [one.peer for one in sets if one.peer is not None]
    theirs = f", {sets[0].peer_name} {mean_eer(peers):.2f} %" if peers else ""
    return f"{mean} {interval}{theirs}"


def _compared_words(name: str, sets: Sequence[FingerSet]) -> str:
    found = compared(sets)
    return (
        f"{shortened(name)}: EER of {sets[0].peer_name} less the kiosk's: {100 * found.mean:.2f} "
        f"{shown(found.interval)} points, the kiosk's is lower in {found.better:.1%} of draws"
    )


def _reject_words(folder: str, sets: Sequence[FingerSet]) -> str:
    reject = rejected(sets)
    name = f"{shortened(folder)}: quality"
    if reject.area is None or reject.area_interval is None:
        return f"{name}: no false non-match at FMR {FMR_TARGETS[0]:g}, nothing to foretell"
    steps = zip(reject.rejected, reject.fnmr, strict=True)
    curve = ", ".join(f"{100 * rate:.1f}" for _, rate in steps)
    low, high = reject.area_interval
    verdict = "falls" if reject.falls else "DOES NOT FALL"
    return (
        f"{name}: FNMR % at FMR {FMR_TARGETS[0]:g} without the worst 0, 10 ... 50 %: {curve}; "
        f"{verdict}: area {reject.area:.2f} [{low:.2f}, {high:.2f}] of the flat line's"
    )


def _times_words(folder: str, system: str, measured: Measured) -> str:
    spent = {
        "extraction": [taken.extract for taken in measured.taken.values()],
        "making ready": prepared(measured),
        "match": matches(measured),
    }
    said = [f"{what} {times_words(each)}" for what, each in spent.items() if each]
    return f"{shortened(folder)}: {system}: {', '.join(said)}"


def _conditions(sets: Sequence[FingerSet], conditions: Conditions) -> str:
    plural = "s"[: conditions.threads - 1]
    return (
        f"{conditions.model}; {conditions.ppi} ppi; {conditions.threads} thread{plural}; decoding "
        f"of the files is not timed; peak memory of the process {sets[-1].peak_memory_mb:.0f} MB"
    )
