"""A kiosk that could let nobody cross says so before anybody starts, and opens by itself."""

import http.client
import json
import os
import pty
import socket
import threading
import time
from contextlib import ExitStack

import pytest

from firmware_app import crew
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import Traveller
from firmware_app.workers import device_worker
from mqtt.central.mosquitto import free_port
from tests.peers.own_kiosk import running_kiosk, write_kiosk_file

LIMIT_S = 40.0
PAGE_CAMERA = {"devices.page_camera": "simulated://{folder}/page?scene=page"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def running(tmp_path, monkeypatch):
    """Starts a kiosk in this process; gives what its page shows."""
    monkeypatch.setattr(crew, "AWAY_LIMIT_S", 1.0)
    monkeypatch.setattr(device_worker, "LOOK_AFTER_S", 0.2)
    usual = {
        "page.port": free_port(),
        "policy.type_document": False,
        "devices.document_reader": "serial://{folder}/reader",
    }
    with ExitStack() as kiosks:

        def start(**differs):
            path = write_kiosk_file(tmp_path, {**usual, **differs})
            kiosks.enter_context(running_kiosk(path))
            return lambda: screen_now(start.port)

        start.port, start.stop = usual["page.port"], kiosks.close
        yield start


def screen_now(port):
    return health_now(port).get("screen", "")


def health_now(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        connection.request("GET", "/health")
        return json.loads(connection.getresponse().read())
    except OSError:
        return {}
    finally:
        connection.close()


def until(shown, name):
    at_end_s = time.monotonic() + LIMIT_S
    while (now := shown()) != name:
        assert time.monotonic() < at_end_s, f"{now!r}, not {name!r}"
        threading.Event().wait(0.05)


def test_without_a_reader_it_is_closed_and_open_again_once_the_reader_is_back(running, tmp_path):
    shown = running()
    until(shown, "out-of-service")
    away = health_now(running.port)["devices"]["document_reader"]
    assert (away["state"], away["why"]) == ("away", "DeviceGoneError")
    assert away["away_s"] > 0
    controller, line = pty.openpty()
    (tmp_path / "reader").symlink_to(os.ttyname(line))
    until(shown, "attract")
    devices = health_now(running.port)["devices"]
    assert devices["document_reader"] == {"state": "open", "away_s": 0.0, "why": ""}
    assert devices["camera"]["state"] == "open"
    (tmp_path / "reader").unlink()
    until(shown, "out-of-service")
    os.close(controller)
    os.close(line)


@pytest.mark.parametrize(
    "differs",
    [PAGE_CAMERA, {"policy.type_document": True}],
    ids=["the page camera reads instead", "documents may be typed"],
)
def test_where_there_is_another_way_it_stays_open(running, differs):
    shown = running(**differs)
    until(shown, "attract")
    threading.Event().wait(3.0)
    assert shown() == "attract"


def test_the_page_camera_reads_for_a_traveller_whose_reader_is_away(running, tmp_path):
    shown = running(**PAGE_CAMERA)
    until(shown, "attract")
    hands = {"attract": "start", "language": "language-en", "notice": "continue"}
    seen = []
    person = Story("Shows a page", hands, (), (), Expect("none"))
    walker = Traveller(
        person, tmp_path, running.port, on_screen=lambda name, _at_s: seen.append(name)
    )
    walker.walk(lambda name: name in {"confirm", "typing", "officer"})
    assert seen[-2:] == ["document", "confirm"]


def test_systemd_hears_that_it_is_ready_then_its_pulse_then_that_it_goes(
    running, tmp_path, monkeypatch
):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(LIMIT_S)
        monkeypatch.setenv("NOTIFY_SOCKET", ear.getsockname())
        monkeypatch.setenv("WATCHDOG_USEC", "3000000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        running()
        assert ear.recv(200) == b"READY=1\nSTATUS=a traveller can start"
        assert [ear.recv(200) for _ in range(2)] == [b"WATCHDOG=1"] * 2
        running.stop()
        heard = [ear.recv(200)]
        while heard[-1] != b"STOPPING=1":
            heard.append(ear.recv(200))
        assert set(heard) <= {b"WATCHDOG=1", b"STOPPING=1"}
