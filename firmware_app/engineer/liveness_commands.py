"""The words of `kiosk evaluate liveness` on the command line."""

# ruff: noqa: PLC0415 - `kiosk version` need not load OpenCV

import argparse
import os
from pathlib import Path

from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.typed_words import count

MOST_SEED = 2**32 - 1


def add_liveness(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk evaluate liveness`."""
    parser = add(
        kinds,
        "liveness",
        "rendered travellers and attacks, or the clips of a field test, through the liveness test",
        "kiosk evaluate liveness --portraits people/ --sheet sheet.png --plot scores.png",
        _liveness,
        ("json",),
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        help="clips and pictures with ground_truth.csv (docs/pad-field-test.md); without it the"
        " attack laboratory renders its own",
    )
    parser.add_argument(
        "--portraits",
        type=Path,
        metavar="DIR",
        help="of DIR/<person>/*.jpg; default: the portrait that is shipped",
    )
    parser.add_argument(
        "--each", type=count, default=2, help="pictures of each person at most, default: 2"
    )
    parser.add_argument(
        "--turns", type=count, default=1, help="of each attack on each portrait, default: 1"
    )
    parser.add_argument("--species", help="comma-separated; default: all; a wrong name lists them")
    parser.add_argument("--seed", type=_seed, default=1, help="of all chance, default: 1")
    parser.add_argument("--jobs", type=count, default=1, help="processes, default: 1")
    parser.add_argument(
        "--quick", action="store_true", help="four species, two challenges: a look, no figures"
    )
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE.png", help="draw what was rendered there; it has faces"
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FILE.png", help="draw each cue's scores by species there"
    )


def _seed(word: str) -> int:
    if not word.isdecimal() or int(word) > MOST_SEED:
        raise argparse.ArgumentTypeError(f"{word!r} is no whole number from 0 to {MOST_SEED}.")
    return int(word)


def _liveness(chosen: argparse.Namespace) -> int:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is first imported
    from firmware_app.engineer.evaluate_liveness import Options, liveness

    options = Options(
        as_json=chosen.json,
        portraits=chosen.portraits,
        each=chosen.each,
        turns=chosen.turns,
        species=chosen.species,
        seed=chosen.seed,
        jobs=chosen.jobs,
        quick=chosen.quick,
        sheet=chosen.sheet,
        plot=chosen.plot,
    )
    return liveness(chosen.folder, options)
