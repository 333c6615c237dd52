"""What the service manager hears of the kiosk, over a real datagram socket."""

import socket
import threading
from contextlib import closing

import pytest

from firmware_app.health import Manager, Pulse, page_answers
from firmware_app.ui.screen import Screen
from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts


@pytest.fixture
def ear(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(2)
        yield line


def environment(ear: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": ear.getsockname(), **more}


def test_it_beats_three_times_within_the_managers_patience(ear):
    manager = Manager.of(environment(ear, WATCHDOG_USEC="30000000", WATCHDOG_PID="77"), 77)
    assert manager.beat_s == pytest.approx(10.0)
    manager.ready("a traveller can start")
    assert ear.recv(200) == b"READY=1\nSTATUS=a traveller can start"
    pulse = Pulse(manager, (("main thread", lambda: True),))
    assert pulse.beat(100.0) == ""
    assert ear.recv(200) == b"WATCHDOG=1"
    pulse.beat(105.0)
    pulse.beat(110.0)
    assert ear.recv(200) == b"WATCHDOG=1"
    ear.settimeout(0.05)
    with pytest.raises(TimeoutError):
        ear.recv(200)


def test_who_stands_still_is_named_and_the_manager_hears_nothing(ear):
    manager = Manager.of(environment(ear, WATCHDOG_USEC="3000000"), 1)
    pulse = Pulse(manager, (("main thread", lambda: True), ("page", lambda: False)))
    assert pulse.beat(0.0) == "page"
    ear.settimeout(0.05)
    with pytest.raises(TimeoutError):
        ear.recv(200)


def test_a_sign_that_goes_missing_is_told_of_once_and_beats_come_again_with_it(ear, monkeypatch):
    monkeypatch.setattr("firmware_app.health.LOOK_S", 0.01)
    monkeypatch.setattr("firmware_app.health.LEAST_BEAT_S", 0.01)
    manager = Manager.of(environment(ear, WATCHDOG_USEC="30000"), 1)
    there, over, told = threading.Event(), threading.Event(), []
    pulse = Pulse(manager, (("store", there.is_set),))
    keeper = threading.Thread(target=pulse.keep, args=(over, told.append))
    keeper.start()
    try:
        ear.settimeout(0.3)
        with pytest.raises(TimeoutError):
            ear.recv(200)
        there.set()
        ear.settimeout(10)
        assert ear.recv(200) == b"WATCHDOG=1"
    finally:
        over.set()
        keeper.join(10)
    assert told == ["store"]


def test_without_a_manager_nothing_is_said_and_nothing_is_asked():
    silent = Manager.of({}, 1)
    silent.ready("")
    assert Pulse(silent, (("never asked", lambda: 1 / 0 > 0),)).beat(0.0) == ""
    assert Manager.of({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "2"}, 1).beat_s == 0.0
    assert Manager.of({"WATCHDOG_USEC": "soon"}, 1).beat_s == 0.0


def test_an_abstract_address_and_a_manager_that_left():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("\0border-kiosk-test-manager")
        line.settimeout(2)
        Manager("@border-kiosk-test-manager").stopping()
        assert line.recv(200) == b"STOPPING=1"
    Manager("@border-kiosk-test-manager").alive()


def test_the_page_is_asked_for_real():
    server = PageServer("127.0.0.1", 0, Texts.load(), lambda *_: None, lambda: None)
    server.start()
    try:
        server.show(Screen("attract", "attract-title"))
        assert page_answers(server.port)
    finally:
        server.stop()
    assert not page_answers(server.port)


def test_a_page_that_hangs_is_no_page(monkeypatch):
    monkeypatch.setattr("firmware_app.health.PAGE_LIMIT_S", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        assert not page_answers(deaf.getsockname()[1])
