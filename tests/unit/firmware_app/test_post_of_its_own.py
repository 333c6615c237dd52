"""A post without a reader, with questions of its own: a kiosk of its configuration, at the page."""

import http.client
import json
import time

import pytest

from firmware_app import config
from firmware_app.__main__ import main
from firmware_app.compose import Kiosk
from firmware_app.errors import ConfigError
from mqtt.central.mosquitto import free_port
from tests.peers.own_kiosk import running_kiosk, write_kiosk_file

LIMIT_S = 40.0
pytestmark = pytest.mark.slow


@pytest.fixture
def post(tmp_path, capsys):
    """The post's kiosk.toml, with the shipped example of questions beside it."""
    assert main(["questions", "example"]) == 0
    (tmp_path / "questions.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    differs = {
        "page.port": free_port(),
        "page.languages": ["en", "fr", "ar"],
        "policy.questions": "questions.toml",
        "policy.states_first": ["GHA"],
        "law.contact": "+233 302 000 000",
    }
    return write_kiosk_file(tmp_path, differs), differs["page.port"]


def ask(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        origin = f"http://127.0.0.1:{port}"
        headers = {"Content-Type": "application/json", "Origin": origin}
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        if path != "/events":
            return answer.status
        while not (line := answer.readline()).startswith(b"data: {"):
            assert line
        return json.loads(line.removeprefix(b"data: "))
    finally:
        connection.close()


def touch(port, button, until):
    """Touch, or type what stands after `=`, and wait for a screen for which `until` holds."""
    text = {"button": "enter", "text": button[1:]} if button.startswith("=") else {}
    limit_s = time.monotonic() + LIMIT_S
    serial = ask(port, "GET", "/events")["serial"]
    assert ask(port, "POST", "/touch", {"serial": serial, "button": button, **text}) == 204
    while not until(shown := ask(port, "GET", "/events")):
        assert time.monotonic() < limit_s, shown["name"]
    return shown


def test_documents_are_typed_where_the_post_has_no_reader(post):
    path, port = post
    with running_kiosk(path):
        limit_s = time.monotonic() + LIMIT_S
        while not _attracts(port):
            assert time.monotonic() < limit_s
        touch(port, "start", lambda one: one["name"] == "language")
        touch(port, "language-fr", lambda one: one["name"] == "notice")
        full = touch(port, "more", lambda one: one["name"] == "notice-more")
        assert [row["value"] for row in full["rows"]] == ["+233 302 000 000"]
        touch(port, "continue", lambda one: one["picture"] == "typing-kind")
        states = touch(port, "kind-card", lambda one: one["picture"] == "typing-issuing-state")
        assert "state-GHA" in {button["id"] for button in states["buttons"]}
        found = touch(port, "=burk", lambda one: one["entry"]["value"] == "burk")
        assert {"id": "state-BFA", "label": "Burkina Faso"}.items() <= found["buttons"][1].items()
        number = touch(port, "state-BFA", lambda one: one["picture"] == "typing-number")
        assert number["entry"]["length_max"] > 9


def _attracts(port):
    try:
        return ask(port, "GET", "/events")["name"] == "attract"
    except OSError:
        return False


def test_a_bad_file_of_questions_stops_the_start_and_is_found_before(post, capsys):
    path, _ = post
    sheet = path.with_name("questions.toml")
    sheet.write_text(sheet.read_text(encoding="utf-8").replace('fr = "Avez', 'sw = "Avez'))
    with pytest.raises(ConfigError, match="no text has-work-permit-title in fr") as caught:
        Kiosk(config.load(path), path)
    assert "docs/questions.md" in caught.value.mend
    assert main(["check-config", "--config", str(path)]) == 2
    assert "has-work-permit-title in fr" in capsys.readouterr().err
