"""`kiosk evaluate faces`: how well faces are told apart, how fast; every figure with its counts.

Deciding is vision's; here are folders, files and words.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2

from firmware_app.engineer import det_plot, face_folder, face_report
from firmware_app.engineer.report import check_png, emit, progress, shortened, told, write
from firmware_app.errors import SetupError
from vision.errors import VisionError
from vision.evaluate import face
from vision.evaluate.face import FacePicture, FaceResult, ListedPairs
from vision.evaluate.usage import peak_memory_mib
from vision.face_pipeline import FacePipeline
from vision.model_store import ModelStore


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for; `plot` is a PNG file to write."""

    as_json: bool = False
    pairs: Path | None = None
    threads: int = 1
    plot: Path | None = None
    show_failures: bool = False


def faces(folder: Path, options: Options) -> int:
    """`kiosk evaluate faces FOLDER`. Raises SetupError."""
    if options.plot is not None:
        check_png(options.plot)
    pictures, listed = _wanted(folder, options.pairs)
    progress(f"{shortened(str(folder))}: {len(pictures)} pictures")
    result = _evaluated(pictures, listed, options.threads)
    name = folder.resolve().name or str(folder)
    conditions = face_report.Conditions(name, options.threads, peak_memory_mib())
    said = face_report.words(result, conditions, show_failures=options.show_failures)
    emit(face_report.document(result, conditions), said, as_json=options.as_json)
    if options.plot is not None:
        _draw(options.plot, name, result)
    return 0


def _wanted(folder: Path, table: Path | None) -> tuple[list[FacePicture], ListedPairs | None]:
    if table is None:
        return face_folder.people(folder), None
    return face_folder.pairs(folder, table)


def _evaluated(pictures: list[FacePicture], listed: ListedPairs | None, threads: int) -> FaceResult:
    cv2.setNumThreads(threads)
    try:
        pipeline = FacePipeline(ModelStore(threads=threads))
        return face.evaluate(pictures, pipeline, told, listed)
    except VisionError as error:
        raise SetupError(str(error), error.mend) from error


def _draw(path: Path, name: str, result: FaceResult) -> None:
    errors = result.errors
    label = f"kiosk, {shortened(name, 34)}: EER {100 * errors.eer:.2f} %"
    curve = det_plot.Curve(label, errors.errors, 0)
    _, data = cv2.imencode(".png", det_plot.draw(f"Faces: {name}", [curve], det_plot.PEOPLE))
    write(path, data.tobytes())
    progress(f"{path} shows the trade-off of errors.")
