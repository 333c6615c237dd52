"""The publisher's line against a broker that says anything that MQTT 5 lets it say."""

import socket
import struct
import time

import pytest

from mqtt.broker import Address, TlsFiles, turn
from mqtt.central.mosquitto import free_port
from mqtt.central.site import init_site
from mqtt.delivery import WINDOW
from mqtt.publisher import BrokerLink
from mqtt.publisher_settings import PublisherSettings
from mqtt.reason_codes import ANSWERS, LINE_ENDS, PACKET_TOO_LARGE
from mqtt.relay_frames import Answer, Greeting, Link, Offer, Retain, Signed, Taken
from mqtt.topics import CONTENT_TYPE, packet_bytes
from tests.unit.mqtt.scripted_broker import CONNECT, PING, PUBLISH, ScriptedBroker, inbound

KIOSK = "kiosk-1"
WIRE_CODES = sorted(set(ANSWERS) - {PACKET_TOO_LARGE})
REFUSALS = sorted(code for code in LINE_ENDS if 0x80 <= code <= 0x9F)
IN_MIDDLE = sorted(code for code in LINE_ENDS if code >= 0x80)
PAHO_LACKS = {0x99}  # told as a line that broke
CONNACK_ONLY = {0x84, 0x85, 0x86, 0x88, 0x8A, 0x8C}
DISCONNECT_ONLY = {0x8B, 0x8D, 0x8E, 0x8F, 0x93, 0x94, 0x96, 0x98, 0x9E}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return init_site(tmp_path_factory.mktemp("line") / "site", KIOSK, port=free_port())


@pytest.fixture
def broker(site):
    with ScriptedBroker(site) as broker:
        yield broker


@pytest.fixture
def link(broker, site, tmp_path):
    link = link_to(broker, site, tmp_path)
    yield link
    link.close()


def link_to(broker, site, tmp_path):
    tls = site.kiosk(KIOSK).tls
    files = TlsFiles(site.authority.public, tls.public, tls.private)
    settings = PublisherSettings(tmp_path / "none", Address("127.0.0.1", broker.port), files, KIOSK)
    return BrokerLink(settings, Greeting(KIOSK, b"gone"))


def turns(link, true, limit_s=10.0):
    give_up_s = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < give_up_s, "not in time"
        turn(link.pumped, 0.02)


def connected(link):
    link.open()
    turns(link, lambda: link.up or link.trouble)


def offer(token, size=10):
    return Offer(token, f"border/v1/{KIOSK}/events", bytes(size), "type/x", (("id", "1"),))


def answers(link):
    return [frame for frame in link.to_owner if isinstance(frame, Answer)]


@pytest.mark.parametrize("code", WIRE_CODES)
def test_every_puback_reaches_the_owner_with_its_code(broker, link, code):
    broker.pubacks = [code]
    connected(link)
    link.take(offer(7))
    turns(link, lambda: answers(link))
    assert answers(link) == [Answer(7, code)]
    assert link.trouble is None


@pytest.mark.parametrize("code", [0x01, 0xEE])
def test_a_puback_with_a_code_that_mqtt_lacks_ends_the_line_and_delivers_nothing(
    broker, link, code
):
    broker.pubacks = [code]
    connected(link)
    link.take(offer(7))
    turns(link, lambda: link.trouble)
    assert answers(link) == []


@pytest.mark.parametrize(
    "code", [one for one in REFUSALS if one not in DISCONNECT_ONLY | PAHO_LACKS]
)
def test_every_refusal_to_connect_is_told_with_its_mend_and_its_wait(broker, link, code):
    broker.connack = code
    link.open()
    turns(link, lambda: link.trouble)
    assert link.trouble.name == "broker_refuses"
    assert f"0x{code:02x}" in link.trouble.what
    assert link.trouble.mend == LINE_ENDS[code].mend
    assert link.trouble.least_wait_s == LINE_ENDS[code].least_wait_s
    assert not [frame for frame in link.to_owner if isinstance(frame, Link)]


@pytest.mark.parametrize("code", [one for one in IN_MIDDLE if one not in CONNACK_ONLY])
def test_every_end_that_the_broker_gives_a_reason_for_is_told(broker, link, code):
    broker.disconnect = bytes([code, 0])
    connected(link)
    turns(link, lambda: link.trouble)
    assert f"0x{code:02x}" in link.trouble.what
    assert not link.up


def test_a_broker_that_names_another_server_is_told_and_not_followed(broker, link):
    name = b"other.example:8883"
    reference = b"\x1c" + struct.pack(">H", len(name)) + name
    broker.disconnect = bytes([0x9D, len(reference)]) + reference
    connected(link)
    turns(link, lambda: link.trouble)
    assert "other.example:8883" in link.trouble.what
    assert "broker=" in link.trouble.mend


