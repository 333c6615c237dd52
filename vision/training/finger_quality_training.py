"""Fits the weights of vision/finger_quality.py on touches that the project draws; `python -m`.

`python -m vision.training.finger_quality_training FOLDER --masters MASTERS --fingers 150` draws two
clean and four spoiled touches of each finger (masters: finger_masters.py), makes their templates
unless FOLDER holds them as .fmr files of another extractor, compares the spoiled with the clean
ones by vision.finger_match, and prints the weights.
"""

import argparse
import math
import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vision.finger_match import Impression, impressions, match
from vision.finger_pipeline import FingerPipeline
from vision.finger_quality import TERMS, terms
from vision.finger_quality_ink import ink
from vision.finger_quality_waves import waves
from vision.finger_segment import foreground
from vision.image import Gray8
from vision.iso19794_2 import decode
from vision.model_store import ModelStore
from vision.training.finger_touch import Grey, Touch
from vision.training.finger_wear import inked, sensed
from vision.training.mrz_paper import clouds

SIDE_PX = 352
PERIOD_PX = 9.0
CLEAN, SPOILED = 2, 4
LEAST_SIZE = 0.08
"""Of a full touch, by area."""
VERY_WELL = 99.8
"""The match score that counts as success; some more than half of the spoiled touches reach it."""
HOLD, STEPS = 1.0, 30
Grown = npt.NDArray[np.uint8]
Columns = npt.NDArray[np.float64]


def drawn(grown: Grown, rng: np.random.Generator, clean: bool) -> Gray8:
    """One touch of a finger: uint8 (SIDE_PX, SIDE_PX), dark ridges; clean ones are full."""
    waved, bare = _turned(grown, rng, 0.1 if clean else 0.35, 15 if clean else 45)
    lift = np.asarray(_lift(rng, clean) + 4 * bare, np.float32)
    if clean:
        dark = 1 / (1 + np.exp(-5 * (waved - lift)))
        picture = 235 - 180 * dark + 2 * rng.standard_normal(dark.shape)
        return np.asarray(np.clip(picture, 0, 255), np.uint8)
    none = np.zeros((0, 2), np.float32)
    touch = Touch(
        waves=waved,
        lift=lift,
        beyond=np.zeros(waved.shape, np.bool_),
        period_px=PERIOD_PX,
        places=none,
        angles=none[:, 0],
        endings=none[:, 0],
        unclear=none,
    )
    picture = sensed(inked(touch, rng), touch, None, rng)
    return _spoiled(picture, rng)


def _turned(
    grown: Grown, rng: np.random.Generator, most_rad: float, most_px: float
) -> tuple[Grey, Grey]:
    """The ridges turned, shifted and bent, and 1 where there is no finger any more."""
    height, width = grown.shape
    turn = math.degrees(rng.uniform(-most_rad, most_rad))
    place = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0), np.float64)
    place[:, 2] += np.array((SIDE_PX - width, SIDE_PX - height)) / 2
    place[:, 2] += rng.uniform(-most_px, most_px, 2)
    bend = [
        clouds(SIDE_PX, SIDE_PX, rng.uniform(60, 130), rng) * rng.uniform(0, most_px / 9)
        for _ in "xy"
    ]
    rows, columns = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float32)
    at = (np.asarray(columns + bend[0], np.float32), np.asarray(rows + bend[1], np.float32))
    ridges = 1 - grown.astype(np.float32) / 127.5
    laid = []
    for picture, beyond in ((ridges, -1.0), (np.zeros_like(ridges), 1.0)):
        flat = cv2.warpAffine(picture, place, (SIDE_PX, SIDE_PX), borderValue=(beyond,))
        bent = cv2.remap(flat, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        laid.append(np.asarray(bent, np.float32))
    return laid[0], laid[1]


def _lift(rng: np.random.Generator, clean: bool) -> Grey:
    """How far the skin is above the glass: an uneven oval, of any size where it is not clean."""
    size = 1.0 if clean else math.sqrt(rng.uniform(LEAST_SIZE, 1.0))
    x, y = (0.5, 0.5) if clean else rng.uniform(0.35, 0.65, 2)
    rows, columns = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float32) / SIDE_PX
    right, down = np.abs(columns - x) / (0.42 * size), np.abs(rows - y) / (0.52 * size)
    away = (right**2.5 + down**2.5) ** 0.4 + 0.05 * clouds(SIDE_PX, SIDE_PX, 22, rng)
    return np.asarray(np.clip((away - 0.88) * rng.uniform(5, 14), 0, 4), np.float32)


