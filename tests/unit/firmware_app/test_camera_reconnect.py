"""A camera that dies again and again under its worker: said once, opened anew, never a hang."""

import queue
import sys
from pathlib import Path

import pytest

from drivers import registry
from drivers.camera import v4l2
from drivers.camera.api import Camera
from drivers.deadline import Deadline
from drivers.errors import DeviceError
from firmware_app.workers import device_worker
from firmware_app.workers.device_worker import DeviceWorker, Job

PEER = Path(__file__).parents[3] / "tests" / "peers" / "jpeg_stream.py"


@pytest.mark.timeout(240)
def test_frames_go_on_after_each_death_of_the_camera(tmp_path, monkeypatch, capsys):
    program = tmp_path / "rpicam-vid"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PEER}" "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "manners").write_text("die=6", encoding="utf-8")
    monkeypatch.setenv("JPEG_STREAM", str(tmp_path))
    # a busy machine starts the program slowly; how long is the matter of other tests
    monkeypatch.setattr(device_worker, "GONE_LIMIT_S", 60.0)
    monkeypatch.setattr(v4l2, "_START_LIMIT_S", 40.0)
    url = f"libcamera://?program={program}&width=160&height=120&fps=20"
    frames: queue.Queue[float] = queue.Queue()
    given_up: queue.Queue[DeviceError] = queue.Queue()

    def work(camera: Camera, deadline: Deadline) -> None:
        while True:
            frames.put(camera.grab(deadline).at_s)

    worker = DeviceWorker("camera", lambda: registry.open_camera("camera", url))
    worker.start()
    try:
        worker.ask(Job(work, given_up.put, 60.0))
        starts = tmp_path / "log"
        seen = []
        while not starts.exists() or len(starts.read_text(encoding="utf-8").splitlines()) < 3:
            seen.append(frames.get(timeout=30.0))
        seen.append(frames.get(timeout=30.0))
    finally:
        worker.stop()
    assert seen == sorted(set(seen)), "time goes on through the deaths"
    assert given_up.empty()
    said = capsys.readouterr()
    assert 1 <= (said.err + said.out).count("device_lost") <= 3