def test_never_more_under_way_than_the_brokers_receive_maximum_states_included(broker, link):
    broker.connack_properties = b"\x21\x00\x03"
    broker.hold_pubacks = True
    connected(link)
    for token in range(10):
        link.take(offer(token))
        link.take(Retain(f"border/v1/{KIOSK}/state", bytes([token])))
    turns(link, lambda: len(broker.of(PUBLISH)) >= 3)
    for _ in range(10):
        turn(link.pumped, 0.02)
    assert broker.most_in_flight == 3


def test_never_more_under_way_than_our_own_window(broker, link):
    broker.hold_pubacks = True
    connected(link)
    for token in range(3 * WINDOW):
        link.take(offer(token))
    turns(link, lambda: len(broker.of(PUBLISH)) >= WINDOW)
    for _ in range(10):
        turn(link.pumped, 0.02)
    assert broker.most_in_flight == WINDOW


def test_a_packet_that_the_broker_would_not_take_is_answered_here(broker, link):
    broker.connack_properties = b"\x27" + struct.pack(">I", 5_000)
    connected(link)
    for token, size in ((1, 5_000), (2, 4_700), (3, 100)):
        link.take(offer(token, size))
    turns(link, lambda: len(answers(link)) == 3)
    assert answers(link)[0] == Answer(1, PACKET_TOO_LARGE)
    assert all(len(body) <= 5_000 for body in broker.of(PUBLISH))
    assert len(broker.of(PUBLISH)) == 2


def test_the_size_of_a_packet_is_reckoned_a_few_bytes_too_large_at_most(broker, link):
    connected(link)
    words = (("specversion", "1.0"), ("id", "01920000-0000-7000-8000-000000000001"), ("ü", "é"))
    one = Offer(1, f"border/v1/{KIOSK}/events", bytes(300), CONTENT_TYPE, words)
    link.take(one)
    turns(link, lambda: answers(link))
    (body,) = broker.of(PUBLISH)
    assert len(body) + 2 <= packet_bytes(one.topic, one.payload, words) <= len(body) + 25


def test_a_broker_without_retained_messages_gets_none(broker, link):
    broker.connack_properties = b"\x25\x00"
    connected(link)
    link.take(Retain(f"border/v1/{KIOSK}/state", b"state"))
    link.take(offer(1))
    turns(link, lambda: answers(link))
    assert len(broker.of(PUBLISH)) == 1


def test_a_broker_without_qos_1_is_no_broker_for_a_kiosk(broker, link):
    broker.connack_properties = b"\x24\x00"
    link.open()
    turns(link, lambda: link.trouble)
    assert "QoS" in link.trouble.what


def test_a_subscription_that_is_refused_is_told(broker, link):
    broker.suback = 0x87
    connected(link)
    turns(link, lambda: link.notices)
    assert link.notices[0].name == "subscription_refused"
    assert "4 of its topics" in link.notices[0].what


def test_connect_says_what_it_would_take_and_asks_for_the_session_that_was(broker, link):
    connected(link)
    (body,) = broker.of(CONNECT)
    assert body[7] & 0x02 == 0, "clean start would lose what was sent meanwhile"
    assert b"\x21\x00\x14" in body, "Receive Maximum of 20"
    assert b"\x11" + struct.pack(">I", 7 * 24 * 3600) in body
    assert [frame for frame in link.to_owner if isinstance(frame, Link)] == [Link(True, "")]


def test_what_the_broker_sends_is_acknowledged_only_after_the_owner_took_it(broker, link):
    broker.flood = inbound(f"border/v1/{KIOSK}/receipts", b"signed", 5)
    connected(link)
    turns(link, lambda: [one for one in link.to_owner if isinstance(one, Signed)])
    assert broker.of(4) == []
    link.take(Taken(1))
    turns(link, lambda: broker.of(4))
    assert broker.of(4)[0][:2] == b"\0\5"


def test_a_broker_that_floods_is_left(broker, link):
    one = f"border/v1/{KIOSK}/cmd"
    broker.flood = b"".join(inbound(one, bytes(10), number + 1) for number in range(40))
    connected(link)
    turns(link, lambda: link.trouble)
    assert link.trouble.name == "broker_floods"
    assert len(link._inbound) < 45


def test_the_line_is_tls_1_3_without_delay_for_small_packets(broker, link):
    connected(link)
    line = link.client.socket()
    assert line.version() == "TLSv1.3"
    assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_the_brokers_own_keepalive_is_kept(broker, link):
    broker.connack_properties = b"\x13\x00\x02"
    connected(link)
    turns(link, lambda: broker.of(PING))
    turns(link, lambda: len(broker.of(PING)) >= 2)
    assert link.trouble is None
