"""The device thread: one job at a time, taken back at once, reopened, its loss said once."""

import json
import queue
import threading
import time
from dataclasses import dataclass, field

import pytest

from drivers.errors import DeviceGoneError, DeviceTimeoutError
from firmware_app.workers import device_worker
from firmware_app.workers.device_worker import DeviceWorker, Job


@dataclass
class Bench:
    """A place where devices are plugged in and out."""

    opened: int = 0
    closed: int = 0
    missing: int = 0
    heard: "queue.Queue[object]" = field(default_factory=queue.Queue)

    def open(self):
        if self.missing:
            self.missing -= 1
            raise DeviceGoneError("thing", "not on the bus.")
        self.opened += 1
        return self

    def close(self):
        self.closed += 1


@pytest.fixture
def bench(request):
    return Bench(missing=getattr(request, "param", 0))


@pytest.fixture
def worker(bench):
    worker = DeviceWorker("thing", bench.open)
    worker.start()
    yield worker
    worker.stop()


def test_a_device_that_was_away_is_opened_again_and_its_loss_is_said_once(capsys):
    bench = Bench(missing=3)
    worker = DeviceWorker("thing", bench.open)
    worker.start()
    worker.ask(Job(lambda device, _deadline: bench.heard.put(device), bench.heard.put, 10.0))
    assert bench.heard.get(timeout=8) is bench
    worker.stop()
    said = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert said == ["device_lost", "device_back"]


def test_a_new_job_takes_the_one_before_back_at_once(worker, bench):
    begun = threading.Event()

    def endless(_device, deadline):
        begun.set()
        while True:
            deadline.slice_s()
            threading.Event().wait(0.02)

    worker.ask(Job(endless, bench.heard.put, 60.0))
    assert begun.wait(2)
    asked_s = time.monotonic()
    worker.ask(Job(lambda _device, _deadline: bench.heard.put("second"), bench.heard.put, 5.0))
    assert bench.heard.get(timeout=2) == "second"
    assert time.monotonic() - asked_s < 0.5
    assert bench.heard.empty(), "a job that was taken back says nothing"


def test_the_end_of_the_time_is_told(worker, bench):
    def waits(_device, deadline):
        while True:
            threading.Event().wait(deadline.slice_s(0.02))

    worker.ask(Job(waits, bench.heard.put, 0.2))
    assert isinstance(bench.heard.get(timeout=2), DeviceTimeoutError)


@pytest.mark.parametrize("bench", [10_000], indirect=True)
def test_a_device_that_stays_away_gives_up_long_before_the_job_s_limit(worker, bench):
    started_s = time.monotonic()
    worker.ask(Job(lambda _device, _deadline: None, bench.heard.put, 60.0))
    assert isinstance(bench.heard.get(timeout=15), DeviceGoneError)
    assert time.monotonic() - started_s < device_worker.GONE_LIMIT_S + 3


def test_stop_closes_the_device(bench):
    worker = DeviceWorker("thing", bench.open)
    worker.start()
    worker.ask(Job(lambda device, _deadline: bench.heard.put(device), bench.heard.put, 5.0))
    bench.heard.get(timeout=2)
    worker.stop()
    assert (bench.opened, bench.closed) == (1, 1)


def test_a_fault_of_ours_is_said_without_contents_and_the_next_job_works(worker, bench, capsys):
    def faulty(_device, _deadline):
        raise KeyError("ERIKSSON")

    worker.ask(Job(faulty, bench.heard.put, 5.0))
    assert isinstance(bench.heard.get(timeout=2), DeviceGoneError)
    said = capsys.readouterr().err
    assert "worker_fault" in said
    assert "ERIKSSON" not in said
    worker.ask(Job(lambda _device, _deadline: bench.heard.put("next"), bench.heard.put, 5.0))
    assert bench.heard.get(timeout=2) == "next"


@pytest.mark.parametrize("bench", [1_000_000], indirect=True)
def test_a_job_taken_back_while_the_device_is_away_lets_the_next_one_in(worker, bench):
    worker.ask(Job(lambda _device, _deadline: None, lambda _error: None, 60.0))
    threading.Event().wait(0.1)
    worker.cancel()
    threading.Event().wait(0.1)
    tried = 1_000_000 - bench.missing
    assert tried < 10, "nobody opens a device for a traveller who has left"
    bench.missing = 0
    worker.ask(Job(lambda _device, _deadline: bench.heard.put("next"), bench.heard.put, 5.0))
    assert bench.heard.get(timeout=2) == "next"


def test_a_fault_in_opening_or_closing_leaves_the_thread_alive(capsys):
    heard: queue.Queue[object] = queue.Queue()

    class Broken:
        def close(self):
            raise RuntimeError("ERIKSSON")

    def opens_badly():
        if heard.empty():
            raise ValueError("ERIKSSON")
        return Broken()

    worker = DeviceWorker("thing", opens_badly)
    worker.start()
    worker.ask(Job(lambda _device, _deadline: None, heard.put, 5.0))
    threading.Event().wait(0.1)
    worker.ask(Job(lambda device, _deadline: device.close(), heard.put, 5.0))
    assert [type(heard.get(timeout=2)) for _ in range(2)] == [DeviceGoneError, DeviceGoneError]
    worker.ask(Job(lambda _device, _deadline: heard.put("next"), heard.put, 5.0))
    worker.stop()
    assert "ERIKSSON" not in capsys.readouterr().err


def until(condition, limit_s=20.0):
    """Wait for what another thread brings about."""
    at_end_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < at_end_s, "it never came"
        threading.Event().wait(0.02)


def test_what_is_away_is_found_again_while_nobody_needs_it(monkeypatch, capsys):
    monkeypatch.setattr(device_worker, "LOOK_AFTER_S", 0.05)
    bench = Bench(missing=3)
    worker = DeviceWorker("thing", bench.open)
    worker.start()
    until(lambda: worker.away_s > 0)
    until(lambda: bench.opened == 1)
    until(lambda: worker.away_s == 0)
    worker.stop()
    said = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert said == ["device_lost", "device_back"]


def test_what_is_pulled_out_while_nobody_needs_it_is_noticed(monkeypatch):
    monkeypatch.setattr(device_worker, "LOOK_AFTER_S", 0.05)
    bench, plugged = Bench(), threading.Event()
    plugged.set()
    worker = DeviceWorker("thing", bench.open, plugged.is_set)
    worker.start()
    until(lambda: bench.opened == 1)
    bench.missing = 10**6
    plugged.clear()
    until(lambda: worker.away_s > 0)
    bench.missing = 0
    plugged.set()
    until(lambda: worker.away_s == 0)
    worker.stop()
    assert bench.opened == 2
    assert bench.closed == 2
