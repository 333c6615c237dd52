"""Grows fingers for the minutiae network to learn from, with their minutiae; `python -m`.

`python -m vision.training.finger_masters FOLDER --count 600`. The ridges are the project's own
(drivers/fingerprint/synthetic.py); LEADER, a slow and good network, names the minutiae of the
clean ridges, and every worn touch of them keeps these. Some 1.5 s for each finger.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np

from drivers.fingerprint.synthetic import PATTERNS, grow
from vision.finger_leader import NETWORK, highest
from vision.image import Float32, Gray8
from vision.model_store import Model, ModelStore

SHARES = (0.3, 0.3, 0.3, 0.1)
"""Of PATTERNS; arches are rare."""
LEAST_SURE = 0.25
STEP_PX, STEPS = 32, (10, 14)


def master(seed: int, leader: Model) -> dict[str, Gray8 | Float32]:
    """One finger and its minutiae as arrays, named as finger_touch.Master.load wants them."""
    random = np.random.default_rng(seed)
    sides = sorted(STEP_PX * int(side) for side in random.integers(*STEPS, size=2))
    pattern = PATTERNS[int(random.choice(len(PATTERNS), p=SHARES))]
    grown = grow(seed, pattern=pattern, size_px=(sides[0], sides[1]))
    soft = np.asarray(cv2.GaussianBlur(grown, (0, 0), 1.0), np.float32) * np.float32(0.7) + 40
    said = leader.run(np.asarray(soft, np.float32)[None, :, :, None])[0][0]
    places = np.array(highest(said, LEAST_SURE), np.int64).reshape(-1, 2)
    here = said[places[:, 0], places[:, 1]]
    return {
        "g": grown,
        "x": places[:, 1].astype(np.float32),
        "y": places[:, 0].astype(np.float32),
        "ang": np.arctan2(here[:, 2], here[:, 1]),
        "sure": here[:, 0],
        "end": here[:, 3],
    }


def main() -> None:
    """Read the arguments and grow; a finger that is there already is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("into", type=Path)
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1000)
    asked = parser.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    leader = ModelStore().open(NETWORK)
    for number in range(asked.count):
        path = asked.into / f"{asked.seed + number}.npz"
        if not path.exists():
            half = path.with_suffix(".tmp.npz")
            np.savez_compressed(half, **master(asked.seed + number, leader))
            half.rename(path)
        sys.stderr.write(f"\r{number + 1} of {asked.count} fingers")
    sys.stderr.write("\n")


if __name__ == "__main__":
    main()
