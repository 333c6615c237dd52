"""`kiosk evaluate mrz` and `mrz-lines`: how well zones in pictures are read, and how fast.

Deciding is vision's and the domain's; here are folders, clocks and words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import cv2

from firmware_app import clock
from firmware_app.engineer import contact_sheet, ground_truth, mrz_report
from firmware_app.engineer.ground_truth import Case
from firmware_app.engineer.mrz_report import Peer
from firmware_app.engineer.report import check_folder, emit, progress, shortened, told
from firmware_app.engineer.tesseract import Tesseract
from firmware_app.errors import SetupError
from firmware_app.workers import mrz_eyes
from firmware_app.workers.mrz_eyes import PictureReader
from firmware_app.workers.session import Pixels
from vision.errors import VisionError
from vision.evaluate.mrz import Trial
from vision.evaluate.usage import peak_memory_mib, timed
from vision.model_store import ModelStore
from vision.mrz_reader import MrzReader
from vision.mrz_reading import SURE, MrzLine, MrzShape
from vision.picture_file import read_picture

OURS, TESSERACT = "kiosk", "tesseract"


class LineReader(Protocol):
    """What reads one cut-out line: `vision.mrz_reader.MrzReader`."""

    def read_line(self, picture: Pixels, shapes: Sequence[MrzShape]) -> MrzLine:
        """Read it. Raises ImageError."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for; `sheet` is the picture that shows what went wrong."""

    as_json: bool = False
    threads: int = 1
    sheet: Path | None = None
    tessdata: Path | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What one reader made of one picture."""

    lines: tuple[str, ...]
    sure: bool
    note: str = ""


Reads = Callable[[Pixels], Answer]


def zones(folder: Path, options: Options) -> int:
    """`kiosk evaluate mrz FOLDER`; beside tesseract where `options.tessdata` is given."""
    _check(options)
    cases = ground_truth.zones(folder)
    today = clock.utc_now().date()
    other = None if options.tessdata is None else Tesseract.find(options.tessdata, options.threads)
    reads = {OURS: zone_reads(_opened(options.threads), today)}
    if other is not None:
        reads[TESSERACT] = _peer_reads(other, today)
    trials = measure(cases, reads)
    _some_tried(trials[OURS])
    ours, threads, memory_mb = trials[OURS], options.threads, peak_memory_mib()
    document = mrz_report.zones_document(ours, threads, memory_mb)
    peer = None
    if other is not None:
        peer = Peer(TESSERACT, trials[TESSERACT], other.start_ms())
        document["vs"] = mrz_report.versus(ours, peer)
    _show_failures(cases, ours, options)
    words = mrz_report.zones_words(ours, threads, memory_mb, peer)
    emit(document, words, as_json=options.as_json)
    return 0


def lines(folder: Path, options: Options) -> int:
    """`kiosk evaluate mrz-lines FOLDER`."""
    _check(options)
    cases = ground_truth.lines(folder)
    trials = measure(cases, {OURS: line_reads(_opened(options.threads))})[OURS]
    _some_tried(trials)
    memory_mb = peak_memory_mib()
    document = mrz_report.lines_document(trials, options.threads, memory_mb)
    words = mrz_report.lines_words(trials, options.threads, memory_mb)
    _show_failures(cases, trials, options)
    emit(document, words, as_json=options.as_json)
    return 0


def measure(cases: Sequence[Case], reads: dict[str, Reads]) -> dict[str, list[Trial]]:
    """Every reader on every picture, in turn, so that a noisy machine is noisy for all."""
    trials: dict[str, list[Trial]] = {name: [] for name in reads}
    for case in told("pictures", cases):
        for name, trial in _tried_by_all(case, reads).items():
            trials[name].append(trial)
    return trials


def zone_reads(reader: PictureReader, today: date) -> Reads:
    """The kiosk's own way from a picture to judged lines."""

    def read(picture: Pixels) -> Answer:
        judged = mrz_eyes.judge(reader.read(picture, mrz_eyes.shapes()), today)
        return Answer(judged.lines, judged.sure, judged.note)

    return read


def line_reads(reader: LineReader) -> Reads:
    """One cut-out line: no check digit speaks here, the confidence alone."""

    def read(picture: Pixels) -> Answer:
        line = reader.read_line(picture, mrz_eyes.shapes())
        doubtful = sum(bool(one < SURE) for one in line.confidence)
        return Answer((line.text,), doubtful == 0, f"{doubtful} doubtful" if doubtful else "")

    return read


def _peer_reads(peer: Tesseract, today: date) -> Reads:
    def read(picture: Pixels) -> Answer:
        lines, sure = peer.read(picture, today)
        return Answer(lines, sure)

    return read


def _opened(threads: int) -> MrzReader:
    cv2.setNumThreads(threads)
    try:
        return MrzReader.open(ModelStore(threads=threads))
    except VisionError as error:
        raise SetupError(str(error), error.mend) from error


def _tried_by_all(case: Case, reads: dict[str, Reads]) -> dict[str, Trial]:
    """One picture; it is let go before the next is decoded."""
    try:
        picture = read_picture(case.path)
    except VisionError as error:
        progress(f"  {shortened(case.name)}: {error}")
        untried = Trial(case.name, case.printed, (), None, note=str(error))
        return dict.fromkeys(reads, untried)
    return {name: _tried(case, picture, read) for name, read in reads.items()}


def _tried(case: Case, picture: Pixels, read: Reads) -> Trial:
    with timed() as spent:
        answer = _answer(picture, read)
    taken_ms, cpu_ms = spent.wall_ms, spent.cpu_ms
    return Trial(case.name, case.printed, answer.lines, taken_ms, answer.sure, answer.note, cpu_ms)


def _answer(picture: Pixels, read: Reads) -> Answer:
    try:
        return read(picture)
    except VisionError as error:
        return Answer((), sure=False, note=str(error))


def _some_tried(trials: Sequence[Trial]) -> None:
    """Figures of nothing are none."""
    if all(trial.taken_ms is None for trial in trials):
        mend = "Look at the first file in a picture viewer; the lines above name the others."
        first = f"{shortened(trials[0].file)}: {trials[0].note}"
        raise SetupError(f"none of {len(trials)} pictures could be read; {first}", mend)


def _check(options: Options) -> None:
    """What would fail at the end fails now."""
    if options.sheet is not None:
        check_folder(options.sheet)


def _show_failures(cases: Sequence[Case], trials: Sequence[Trial], options: Options) -> None:
    if options.sheet is None:
        return
    paths = {case.name: case.path for case in cases}
    failed = [(paths[trial.file], trial) for trial in trials if not trial.correct]
    written = contact_sheet.write(options.sheet, failed)
    for path in written:
        progress(f"{path} shows what was misread; it holds what the documents say.")
