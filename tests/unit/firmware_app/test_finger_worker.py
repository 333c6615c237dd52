"""The finger worker: the finger that was just taken is never taken for the next one."""

import queue
import threading
import time
from dataclasses import dataclass, field

import numpy as np
import pytest

from drivers.device import DeviceInfo
from drivers.fingerprint.api import FingerPicture
from firmware_app.domain.biometrics import Finger
from firmware_app.workers.device_worker import DeviceWorker
from firmware_app.workers.finger import CUE_LIFT, FingerWorker
from firmware_app.workflow.vocabulary import FingerAdvice, FingerTaken, ScanFinger
from vision.finger_pipeline import FingerLook, FingerTemplate
from vision.iso19794_2 import FingerPosition
from vision.model_store import ModelCard

GRAY = np.full((8, 8), 128, np.uint8)


@dataclass
class Glass:
    """A scanner with a finger on its glass that leaves when the test says so."""

    lifted: threading.Event = field(default_factory=threading.Event)
    pictures: int = 0
    info = DeviceInfo("make", "model", "1", "")

    def capture(self, deadline):
        deadline.slice_s()
        self.pictures += 1
        return FingerPicture(GRAY, 500, time.monotonic())

    def wait_for_lift(self, deadline):
        while not self.lifted.is_set():
            threading.Event().wait(deadline.slice_s(0.02))

    def close(self):
        return


class GoodEyes:
    """Every picture is a good finger."""

    finger_model = ModelCard("net", "net.tflite", "1", "ab" * 32, "MIT", (), ())

    def finger_look(self, _pixels, _ppi):
        return FingerLook(None, 80.0, 200.0, 90.0, 90)

    def finger_template(self, _pixels, _ppi, position):
        return FingerTemplate(b"FMR", 40, 90, FingerPosition(position), self.finger_model)


@pytest.fixture
def glass():
    return Glass()


@pytest.fixture
def said():
    return queue.Queue()


@pytest.fixture
def worker(glass, said):
    device = DeviceWorker("scanner", lambda: glass)
    device.start()
    yield FingerWorker(device, said.put, GoodEyes(), 20.0)
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
