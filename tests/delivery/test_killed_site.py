"""kill -9 of each process of a whole site, before and after the commit that was promised."""

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from firmware_app.engineer import story as stories
from firmware_app.engineer.demo import cross
from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.traveller import Traveller
from firmware_app.errors import StoryError
from mqtt.central.mosquitto import free_port

DEMO = stories.load(Path("demo"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def site(tmp_path):
    with SmallSite(tmp_path, free_port(), resend_after_s=2.0) as site:
        yield site


def walk_to(site, screen):
    """The demo traveller, until `screen` is up."""
    Traveller(DEMO, site.stage, site.page_port).walk(lambda name: name == screen)


def await_crossings(site, count, limit_s=45.0):
    until_s = time.monotonic() + limit_s
    pause = threading.Event()
    while len(site.crossings()) < count:
        assert time.monotonic() < until_s, f"{len(site.crossings())} of {count} arrived"
        pause.wait(0.1)
    pause.wait(1.0)  # a double would come now
    return site.crossings()


def ids(crossings):
    return [one["event"]["envelope"]["event_id"] for one in crossings]


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


@pytest.mark.parametrize("name", ["broker", "central", "publisher", "kiosk"])
def test_killed_before_the_commit_the_next_traveller_crosses_once(site, name):
    walk_to(site, "review")
    kill(site, name)
    restart(site, name)
    if name == "kiosk":
        crossed = cross(site, DEMO)
        assert crossed.receipt is not None
        assert len(await_crossings(site, 1)) == 1, "the killed visit was never promised"
        return
    with suppress(StoryError):
        walk_to(site, "saved")
    assert len(set(ids(await_crossings(site, 1)))) == len(site.crossings())


@pytest.mark.parametrize("name", ["broker", "central", "publisher", "kiosk"])
def test_killed_after_the_commit_what_was_promised_arrives_once(site, name):
    kill(site, "central")  # so that nothing is receipted yet
    walk_to(site, "saved")
    if name != "central":
        kill(site, name)
        restart(site, name)
    restart(site, "central")
    found = await_crossings(site, 1)
    assert len(found) == 1
    assert found[0]["event"]["crossing"]["outcome"] == "completed"


def test_link_down_for_two_travellers_then_up(site):
    kill(site, "broker")
    for _ in range(2):
        walk_to(site, "saved")
        Traveller(DEMO, site.stage, site.page_port, hands=False).walk(
            lambda name: name == "attract"
        )
    restart(site, "broker")
    found = await_crossings(site, 2)
    assert len(set(ids(found))) == len(found) == 2
