"""`kiosk evaluate fingers`: how well fingers are told apart, how fast, and beside NIST's programs.

Deciding is vision's; here are folders, files and words.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2

from firmware_app.engineer import det_plot, finger_report, finger_sheet, finger_words
from firmware_app.engineer.finger_report import Conditions, FingerSet, Side
from firmware_app.engineer.nbis import Nbis
from firmware_app.engineer.report import check_png, emit, progress, shortened, told, write
from firmware_app.errors import SetupError
from firmware_app.workers.session import Pixels
from vision.errors import VisionError
from vision.evaluate.finger import FingerSystem, KioskFingers, Measured, Print, measure
from vision.evaluate.finger_rates import finger_errors
from vision.evaluate.usage import peak_memory_mib
from vision.finger_pipeline import FingerPipeline
from vision.finger_segment import LEAST_PPI, MOST_PPI, PPI
from vision.model_store import ModelStore
from vision.picture_file import SUFFIXES

MEND = (
    "Give a folder of pictures FINGER_IMPRESSION.png (or tif, bmp, jpg), such as 101_1.png: two "
    "fingers or more, two impressions or more of one of them."
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for; `plot` and `sheet` are PNG files to write."""

    as_json: bool = False
    ppi: int = PPI
    threads: int = 1
    beside_nbis: bool = False
    nbis_tools: Path | None = None
    plot: Path | None = None
    sheet: Path | None = None


def fingers(folders: Sequence[Path], options: Options) -> int:
    """`kiosk evaluate fingers FOLDER...`. Raises SetupError."""
    check(options)
    named = list(zip(_names(folders), map(prints, folders), strict=True))
    pipeline = _opened(options.threads)
    sets = [evaluate(named[number], pipeline, options, seed=number) for number in range(len(named))]
    card = pipeline.template_model
    conditions = Conditions(options.ppi, options.threads, f"{card.name} {card.version}")
    answer = finger_report.document(sets, conditions)
    emit(answer, finger_words.words(sets, conditions), as_json=options.as_json)
    _draw(sets, options)
    return 0


def check(options: Options) -> None:
    """What would fail after minutes of work fails now. Raises SetupError."""
    if not LEAST_PPI <= options.ppi <= MOST_PPI:
        mend = "Say what the scanner's data sheet says; most have 500."
        raise SetupError(f"{options.ppi} ppi is not {LEAST_PPI} to {MOST_PPI}.", mend)
    for path in (options.plot, options.sheet):
        if path is not None:
            check_png(path)
    if options.beside_nbis:
        Nbis.find(options.nbis_tools, Path())


def prints(folder: Path) -> list[Print]:
    """The pictures of a folder; what is not named as it should be is told and left out.

    The finger is what stands before the last underscore. Raises SetupError.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise SetupError(f"{folder}: {error.strerror}.", MEND) from error
    found = []
    for path in paths:
        finger, _, impression = path.stem.rpartition("_")
        if finger and impression and not path.name.startswith("."):
            found.append(Print(path.name, finger, path))
        else:
            progress(f"  {shortened(path.name)}: not named FINGER_IMPRESSION, left out")
    _check_prints(folder, found)
    return found


def evaluate(
    named: tuple[str, Sequence[Print]], pipeline: FingerPipeline, options: Options, *, seed: int = 0
) -> FingerSet:
    """One folder, by the kiosk and, where it is asked for, by NBIS. Raises SetupError."""
    name, pictures = named
    cv2.setNumThreads(options.threads)
    progress(f"{name}: {len(pictures)} pictures")
    with TemporaryDirectory(prefix="kiosk-nbis-") as work:
        systems: list[FingerSystem] = [KioskFingers(pipeline)]
        if options.beside_nbis:
            systems.append(Nbis.find(options.nbis_tools, Path(work)))
        try:
            found = measure(pictures, systems, options.ppi, told)
        except VisionError as error:
            raise SetupError(f"{name}: {error}", error.mend) from error
    memory_mb = peak_memory_mib()
    ours, *others = (_side(one, seed) for one in found)
    peer_name = systems[-1].name
    return FingerSet(name, ours, peer_name, others[0] if others else None, memory_mb)


def _side(measured: Measured, seed: int) -> Side:
    return Side(measured, finger_errors(measured.by_finger, measured.quality, seed))


def _check_prints(folder: Path, found: Sequence[Print]) -> None:
    twice = [stem for stem, times in Counter(one.path.stem for one in found).items() if times > 1]
    if twice:
        mend = "Keep one file of each impression."
        raise SetupError(f"{folder}: {shortened(twice[0])} is there more than once.", mend)
    of_finger = Counter(one.finger for one in found)
    if len(of_finger) < 2 or max(of_finger.values()) < 2:
        count = f"{len(found)} pictures of {len(of_finger)} fingers"
        raise SetupError(f"{folder}: {count} make no pairs of both kinds.", MEND)


def _names(folders: Sequence[Path]) -> list[str]:
    """The last part of each path where that tells them apart, else all of it."""
    names = [folder.resolve().name or str(folder) for folder in folders]
    return names if len(set(names)) == len(names) else [str(folder) for folder in folders]


def _opened(threads: int) -> FingerPipeline:
    try:
        return FingerPipeline(ModelStore(threads=threads))
    except VisionError as error:
        raise SetupError(str(error), error.mend) from error


def _draw(sets: Sequence[FingerSet], options: Options) -> None:
    if options.plot is not None:
        title = f"Fingers: {', '.join(one.name for one in sets)}"
        if len(sets) > 1:
            title = f"Fingers: {len(sets)} sets"
        _write(options.plot, det_plot.draw(shortened(title, 72), _curves(sets)))
        progress(f"{options.plot} shows the trade-off of errors.")
    if options.sheet is not None:
        _write(options.sheet, finger_sheet.sheet([one.ours.measured for one in sets]))
        progress(f"{options.sheet} shows the pairs that went worst; it holds fingerprints.")


def _curves(sets: Sequence[FingerSet]) -> list[det_plot.Curve]:
    curves = []
    for number, one in enumerate(sets):
        for name, side in (("kiosk", one.ours), (one.peer_name, one.peer)):
            if side is not None:
                label = f"{name}, {shortened(one.name, 34)}: EER {100 * side.errors.eer:.2f} %"
                dashed = side is one.peer
                curves.append(det_plot.Curve(label, side.errors.errors, number, dashed))
    return curves


def _write(path: Path, picture: Pixels) -> None:
    _, data = cv2.imencode(".png", picture)
    write(path, data.tobytes())
