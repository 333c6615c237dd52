"""Each link is broken in turn: nothing that was committed is lost, nothing is counted twice."""

import json

import pytest

pytestmark = pytest.mark.slow


def test_a_broker_that_comes_late(chain):
    chain.start_owner()
    chain.put(3)
    publisher = chain.start_publisher()
    chain.until(lambda: publisher.lines("broker_down"), "one line about the broker")
    assert not chain.relay.link_up
    chain.start_broker()
    chain.start_sink()
    chain.until_erased()
    (line,) = publisher.lines("broker_down")  # said once, however often it was tried
    assert "Start the broker" in json.loads(line)["mend"]


def test_a_broker_that_goes_and_comes_back(chain):
    chain.start_all()
    chain.put(3)
    chain.until_erased()
    chain.broker.stop()
    chain.until(lambda: not chain.relay.link_up, "the owner knows that the link is down")
    chain.put(3)
    chain.start_broker()
    chain.until_erased()
    assert "link_down" in chain.names()


def test_a_broker_killed_with_acknowledged_messages_that_were_not_receipted(chain):
    chain.start_broker()
    sink = chain.start_sink()
    chain.start_owner()
    chain.start_publisher()
    chain.until_erased()
    sink.freeze()  # it is subscribed, so the broker acknowledges, and takes nothing
    chain.put(30)
    chain.until(lambda: chain.levels().sent >= 30, "30 acknowledged, none receipted")
    chain.broker.kill()
    chain.start_broker()
    sink.thaw()
    chain.until_erased()


def test_a_sink_that_comes_late_leaves_the_rows_due_not_sent(chain):
    chain.start_broker()
    chain.start_owner()
    chain.put(3)
    chain.start_publisher()
    chain.until(lambda: "not_delivered" in chain.names(), "nobody subscribed")
    assert chain.levels().sent == 0
    chain.start_sink()
    chain.until_erased()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_sink_killed_at_its_commit(chain, when):
    chain.start_broker()
    dying = chain.start_dying_sink(when)
    chain.start_owner()
    chain.put(10)
    chain.start_publisher()
    chain.until(lambda: dying.process.poll() is not None, "the sink died at its commit")
    assert chain.levels().erased == 0
    assert (chain.stored() > 0) == (when == "after")
    chain.start_sink()
    chain.until_erased()


def test_a_publisher_killed_in_mid_flight(chain):
    chain.start_broker()
    chain.start_sink()
    chain.start_owner()
    chain.put(60)
    for sent_at_least in (10, 30):
        publisher = chain.start_publisher()
        chain.until(lambda n=sent_at_least: _gone(chain) >= n, "some are out")
        publisher.kill()
        chain.until(lambda: not chain.relay.link_up, "the owner knows")
    chain.start_publisher()
    chain.until_erased()


def _gone(chain):
    levels = chain.levels()
    return levels.sent + levels.receipted + levels.erased


def test_events_published_twice_are_stored_once_and_receipted_again(chain):
    chain.start_broker()
    sink = chain.start_sink()
    chain.start_owner()
    chain.start_publisher()
    chain.until_erased()
    sink.freeze()
    chain.put(5)
    chain.until(lambda: chain.levels().sent == 5, "acknowledged")
    chain.until(lambda: "receipts_late" in chain.names(), "sent again")
    sink.thaw()
    chain.until_erased()
    found = json.loads(chain.central("audit", "--json").stdout)
    assert found["whole"]
    assert found["kiosks"][0]["statements"] == chain.sent


def test_a_wrong_ca_is_one_line_with_its_mend_and_the_publisher_goes_on(chain, tmp_path):
    chain.start_broker()
    chain.start_sink()
    chain.start_owner()
    wrong = chain.other_authority(tmp_path / "other")
    publisher = chain.start_publisher(ca=wrong)
    chain.until(lambda: publisher.lines("broker_wrong_ca"), "a line about the CA")
    chain.until(lambda: "link_down" in chain.names(), "the owner knows")
    assert publisher.process.poll() is None
    (line,) = publisher.lines("broker_wrong_ca")
    assert "--ca" in json.loads(line)["mend"]
    assert chain.levels().sent == 0


def test_a_certificate_that_the_broker_refuses_is_one_line_with_its_mend(chain, tmp_path):
    chain.start_broker()
    chain.start_owner()
    publisher = chain.start_publisher(tls=chain.other_certificate(tmp_path / "other"))
    chain.until(lambda: publisher.lines("broker_refuses_certificate"), "a line about our own")
    (line,) = publisher.lines("broker_refuses_certificate")
    assert "TLS client certificate" in json.loads(line)["mend"]


def test_hopeless_words_end_the_publisher_with_its_own_exit_code(chain):
    chain.start_owner()
    publisher = chain.start_publisher(tls=chain.site.kiosk("kiosk-2").tls)
    assert publisher.process.wait(10) == 78
    assert "the certificate is for" in publisher.log.read_text()
