"""From the outbox to the receipt and back, with every program real."""

import json

import pytest

from mqtt.central.store_sqlite import Store
from mqtt.envelope import verify_statement

pytestmark = pytest.mark.slow


def test_events_arrive_once_are_receipted_and_erased(chain):
    chain.start_all()
    chain.put(5)
    chain.put_crossing()
    chain.until_erased()
    assert chain.relay.link_up
    assert chain.relay.last_receipt_age_s < 30


def test_the_centre_shows_the_crossing_it_decrypted_and_stored(chain):
    chain.start_all()
    chain.put_crossing()
    chain.until_erased()
    shown = chain.central("show", "--last", "--json")
    (crossing,) = json.loads(shown.stdout)
    assert crossing["kiosk"] == chain.kiosk
    assert crossing["sequence"] == 2
    assert crossing["event"]["traveller"]["surname"]["mrz"] == "ERIKSSON"
    assert shown.stderr == ""
    assert "surname\n" in chain.central("show", "--last").stdout


def test_the_chain_verifies_and_nothing_personal_is_in_any_log(chain):
    chain.start_all()
    chain.put(3)
    chain.put_crossing()
    chain.until_erased()
    found = chain.central("audit", "--json")
    assert found.returncode == 0
    assert json.loads(found.stdout)["kiosks"][0]["statements"] == chain.sent
    logs = "".join(path.read_text() for path in chain.folder.rglob("*.log"))
    assert "connected" in logs
    assert "ERIKSSON" not in logs


def test_idle_programs_say_nothing_more(chain):
    chain.start_all()
    chain.until_erased()
    publisher, sink = chain.programs[1], chain.programs[0]
    assert len(publisher.log.read_text().splitlines()) == 2  # the kiosk, the broker
    assert len(sink.log.read_text().splitlines()) == 1  # the broker


def test_two_members_share_the_work_and_count_everything_once(chain):
    chain.start_broker()
    chain.start_sink("centre-1")
    chain.start_sink("centre-2")
    chain.start_owner()
    chain.start_publisher()
    chain.put(40)
    chain.until_erased()


def test_an_owner_that_starts_anew_links_its_epoch_to_the_last(chain):
    chain.start_all()
    chain.put(2)
    chain.until_erased()
    chain.stop_owner()
    chain.start_owner()
    chain.put(2)
    chain.until(lambda: chain.stored() == chain.sent, "both epochs stored")
    found = json.loads(chain.central("audit", "--json").stdout)
    assert found["whole"]
    assert found["kiosks"][0]["epochs"] == 2


def test_what_the_centre_writes_reaches_the_owner_unjudged(chain):
    chain.start_all()
    chain.until_erased()
    with chain.client("centre-2") as centre:
        centre.publish(f"border/v1/{chain.kiosk}/cmd", b"not judged here")
        centre.publish(f"border/v1/{chain.kiosk}/lists/watch", b"a list")
        chain.until(lambda: len(chain.signed) == 2, "both messages at the owner")
    assert sorted(chain.signed) == [("cmd", b"not judged here"), ("lists/watch", b"a list")]


def test_the_retained_state_shows_the_head_and_then_that_the_kiosk_is_gone(chain):
    chain.start_all()
    chain.put(1)
    chain.until_erased()
    chain.until(lambda: _heads(chain).get(chain.kiosk) == (True, 2), "the head at the centre")
    chain.programs[1].end()
    chain.until(lambda: not _heads(chain)[chain.kiosk][0], "the last will")


def _heads(chain):
    with Store(chain.site.database, read_only=True) as store:
        key = chain.public_key()
        return {
            name: (head.online, verify_statement(head.statement, lambda _: key).sequence)
            for name, head in store.heads().items()
            if head.statement
        }
