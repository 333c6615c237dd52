"""An outbox that fills up while the centre is down shuts the kiosk before a traveller starts."""

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from firmware_app.engineer import story as stories
from firmware_app.engineer.small_site import BIN, KIOSK_ID, SmallSite
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import STALE, Traveller
from mqtt import events
from mqtt.central.mosquitto import free_port
from mqtt.central.store_sqlite import Store
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealed, Sealer
from mqtt.keys import load_private_key, load_public_key
from mqtt.outbox import RESERVE_BYTES, Outbox

LIMIT_MB = 2.0
PICTURE = bytes(range(256)) * 40  # 10 KB, as the pictures of a crossing are
ROW_BYTES = 16 * 1024  # what such a row takes in the file
HIGH_WATER_BYTES = 0.9 * LIMIT_MB * 2**20
MOST_CROSSINGS = 6
DEMO = stories.load(Path("demo"))
LEAVES = Story("Leaves", {"saved": "continue", "go": "end"}, (), (), Expect("none"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def until(true: Callable[[], object], what: str, limit_s: float) -> None:
    give_up_s = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < give_up_s, f"not within {limit_s:.0f} s: {what}"
        threading.Event().wait(0.2)


def opened_outbox(site: SmallSite) -> Outbox:
    """The kiosk's own; only while the kiosk is down."""
    path = site.folder / "outbox.sqlite3"
    return Outbox(path, kiosk=KIOSK_ID, max_bytes=int(LIMIT_MB * 2**20))


def fill(site: SmallSite) -> int:
    """Leave room for a crossing or two, as hours without a centre would; gives how many rows."""
    signing = load_private_key(site.site.kiosk(KIOSK_ID).signing.private)
    recipients = (load_public_key(site.site.recipient.public),)
    sealer = Sealer(signing, recipients, Profile.DEMO, Assurance.SOFTWARE)

    def picture(head: Head | None) -> list[Sealed]:
        event = msgspec.structs.replace(specimen.portrait(PICTURE), event_id=str(uuid4()))
        return [
            sealer.seal(
                events.encode(event),
                head=head,
                kind=Kind.ATTACHMENT,
                event_id=event.event_id,
                at_utc=specimen.CAPTURED_AT,
            )
        ]

    room_bytes = RESERVE_BYTES + 2 * ROW_BYTES
    rows = 0
    with opened_outbox(site) as outbox:
        while outbox.levels(time.monotonic()).used_bytes + room_bytes < HIGH_WATER_BYTES:
            outbox.append(picture, time.monotonic())
            rows += 1
        assert not outbox.is_full
    return rows


def stored(site: SmallSite) -> int:
    with Store(site.site.database, read_only=True) as store:
        return store.last_arrival()


def screens(site: SmallSite, story: Story, until_one_of: set[str]) -> list[str]:
    """Act until one of these screens is up; gives all that were seen."""
    seen: list[str] = []
    walk = Traveller(story, site.stage, site.page_port, on_screen=lambda n, _at_s: seen.append(n))
    walk.walk(lambda name: not until_one_of or name in until_one_of)
    return seen


def screen_now(site: SmallSite) -> str:
    return screens(site, LEAVES, set())[-1]


def touch_start(site: SmallSite) -> int:
    """Touch start whatever the screen shows, as a page that is behind would."""
    connection = http.client.HTTPConnection("127.0.0.1", site.page_port, timeout=5.0)
    headers = {
        "Content-Type": "application/json",
        "Origin": f"http://127.0.0.1:{site.page_port}",
    }
    connection.request("POST", "/touch", json.dumps({"serial": 1, "button": "start"}), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def cross_until_shut(site: SmallSite) -> int:
    """Travellers cross until the kiosk is shut; each who starts is told that it is saved."""
    for count in range(MOST_CROSSINGS):
        if screen_now(site) == "out-of-service":
            return count
        assert screens(site, DEMO, {"saved", "officer"})[-1] == "saved"
        screens(site, LEAVES, {"attract", "out-of-service"})
        threading.Event().wait(1.5)  # the room is looked at once a second
    return MOST_CROSSINGS


def test_full_shuts_before_a_traveller_starts_and_receipts_open_again(tmp_path):
    with SmallSite(tmp_path, free_port(), outbox_limit_mb=LIMIT_MB) as site:
        site.family.kill(site.child("central"))
        site.family.kill(site.child("kiosk"))
        filled = fill(site)
        site.start_kiosk()
        crossings = cross_until_shut(site)
        assert 1 <= crossings < MOST_CROSSINGS
        assert screen_now(site) == "out-of-service"
        assert touch_start(site) == STALE
        assert screen_now(site) == "out-of-service"

        site.start_sink()
        until(lambda: screen_now(site) == "attract", "open again", 60.0)
        until(lambda: len(site.crossings()) >= crossings, "all crossings at the centre", 60.0)
        until(lambda: stored(site) >= filled + crossings, "all rows at the centre", 60.0)
        said = [json.loads(line) for line in site.child("kiosk").log.read_text().splitlines()]
        told = [one["event"] for one in said if one["event"].startswith("outbox_")]
        assert told == ["outbox_full", "outbox_has_room"]
        assert_each_crossed_once(site, crossings)


def assert_each_crossed_once(site: SmallSite, crossings: int) -> None:
    found = site.crossings()
    assert len({one["event"]["envelope"]["event_id"] for one in found}) == len(found) == crossings
    assert {one["event"]["crossing"]["outcome"] for one in found} == {"completed"}
    command = [BIN / "kiosk-central", "audit", "--config", site.site.configuration, "--json"]
    told = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert told["whole"], told
