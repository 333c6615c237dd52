"""Each story is acted on a whole site; broker, centre, publisher, kiosk are those that ship.

The stories of this file share two sites and come one after the other, as travellers do: what broke
is plugged in again between them, so that each also shows that the next traveller can cross.
"""

import json
import threading
import time
from pathlib import Path

import pytest

from drivers.stage import send_cue
from firmware_app.domain.document_checks_catalogue import CATALOGUE
from firmware_app.engineer import story as stories
from firmware_app.engineer.demo import compare, cross
from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import Traveller
from mqtt.central.mosquitto import free_port

TOLD = sorted((Path(__file__).parent / "told").glob("*.toml"))
FILES = [stories.STORIES / "demo.toml", *TOLD]
# Stories in which a step uses up all its time in each of three tries: there a try is short.
HOPELESS = frozenset(
    {"black_frames", "nothing_asked_is_done", "does_another_thing", "printed_photograph"}
)
# What must not go faster than the body does it, or something else was taken for it: step, seconds.
DEVICES_LIMIT_S = 60.0
AT_LEAST_S = {"latent_then_finger": ("finger", 1.5), "nobody_then_one": ("face", 2.0)}
GOES_HOME = Story(
    title="Whoever stands there goes home",
    hands={
        "confirm": "help",
        "saved": "continue",
        **dict.fromkeys(("language", "notice", "document", "face", "finger", "review"), "end"),
        **dict.fromkeys(("finger-why", "warning", "go", "officer", "called"), "end"),
        **dict.fromkeys(("typing", "notice-more", "direction", "transport", "next-person"), "end"),
        "companions": "alone",
    },
    answers=("end",),
    body=(),
    expect=Expect("none"),
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def patient_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with SmallSite(folder, free_port(), try_limit_s=8.0, chip=False) as site:
        yield site


@pytest.fixture(scope="module")
def hasty_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with SmallSite(folder, free_port(), try_limit_s=10.0, challenge_s=3.0, chip=False) as site:
        yield site


@pytest.fixture(scope="module")
def chip_site(tmp_path_factory):
    with SmallSite(tmp_path_factory.mktemp("site"), free_port(), try_limit_s=8.0) as site:
        yield site


def away(site: SmallSite) -> set[str]:
    """The devices that the kiosk has lost and not found again, by its log."""
    gone: set[str] = set()
    for line in site.child("kiosk").log.read_text(errors="replace").splitlines():
        if '"device_lost"' in line:
            gone.add(json.loads(line)["device"])
        elif '"device_back"' in line:
            gone.discard(json.loads(line)["device"])
    return gone


def await_devices(site: SmallSite) -> None:
    """What was plugged in again is found by the kiosk itself; until then it goes other ways."""
    until_s = time.monotonic() + DEVICES_LIMIT_S
    pause = threading.Event()
    while away(site):
        assert time.monotonic() < until_s, away(site)
        pause.wait(0.2)


def put_right(site: SmallSite) -> None:
    """Every plug in, every hand off the glass, and nobody in front of the kiosk."""
    send_cue(site.stage / "camera", replug=True, freeze=False, scene="face")
    send_cue(site.stage / "reader", replug=True, take_away=True)
    send_cue(site.stage / "page", replug=True)
    send_cue(site.stage / "finger", replug=True)
    await_devices(site)
    Traveller(GOES_HOME, site.stage, site.page_port).walk(lambda name: name == "attract")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_the_centre_stored_is_what_the_story_tells(path, request):
    hopeless = path.stem in HOPELESS
    story = stories.load(path)
    chipped = any(act.peer == "chip" for act in story.body)
    name = "chip_site" if chipped else "hasty_site" if hopeless else "patient_site"
    site = request.getfixturevalue(name)
    before = len(site.crossings())
    try:
        crossed = cross(site, story)
    finally:
        put_right(site)
    assert compare(story, crossed.event) == []
    step, least_s = AT_LEAST_S.get(path.stem, ("attract", 0.0))
    assert dict(crossed.steps)[step] >= least_s
    stored = len(site.crossings()) - before
    assert stored == (0 if story.expect.outcome == "none" else 1)


def test_two_travellers_with_two_documents_are_two_crossings_and_share_nothing(chip_site):
    first = cross(chip_site, stories.load(Path("demo"))).event["event"]
    put_right(chip_site)
    send_cue(chip_site.stage / "chip", take_away=True)
    card = stories.load(Path(__file__).parent / "told" / "identity_card.toml")
    second = cross(chip_site, card).event["event"]
    put_right(chip_site)
    assert (first["document"]["number"], second["document"]["number"]) == ("L898902D1", "D23145890")
    assert first["traveller"]["surname"] == {"mrz": "ERIKSSON", "unicode": "Eriksson"}
    assert "unicode" not in second["traveller"]["surname"]
    for event in (first, second):
        assert [one["code"] for one in event["document_checks"]] == list(CATALOGUE)
    # the head at rest is drawn alike each time, a finger never touches twice in the same way
    fingers = [[one["bytes"] for one in event["biometrics"][1:]] for event in (first, second)]
    assert fingers[0] != fingers[1]
    assert first["envelope"]["event_id"] != second["envelope"]["event_id"]
