"""Between two persons of a group the kiosk's own memory holds nothing of the first."""

import gc
import threading
import time
from pathlib import Path

import pytest

from drivers.stage import send_cue
from firmware_app.domain.biometrics import FaceSample, FingerSample
from firmware_app.domain.crossing import Document, Visit
from firmware_app.domain.mrz import Mrz
from firmware_app.engineer import story as stories
from firmware_app.engineer.traveller import Traveller
from firmware_app.workflow.commands import StoreCrossing
from mqtt.central.mosquitto import free_port
from tests.peers.own_kiosk import running_kiosk, write_kiosk_file

PERSONAL = (Visit, Document, Mrz, FaceSample, FingerSample, StoreCrossing)
LIMIT_S = 20.0
FAMILY = Path(__file__).parents[2] / "stories/groups/family.toml"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def kiosk(tmp_path):
    differs = {
        "page.port": free_port(),
        "devices.document_reader": "simulated://{folder}/reader?framing=honeywell",
        "devices.page_camera": "simulated://{folder}/page?scene=page",
        "devices.finger_scanner": "simulated://{folder}/finger",
        "liveness.count": 0,
    }
    with running_kiosk(write_kiosk_file(tmp_path, differs)) as kiosk:
        yield kiosk


def alive():
    """How many values of a traveller this process still holds, by their class."""
    gc.collect()
    held = [type(one).__name__ for one in gc.get_objects() if isinstance(one, PERSONAL)]
    return {name: held.count(name) for name in held}


def test_nothing_of_the_first_is_held_when_the_second_steps_up(kiosk, tmp_path):
    before = alive()
    port = kiosk.config.page.port
    traveller = Traveller(stories.load(FAMILY), tmp_path, port)
    at_end_s = time.monotonic() + LIMIT_S
    while not send_cue(tmp_path / "camera", scene="face"):
        assert time.monotonic() < at_end_s, "the kiosk did not open its camera"
        threading.Event().wait(0.1)
    traveller.walk(lambda screen: screen == "review")
    assert alive().get("FaceSample", 0) > before.get("FaceSample", 0), "the search finds them"
    assert kiosk._session.attachments() != ()
    traveller.walk(lambda screen: screen == "next-person")
    until_s = time.monotonic() + LIMIT_S
    while (held := alive()) != before and time.monotonic() < until_s:
        threading.Event().wait(0.05)
    assert held == before
    session = kiosk._session
    assert (session.portrait(), session.preview(), session.attachments()) == (None, None, ())
    assert session.take_page() is None
