"""A whole kiosk and `kiosk update install` beside it: the restart waits for the traveller's end."""

import http.client
import json
import threading
import time

import pytest

from firmware_app.engineer.update_install import Install, Machine, page_shows
from firmware_app.services.update_files import Board, Fetched, Ledger, Places, Wanted, load, save
from firmware_app.ui.screens import screen
from firmware_app.workflow.states import OutOfService
from mqtt.central.mosquitto import free_port
from tests.peers.own_kiosk import running_kiosk, write_kiosk_file
from tests.unit.firmware_app.workflow_examples import PLAIN

LIMIT_S = 60.0
ORDER = "01920000-0000-4000-8000-000000000001"
DIGEST = "ab" * 32
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def until(true, what):
    at_end_s = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < at_end_s, what
        threading.Event().wait(0.05)


def ask(port, method, path, body=None):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10.0)
    try:
        headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
        line.request(method, path, body and json.dumps(body), headers)
        return line.getresponse().read()
    finally:
        line.close()


def touch(port, button):
    serial = json.loads(ask(port, "GET", "/health"))["serial"]
    ask(port, "POST", "/touch", {"serial": serial, "button": button})


@pytest.fixture
def places(tmp_path):
    found = Places(tmp_path / "board", tmp_path / "room", tmp_path / "door")
    for folder in (found.fetched, found.ledger.parent):
        folder.mkdir(parents=True)
    return found


@pytest.fixture
def port(tmp_path, places):
    told = {"board": places.board, "room": places.room, "door": places.door}
    differs = {f"update.{name}": str(path) for name, path in told.items()}
    number = free_port()
    with running_kiosk(write_kiosk_file(tmp_path, {"page.port": number, **differs})):
        until(lambda: (page_shows(number) or ("", 0))[0] == "attract", "the start screen")
        yield number


def test_a_traveller_who_is_there_crosses_first(port, places, tmp_path):
    """Board, page, door and restart as on a kiosk; RAUC and the machine are two small programs."""
    board = load(places.notice, Board)
    assert board.port == port
    wanted = Wanted(
        order=ORDER, number=1, version="9.0.0", url="https://c.example/x", size=1, sha256=DIGEST
    )
    save(places.notice, Board(port=port, idle_s=1.0, wanted=wanted))
    said = Fetched(order=ORDER, step="ready", version="9.0.0", sha256=DIGEST, size=1)
    save(places.said("centre"), said)
    places.whole(DIGEST).write_bytes(b"x")
    touch(port, "start")
    until(lambda: page_shows(port)[0] == "language", "that a visit begins")
    restarted = tmp_path / "restarted"
    machine = Machine(
        rauc=("true",),
        on_trial=("false",),
        restart=("touch", str(restarted)),
        wait=lambda seconds: threading.Event().wait(min(seconds, 0.05)),
    )
    work = threading.Thread(target=Install(places, machine).run)
    work.start()
    threading.Event().wait(2.0)
    assert page_shows(port)[0] == "language"
    assert load(places.ledger, Ledger) is None, "nothing is begun within a visit"
    touch(port, "end")
    until(restarted.exists, "the restart behind a shut door")
    work.join()
    until(lambda: page_shows(port)[0] == "attract", "that the door opens again")


def test_a_visit_goes_on_behind_a_door_that_shuts(port, places):
    touch(port, "start")
    until(lambda: page_shows(port)[0] == "language", "that a visit begins")
    places.door.touch()
    threading.Event().wait(2.5)
    assert page_shows(port)[0] == "language"
    touch(port, "end")
    until(lambda: page_shows(port)[0] == "out-of-service", "that nobody more is taken")
    places.door.unlink()
    until(lambda: page_shows(port)[0] == "attract", "that it is open again")


def test_the_page_says_why_it_is_closed_and_since_when():
    assert screen(OutOfService("update"), PLAIN).cue == "out-of-service-cue-update"
    assert screen(OutOfService("outbox_full"), PLAIN).cue == "out-of-service-cue"