def _spoiled(picture: Grey, rng: np.random.Generator) -> Gray8:
    """Every second touch is spoiled once more, beyond what the extractor learnt from."""
    match int(rng.integers(8)):
        case 0:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(1.5, 3.5)))
        case 1:
            picture = np.asarray(cv2.blur(picture, (1, int(rng.integers(5, 20)))))
        case 2:
            picture = picture + rng.standard_normal(picture.shape) * rng.uniform(15, 70)
        case 3:
            level = clouds(SIDE_PX, SIDE_PX, rng.uniform(5, 25), rng)
            picture = np.where(level > rng.uniform(-0.2, 0.8), picture.max(), picture)
        case _:
            pass
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def draw(folder: Path, masters: Path, fingers: int) -> None:
    """Write the touches as <finger>_<number>.png, the clean ones first; what is there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(masters.glob("[0-9]*.npz"))[:fingers]:
        rng = np.random.default_rng(int(path.stem))
        with np.load(path) as held:
            grown = np.asarray(held["g"], np.uint8)
        for number in range(CLEAN + SPOILED):
            picture = drawn(grown, rng, clean=number < CLEAN)
            cv2.imwrite(str(folder / f"{path.stem}_{number}.png"), picture)


def templates(folder: Path) -> None:
    """Make the templates that are missing, beside their pictures."""
    pipeline = FingerPipeline(ModelStore())
    for path in sorted(folder.glob("*_*.png")):
        if not path.with_suffix(".fmr").exists():
            template = pipeline.extract(_read(path), 500)
            path.with_suffix(".fmr").write_bytes(template.record)


def samples(folder: Path) -> tuple[Columns, Columns]:
    """What is measured of each spoiled touch, (n, terms), and its mean score with its mates."""
    measured, scores = [], []
    for path in sorted(folder.glob("*_*.png")):
        finger, number = path.stem.split("_")
        gray = _read(path)
        found = foreground(gray)
        if int(number) < CLEAN or found is None:
            continue
        one = _impression(path)
        mates = [_impression(folder / f"{finger}_{mate}.png") for mate in range(CLEAN)]
        scores.append(np.mean([match(one, mate).score for mate in mates]))
        measured.append(terms(found, ink(gray, found), waves(gray, found)))
    return np.array(measured, np.float64), np.array(scores, np.float64)


def fit(measured: Columns, matched: Columns) -> Columns:
    """Weights by logistic regression (Newton's steps, a little held back), the constant last."""
    middle, spread = measured.mean(0), measured.std(0) + 1e-9
    scaled = np.column_stack(((measured - middle) / spread, np.ones(len(measured))))
    hold = HOLD * np.diag([1.0] * measured.shape[1] + [0.0])
    weights = np.zeros(scaled.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-(scaled @ weights)))
        steep = scaled.T @ (scaled * (chance * (1 - chance))[:, None]) + hold
        weights += np.linalg.solve(steep, scaled.T @ (matched - chance) - hold @ weights)
    raw = weights[:-1] / spread
    return np.append(raw, weights[-1] - float(middle @ raw))


def _impression(path: Path) -> Impression:
    return impressions(decode(path.with_suffix(".fmr").read_bytes()))[0]


def _read(path: Path) -> Gray8:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)


def main() -> None:
    """Draw, compare, fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--masters", type=Path, required=True)
    parser.add_argument("--fingers", type=int, default=150)
    asked = parser.parse_args()
    if not any(asked.folder.glob("*.png")):
        draw(asked.folder, asked.masters, asked.fingers)
    templates(asked.folder)
    measured, scores = samples(asked.folder)
    weights = fit(measured, np.asarray(scores >= VERY_WELL, np.float64))
    very_well = float((scores >= VERY_WELL).mean() * 100)
    say = sys.stdout.write
    say(f"{len(scores)} touches, {very_well:.0f} % match very well\n")
    say(f"others: rank correlation {_tried_on_others(measured, scores):.3f}\n")
    for name, weight in zip((*TERMS, "constant"), weights, strict=True):
        say(f"{name} = {weight:.3f}\n")


def _tried_on_others(measured: Columns, scores: Columns) -> float:
    """Rank correlation with the scores of the second half, of a fit to the first half."""
    half = len(scores) // 2
    weights = fit(measured[:half], np.asarray(scores[:half] >= VERY_WELL, np.float64))
    said = measured[half:] @ weights[:-1]
    return float(np.corrcoef(_ranks(said), _ranks(scores[half:]))[0, 1])


def _ranks(values: Columns) -> Columns:
    return np.asarray(values.argsort().argsort(), np.float64)


if __name__ == "__main__":
    main()
