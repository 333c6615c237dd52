"""What a hostile or broken kiosk sends is bounded and visible, and good events go on meanwhile."""

import json
import urllib.request

import pytest

from mqtt import cbor
from mqtt.central.mosquitto import free_port
from mqtt.central.settings import CentralSettings
from mqtt.contract import specimen
from mqtt.envelope import WIRE_LIMIT_BYTES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
NEST = b"\x81" * 100_000 + b"\x00"  # arrays in arrays: would exhaust a reader that recurses
MANY = b"\x9a\x7f\xff\xff\xff"  # an array that claims two thousand million items
ENDLESS = b"\x9f" * 1000  # of indefinite length
TAGS = cbor.dumps([b"a", b"b"]).replace(b"\x41a", b"\xc2\x41\xff")  # a bignum where bytes belong
VERSION_9 = cbor.dumps({"version": 9, "statement": b"", "ciphertext": b""})
BOMBS = (NEST, MANY, ENDLESS, TAGS, VERSION_9, b"", b"\xff" * 1000)


def fleet(chain):
    return {one["kiosk"]: one for one in json.loads(chain.central("fleet", "--json").stdout)}


def read(page):
    with urllib.request.urlopen(f"http://{page}/metrics", timeout=10) as answer:
        return answer.read().decode()


def test_bombs_giants_and_a_flood_leave_the_good_kiosk_untouched(chain, site):
    text = site.configuration.read_text()
    page = f"127.0.0.1:{free_port()}"
    extra = f'quarantine_limit_mb = 1\nmetrics = "{page}"\n'
    site.configuration.write_text(text + extra)
    chain.start_all()
    chain.until_erased(60.0)  # so that the member is there
    with chain.client("kiosk-2") as hostile:
        for bomb in BOMBS:
            hostile.publish("border/v1/kiosk-2/events", bomb)
        hostile.publish("border/v1/kiosk-2/events", b"\x00" * (WIRE_LIMIT_BYTES + 1000))
        for number in range(120):
            hostile.publish("border/v1/kiosk-2/events", b"noise %d" % number + bytes(4000))
        chain.put(3)
        chain.put_crossing()
        chain.until_erased(60.0)
    metrics = read(page)
    assert f'messages_total{{outcome="new"}} {chain.sent}' in metrics
    assert 'outcome="refused"} 0' not in metrics
    assert "kiosk-" not in metrics
    found = fleet(chain)
    settings = CentralSettings.load(site.configuration)
    with settings.store(read_only=True) as store:
        use = store.quarantine_use()["kiosk-2"]
    assert use.bytes <= (1 << 20) // 4
    assert len(BOMBS) < use.messages < len(BOMBS) + 121
    assert found["kiosk-2"]["alarms"] == ["quarantine"]
    assert found["kiosk-1"]["alarms"] == []
    sink = chain.programs[0]
    assert len(sink.lines("quarantine_full")) >= 1
    assert len(sink.log.read_text().splitlines()) < 20  # not a line for each of the 128
    assert chain.central("audit").returncode == 0


def test_a_packet_beyond_the_limit_ends_the_line_that_sent_it(chain):
    chain.start_all()
    chain.until_erased(60.0)
    with chain.client("kiosk-2") as hostile:
        hostile.paho.publish("border/v1/kiosk-2/events", bytes(2_000_000), qos=1)
        assert hostile.lost.wait(20)
    chain.put_crossing()
    chain.until_erased(60.0)
    assert "kiosk-2" not in fleet(chain)


def test_after_a_mend_the_quarantine_is_opened_and_the_chain_is_whole(chain, site):
    """A kiosk that the registry did not know: everything is kept, receipted, and opened later."""
    whole = site.registry.read_text()
    site.registry.write_text(whole.replace("[kiosks.kiosk-1]", "[kiosks.kiosk-x]"))
    chain.start_all()
    chain.put_crossing()
    chain.until(lambda: chain.levels().erased == chain.sent, "receipted though unknown")
    assert chain.stored() == 0
    site.registry.write_text(whole)
    assert f"{chain.sent} opened" in chain.central("rejudge").stdout
    assert chain.stored() == chain.sent
    assert chain.central("audit").returncode == 0
    assert specimen.TRAVELLER.surname.mrz in chain.central("show", "--last").stdout
