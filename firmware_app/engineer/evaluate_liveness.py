"""`kiosk evaluate liveness`: the attack laboratory, or the clips of a field test.

Rendering and deciding are vision's; here are folders, files, processes and words.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from drivers.camera.puppet import Puppet
from firmware_app.engineer import liveness_folder, liveness_report, liveness_sheet
from firmware_app.engineer.report import check_png, emit, progress, shortened, told, write
from firmware_app.errors import SetupError
from vision.errors import VisionError
from vision.evaluate import attack_laboratory
from vision.evaluate.attack_clip import judge_clip
from vision.evaluate.attack_laboratory import AS_SHIPPED, Order, Portrait, Presented, Rules
from vision.evaluate.attack_species import LIVE, SPECIES
from vision.face_pipeline import FacePipeline
from vision.image import Bgr8
from vision.model_store import ModelStore

SHIPPED = "shipped"
LIVE_TURNS = 2
QUICK = (LIVE, "print_flat", "tablet_photo", "injected_frozen")
QUICK_RULES = Rules(planned=2, limit_s=7.5)
SHOWN_PORTRAITS = 3
Shown = tuple[Presented, list[Bgr8]]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for; `sheet` and `plot` are PNG files to write."""

    as_json: bool = False
    portraits: Path | None = None
    each: int = 2
    turns: int = 1
    species: str | None = None
    seed: int = 1
    jobs: int = 1
    quick: bool = False
    sheet: Path | None = None
    plot: Path | None = None


def liveness(folder: Path | None, options: Options) -> int:
    """`kiosk evaluate liveness [FOLDER]`. Raises SetupError."""
    for path in (options.sheet, options.plot):
        if path is not None:
            check_png(path)
    cv2.setNumThreads(1)
    if folder is not None:
        return _field(folder, options)
    species = _species(options)
    with _models() as pipeline:
        portraits, left = _portraits(options, pipeline)
        rules = QUICK_RULES if options.quick else AS_SHIPPED
        orders = attack_laboratory.orders(
            portraits,
            species,
            turns=options.turns,
            live_turns=1 if options.quick else LIVE_TURNS * options.turns,
            seed=options.seed,
        )
        began_s = time.monotonic()
        shown = list(_present(orders, portraits, pipeline, (rules, options.jobs)))
    presented = [one for one, _ in shown]
    conditions = liveness_report.Conditions(
        seed=options.seed,
        portraits=len(portraits),
        people=len({one.person for one in portraits}),
        left_out=left,
        quick=options.quick,
        seconds_each=round((time.monotonic() - began_s) / max(len(presented), 1), 2),
    )
    document = liveness_report.laboratory(presented, conditions)
    emit(document, liveness_report.laboratory_words(document), as_json=options.as_json)
    _draw(shown, options)
    return 0


def _field(folder: Path, options: Options) -> int:
    clips = liveness_folder.clips(folder)
    judged = []
    with _models() as pipeline:
        for clip in told("clips", clips):
            verdict = judge_clip(liveness_folder.frames(clip), clip.plan, pipeline)
            judged.append(
                liveness_report.Judged(
                    clip.species, clip.person, clip.is_film, clip.plan.kinds, verdict
                )
            )
    document = liveness_report.field(judged, folder.resolve().name or str(folder))
    emit(document, liveness_report.field_words(document), as_json=options.as_json)
    return 0


def _species(options: Options) -> tuple[str, ...]:
    """Which are presented; live always is."""
    if options.species is None:
        return QUICK if options.quick else tuple(SPECIES)
    wanted = [word.strip() for word in options.species.split(",") if word.strip()]
    for word in wanted:
        if word not in SPECIES:
            mend = f"Choose of {', '.join(SPECIES)}."
            raise SetupError(f"{shortened(word)} is no species of the laboratory.", mend)
    return tuple(dict.fromkeys([LIVE, *wanted]))


def _portraits(options: Options, pipeline: FacePipeline) -> tuple[list[Portrait], int]:
    """Those that are fit, `each` a person at most, and how many were looked at and are not."""
    found: list[Portrait] = []
    left = 0
    if options.portraits is None:
        found, unfit = attack_laboratory.heads([(SHIPPED, SHIPPED, Puppet().portrait)], pipeline)
        left = len(unfit)
    else:
        people = liveness_folder.portraits(options.portraits)
        for person, paths in told("people", list(people.items())):
            fit, unfit_count = _of_person(person, paths, options.each, pipeline)
            found += fit
            left += unfit_count
    if not found:
        mend = "Give level, sharp portraits of one person each, eyes open, mouth closed."
        raise SetupError("no portrait is fit for the laboratory.", mend)
    return found, left


def _of_person(
    person: str, paths: Sequence[Path], each: int, pipeline: FacePipeline
) -> tuple[list[Portrait], int]:
    found: list[Portrait] = []
    left = 0
    for path in paths:
        if len(found) >= each:
            break
        picture = liveness_folder.read_portrait(path)
        if picture is None:
            continue
        fit, unfit = attack_laboratory.heads([(f"{person}/{path.name}", person, picture)], pipeline)
        found += fit
        left += len(unfit)
    return found, left


def _present(
    orders: Sequence[Order],
    portraits: Sequence[Portrait],
    pipeline: FacePipeline,
    how: tuple[Rules, int],
) -> Iterator[Shown]:
    """Each presentation in the order of `orders`, whichever process made it."""
    rules, jobs = how
    if jobs == 1:
        for order in told("presentations", orders):
            yield _kept(attack_laboratory.present(order, portraits, pipeline, rules), order)
        return
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(list(portraits), rules)) as pool:
        results = pool.map(_made, orders)
        for _, made in zip(told("presentations", orders), results, strict=True):
            yield made


def _kept(shown: Shown, order: Order) -> Shown:
    """Pictures of the first portraits alone, made small: a run would fill the memory with them."""
    presented, frames = shown
    if order.portrait >= SHOWN_PORTRAITS or order.turn > 0:
        return presented, []
    return presented, [liveness_sheet.small(frame) for frame in frames]


@dataclass(frozen=True, slots=True)
class _Worker:
    """What one process holds for all its presentations."""

    portraits: list[Portrait]
    pipeline: FacePipeline
    rules: Rules


_WORKER: list[_Worker] = []


def _begin(portraits: list[Portrait], rules: Rules) -> None:
    """In a fresh process."""
    cv2.setNumThreads(1)
    _WORKER[:] = [_Worker(portraits, FacePipeline(ModelStore()), rules)]


def _made(order: Order) -> Shown:
    """In a process that has begun."""
    worker = _WORKER[0]
    shown = attack_laboratory.present(order, worker.portraits, worker.pipeline, worker.rules)
    return _kept(shown, order)


def _draw(shown: Sequence[Shown], options: Options) -> None:
    if options.sheet is not None:
        _write(options.sheet, liveness_sheet.sheet(shown))
        progress(f"{options.sheet} shows what was rendered; it has faces.")
    if options.plot is not None:
        presented = [one for one, _ in shown]
        _write(options.plot, liveness_sheet.plot(presented, liveness_report.trials(presented)))
        progress(f"{options.plot} shows each cue's scores by species.")


def _write(path: Path, picture: Bgr8) -> None:
    _, data = cv2.imencode(".png", picture)
    write(path, np.asarray(data).tobytes())


@contextmanager
def _models() -> Iterator[FacePipeline]:
    """The shipped networks; what goes wrong in vision is said with its mend."""
    try:
        yield FacePipeline(ModelStore())
    except VisionError as error:
        raise SetupError(str(error), error.mend) from error
