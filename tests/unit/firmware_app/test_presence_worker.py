"""The resting kiosk wakes when somebody comes, and when its camera is away."""

import queue
import threading
import time

import pytest

from drivers.camera.simulated import leave_stage, open_simulated
from drivers.stage import send_cue
from drivers.url import Params
from firmware_app.workers.device_worker import DeviceWorker
from firmware_app.workers.presence import PresenceWorker
from firmware_app.workflow.events import SomebodyNear

LONGEST_S = 30.0
pytestmark = pytest.mark.slow


@pytest.fixture
def stage(tmp_path):
    return tmp_path / "camera"


@pytest.fixture
def heard():
    return queue.Queue()


@pytest.fixture
def worker(stage, heard):
    params = Params("camera", {"scene": "nobody"})
    device = DeviceWorker("camera", lambda: open_simulated("camera", stage, params))
    device.start()
    yield PresenceWorker(device, heard.put)
    device.stop()
    leave_stage(stage)


def until(true):
    give_up_s = time.monotonic() + LONGEST_S
    while not true():
        assert time.monotonic() < give_up_s
        threading.Event().wait(0.01)


def test_whoever_steps_before_the_camera_wakes_it_once_for_each_watch(worker, stage, heard):
    for _ in range(2):
        worker.watch()
        with pytest.raises(queue.Empty):
            heard.get(timeout=1.0)
        until(lambda: send_cue(stage, scene="face"))
        assert heard.get(timeout=LONGEST_S) == SomebodyNear()
        send_cue(stage, scene="nobody")
    assert heard.empty()


def test_a_camera_that_is_away_leaves_the_screen_awake(worker, stage, heard):
    until(lambda: send_cue(stage, unplug=True))  # the camera's own thread puts it there
    worker.watch()
    assert heard.get(timeout=LONGEST_S) == SomebodyNear()
