"""The words of `kiosk evaluate faces` on the command line."""

# ruff: noqa: PLC0415 - `kiosk version` need not load OpenCV

import argparse
import os
from pathlib import Path

from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.typed_words import count


def add_faces(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk evaluate faces`."""
    faces = add(
        kinds,
        "faces",
        "every pair of face pictures: error rates with their counts, times, memory",
        "kiosk evaluate faces people/ --plot det.png --show-failures",
        _faces,
        ("json",),
    )
    faces.add_argument("folder", type=Path, help="one folder of pictures a person")
    faces.add_argument(
        "--pairs",
        type=Path,
        metavar="CSV",
        help="compare these pairs alone: first,second,same; files below FOLDER, same is 1 or 0",
    )
    faces.add_argument("--threads", type=count, default=1, help="of the networks, default: 1")
    faces.add_argument(
        "--plot", type=Path, metavar="FILE.png", help="draw the error trade-off (DET) there"
    )
    faces.add_argument(
        "--show-failures", action="store_true", help="name the pictures and pairs that failed"
    )


def _faces(chosen: argparse.Namespace) -> int:
    # read when numpy is first imported, which is in the next line: --threads is for it too
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(chosen.threads))
    from firmware_app.engineer import evaluate_faces

    options = evaluate_faces.Options(
        as_json=chosen.json,
        pairs=chosen.pairs,
        threads=chosen.threads,
        plot=chosen.plot,
        show_failures=chosen.show_failures,
    )
    return evaluate_faces.faces(chosen.folder, options)
