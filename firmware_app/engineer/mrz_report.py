"""What `kiosk evaluate mrz` answers: JSON documents and words, without a character of any zone."""

from collections.abc import Sequence
from dataclasses import dataclass

from firmware_app.engineer.report import shortened, table
from vision.evaluate.mrz import Summary, Trial, summary

WORST = 20


@dataclass(frozen=True, slots=True)
class Peer:
    """Another reader's trials on the same pictures; `start_ms`: what one run takes for nothing."""

    name: str
    trials: Sequence[Trial]
    start_ms: float

    @property
    def summary(self) -> Summary:
        """Its figures."""
        return summary(self.trials)


def zones_document(trials: Sequence[Trial], threads: int, memory_mb: float) -> dict[str, object]:
    """The answer of `kiosk evaluate mrz --json`; `versus` adds what a peer made of it."""
    return {
        **_figures(summary(trials)),
        "peak_memory_mb": memory_mb,
        "threads": threads,
        "each": [_one(trial) for trial in trials],
    }


def versus(trials: Sequence[Trial], peer: Peer) -> dict[str, object]:
    """What stands under "vs"."""
    ours, theirs = summary(trials), peer.summary
    each = [_one(trial) for trial in peer.trials]
    return {
        peer.name: {**_figures(theirs), "start_ms": peer.start_ms, "each": each},
        "times_faster": _ratio(theirs.median_ms, ours.median_ms),
        "times_faster_without_its_start": _ratio(theirs.median_ms - peer.start_ms, ours.median_ms),
        "times_faster_in_cpu_time": _ratio(theirs.median_cpu_ms, ours.median_cpu_ms),
    }


def lines_document(trials: Sequence[Trial], threads: int, memory_mb: float) -> dict[str, object]:
    """The answer of `kiosk evaluate mrz-lines --json`."""
    found = summary(trials)
    return {
        "lines": found.lines,
        "correct": found.lines_correct,
        "correct_interval": found.lines_correct_interval,
        "character_error_pct": found.character_error_pct,
        **_times(found),
        "peak_memory_mb": memory_mb,
        "threads": threads,
        "sure": found.sure,
        "confident_errors": len(found.confident_errors),
        "confident_error_files": found.confident_errors,
        "not_tried": found.not_tried,
        "worst": [_one(trial) for trial in _worst(trials)],
    }


def zones_words(
    trials: Sequence[Trial], threads: int, memory_mb: float, peer: Peer | None = None
) -> str:
    """The same for people: every picture, then the sums."""
    words = [_each(trials, peer), _words("kiosk", summary(trials))]
    if peer is not None:
        words += [_words(peer.name, peer.summary), _compared(summary(trials), peer)]
    return "\n".join([*words, _conditions(threads, memory_mb)])


def lines_words(trials: Sequence[Trial], threads: int, memory_mb: float) -> str:
    """The same for people: the worst lines, then the sums."""
    found = summary(trials)
    words = [
        f"  {shortened(one.file)}: {one.character_errors} of {one.characters} characters"
        for one in _worst(trials)
    ]
    exact = f"{found.lines_correct} of {found.lines} lines exact"
    words += [
        f"{exact} {_percent(found.lines_correct_interval)}, {_characters(found)}, {_sure(found)}",
        f"a line takes {_times_words(found)}",
        _conditions(threads, memory_mb),
    ]
    return "\n".join(words)


def _worst(trials: Sequence[Trial]) -> list[Trial]:
    wrong = [trial for trial in trials if not trial.correct]
    return sorted(wrong, key=lambda trial: -trial.character_errors)[:WORST]


def _figures(found: Summary) -> dict[str, object]:
    return {
        "pictures": found.pictures,
        "fully_correct": found.fully_correct,
        "fully_correct_interval": found.fully_correct_interval,
        "lines": found.lines,
        "lines_correct": found.lines_correct,
        "lines_correct_interval": found.lines_correct_interval,
        "character_error_pct": found.character_error_pct,
        **_times(found),
        "sure": found.sure,
        "confident_errors": len(found.confident_errors),
        "confident_error_files": found.confident_errors,
        "not_tried": found.not_tried,
    }


