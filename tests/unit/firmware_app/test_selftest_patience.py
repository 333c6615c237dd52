"""A slow board is not a bad one: the self-test waits for its kiosk a while, and stays strict."""

import json
from datetime import date

import pytest

from firmware_app.__main__ import main
from firmware_app.domain.rules import Policy
from firmware_app.engineer import selftest
from firmware_app.engineer.selftest_patience import LOOK_S, Patience
from firmware_app.ui.screens import screen
from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import Idle, OutOfService
from mqtt.central.mosquitto import free_port
from mqtt.keys import create_private_key
from tests.peers.own_kiosk import write_kiosk_file

TERMS = Terms(date(2026, 11, 22), Policy(), ("en",), ())


class Board:
    """Its clock goes on by waiting alone; at each tick of it something may happen."""

    def __init__(self, up_s=100.0, then=None):
        self.up_s, self.then = up_s, then or {}

    def wait(self, seconds):
        self.up_s += seconds
        for at_s in [one for one in self.then if one <= self.up_s]:
            self.then.pop(at_s)()

    def patience(self, until_s):
        return Patience(until_s, lambda: self.up_s, self.wait)


@pytest.fixture
def page():
    texts = Texts.load(languages=("en",))
    server = PageServer("127.0.0.1", free_port(), texts, lambda *_: None, lambda: None)
    yield server
    server.stop()


@pytest.fixture
def config(tmp_path, page):
    create_private_key(tmp_path / "signing.pem")
    differs = {"page.port": page.port, "devices.camera": "", "storage.ballast_mb": 0}
    return write_kiosk_file(tmp_path, differs | {"storage.outbox_limit_mb": 8})


def test_it_waits_for_the_page_and_no_longer(config, page):
    board = Board(then={130.0: page.start})
    board.patience(660).for_page(config)
    assert board.up_s == 130.0


def test_a_page_that_never_comes_is_given_up_in_time(config):
    board = Board()
    board.patience(660).for_page(config)
    assert 660 <= board.up_s < 660 + LOOK_S


@pytest.mark.parametrize("text", ["", "page = 7", "[page]\nport = 'x'", "\xff = ="])
def test_a_file_that_says_no_port_is_the_self_tests_to_judge(tmp_path, text):
    path = tmp_path / "kiosk.toml"
    path.write_text(text, encoding="latin-1")
    board = Board(up_s=700.0)
    board.patience(660).for_page(path)
    assert board.up_s == 700.0


def test_what_gets_well_in_time_is_good(config, page, capsys):
    page.start()
    page.show(screen(OutOfService("outbox"), TERMS))
    board = Board(then={110.0: lambda: page.show(screen(Idle(), TERMS))})
    assert selftest.selftest(config, as_json=True, patience=board.patience(660)) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["good"] is True
    assert said.err.splitlines() == ["not ready yet: page; looked at again"]


def test_what_stays_bad_is_told_once_when_patience_ends(config, page, capsys):
    page.start()
    page.show(screen(OutOfService("outbox"), TERMS))
    board = Board(up_s=645.0)
    assert selftest.selftest(config, as_json=True, patience=board.patience(660)) == 5
    assert board.up_s == 665.0
    assert json.loads(capsys.readouterr().out)["good"] is False


def test_nobody_who_does_not_ask_for_patience_waits(config, capsys):
    assert main(["selftest", "--json", "--config", str(config)]) == 5
    assert json.loads(capsys.readouterr().out)["good"] is False
