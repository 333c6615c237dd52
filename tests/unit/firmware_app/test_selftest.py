"""`kiosk selftest`: good where a traveller could be served, and else says what is missing."""

import json
from datetime import date

import pytest

from firmware_app.__main__ import main
from firmware_app.config import Devices
from firmware_app.domain.rules import Policy
from firmware_app.engineer import selftest
from firmware_app.ui.screens import screen
from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import OutOfService
from mqtt.keys import create_private_key
from tests.peers.own_kiosk import write_kiosk_file


@pytest.fixture
def page():
    server = PageServer("127.0.0.1", 0, Texts.load(), lambda *_: None, lambda: None)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ask(tmp_path, capsys):
    """Exit code, and each check by name."""

    def asked(port, outbox="outbox.sqlite3", camera=""):
        create_private_key(tmp_path / "signing.pem")
        differs = {
            "page.port": port,
            "devices.camera": camera,
            "storage.outbox": outbox,
            "storage.outbox_limit_mb": 8,
            "storage.ballast_mb": 0,
        }
        path = write_kiosk_file(tmp_path, differs)
        code = main(["selftest", "--json", "--config", str(path)])
        told = json.loads(capsys.readouterr().out)
        return code, told["good"], {one["check"]: one for one in told["checks"]}

    return asked


def test_a_kiosk_that_could_serve_passes_and_leaves_nothing_behind(ask, page, tmp_path):
    code, good, checks = ask(page.port)
    assert (code, good) == (0, True)
    for name in ("config", "keys", "outbox", "models", "page", "sealing", "disk"):
        assert checks[name]["verdict"] == "good", name
    assert checks["clock"]["verdict"] != "bad"
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"signing.pem", "site", "kiosk.toml"}


def test_a_kiosk_that_says_out_of_service_does_not_pass(ask, page):
    terms = Terms(date(2026, 11, 22), Policy(), ("en",), ())
    page.show(screen(OutOfService("outbox"), terms))
    code, _good, checks = ask(page.port)
    assert code == 5
    assert "out of service" in checks["page"]["what"]


@pytest.mark.parametrize(
    ("state", "away_s", "verdict", "code"),
    [
        ("open", 0.0, "good", 0),
        ("opening", 0.0, "unsure", 0),
        ("away", 3.0, "unsure", 0),
        ("away", 90.0, "bad", 5),
    ],
)
def test_it_believes_what_the_running_kiosk_says_of_its_devices(
    ask, page, state, away_s, verdict, code
):
    camera = {"state": "open", "away_s": 0.0, "why": ""}
    scanner = {"state": state, "away_s": away_s, "why": "DeviceGoneError"}
    page.reports = lambda: {"camera": camera, "finger_scanner": scanner}
    got, _good, checks = ask(page.port)
    assert (got, checks["devices"]["verdict"]) == (code, verdict)
    assert ("finger_scanner away for 90 s (DeviceGoneError)" in checks["devices"]["what"]) == (
        verdict == "bad"
    )


def test_without_its_page_it_does_not_pass_and_its_devices_are_opened(ask, tmp_path):
    code, good, checks = ask(1, camera=f"folder://{tmp_path}/none")
    assert (code, good) == (5, False)
    assert checks["page"]["verdict"] == "bad"
    assert checks["camera"]["verdict"] == "bad"
    assert checks["page"]["mend"]


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("v4l2:///dev/not-there-at-all", False),
        ("serial:///dev/null?baud=9600", True),
        ("usb://ffff:ffff", False),
        ("", True),
        ("pcsc://", True),
    ],
)
def test_a_cable_that_is_out_is_seen_without_opening_anything(url, there):
    devices = Devices(document_reader=url, camera="")
    (found,) = selftest._plugged(devices)
    assert (found.verdict == "good") is there
    assert there or "document_reader" in found.what


def test_a_folder_that_takes_nothing_does_not_pass(ask, page):
    code, _good, checks = ask(page.port, outbox="/proc/self/outbox.sqlite3")
    assert code == 5
    assert checks["disk"]["verdict"] == "bad"


def test_a_configuration_that_cannot_be_read_is_the_one_finding(tmp_path, capsys):
    code = main(["selftest", "--json", "--config", str(tmp_path / "none.toml")])
    told = json.loads(capsys.readouterr().out)
    assert code == 5
    assert [one["check"] for one in told["checks"]] == ["config"]
