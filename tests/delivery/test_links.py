"""Bad lines: all that was committed arrives exactly once, whatever the line does."""

import json

import pytest

from tests.delivery.chaos import Chaos

pytestmark = pytest.mark.slow
SMALL = bytes(range(250)) * 20  # 5,000 bytes


@pytest.fixture
def line(chain):
    chain.start_broker()
    chain.start_sink()
    chain.start_owner()
    with Chaos(("127.0.0.1", chain.site.port)) as line:
        yield line


def _whole(chain):
    found = json.loads(chain.central("verify", "--json").stdout)
    assert found["whole"]
    assert found["kiosks"][0]["statements"] == chain.sent


def test_a_line_with_a_tenth_of_a_second_of_delay(chain, line):
    line.latency_s = 0.05
    chain.put(20, SMALL)
    chain.start_publisher(broker=line.address)
    chain.until_erased()
    _whole(chain)


def test_a_line_that_gives_one_byte_at_a_time(chain, line):
    line.one_byte_writes = True
    chain.put(3, SMALL)
    chain.start_publisher(broker=line.address)
    chain.until_erased(60)
    assert line.carried_bytes > 3 * len(SMALL)


@pytest.mark.parametrize("at_bytes", [900, 30_000, 61_234])
def test_a_line_cut_in_the_middle_of_a_packet(chain, line, at_bytes):
    line.cut_after_bytes, line.cuts_left = at_bytes, 2
    chain.put(4)
    publisher = chain.start_publisher(broker=line.address)
    chain.until_erased(60)
    assert line.connections >= 3
    assert publisher.process.poll() is None
    _whole(chain)


def test_a_black_hole_is_noticed_by_keepalive_and_all_arrives_when_it_ends(chain, line):
    publisher = chain.start_publisher(broker=line.address, more=("--keepalive-s", "2"))
    chain.until_erased()
    line.black_hole = True
    chain.put(3)
    chain.until(lambda: not chain.relay.link_up, "the silent line is given up", 60)
    assert chain.levels().erased < chain.sent
    line.cut()
    line.black_hole = False
    chain.until_erased(60)
    assert publisher.lines("broker_line_broke")


def test_a_second_device_with_the_same_certificate_is_told_and_nothing_is_doubled(chain, line):
    publisher = chain.start_publisher(broker=line.address)
    chain.until_erased()
    with chain.client(chain.kiosk, chain.kiosk):  # both come back: they push each other off
        chain.until(lambda: publisher.lines("broker_line_broke"), "the line breaks")
        told = publisher.lines("broker_line_broke")[0]
        assert "second device" in json.loads(told)["mend"]
        chain.put(3)
    chain.until_erased(90)
    _whole(chain)


def test_the_line_is_counted_and_told_without_personal_data(chain, line):
    chain.put(5, SMALL)
    chain.put_crossing()
    publisher = chain.start_publisher(broker=line.address)
    chain.until_erased()
    chain.until(lambda: chain.relay.report.line_out_bytes > 5 * len(SMALL), "the counts", 30)
    report = chain.relay.report
    assert report.crossings == 1
    assert report.events == chain.sent
    assert 0.8 * line.carried_bytes < report.line_out_bytes + report.line_in_bytes
    assert report.line_out_bytes + report.line_in_bytes <= 1.1 * line.carried_bytes
    assert "kB a crossing" in report.words()
    assert chain.relay.path.with_suffix(".json").exists()
    assert publisher.process.poll() is None
