"""The finger worker: the best of a few pictures, and never the finger that was there before."""

import queue
import threading
import time
from dataclasses import dataclass, field

import numpy as np
import pytest

from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError
from drivers.fingerprint.api import FingerPicture
from firmware_app.domain.biometrics import Finger, NotCaptured
from firmware_app.workers.device_worker import DeviceWorker
from firmware_app.workers.finger import (
    CUE_LIFT,
    EXTRACT_S,
    PICTURES,
    SPARE_QUALITY,
    FingerWorker,
)
from firmware_app.workflow.vocabulary import FingerAdvice, FingerFailed, FingerTaken, ScanFinger
from vision.finger_pipeline import FingerLook, FingerTemplate
from vision.finger_quality_advice import FingerAdvice as Seen
from vision.iso19794_2 import FingerPosition
from vision.model_store import ModelCard

ROWS, COLUMNS = np.mgrid[0:64, 0:64]


def ridges(turn: float, depth: float = 90.0) -> np.ndarray:
    """Straight ridges; another turn is another touch."""
    across = ROWS * np.cos(turn) + COLUMNS * np.sin(turn)
    return np.rint(140 - depth * np.cos(across * 2 * np.pi / 9)).astype(np.uint8)


@dataclass
class Glass:
    """A scanner with a finger on its glass that leaves when the test says so."""

    lifted: threading.Event = field(default_factory=threading.Event)
    lays: list = field(default_factory=list)
    pictures: int = 0
    info = DeviceInfo("make", "model", "1", "")

    def capture(self, deadline):
        """Each picture of `lays`, then a new touch each time; an error is raised, None hangs."""
        deadline.slice_s()
        self.pictures += 1
        laid = self.lays.pop(0) if self.lays else ridges(self.pictures / 7)
        if isinstance(laid, Exception):
            raise laid
        while laid is None:
            threading.Event().wait(deadline.slice_s(0.02))
        return FingerPicture(laid, 500, time.monotonic())

    def wait_for_lift(self, deadline):
        while not self.lifted.is_set():
            threading.Event().wait(deadline.slice_s(0.02))

    def close(self):
        return


@dataclass
class Judges:
    """Judges pictures by what the test says of them: qualities in turn, the last one for ever."""

    qualities: list = field(default_factory=lambda: [90])
    advice: list = field(default_factory=list)
    minutiae: int = 40
    extracted: list = field(default_factory=list)
    finger_model = ModelCard("net", "net.tflite", "1", "ab" * 32, "MIT", (), ())

    def finger_look(self, pixels, _ppi):
        said = self.advice.pop(0) if self.advice else None
        quality = self.qualities.pop(0) if len(self.qualities) > 1 else self.qualities[0]
        return FingerLook(said, 80.0, 200.0, 90.0, quality, contrast=float(np.ptp(pixels)))

    def finger_template(self, pixels, _ppi, position):
        self.extracted.append(pixels)
        return FingerTemplate(
            b"FMR", self.minutiae, 90, FingerPosition(position), self.finger_model
        )


@pytest.fixture
def eyes():
    return Judges()


@pytest.fixture
def glass():
    return Glass()


@pytest.fixture
def said():
    return queue.Queue()


@pytest.fixture
def worker(glass, said, eyes):
    device = DeviceWorker("scanner", lambda: glass)
    device.start()
    yield FingerWorker(device, said.put, eyes, 20.0)
    device.stop()


def until(said, wanted):
    while True:
        happened = said.get(timeout=3)
        if isinstance(happened, wanted):
            return happened


def test_the_next_finger_is_looked_for_only_on_a_free_glass(worker, glass, said):
    worker.scan(ScanFinger(Finger.RIGHT_INDEX))
    assert until(said, FingerTaken).sample.position is Finger.RIGHT_INDEX
    worker.scan(ScanFinger(Finger.LEFT_INDEX))
    assert until(said, FingerAdvice) == FingerAdvice(CUE_LIFT)
    threading.Event().wait(0.2)
    assert glass.pictures == 1, "the first finger still lies there"
    glass.lifted.set()
    assert until(said, FingerTaken).sample.position is Finger.LEFT_INDEX


def test_the_next_traveller_is_not_asked_to_lift_a_finger(worker, glass, said):
    worker.scan(ScanFinger(Finger.RIGHT_INDEX))
    until(said, FingerTaken)
    worker.device.cancel()
    worker.forget()
    worker.scan(ScanFinger(Finger.RIGHT_INDEX))
    assert until(said, FingerAdvice) != FingerAdvice(CUE_LIFT)
    until(said, FingerTaken)


INDEX = ScanFinger(Finger.RIGHT_INDEX)
CUE_LATENT = "finger-cue-latent"


def test_a_good_picture_ends_the_try_at_once(worker, glass, said, eyes):
    worker.scan(INDEX)
    assert until(said, FingerTaken).sample.minutiae == 40
    assert (glass.pictures, len(eyes.extracted)) == (1, 1)


