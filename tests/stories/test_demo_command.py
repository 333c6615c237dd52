"""`kiosk demo` as a newcomer meets it: one document, one clear line, no leftovers."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mqtt.central.mosquitto import free_port

KIOSK = Path(sys.executable).parent / "kiosk"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def demo(folder, *words, **options):
    command = [KIOSK, "demo", "--once", "--folder", folder, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def still_running(folder):
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in words:
            found.append(words)
    return found


def test_json_is_one_document_with_the_event_the_receipt_and_the_steps(tmp_path):
    done = demo(tmp_path, "--json", "--port", free_port())
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    assert shown["event"]["event"]["crossing"]["outcome"] == "completed"
    assert shown["event"]["sequence"] in shown["receipt"]["sequences"]
    assert {"document", "face", "finger"} <= shown["steps_s"].keys()
    assert still_running(tmp_path) == []
    again_s = time.monotonic()
    assert demo(tmp_path, "--port", free_port()).returncode == 0
    assert time.monotonic() - again_s < 40, "the second run finds everything made"


def test_a_taken_port_is_one_line_with_its_mend(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = demo(tmp_path, "--port", taken.getsockname()[1])
    assert done.returncode == 3
    assert "is taken" in done.stderr
    assert "mend:" in done.stderr
    assert "Traceback" not in done.stderr
    assert still_running(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_one_line_with_its_mend():
    done = demo("/proc/nowhere", "--port", free_port())
    assert done.returncode == 3
    assert "mend:" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_mosquitto_names_the_package(tmp_path):
    done = demo(tmp_path, "--port", free_port(), env=os.environ | {"PATH": "/nonexistent"})
    if Path("/usr/sbin/mosquitto").exists():
        assert done.returncode == 0, "Debian keeps it outside a user's PATH; it is found there too"
    else:
        assert "apt-get install mosquitto" in done.stderr


@pytest.fixture
def interruptible():
    """As from a terminal: a shell's background job ignores SIGINT, and so would its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_it_nothing_stays_behind(tmp_path, number):
    command = [KIOSK, "demo", "--folder", tmp_path, "--port", str(free_port())]
    pipes = {"stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        for line in process.stderr:
            if "First screen" in line:
                break
        process.send_signal(number)
        process.stderr.read()
        process.wait(30)
    until_s = time.monotonic() + 5
    while still_running(tmp_path) and time.monotonic() < until_s:
        threading.Event().wait(0.1)
    assert still_running(tmp_path) == []
