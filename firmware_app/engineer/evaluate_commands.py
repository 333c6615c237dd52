"""The words of `kiosk evaluate`: how good and how quick it is on real inputs."""

# ruff: noqa: PLC0415 (a word's help needs no network)

import argparse
import os
from pathlib import Path

from firmware_app.engineer import (
    chip_commands,
    face_commands,
    liveness_commands,
    look_commands,
    questions_commands,
)
from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.typed_words import count


def add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk evaluate`."""
    evaluate = add(
        commands,
        "evaluate",
        "measure accuracy, speed and memory on real inputs",
        "kiosk evaluate mrz documents/ --vs tesseract",
        _evaluate_zones,
    )
    kinds = evaluate.add_subparsers(dest="what", required=True, metavar="WHAT")
    face_commands.add_faces(kinds, add)
    look_commands.add_looks(kinds, add)
    liveness_commands.add_liveness(kinds, add)
    zones = add(
        kinds,
        "mrz",
        "the machine readable zones of whole pictures, found, read and parsed",
        "kiosk evaluate mrz documents/ --vs tesseract --show-failures sheets/",
        _evaluate_zones,
        ("json",),
    )
    zones.add_argument("folder", type=Path, help="pictures, or images/, and ground_truth.csv")
    zones.add_argument("--vs", choices=("tesseract",), help="a peer on the same pictures")
    zones.add_argument("--tessdata", type=Path, help="folder of mrz.traineddata; default .oracles")
    lines = add(
        kinds,
        "mrz-lines",
        "cut-out lines of zones, read one by one",
        "kiosk evaluate mrz-lines lines/ --json",
        _evaluate_lines,
        ("json",),
    )
    lines.add_argument("folder", type=Path, help="pictures, each with NAME.gt.txt beside it")
    _add_fingers(kinds, add)
    chip_commands.add_passive(kinds, add)
    questions_commands.add_typing(kinds, add)
    for parser in (zones, lines):
        parser.add_argument("--threads", type=count, default=1, help="of the networks, default: 1")
        parser.add_argument(
            "--show-failures", type=Path, metavar="DIR", help="write contact sheets of them there"
        )


def _add_fingers(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    fingers = add(
        kinds,
        "fingers",
        "every pair of finger pictures: error rates, times, memory, what quality is worth",
        "kiosk evaluate fingers prints/ --vs nbis --plot det.png",
        _evaluate_fingers,
        ("json",),
    )
    fingers.add_argument(
        "folders", nargs="+", type=Path, metavar="FOLDER", help="of FINGER_IMPRESSION.png or tif"
    )
    fingers.add_argument("--ppi", type=count, default=500, help="of the pictures, default: 500")
    fingers.add_argument("--threads", type=count, default=1, help="of the networks, default: 1")
    fingers.add_argument("--vs", choices=("nbis",), help="a peer on the same pictures")
    fingers.add_argument(
        "--nbis-tools",
        type=Path,
        metavar="FOLDER",
        help="of mindtct and bozorth3; default: PATH, then .oracles/nbis",
    )
    fingers.add_argument(
        "--plot", type=Path, metavar="FILE.png", help="draw the error trade-off (DET) there"
    )
    fingers.add_argument(
        "--show-failures",
        type=Path,
        metavar="FILE.png",
        help="draw the pairs that went worst there; it holds fingerprints",
    )


def _evaluate_zones(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import evaluate_mrz, tesseract

    tessdata = (chosen.tessdata or tesseract.TESSDATA) if chosen.vs == "tesseract" else None
    options = evaluate_mrz.Options(chosen.json, chosen.threads, chosen.show_failures, tessdata)
    return evaluate_mrz.zones(chosen.folder, options)


def _evaluate_lines(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import evaluate_mrz

    options = evaluate_mrz.Options(chosen.json, chosen.threads, chosen.show_failures)
    return evaluate_mrz.lines(chosen.folder, options)


def _evaluate_fingers(chosen: argparse.Namespace) -> int:
    # read when numpy is first imported, which is in the next line: --threads is for it too
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(chosen.threads))
    from firmware_app.engineer import evaluate_fingers

    options = evaluate_fingers.Options(
        as_json=chosen.json,
        ppi=chosen.ppi,
        threads=chosen.threads,
        beside_nbis=chosen.vs == "nbis",
        nbis_tools=chosen.nbis_tools,
        plot=chosen.plot,
        sheet=chosen.show_failures,
    )
    return evaluate_fingers.fingers(chosen.folders, options)
