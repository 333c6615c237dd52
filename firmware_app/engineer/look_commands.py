"""`kiosk evaluate looks`: is the right thing asked of a face, how soon, and at what cost."""

# ruff: noqa: PLC0415 - `kiosk version` need not load OpenCV

import argparse
import os
import time
from dataclasses import asdict
from pathlib import Path

from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.report import emit, progress
from firmware_app.errors import SetupError

MEND = "Name a folder with one folder a person: two people or more, faces from the front."


def add_looks(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """Its words on the command line."""
    looks = add(
        kinds,
        "looks",
        "face pictures spoiled on purpose: what is asked for, what passes; times of one frame",
        "kiosk evaluate looks people/ --json",
        _looks,
        ("json",),
    )
    looks.add_argument("folder", type=Path, help="one folder of pictures a person")


def _looks(chosen: argparse.Namespace) -> int:
    # read when numpy is first imported, which is in the next line
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from vision.errors import VisionError
    from vision.evaluate import looks
    from vision.evaluate.face import FRAME_PX

    progress(f"Looking at the pictures of {chosen.folder}, a minute for a hundred ...")
    try:
        result = looks.evaluate(chosen.folder)
    except OSError as error:
        raise SetupError(f"{error.filename}: {error.strerror}.", MEND) from error
    except VisionError as error:
        raise SetupError(str(error), error.mend) from error
    if not result.first.frontal or not result.second.frontal:
        raise SetupError(f"{chosen.folder}: too few faces from the front.", MEND)
    preview_ms = _preview_ms(FRAME_PX)
    frames_per_s = round(1000 / max(result.tracked_median_ms + preview_ms, 0.1), 1)
    told = {**asdict(result), "preview_median_ms": preview_ms, "frames_per_s": frames_per_s}
    words = f"{frames_per_s} frames/s on one core, followed, with the picture for the screen"
    emit(told, f"{looks.report(result)}\n{words} ({preview_ms} ms)", as_json=chosen.json)
    return 0


def _preview_ms(frame_px: tuple[int, int]) -> float:
    """What the mirror picture of a frame takes of one core: median of twenty."""
    import numpy as np

    from firmware_app.workers.face import PREVIEW_LONGEST_PX, PREVIEW_QUALITY
    from firmware_app.workers.pictures import small_jpeg

    pixels = np.random.default_rng(1).integers(0, 256, (*frame_px[::-1], 3), np.uint8)
    taken_s = []
    for _ in range(20):
        began_s = time.thread_time()
        small_jpeg(pixels, PREVIEW_LONGEST_PX, PREVIEW_QUALITY)
        taken_s.append(time.thread_time() - began_s)
    return round(float(np.median(taken_s)) * 1000, 1)
