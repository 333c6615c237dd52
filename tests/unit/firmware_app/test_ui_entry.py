"""What is typed comes with the touch of an entry's own button, bounded, and with no other."""

import http.client
import json
from datetime import date

import pytest

from firmware_app.domain.crossing import Visit
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Policy
from firmware_app.domain.typed_document import TypedField
from firmware_app.ui.page_event import page
from firmware_app.ui.screens import screen
from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import TypeDocument

TERMS = Terms(date(2026, 11, 22), Policy(), ("en",), QUESTIONS)
STATE = TypeDocument(Visit("id"), TypedField.NUMBER, wrong=(1,), hint="typing-hint-check")


@pytest.fixture
def served():
    touches = []

    def on_touch(button, text=None, /):
        touches.append((button, text))

    server = PageServer("127.0.0.1", 0, Texts.load(languages=("en",)), on_touch, lambda: None)
    server.start()
    try:
        server.show(screen(STATE, TERMS))
        yield server, touches
    finally:
        server.stop()


def post(server, **touch):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        origin = f"http://127.0.0.1:{server.port}"
        headers = {"Content-Type": "application/json", "Origin": origin}
        connection.request("POST", "/touch", json.dumps({"serial": 1, **touch}), headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_text_of_an_entry_is_taken_once(served):
    server, touches = served
    assert post(server, button="enter", text="L898902C3") == 204
    assert post(server, button="enter", text="L898902C3") == 409
    assert touches == [("enter", "L898902C3")]


@pytest.mark.parametrize(
    "touch",
    [
        {"button": "enter"},
        {"button": "back", "text": "L898902C3"},
        {"button": "enter", "text": "x" * 65},
        {"button": "enter", "text": 7},
    ],
)
def test_a_text_is_bounded_and_comes_with_its_own_button_only(served, touch):
    server, touches = served
    assert post(server, **touch) == 400
    assert post(server, button="back") == 204
    assert touches == [("back", None)]


def test_the_page_hears_which_letters_which_doubts_and_what_helps():
    shown = page(screen(STATE, TERMS), 1, Texts.load(languages=("en",)))
    entry = shown["entry"]
    assert (entry["field"], entry["alphabet"], entry["length_max"]) == ("number", "mrz", 9)
    assert entry["wrong"] == (1,)
    assert entry["hint"].startswith("The digit does not fit.")
    assert shown["words"]["reference"] == "Your reference"
