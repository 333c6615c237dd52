"""`kiosk bench start` measures what it says: modules, processor time, memory of a fresh program."""

import os
import time
from importlib.util import find_spec

from firmware_app.engineer import bench_start
from firmware_app.engineer.processes import cpu_s


def test_a_program_that_loads_little_says_so():
    little = bench_start._loads(["firmware_app.engineer.provision_rest"])
    much = bench_start._loads(["mqtt.publisher"])
    assert 50 < little.modules < much.modules
    assert 5 < little.peak_mb < much.peak_mb
    assert 0 < little.cpu_s < much.cpu_s


def test_every_program_of_a_start_is_there():
    assert all(find_spec(one) for modules in bench_start.PROGRAMS.values() for one in modules)


def test_processor_time_is_counted_in_seconds():
    before_s, began_s = cpu_s(os.getpid()), time.process_time()
    while time.process_time() - began_s < 0.2:
        pass
    assert 0.1 < cpu_s(os.getpid()) - before_s < 2


def test_compiled_modules_are_kept_for_the_children_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONPYCACHEPREFIX", raising=False)
    with bench_start._compiled(tmp_path):
        bench_start._loads(["firmware_app.errors"])
    assert list(tmp_path.rglob("errors.cpython-311.pyc"))
    assert os.environ["PYTHONDONTWRITEBYTECODE"] == "1"
    assert "PYTHONPYCACHEPREFIX" not in os.environ
