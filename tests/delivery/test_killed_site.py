"""kill -9 of each process of a whole site, before and after the commit that was promised."""

import json
import subprocess
import threading
import time
from pathlib import Path

import pytest

from firmware_app.engineer import story as stories
from firmware_app.engineer.small_site import BIN, SmallSite
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import Traveller
from mqtt.central.mosquitto import free_port

DEMO = stories.load(Path("demo"))
GOES = Story("Goes on", {"saved": "continue", "go": "end"}, (), (), Expect("none"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def site(tmp_path):
    with SmallSite(tmp_path, free_port(), resend_after_s=2.0) as site:
        yield site


def walk_to(site, screen):
    """The demo traveller, until `screen` is up."""
    Traveller(DEMO, site.stage, site.page_port).walk(lambda name: name == screen)


def await_crossings(site, count, limit_s=100.0):
    until_s = time.monotonic() + limit_s
    pause = threading.Event()
    while len(site.crossings()) < count:
        assert time.monotonic() < until_s, f"{len(site.crossings())} of {count} arrived"
        pause.wait(0.1)
    pause.wait(1.0)  # a double would come now
    return site.crossings()


def outcomes(crossings):
    return [one["event"]["crossing"]["outcome"] for one in crossings]


def assert_chain_is_whole(site, limit_s=70.0):
    """Every statement of every epoch is stored, in order, and nothing waits in quarantine."""
    command = [BIN / "kiosk-central", "audit", "--config", site.site.configuration, "--json"]
    until_s = time.monotonic() + limit_s
    while True:
        done = subprocess.run(command, capture_output=True, timeout=20, check=False)
        told = json.loads(done.stdout)
        if told["whole"] and told["quarantined"] == 0:
            return
        assert time.monotonic() < until_s, told
        threading.Event().wait(0.5)


def kill(site, name):
    if name == "broker":
        site.broker.kill()
    else:
        site.family.kill(site.child(name))


def restart(site, name):
    start = {
        "broker": site.start_broker,
        "central": site.start_sink,
        "publisher": site.start_publisher,
        "kiosk": site.start_kiosk,
    }
    start[name]()


@pytest.mark.parametrize("name", ["broker", "central", "publisher"])
def test_killed_before_the_commit_the_traveller_goes_on_and_crosses_once(site, name):
    walk_to(site, "review")
    kill(site, name)
    restart(site, name)
    walk_to(site, "saved")
    assert outcomes(await_crossings(site, 1)) == ["completed"]
    assert_chain_is_whole(site)


def test_kiosk_killed_before_the_commit_was_never_promised_and_the_next_crosses_once(site):
    walk_to(site, "review")
    kill(site, "kiosk")
    restart(site, "kiosk")
    walk_to(site, "saved")  # from the start screen: nothing of the visit is left
    assert outcomes(await_crossings(site, 1)) == ["completed"]
    assert_chain_is_whole(site)


@pytest.mark.parametrize("name", ["broker", "central", "publisher", "kiosk"])
def test_killed_after_the_commit_what_was_promised_arrives_once(site, name):
    kill(site, "central")  # so that nothing is receipted yet
    walk_to(site, "saved")
    if name != "central":
        kill(site, name)
        restart(site, name)
    restart(site, "central")
    assert outcomes(await_crossings(site, 1)) == ["completed"]
    assert_chain_is_whole(site)


@pytest.mark.parametrize("name", ["broker", "central", "publisher", "kiosk"])
def test_killed_at_the_receipt_nothing_is_doubled(site, name):
    walk_to(site, "saved")
    kill(site, name)  # while event and receipt are on their way, or just behind them
    restart(site, name)
    assert outcomes(await_crossings(site, 1)) == ["completed"]
    assert_chain_is_whole(site)


@pytest.mark.parametrize("name", ["broker", "central"])
def test_down_in_the_midst_of_a_crossing_travellers_are_let_go_and_arrive_once(site, name):
    walk_to(site, "notice")
    kill(site, name)
    for _ in range(2):
        walk_to(site, "saved")
        Traveller(GOES, site.stage, site.page_port).walk(lambda name: name == "attract")
    assert site.crossings() == []
    restart(site, name)
    found = await_crossings(site, 2)
    assert len({one["event"]["envelope"]["event_id"] for one in found}) == len(found) == 2
    assert_chain_is_whole(site)
