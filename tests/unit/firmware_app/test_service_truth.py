"""A kiosk that could let nobody cross says so before anybody starts, and opens by itself."""

import http.client
import json
import os
import pty
import socket
import threading
import time

import pytest

from firmware_app import config, crew
from firmware_app.compose import Kiosk
from firmware_app.engineer.small_site import KIOSK_ID
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import Traveller
from firmware_app.workers import device_worker
from mqtt.central.mosquitto import free_port
from mqtt.central.site import init_site

LIMIT_S = 40.0
CONFIG = """
kiosk_id = "{kiosk}"
profile = "demo"
relay_socket = "relay.sock"
[post]
locode = "UTABC"
code = "X"
authority = "UTO"
[policy]
type_document = {by_hand}
[page]
port = {port}
[devices]
document_reader = "serial://{folder}/reader"
camera = "simulated://{folder}/camera"
{more}
[storage]
outbox = "outbox.sqlite3"
[keys]
signing = "signing.pem"
recipients = ["{recipient}"]
receipts = ["{receipts}"]
[law]
legal_basis = "act"
notice_version = "1"
retention_days = 1
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def running(tmp_path, monkeypatch):
    """Starts a kiosk in this process; gives what its page shows."""
    monkeypatch.setattr(crew, "AWAY_LIMIT_S", 1.0)
    monkeypatch.setattr(device_worker, "LOOK_AFTER_S", 0.2)
    site = init_site(tmp_path / "site", KIOSK_ID)
    path, port = tmp_path / "kiosk.toml", free_port()
    started = []

    def start(more="", by_hand="false"):
        path.write_text(
            CONFIG.format(
                kiosk=KIOSK_ID,
                port=port,
                by_hand=by_hand,
                folder=tmp_path,
                more=more.format(folder=tmp_path),
                recipient=site.recipient.public,
                receipts=site.receipts.public,
            )
        )
        kiosk = Kiosk(config.load(path), path)
        thread = threading.Thread(target=kiosk.run)
        thread.start()
        started.append((kiosk, thread))
        return lambda: screen_now(port)

    def stop():
        while started:
            kiosk, thread = started.pop()
            kiosk.stop()
            thread.join(20.0)

    start.port, start.stop = port, stop
    yield start
    stop()


def screen_now(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        connection.request("GET", "/health")
        return json.loads(connection.getresponse().read())["screen"]
    except OSError:
        return ""
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
    controller, line = pty.openpty()
    (tmp_path / "reader").symlink_to(os.ttyname(line))
    until(shown, "attract")
    (tmp_path / "reader").unlink()
    until(shown, "out-of-service")
    os.close(controller)
    os.close(line)


@pytest.mark.parametrize(
    ("more", "by_hand"),
    [('page_camera = "simulated://{folder}/page?scene=page"', "false"), ("", "true")],
    ids=["the page camera reads instead", "documents may be typed"],
)
def test_where_there_is_another_way_it_stays_open(running, more, by_hand):
    shown = running(more, by_hand)
    until(shown, "attract")
    threading.Event().wait(3.0)
    assert shown() == "attract"


def test_the_page_camera_reads_for_a_traveller_whose_reader_is_away(running, tmp_path):
    shown = running('page_camera = "simulated://{folder}/page?scene=page"')
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
