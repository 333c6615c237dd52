"""A finger from picture to record: alike at any resolution, nothing from nothing."""

import math
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from drivers.fingerprint.synthetic import PATTERNS, Pattern, grow, impression
from vision.errors import ImageError
from vision.finger_match import LEAST_POINTS
from vision.finger_minutiae import NETWORK
from vision.finger_pipeline import FingerPipeline
from vision.finger_quality_advice import FingerAdvice
from vision.iso19794_2 import FingerPosition, FingerView, decode
from vision.model_store import ModelStore


@pytest.fixture(scope="module")
def pipeline() -> FingerPipeline:
    return FingerPipeline(ModelStore())


def _view(record: bytes) -> FingerView:
    (view,) = decode(record).views
    return view


def _met(one: FingerView, other: FingerView, within_px: float, within_deg: float) -> int:
    """How many minutiae of one have one of the other at the same place and direction."""
    return sum(
        any(
            math.hypot(a.x_px - b.x_px, a.y_px - b.y_px) <= within_px
            and abs((a.direction_deg - b.direction_deg + 180) % 360 - 180) <= within_deg
            for b in other.minutiae
        )
        for a in one.minutiae
    )


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_finger_becomes_a_record(pipeline: FingerPipeline, pattern: Pattern) -> None:
    picture = impression(grow(5, pattern=pattern), 1)
    look = pipeline.look(picture, 500)
    template = pipeline.extract(picture, 500, FingerPosition.RIGHT_INDEX)
    record = decode(template.record)
    assert look.advice is None
    assert (record.width_px, record.height_px) == (picture.shape[1], picture.shape[0])
    assert record.x_px_per_cm == 197
    assert _view(template.record).position is FingerPosition.RIGHT_INDEX
    assert len(_view(template.record).minutiae) == template.minutiae
    assert 25 <= template.minutiae <= 80
    assert _view(template.record).quality == template.quality == look.quality
    assert template.model.name == NETWORK


@pytest.mark.slow
def test_the_record_is_the_same_each_time(pipeline: FingerPipeline) -> None:
    picture = impression(grow(5, size_px=(256, 300)), 1)
    assert pipeline.extract(picture, 500).record == pipeline.extract(picture, 500).record


@pytest.mark.slow
@pytest.mark.parametrize("ppi", [450, 750])
def test_another_resolution_gives_the_same_minutiae(pipeline: FingerPipeline, ppi: int) -> None:
    picture = impression(grow(5, size_px=(256, 300)), 1)
    size = (round(256 * ppi / 500), round(300 * ppi / 500))
    other = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    here = _view(pipeline.extract(picture, 500).record)
    there = _view(pipeline.extract(other, ppi).record)
    assert _met(here, there, 4, 12) >= 0.8 * len(here.minutiae)


@pytest.mark.slow
def test_where_the_finger_lies_on_the_page_moves_the_minutiae_alike(
    pipeline: FingerPipeline,
) -> None:
    picture = impression(grow(5, size_px=(256, 300)), 1)
    page = np.full((500, 420), 240, np.uint8)
    page[130:430, 90 : 90 + 256] = picture
    here = _view(pipeline.extract(picture, 500).record)
    there = _view(pipeline.extract(page, 500).record)
    moved = FingerView(
        there.position,
        tuple(
            type(m)(m.kind, max(0, m.x_px - 90), max(0, m.y_px - 130), m.direction_deg, m.quality)
            for m in there.minutiae
        ),
    )
    assert _met(here, moved, 4, 12) >= 0.85 * len(here.minutiae)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((374, 388), 230, np.uint8),
        np.random.default_rng(0).integers(0, 256, (374, 388), dtype=np.uint8),
        np.full((16, 16), 7, np.uint8),
        np.full((1000, 1000), 255, np.uint8),
    ],
    ids=["blank", "noise", "tiny", "largest"],
)
def test_nothing_gives_advice_and_an_empty_record(
    pipeline: FingerPipeline, picture: np.ndarray
) -> None:
    look = pipeline.look(picture, 500)
    template = pipeline.extract(picture, 500)
    assert look.advice is FingerAdvice.NO_FINGER
    assert template.minutiae == 0
    assert _view(template.record).minutiae == ()


@pytest.mark.parametrize("shape", [(1, 1), (3000, 400), (20_001, 20)])
def test_what_is_no_finger_picture_is_refused(
    pipeline: FingerPipeline, shape: tuple[int, int]
) -> None:
    for ask in (pipeline.look, pipeline.extract):
        with pytest.raises(ImageError):
            ask(np.zeros(shape, np.uint8), 500)


@pytest.mark.slow
def test_a_print_larger_than_the_network_takes_is_cut(pipeline: FingerPipeline) -> None:
    template = pipeline.extract(impression(grow(5, size_px=(560, 500)), 1), 500)
    spread = [m.x_px for m in _view(template.record).minutiae]
    assert template.minutiae > 25
    assert max(spread) - min(spread) <= 448


def test_a_look_is_cheap(pipeline: FingerPipeline) -> None:
    picture = impression(grow(5), 1)
    spent_s = []
    for _ in range(9):
        begun_s = time.process_time()
        pipeline.look(picture, 500)
        spent_s.append(time.process_time() - begun_s)
    assert min(spent_s) < 0.015


def test_repr_shows_no_minutia(pipeline: FingerPipeline) -> None:
    template = pipeline.extract(impression(grow(5, size_px=(200, 220)), 1), 500)
    assert "record" not in repr(template)
    assert "FMR" not in repr(template)


@pytest.mark.slow
def test_every_public_print_gives_a_record(pipeline: FingerPipeline, data: Path) -> None:
    """Of four sets, optical, swipe and synthetic: wet, dry and cut off."""
    files = sorted((data / "fingerprints").glob("*/*_1.png"))[::4]
    assert len(files) == 10
    counts = []
    for file in files:
        picture = np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8)
        counts.append(pipeline.extract(picture, 500).minutiae)
    assert min(counts) >= 5
    assert 20 <= float(np.median(counts)) <= 60


def test_public_prints_mostly_need_no_advice(pipeline: FingerPipeline, data: Path) -> None:
    files = sorted((data / "fingerprints").glob("*/*_[36].png"))
    pictures = [np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8) for file in files]
    advice = [pipeline.look(picture, 500).advice for picture in pictures]
    assert len(advice) == 80
    assert advice.count(None) >= 56
    assert advice.count(FingerAdvice.NO_FINGER) <= 1


def test_the_recorded_scanner_picture_shows_skin_without_ridges(
    pipeline: FingerPipeline, data: Path
) -> None:
    """The U.are.U 4500 recording was made with something that is no fingertip; we say so."""
    file = data / "libfprint" / "uru4000-4500" / "capture.png"
    picture = np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8)
    template = pipeline.extract(picture, 500)
    assert pipeline.look(picture, 500).advice is FingerAdvice.NO_FINGER
    assert template.minutiae < LEAST_POINTS, "nothing that could be compared"
    assert decode(template.record).height_px == picture.shape[0]
