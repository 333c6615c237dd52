"""Real prints, through our own pipeline: the same finger above the threshold and all others."""

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.finger_match import impressions, match, threshold
from vision.finger_pipeline import FingerPipeline
from vision.iso19794_2 import decode
from vision.model_store import ModelStore

SET = "fvc2002_DB1_B"
FINGERS, IMPRESSIONS = (102, 105, 109), (1, 2)
"""102 and 105 are the two fingers of the set that look most alike."""


@pytest.mark.slow
def test_the_same_finger_stands_out(data: Path) -> None:
    pipeline = FingerPipeline(ModelStore())
    ready = {}
    for finger, number in itertools.product(FINGERS, IMPRESSIONS):
        picture = cv2.imread(str(data / "fingerprints" / SET / f"{finger}_{number}.png"), 0)
        record = decode(pipeline.extract(np.asarray(picture, np.uint8), 500).record)
        ready[finger, number] = impressions(record)[0]
    same, others = [], []
    for (one, left), (other, right) in itertools.combinations(ready.items(), 2):
        (same if one[0] == other[0] else others).append(match(left, right).score)
    assert min(same) > threshold(1e-3)
    assert min(same) > max(others) + 10