def test_of_poor_pictures_only_the_best_becomes_a_template(worker, glass, said, eyes):
    eyes.qualities = [3, 12, 7]
    glass.lays = [ridges(0.1), ridges(0.5), ridges(0.9)]
    worker.scan(INDEX)
    until(said, FingerTaken)
    assert glass.pictures == PICTURES
    (extracted,) = eyes.extracted
    assert np.array_equal(extracted, ridges(0.5))


def test_a_poor_picture_is_taken_while_there_is_still_time_for_its_template(
    worker, glass, said, eyes
):
    worker.try_limit_s = EXTRACT_S + 0.3
    eyes.qualities = [5]
    glass.lays = [ridges(0.1), None]
    begun_s = time.monotonic()
    worker.scan(INDEX)
    until(said, FingerTaken)
    assert time.monotonic() - begun_s < worker.try_limit_s
    assert len(eyes.extracted) == 1


def test_a_scanner_that_goes_leaves_the_best_picture(worker, glass, said, eyes, monkeypatch):
    monkeypatch.setattr("firmware_app.workers.device_worker.GONE_LIMIT_S", 0.1)
    eyes.qualities = [5]
    glass.lays = [ridges(0.1), DeviceGoneError("scanner", "left the bus.")]
    glass.lays += [DeviceGoneError("scanner", "left the bus.")] * 20
    worker.scan(INDEX)
    until(said, FingerTaken)
    assert len(eyes.extracted) == 1


def test_a_finger_without_minutiae_is_unreadable(worker, said, eyes):
    eyes.minutiae = 4
    worker.scan(INDEX)
    assert until(said, FingerFailed) == FingerFailed(NotCaptured.QUALITY)


def test_what_a_refused_touch_leaves_is_not_taken_for_the_next(worker, glass, said, eyes):
    """The trace lies where the touch lay; the next touch does not."""
    eyes.advice = [Seen.DRY]
    glass.lifted.set()
    glass.lays = [ridges(0.1), ridges(0.1, depth=40.0), ridges(0.5)]
    worker.scan(INDEX)
    assert until(said, FingerAdvice) == FingerAdvice("finger-cue-dry")
    assert until(said, FingerAdvice) == FingerAdvice(CUE_LATENT)
    until(said, FingerTaken)
    assert np.array_equal(eyes.extracted[0], ridges(0.5))


def test_a_finger_that_is_always_dry_is_taken_when_the_time_is_over(worker, glass, said, eyes):
    """A worn hand is dry each time; a print that would match is better than none."""
    worker.try_limit_s = EXTRACT_S + 0.4
    glass.lifted.set()
    eyes.advice = [Seen.DRY] * 3
    eyes.qualities = [20, 35, 30]
    glass.lays = [ridges(0.1), ridges(0.5), ridges(0.9), None]
    worker.scan(INDEX)
    until(said, FingerTaken)
    (extracted,) = eyes.extracted
    assert np.array_equal(extracted, ridges(0.5))


@pytest.mark.parametrize("advice", [Seen.NO_FINGER, Seen.LATENT, Seen.ONE_FINGER])
def test_what_is_not_one_finger_is_never_taken(worker, glass, said, eyes, advice):
    worker.try_limit_s = 0.4
    glass.lifted.set()
    eyes.advice = [advice]
    glass.lays = [ridges(0.1), None]
    worker.scan(INDEX)
    assert until(said, FingerFailed) == FingerFailed(NotCaptured.QUALITY)
    assert eyes.extracted == []


def test_a_print_of_next_to_no_use_is_not_taken_either(worker, glass, said, eyes):
    worker.try_limit_s = 0.4
    glass.lifted.set()
    eyes.advice, eyes.qualities = [Seen.DRY], [SPARE_QUALITY - 1]
    glass.lays = [ridges(0.1), None]
    worker.scan(INDEX)
    assert until(said, FingerFailed) == FingerFailed(NotCaptured.QUALITY)


def test_the_same_finger_that_was_not_lifted_may_be_looked_at_again(worker, glass, said, eyes):
    """A scanner that streams gives one touch several times; the best of those counts."""
    eyes.qualities = [5, 90]
    glass.lays = [ridges(0.1), ridges(0.1)]
    worker.scan(INDEX)
    until(said, FingerTaken)
    assert glass.pictures == 2


def test_a_picture_far_fainter_than_usual_is_latent(worker, glass, said):
    glass.lifted.set()
    for _ in range(3):
        worker.scan(INDEX)
        until(said, FingerTaken)
    glass.lays = [ridges(1.3, depth=25.0), ridges(1.5)]
    worker.scan(INDEX)
    cues = {until(said, FingerAdvice), until(said, FingerAdvice)}
    assert FingerAdvice(CUE_LATENT) in cues
    until(said, FingerTaken)


def test_no_picture_outlives_its_visit(worker, glass, said):
    """What is kept to know a trace by is one traveller's, and goes with the visit."""
    glass.lifted.set()
    glass.lays = [ridges(0.1), ridges(0.1)]
    worker.scan(INDEX)
    until(said, FingerTaken)
    worker.device.cancel()
    worker.forget()
    worker.scan(INDEX)
    assert until(said, FingerAdvice) != FingerAdvice(CUE_LATENT)
    until(said, FingerTaken)