def _times(found: Summary) -> dict[str, object]:
    return {
        "median_ms": found.median_ms,
        "p90_ms": found.p90_ms,
        "median_cpu_ms": found.median_cpu_ms,
        "p90_cpu_ms": found.p90_cpu_ms,
    }


def _times_words(found: Summary) -> str:
    clock = f"median {found.median_ms:.1f} ms, p90 {found.p90_ms:.1f} ms"
    return f"{clock} (processor {found.median_cpu_ms:.1f} ms, {found.p90_cpu_ms:.1f} ms)"


def _one(trial: Trial) -> dict[str, object]:
    return {
        "file": trial.file,
        "correct": trial.correct,
        "lines": len(trial.printed),
        "lines_correct": trial.lines_correct,
        "character_errors": trial.character_errors,
        "taken_ms": None if trial.taken_ms is None else round(trial.taken_ms, 1),
        "cpu_ms": None if trial.taken_ms is None else round(trial.cpu_ms, 1),
        "sure": trial.sure,
        "note": trial.note,
    }


def _each(trials: Sequence[Trial], peer: Peer | None) -> str:
    rows = [("picture", "lines", "wrong", "ms", peer.name if peer else "", "what was flagged")]
    others = peer.trials if peer is not None else [None] * len(trials)
    for ours, other in zip(trials, others, strict=True):
        flagged = "READ WRONGLY, NOT FLAGGED" if ours.confident_error else ours.note
        rows.append(
            (shortened(ours.file), *_cells(ours), " ".join(_cells(other)) if other else "", flagged)
        )
    return table(rows)


def _cells(trial: Trial) -> tuple[str, str, str]:
    taken = "-" if trial.taken_ms is None else f"{trial.taken_ms:.0f}"
    lines = f"{trial.lines_correct}/{len(trial.printed)}"
    return lines, str(trial.character_errors), taken


def _words(name: str, found: Summary) -> str:
    zones = f"{found.fully_correct} of {found.pictures} zones exact"
    lines = f"{found.lines_correct} of {found.lines} lines"
    return (
        f"{name}: {zones} {_percent(found.fully_correct_interval)}, "
        f"{lines} {_percent(found.lines_correct_interval)}, {_characters(found)}, {_sure(found)}; "
        f"{_times_words(found)}"
    )


def _characters(found: Summary) -> str:
    return f"{found.character_error_pct:.2f} % of characters wrong"


def _sure(found: Summary) -> str:
    return f"{found.sure} sure, {len(found.confident_errors)} of them wrong"


def _conditions(threads: int, memory_mb: float) -> str:
    return (
        f"decoding of the files is not timed; {threads} thread{'s'[: threads - 1]}; peak memory of "
        f"the process {memory_mb:.0f} MB; intervals are 95 % (Wilson)"
    )


def _compared(ours: Summary, peer: Peer) -> str:
    whole = _ratio(peer.summary.median_ms, ours.median_ms)
    bare = _ratio(peer.summary.median_ms - peer.start_ms, ours.median_ms)
    cpu = _ratio(peer.summary.median_cpu_ms, ours.median_cpu_ms)
    return (
        f"{peer.name} takes {whole:.1f} times as long at the median, {bare:.1f} times without its "
        f"start of {peer.start_ms:.0f} ms, {cpu:.1f} times the processor time; it is helped by the "
        "kiosk's repair of O/0, I/1, B/8 ..."
    )


def _percent(interval: tuple[float, float]) -> str:
    return f"[{interval[0]:.1%}, {interval[1]:.1%}]"


def _ratio(one: float, other: float) -> float:
    return round(one / other, 1) if other else 0.0
