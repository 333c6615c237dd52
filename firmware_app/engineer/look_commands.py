"""`kiosk evaluate looks`: is the right thing asked of a face, how soon, and at what cost."""

# ruff: noqa: PLC0415 - `kiosk version` need not load OpenCV

import argparse
import os
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

    progress(f"Looking at the pictures of {chosen.folder}, a minute for a hundred ...")
    try:
        result = looks.evaluate(chosen.folder)
    except OSError as error:
        raise SetupError(f"{error.filename}: {error.strerror}.", MEND) from error
    except VisionError as error:
        raise SetupError(str(error), error.mend) from error
    if not result.first.frontal or not result.second.frontal:
        raise SetupError(f"{chosen.folder}: too few faces from the front.", MEND)
    emit(asdict(result), looks.report(result), as_json=chosen.json)
    return 0
