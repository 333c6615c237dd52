"""However a visit ends, nothing of the traveller is left: not in what Python holds, page, files."""

import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import Traveller
from mqtt.central.mosquitto import free_port
from tests.stories.test_canaries import CANARIES, ask, canaries_in, canaries_under, story

PROBE = Path(__file__).parent / "probed_kiosk.py"
REST_LIMIT_S = 60.0
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@dataclass
class Probed:
    """A site whose kiosk can be asked what it holds."""

    site: SmallSite
    door: Path

    def held(self) -> list[list[str]]:
        """Which canaries living objects of the kiosk hold, and what leads to them."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(60)
            line.connect(str(self.door))
            with line.makefile("rwb") as stream:
                stream.write(b"".join(word[::-1].encode() + b"\n" for word in CANARIES) + b"\n")
                stream.flush()
                return json.loads(stream.readline())


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    door = folder / "probe"
    command = (sys.executable, str(PROBE), str(door), "run")
    with SmallSite(folder, free_port(), kiosk_command=command, challenges=(), chip=False) as site:
        yield Probed(site, door)


def told(**hands: str) -> Story:
    """The canary traveller, with other touches; challenges are none here."""
    whole = story()
    home = {"saved": "continue", "go": "end", "officer": "end", "called": "to-officer"}
    body = tuple(act for act in whole.body if act.peer != "chip")
    return msgspec.structs.replace(
        whole, hands={**home, **whole.hands, **hands}, body=body, expect=Expect("none")
    )


def walk(site: SmallSite, one: Story) -> list[str]:
    """To the attract screen again; the screens on the way."""
    seen: list[str] = []
    Traveller(one, site.stage, site.page_port, on_screen=lambda name, _s: seen.append(name)).walk(
        lambda name: name == "attract" and len(seen) > 1
    )
    return seen


def assert_wiped(probed: Probed) -> None:
    """Within a second of the attract screen; a worker's last moment is given to it."""
    until_s = time.monotonic() + 5
    while (held := probed.held()) and time.monotonic() < until_s:
        time.sleep(0.5)  # noqa: TID251 - a test's own patience
    assert held == []
    screen = ask(probed.site.page_port, "/events")
    assert b'"name":"attract"' in screen
    assert canaries_in(screen) == set()


def test_the_probe_sees_them_while_the_traveller_stands_there(probed):
    there = told()
    walker = Traveller(there, probed.site.stage, probed.site.page_port)
    walker.walk(lambda name: name == "confirm")
    held = probed.held()
    assert {word for word, _ in held} == set(CANARIES)
    gone = msgspec.structs.replace(there, hands={"confirm": "not-me", "face": "end"}, body=())
    Traveller(gone, probed.site.stage, probed.site.page_port).walk(lambda name: name == "attract")


@pytest.mark.parametrize(
    ("hands", "through"),
    [
        ({}, "saved"),
        ({"confirm": "not-me", "face": "end"}, "face"),
        ({"review": "end"}, "review"),
        ({"review": "help", "called": "to-officer"}, "saved"),
        ({"saved": "help"}, "saved"),
    ],
    ids=["saved", "ends at the face", "ends at the review", "a person is called", "help at saved"],
)
def test_after_each_end_python_holds_nothing_of_the_visit(probed, hands, through):
    assert through in walk(probed.site, told(**hands))
    assert_wiped(probed)


def test_a_kiosk_killed_in_mid_visit_leaves_nothing_on_the_disk(probed):
    walker = Traveller(told(), probed.site.stage, probed.site.page_port)
    walker.walk(lambda name: name == "review")
    os.kill(probed.site.child("kiosk").process.pid, signal.SIGKILL)
    probed.site.child("kiosk").process.wait(10)
    probed.site.family.children.remove(probed.site.child("kiosk"))
    try:
        assert_nothing_on_disk(probed.site)
    finally:
        probed.site.start_kiosk()
    assert_wiped(probed)


def assert_nothing_on_disk(site: SmallSite) -> None:
    name = site.site.database.name
    but = tuple(site.site.database.parent.glob(f"{name}*"))
    assert canaries_under(site.folder, but) == {}
