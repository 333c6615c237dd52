"""Names and numbers that exist once in the world must be found at the centre and nowhere else."""

import base64
import json
import os
import re
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from firmware_app.domain.mrz import check_digit
from firmware_app.engineer import story as stories
from firmware_app.engineer.demo import cross
from firmware_app.engineer.processes import descendants
from firmware_app.engineer.small_site import BIN, SmallSite
from firmware_app.engineer.story import Act, Expect, Story
from firmware_app.engineer.traveller import Traveller
from mqtt.central.mosquitto import free_port
from mqtt.central.site import MEMBERS

SURNAME, GIVEN, NUMBER, PERSONAL = "QUEZALVORX", "ZYPHRELIND", "Q7X4K9W2Z", "V8J5H3P6T1M9R4"
CANARIES = (SURNAME, GIVEN, NUMBER, PERSONAL)
GOES = Story("Goes", {"saved": "continue", "go": "end"}, (), (), Expect("none"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def passport() -> list[str]:
    """A passport of Utopia that carries the canaries, with right check digits."""
    number, birth, expiry = (f"{text}{check_digit(text)}" for text in (NUMBER, "740812", "310415"))
    personal = f"{PERSONAL}{check_digit(PERSONAL)}"
    whole = check_digit(number + birth + expiry + personal)
    name = f"P<UTO{SURNAME}<<{GIVEN}".ljust(44, "<")
    return [name, f"{number}UTO{birth}F{expiry}{personal}{whole}"]


def disguises(canary: str) -> set[bytes]:
    """The canary as UTF-8, UTF-16, hex, and base64 of each alignment, in either case."""
    found: set[bytes] = set()
    for text in (canary, canary.lower(), canary.capitalize()):
        for raw in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
            found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
            for lead in range(3):
                coded = base64.b64encode(bytes(lead) + raw)
                begin = -(-lead * 8 // 6)  # the first sign that no byte before it touches
                end = (lead + len(raw)) * 8 // 6  # behind the last that no byte after it touches
                found |= {coded[begin:end], coded[begin:end].translate(URL_SAFE)}
    return found


URL_SAFE = bytes.maketrans(b"+/", b"-_")
NEEDLES = {needle: canary for canary in CANARIES for needle in disguises(canary)}


def canaries_in(data: bytes) -> set[str]:
    return {canary for needle, canary in NEEDLES.items() if needle in data}


def canaries_under(folder: Path, but: tuple[Path, ...] = ()) -> dict[Path, set[str]]:
    """Which canaries stand in which file of a folder, or in its name."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path not in but:
            hits = canaries_in(path.read_bytes() + str(path).encode())
            if hits:
                found[path] = hits
    return found


class Listener:
    """The second member of the centre: hears all that any kiosk and the centre say."""

    def __init__(self, site: SmallSite) -> None:
        self.heard: list[bytes] = []
        self.topics: set[str] = set()
        self.granted = threading.Event()
        files = site.site.member(MEMBERS[1])
        self.paho = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self.paho.tls_set(str(site.site.authority.public), str(files.public), str(files.private))
        self.paho.on_connect = lambda *_: self.paho.subscribe("border/v1/#", qos=1)
        self.paho.on_subscribe = lambda *_: self.granted.set()
        self.paho.on_message = self._hear
        self._port = site.site.port

    def _hear(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self.topics.add(message.topic)
        said = json.dumps(message.properties.json()) if message.properties else ""
        self.heard += [message.payload, message.topic.encode(), said.encode()]

    def __enter__(self) -> "Listener":
        self.paho.connect("127.0.0.1", self._port)
        self.paho.loop_start()
        assert self.granted.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()


def processes(site: SmallSite) -> list[int]:
    own = [child.process.pid for child in site.family.children] + [site.broker.process.pid]
    return own + [pid for one in own for pid in descendants(one)]


def story() -> Story:
    demo = stories.load(Path("demo"))
    shown = Act("document", "reader", {"present": passport(), "delay_s": 0.3})
    laid = Act("document", "chip", {"place": passport()})
    body = (*(act for act in demo.body if act.peer not in {"reader", "chip"}), shown, laid)
    return Story(demo.title, demo.hands, demo.answers, body, demo.expect)


def ask(port: int, path: str) -> bytes:
    """What a browser that comes now is given within a second."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=1.0) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        until_s = time.monotonic() + 1.0
        with suppress(TimeoutError):
            while time.monotonic() < until_s and (more := line.recv(65_536)):
                said += more
    return said


@pytest.fixture(scope="module")
def crossed(tmp_path_factory):
    """A site where the canary traveller has crossed and gone, and what was heard on its broker."""
    with SmallSite(tmp_path_factory.mktemp("site"), free_port()) as site, Listener(site) as heard:
        result = cross(site, story())
        Traveller(GOES, site.stage, site.page_port).walk(lambda name: name == "attract")
        yield site, heard, result


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("lead", range(3))
def test_the_search_finds_each_disguise_wherever_it_begins(canary, lead, tmp_path):
    around = b"?" * lead + canary.encode() + b"tail"
    wide = b"?" * lead + canary.lower().encode("utf-16-le")
    for number, data in enumerate(
        (
            around,
            around.hex().encode(),
            base64.b64encode(around),
            base64.urlsafe_b64encode(wide),
            b"{" + wide + b"}",
        )
    ):
        planted = tmp_path / f"{number}.bin"
        planted.write_bytes(os.urandom(999) + data + os.urandom(999))
        assert canaries_under(tmp_path).get(planted) == {canary}


def test_the_centre_has_them_all(crossed):
    site, _, result = crossed
    assert result.event["event"]["crossing"]["outcome"] == "completed"
    command = [BIN / "kiosk-central", "show", "--config", site.site.configuration, "--last"]
    shown = subprocess.run(command, capture_output=True, check=True).stdout
    assert canaries_in(shown) == set(CANARIES)


def test_no_file_of_the_kiosk_and_no_log_has_them(crossed):
    site, _, _ = crossed
    name = site.site.database.name
    but = tuple(site.site.database.parent.glob(f"{name}*"))
    looked_at = {path.name for path in site.folder.rglob("*") if path.is_file()}
    assert {"outbox.sqlite3", "outbox.sqlite3-wal", "kiosk.toml", "kiosk.log", "publisher.log",
            "central.log", "mosquitto.log"} <= looked_at  # fmt: skip
    assert canaries_under(site.folder, but) == {}


def test_no_payload_no_topic_and_no_property_has_them(crossed):
    _, listener, _ = crossed
    assert {topic.rsplit("/", 1)[-1] for topic in listener.topics} >= {"events", "state"}
    heard = list(listener.heard)
    assert b"org.border-kiosk.crossing.v1" in b"".join(heard)
    assert canaries_in(b"\0".join(heard)) == set()


def test_no_command_line_and_no_environment_has_them(crossed):
    site, _, _ = crossed
    pids = processes(site)
    assert len(pids) >= 4
    said = [
        Path(f"/proc/{pid}/{name}").read_bytes() for pid in pids for name in ("cmdline", "environ")
    ]
    assert all(said[::2])
    assert canaries_in(b"\0".join(said)) == set()


def test_none_of_them_ever_leaves_a_core(crossed):
    """Limit 1: nothing to a file, and nothing to a program that gathers cores."""
    site, _, _ = crossed
    ours = [pid for pid in processes(site) if pid != site.broker.process.pid]
    assert len(ours) >= 3
    for pid in ours:
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"^Max core file size +1 +1 ", limits, re.MULTILINE), pid


def test_after_the_visit_the_page_gives_nothing_of_it(crossed):
    site, _, _ = crossed
    screen = ask(site.page_port, "/events")
    assert b'"name":"attract"' in screen
    assert b'"rows":[]' in screen
    assert canaries_in(screen) == set()
    picture = ask(site.page_port, "/live.jpg")
    assert picture.startswith(b"HTTP/1.1 ")
    assert b"\xff\xd8\xff" not in picture
