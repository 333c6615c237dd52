"""When the publisher tries again: jittered backoff, the broker's wishes, news of the network."""

import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mqtt.broker import Address, CertificateFileError, TlsFiles, Trouble
from mqtt.delivery import Backoff
from mqtt.notice import OnChange
from mqtt.publisher_loop import Publisher
from mqtt.publisher_settings import PublisherSettings
from mqtt.relay_frames import Answer, Greeting, Link
from mqtt.relay_socket import FrameSocket
from mqtt.time_floor import RELEASED_UTC

FILES = TlsFiles(Path("ca"), Path("cert"), Path("key"))


@dataclass
class Line:
    """A line that fails as it is told."""

    greeting: Greeting
    trouble: Trouble | None = None
    to_owner: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    still: bool = False
    pumped = None

    def open(self):
        self.to_owner.append(Link(up=True, why=""))

    def close(self):
        pass

    def take(self, frame):
        pass

    def stands_still(self):
        return self.still


@dataclass
class Rig:
    publisher: Publisher
    owner: FrameSocket
    lines: list
    notices: list
    link: Line | None = None

    def step(self):
        self.link = self.publisher._next_link(self.link, self.near)
        self.publisher._turn(self.near, self.link)
        return self.link

    def waits_s(self):
        return self.publisher._retry_at_s - time.monotonic()


@pytest.fixture
def rig():
    lines, notices = [], []

    def new_line(_settings, greeting):
        lines.append(Line(greeting))
        return lines[-1]

    settings = PublisherSettings(
        Path("none"), Address("127.0.0.1", 1), FILES, "kiosk-1", backoff=Backoff(1.0, 60.0)
    )
    publisher = Publisher(settings, OnChange(notices.append), new_line)
    near, far = socket.socketpair()
    rig = Rig(publisher, FrameSocket(far), lines, notices)
    rig.near = FrameSocket(near)
    rig.owner.send([Greeting("kiosk-1", b"gone")])
    yield rig
    rig.near.close()
    rig.owner.close()
    publisher._network.close()


def connected(rig):
    while rig.link is None:
        rig.step()
    rig.step()


def break_line(rig, least_wait_s=0.0):
    rig.link.trouble = Trouble("broken", "it broke.", "mend", least_wait_s)
    rig.link = rig.publisher._next_link(rig.link, rig.near)
    return rig.waits_s()


def try_now(rig):
    rig.publisher._retry_at_s = 0.0
    rig.link = rig.publisher._next_link(rig.link, rig.near)
    rig.step()


def test_waits_double_with_jitter_and_end_at_a_minute(rig):
    connected(rig)
    for whole_s in (1, 2, 4, 8, 16, 32, 60, 60):
        assert whole_s / 2 - 0.5 <= break_line(rig) <= whole_s
        try_now(rig)


def test_a_delivered_event_shortens_the_wait_and_a_line_that_stood_long_forgets_it(rig):
    connected(rig)
    for _ in range(6):
        break_line(rig)
        try_now(rig)
    rig.link.to_owner.append(Answer(1, 0))
    rig.step()
    assert break_line(rig) <= 2.0
    try_now(rig)
    rig.publisher._up_at_s = time.monotonic() - 31
    assert break_line(rig) <= 1.0


def test_the_least_wait_of_a_reason_code_is_kept(rig):
    connected(rig)
    assert 14.5 <= break_line(rig, least_wait_s=30.0) <= 45.0


def test_news_of_the_network_ends_the_wait(rig):
    connected(rig)
    break_line(rig, least_wait_s=30.0)
    rig.publisher._network_came_up()
    assert rig.waits_s() <= 0.2


@pytest.mark.parametrize("still", [True, False])
def test_after_news_a_line_that_stands_is_made_anew_at_once_and_one_that_moves_is_left(rig, still):
    connected(rig)
    rig.link.still = still
    rig.publisher._network_came_up()
    rig.publisher._look_at_s = 0.0
    rig.publisher._look(rig.link)
    assert (rig.link.trouble is not None) == still
    if still:
        rig.link = rig.publisher._next_link(rig.link, rig.near)
        assert len(rig.lines) == 2, "made anew in the same turn"


def test_news_in_a_row_does_not_put_the_look_off(rig):
    connected(rig)
    rig.publisher._network_came_up()
    first_s = rig.publisher._look_at_s
    rig.publisher._network_came_up()
    assert rig.publisher._look_at_s == first_s


def test_tls_files_that_do_not_fit_are_told_and_tried_again(rig):
    good = rig.publisher.new_line

    def bad(_settings, _greeting):
        raise CertificateFileError("key and certificate differ.")

    rig.publisher.new_line = bad
    while not rig.notices or rig.notices[-1].name != "tls_files":
        rig.step()
    assert rig.link is None
    rig.publisher.new_line = good
    try_now(rig)
    assert rig.link is not None


def test_the_floor_of_the_owner_moves_on_with_the_publisher_and_is_never_before_its_release(rig):
    connected(rig)
    assert rig.lines[0].greeting.earliest_utc_s >= RELEASED_UTC.timestamp()
    floor_s = RELEASED_UTC.timestamp() + 1e6
    rig.owner.send([Greeting("kiosk-1", b"gone", floor_s)])
    rig.step()
    rig.publisher._greeted_s -= 3600
    break_line(rig)
    try_now(rig)
    assert rig.lines[-1].greeting.earliest_utc_s == pytest.approx(floor_s + 3600, abs=30)
