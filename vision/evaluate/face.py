"""Face comparison on a folder with one folder of pictures a person: FMR, FNMR, EER, times.

Words of ISO/IEC 19795-1. The people are put in two halves (every other one, by name): the
threshold comes from the impostor pairs of one half, the errors from the other half, and then the
other way round. A face that is not found is a failure to enrol and makes no pair.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vision.errors import VisionError
from vision.evaluate.rates import TARGET_FMR, Rate, Scores, Trial, choose_threshold, trial
from vision.evaluate.usage import peak_memory_mib
from vision.face_pipeline import FacePipeline
from vision.face_threshold import THRESHOLD
from vision.image import Bgr8
from vision.model_store import ModelStore

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


class EvaluationError(VisionError):
    """The folder does not hold what an evaluation needs."""

    mend = "Give a folder with one folder a person: four people or more, two pictures or more each."


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds: the median and the 90th percentile."""

    median_ms: float
    p90_ms: float


@dataclass(frozen=True, slots=True)
class FaceResult:
    """All of one evaluation. `failures`: pictures without a face or not readable, by path.

    `halves`: threshold of the first half on the second, then of the second on the first;
    `shipped`: the kiosk's own threshold on all people.
    """

    model: str
    people: int
    pictures: int
    failures: tuple[str, ...]
    target_fmr: float
    halves: tuple[Trial, Trial]
    shipped: Trial
    load_ms: float
    look: Spread
    template: Spread
    peak_memory_mib: float


@dataclass(slots=True)
class _Seen:
    """What a walk over the folder gathers."""

    templates: list[npt.NDArray[np.float32]]
    person: list[int]
    failures: list[str]
    look_s: list[float]
    template_s: list[float]


def evaluate(
    folder: Path, models: ModelStore | None = None, target_fmr: float = TARGET_FMR
) -> FaceResult:
    """Look at every picture below `folder`. Raises EvaluationError, ModelError."""
    people = [path for path in sorted(folder.iterdir()) if path.is_dir()]
    began_s = time.perf_counter()
    pipeline = FacePipeline(models or ModelStore())
    load_s = time.perf_counter() - began_s
    seen = _walk(folder, people, pipeline)
    scores = _scores(seen)
    card = pipeline.template_model
    return FaceResult(
        model=f"{card.name} {card.version} sha256:{card.sha256}",
        people=len(people),
        pictures=len(seen.person) + len(seen.failures),
        failures=tuple(seen.failures),
        target_fmr=target_fmr,
        halves=_crossed(scores, target_fmr),
        shipped=trial(scores, THRESHOLD, "shipped"),
        load_ms=round(load_s * 1000, 1),
        look=_spread(seen.look_s),
        template=_spread(seen.template_s),
        peak_memory_mib=peak_memory_mib(),
    )


def report(result: FaceResult) -> str:
    """The same for people to read."""
    first, second = result.halves
    found = result.pictures - len(result.failures)
    counts = f"{result.people} people, {result.pictures} pictures, {found} with a face"
    times = f"one look {_words(result.look)}; one template {_words(result.template)}"
    lines = [
        f"model {result.model}",
        f"{counts}, {len(result.failures)} failures to enrol",
        *(f"  no face: {name}" for name in result.failures),
        _line("threshold of half 1 on half 2", first),
        _line("threshold of half 2 on half 1", second),
        _line("the kiosk's threshold on all  ", result.shipped),
        f"Thresholds are chosen for FMR {result.target_fmr:.2%}; intervals are 95 %.",
        f"loading {result.load_ms:.0f} ms; {times}; peak memory {result.peak_memory_mib:.0f} MiB",
    ]
    return "\n".join(lines)


def _walk(folder: Path, people: list[Path], pipeline: FacePipeline) -> _Seen:
    seen = _Seen([], [], [], [], [])
    for number, person in enumerate(people):
        for path in sorted(person.iterdir()):
            if path.suffix.lower() in SUFFIXES:
                name = str(path.relative_to(folder))
                if not _look(_read(path), number, pipeline, seen):
                    seen.failures.append(name)
    return seen


def _read(path: Path) -> Bgr8 | None:
    held = np.frombuffer(path.read_bytes() or bytes(1), np.uint8)
    # OpenCV's types leave out that a file which is no picture gives None
    decoded: object = cv2.imdecode(held, cv2.IMREAD_COLOR)
    return decoded.astype(np.uint8) if isinstance(decoded, np.ndarray) else None


def _look(pixels: Bgr8 | None, number: int, pipeline: FacePipeline, seen: _Seen) -> bool:
    """Take one picture in; False where there is no face in it."""
    if pixels is None or min(pixels.shape[:2]) < 16:
        return False
    began_s = time.perf_counter()
    look = pipeline.look(pixels)
    looked_s = time.perf_counter()
    seen.look_s.append(looked_s - began_s)
    if look.face is None:
        return False
    template = pipeline.template(pixels, look)
    seen.template_s.append(time.perf_counter() - looked_s)
    seen.templates.append(template.numbers)
    seen.person.append(number)
    return True


def _scores(seen: _Seen) -> Scores:
    """All against all, of the people who have two templates or more."""
    person = np.array(seen.person, np.int64)
    people, pictures = np.unique(person, return_counts=True)
    if (pictures >= 2).sum() < 4:
        raise EvaluationError(f"{(pictures >= 2).sum()} people with two faces or more.")
    kept = np.isin(person, people[pictures >= 2])
    templates = np.stack(seen.templates)[kept].astype(np.float64)
    return Scores(templates @ templates.T, np.unique(person[kept], return_inverse=True)[1])


def _crossed(scores: Scores, target_fmr: float) -> tuple[Trial, Trial]:
    people = np.unique(scores.person)
    first, second = scores.of(people[::2]), scores.of(people[1::2])
    return (
        trial(second, *choose_threshold(first.impostor, target_fmr)),
        trial(first, *choose_threshold(second.impostor, target_fmr)),
    )


def _spread(taken_s: list[float]) -> Spread:
    median, p90 = np.quantile(taken_s, (0.5, 0.9)) * 1000 if taken_s else (0.0, 0.0)
    return Spread(round(float(median), 2), round(float(p90), 2))


def _line(words: str, tried: Trial) -> str:
    return (
        f"{words}: {tried.threshold:.2f} ({tried.rule}) FMR {_percent(tried.fmr)}, "
        f"FNMR {_percent(tried.fnmr)}, EER {tried.eer:.2%}"
    )


def _percent(rate: Rate) -> str:
    return (
        f"{rate.rate:.2%} [{rate.low:.2%}, {rate.high:.2%}] ({rate.errors} of {rate.pairs} pairs)"
    )


def _words(spread: Spread) -> str:
    return f"{spread.median_ms:.1f} ms (p90 {spread.p90_ms:.1f} ms)"
