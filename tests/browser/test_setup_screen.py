"""A kiosk that is not set up shows how far it is: the real command, a real browser, real states."""

import os
import signal
import subprocess
import sys

import pytest

from firmware_app.domain.languages import LANGUAGES
from firmware_app.health import page_answers
from firmware_app.services.provision_state import Places, State
from firmware_app.services.provision_take import Taking
from firmware_app.ui.screens_setup import CUES, setup_screen
from mqtt.central.mosquitto import free_port

LIMIT_MS = 60_000
SIZES = ({"width": 1920, "height": 1080}, {"width": 1080, "height": 1920})
STATES = [
    (State("empty"), "wait", ""),
    (State("taken"), "enrol", ""),
    (State("no_link"), "link", ""),
    (State("carry_request"), "stick", ""),
    (State("refused", code="S3"), "failed", "S3"),
    (State("done"), "done", ""),
]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_the_command_shows_each_state_as_it_comes_and_stops_when_told(browser, tmp_path):
    places = Places(tmp_path / "kiosk.toml", tmp_path / "publish.toml")
    taking, port = Taking(places, lambda: None, lambda *_: b""), free_port()
    words = ["provision", "screen", "--port", str(port), "--config", str(places.config)]
    with subprocess.Popen([sys.executable, "-m", "firmware_app", *words]) as command:
        page = browser.new_page()
        try:
            page.set_default_timeout(LIMIT_MS)
            while not page_answers(port):
                assert command.poll() is None
                page.wait_for_timeout(100)
            page.goto(f"http://127.0.0.1:{port}/")
            for state, stage, code in STATES:
                taking.say(state)
                page.wait_for_selector(f'#picture[data-picture="setup-{stage}"]')
                page.wait_for_selector("#picture svg.art")
                if code:
                    page.get_by_text(code, exact=True).wait_for()
        finally:
            page.close()
            os.kill(command.pid, signal.SIGTERM)
    assert command.returncode == 0


@pytest.mark.parametrize("size", SIZES, ids=["wide", "tall"])
def test_every_picture_has_its_place_on_the_glass_in_every_language(browser, pictures, size):
    with pictures.kiosk_page(browser, size) as (server, page):
        page.set_default_timeout(LIMIT_MS)
        for number, language in enumerate(LANGUAGES):
            for stage in list(CUES)[number % 2 :: 2]:
                server.show(setup_screen(stage, "S1" if stage == "failed" else "", language))
                now = server._current.now()
                page.wait_for_selector(f'#kiosk[data-serial="{now.serial}"]')
                assert page.locator("#picture svg.art").count() == 1
                assert page.locator("#cue svg use").count() == 1
                icon = page.locator("#cue svg use").get_attribute("href")
                assert page.locator(f"symbol{icon}").count() == 1
                wide, high = page.evaluate(
                    "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
                )
                assert (wide, high) == (size["width"], size["height"]), (stage, language)
