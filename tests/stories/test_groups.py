"""Families at one kiosk, one after the other: what is shared, what is each one's own."""

import threading
import time
from pathlib import Path

import pytest

from drivers.stage import send_cue
from firmware_app.engineer import story as stories
from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import Traveller
from mqtt.central.mosquitto import free_port
from tests.stories.test_canaries import ask

POST = ('direction = "ask"', 'transport = ["on-foot", "car"]', "group_size_max = 3")
LIMIT_S = 40.0
GOES = Story("Goes", {"go": "end"}, (), (), Expect("none"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with SmallSite(
        folder,
        free_port(),
        try_limit_s=8.0,
        challenges=("turn_left",),
        challenge_count=1,
        chip=False,
        post=POST,
    ) as site:
        yield site


def crossed(site, name):
    """The events of everybody in that story, oldest first, and the screens on the way."""
    before, shown = len(site.crossings()), []
    story = stories.load(Path(__file__).parent / "groups" / f"{name}.toml")
    traveller = Traveller(story, site.stage, site.page_port, on_screen=lambda s, _: shown.append(s))
    traveller.walk(lambda screen: screen == "next-person")
    page = ask(site.page_port, "/events")
    assert b'"name":"next-person"' in page
    assert b"ERIKSSON" not in page
    assert b'"rows":[]' in page
    traveller.walk(lambda screen: screen == "go")
    Traveller(GOES, site.stage, site.page_port).walk(lambda screen: screen == "attract")
    send_cue(site.stage / "reader", replug=True, take_away=True)
    at_end_s = time.monotonic() + LIMIT_S
    while len(site.crossings()) < before + 2:
        assert time.monotonic() < at_end_s, "the centre did not get both"
        threading.Event().wait(0.1)
    return [one["event"] for one in site.crossings()[before:]], shown


def test_a_mother_and_her_child_share_answers_and_nothing_of_their_bodies(site):
    (mother, child), shown = crossed(site, "family")
    for number, event in enumerate((mother, child), 1):
        crossing = event["crossing"]
        assert crossing["outcome"] == "completed", crossing["referral_reasons"]
        assert crossing["group_reference"] == mother["envelope"]["event_id"]
        assert crossing["group_person"] == number
        assert (crossing["direction"], crossing["transport"]) == ("EXIT", "car")
        assert event["law"]["notice_language"] == "fr"
    assert child["crossing"]["accompanied_by"] == mother["envelope"]["event_id"]
    assert mother["crossing"].get("accompanied_by") is None
    assert [one["answer"] for one in mother["answers"]] == ["tourism", "up-to-30-days"]
    assert child["answers"] == mother["answers"]
    assert child["document"]["number"] != mother["document"]["number"]
    fingers = [one for one in child["biometrics"] if one["modality"] == "finger"]
    assert [one["reason_not_captured"] for one in fingers] == ["too_young"]
    assert shown.count("finger") == 1, "the scanner is for the mother alone"
    assert shown.count("notice") == 2, "short, then back from the full one"
    assert shown.count("question") == 1, "the child is asked nothing again"


def test_a_child_that_goes_first_stops_and_is_not_photographed(site):
    (child, mother), shown = crossed(site, "child_first")
    assert child["crossing"]["outcome"] == "referred"
    assert "unaccompanied_minor" in child["crossing"]["referral_reasons"]
    assert child["crossing"].get("accompanied_by") is None
    reasons = [one["reason_not_captured"] for one in child["biometrics"]]
    assert reasons == ["not_reached", "too_young"]
    assert mother["crossing"]["outcome"] == "completed"
    assert mother["crossing"]["group_person"] == 2
    assert shown.index("face") > shown.index("next-person")
    assert child["law"]["notice_language"] == "zxx", "shown in pictures alone"
