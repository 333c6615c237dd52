"""Thin and lossy wires, real ones of the kernel: line rate used, all delivered, soon back.

Short here; the long forms with `LONG_LINKS=1` (make torture): 60 events over 256 kbit/s, and 2,000
events over 64 kbit/s with 5 % of the packets lost and the wire cut again and again.
"""

import os
import threading
import time

import pytest

from mqtt.relay import RelaySettings
from tests.delivery import certificates, namespaces
from tests.delivery.own_broker import running

LONG = bool(os.environ.get("LONG_LINKS"))
WHY_NOT = namespaces.why_not()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "can"),
    pytest.mark.timeout(1800 if LONG else 150),
]
PORTRAIT = bytes(range(250)) * 80  # 20,000 bytes
TINY = bytes(600)


def _behind(chain, wire, *more):
    """A publisher behind the wire; the broker listens on its near end, the sink on loopback."""
    broker = f"{wire.here}:{chain.site.port}"
    return chain.start_publisher(broker=broker, before=wire.inside, more=more)


def _server(chain, tmp_path, wire):
    pair = certificates.make(
        chain.site, tmp_path / "server", "localhost", addresses=("127.0.0.1", wire.here)
    )
    certificates.install_server(chain.site, pair)


@pytest.fixture
def wired(chain, tmp_path, request):
    with namespaces.thin_wire(request.param) as wire:
        _server(chain, tmp_path, wire)
        with running(chain.site, listen="0.0.0.0"):
            chain.start_sink()
            chain.speed = 1.0  # as on the appliance: an hour's line is no place for a short minute
            chain.settings = RelaySettings(keep_after_receipt_s=0.0, upkeep_s=0.1)
            chain.start_owner()
            _behind(chain, wire)
            chain.until_erased()
            yield wire


def _drained(chain, wire, count, picture, *, between=lambda _passed_s: None, limit_s=100.0):
    """Put and wait until the broker has all; gives what of the line's rate was used, and useful.

    From the first frame of the first event to the last PUBACK: a line that nobody asks is idle.
    """
    report, pause = chain.relay.report, threading.Event()
    idle_bytes, before, answered = wire.sent_bytes(), report.event_bytes, report.events
    chain.put(count, picture)
    chain.until(lambda: wire.sent_bytes() - idle_bytes > 1000, "the line begins", 30)
    began_s, sent = time.monotonic(), wire.sent_bytes()
    while report.events - answered < count:
        passed_s = time.monotonic() - began_s
        assert passed_s < limit_s, f"{report.events - answered} of {count} after {passed_s:.0f} s"
        between(passed_s)
        pause.wait(0.05)
    took_s = time.monotonic() - began_s
    sent_bytes = wire.sent_bytes() - sent
    line_bytes = wire.kbit_s * 1000 / 8 * took_s
    used, useful = sent_bytes / line_bytes, (report.event_bytes - before) / line_bytes
    print(
        f"\n{wire.kbit_s} kbit/s: {count} events in {took_s:.1f} s; {used:.1%} of the line's rate"
        f" used, {useful:.1%} by sealed events; {sent_bytes / count:.0f} bytes an event on the wire"
    )
    chain.until_erased(60)
    return used, useful


@pytest.mark.parametrize("wired", [256], indirect=True)
def test_a_line_of_256_kbit_is_used_and_is_soon_back_after_it_was_down(chain, wired):
    used, useful = _drained(chain, wired, 60 if LONG else 14, PORTRAIT)
    assert used >= 0.90 if LONG else 0.7
    assert useful >= 0.85 if LONG else 0.65
    chain.put(4, PORTRAIT)
    chain.until(lambda: chain.relay._side.budget.under_way_bytes, "some are under way")
    wired.down()
    threading.Event().wait(30 if LONG else 6)
    answered = chain.relay.report.events
    wired.up()
    up_s = time.monotonic()
    chain.until(lambda: chain.relay.report.events > answered, "an answer after link up")
    back_s = time.monotonic() - up_s
    print(f"an event delivered {back_s:.1f} s after link up")
    assert back_s <= 5 + 2  # the first event of 20 KB takes most of a second itself
    chain.until_erased(120)


@pytest.mark.parametrize("wired", [64], indirect=True)
def test_a_line_of_64_kbit_that_loses_packets_and_is_cut_again_and_again(chain, wired):
    wired.lose(0.05)
    next_cut_s = [60.0 if LONG else 6.0]

    def cut(passed_s):
        if passed_s > next_cut_s[0]:
            wired.down()
            threading.Event().wait(1)
            wired.up()
            next_cut_s[0] += 60.0 if LONG else 100.0

    count = 2000 if LONG else 60
    used, _ = _drained(chain, wired, count, TINY, between=cut, limit_s=1700 if LONG else 100)
    assert used >= 0.85 if LONG else 0.6


@pytest.mark.parametrize("wired", [64], indirect=True)
def test_on_a_thin_line_a_traveller_does_not_wait_behind_pictures(chain, wired):
    chain.put(10, PORTRAIT)
    chain.until(lambda: chain.relay.report.events >= 3, "some pictures are delivered", 60)
    assert chain.relay._side.budget.is_thin
    chain.put_crossing()
    crossings = chain.relay.report.crossings
    began_s = time.monotonic()
    chain.until(lambda: chain.relay.report.crossings > crossings, "the crossing is delivered")
    waited_s = time.monotonic() - began_s
    print(f"a crossing waited {waited_s:.1f} s behind pictures of {len(PORTRAIT)} bytes")
    assert waited_s < 10 + 2.6  # what is under way, 4 s and one picture, then the crossing itself
    assert chain.levels().ready > 0, "pictures still wait"


def _ends(publisher):
    """How often the publisher gave a line up, or lost it."""
    return len(publisher.lines("broker_line_broke")) + len(publisher.lines("broker_line_dead"))


@pytest.mark.parametrize("wired", [64], indirect=True)
def test_an_event_that_takes_longer_than_keepalive_does_not_end_the_line(chain, wired):
    chain.programs[-1].end()
    publisher = _behind(chain, wired, "--keepalive-s", "4")
    chain.until(lambda: chain.relay.link_up, "the line with a short keepalive")
    ends = _ends(publisher)
    chain.put(1, bytes(range(250)) * 400)  # 100,000 bytes: 13 s
    chain.until_erased(90)
    assert _ends(publisher) == ends, publisher.log.read_text()


@pytest.mark.parametrize("wired", [64], indirect=True)
def test_news_of_the_network_does_not_end_a_slow_line_that_loses_packets(chain, wired):
    publisher = chain.programs[-1]
    wired.lose(0.02)
    ends, addresses = _ends(publisher), iter(range(200))
    chain.put(1, bytes(range(250)) * 400)
    chain.until(lambda: chain.relay._side.budget.under_way_bytes, "it is under way")
    while chain.relay._side.budget.under_way_bytes:
        wired.news(next(addresses))
        threading.Event().wait(0.5)
    chain.until_erased(90)
    assert _ends(publisher) == ends, publisher.log.read_text()
