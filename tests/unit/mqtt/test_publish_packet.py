"""The short way past paho's properties reads and packs what paho reads and packs."""

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqtt.central.sink import LeanClient
from mqtt.publish_packet import Published, pack_properties, pubacks, read_publish

TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), max_size=99
)
WORDS = st.lists(st.tuples(TEXT, TEXT), max_size=12)


def properties(content_type, words):
    made = Properties(PacketTypes.PUBLISH)
    made.ContentType = content_type
    if words:
        made.UserProperty = list(words)
    return made


def packet(topic, mid, words, payload):
    """After the fixed header, as MQTT 5, 3.3 has it."""
    name = topic.encode()
    head = len(name).to_bytes(2, "big") + name + (mid.to_bytes(2, "big") if mid else b"")
    return head + properties("a/b", words).pack() + payload


@given(TEXT, WORDS)
def test_what_we_pack_is_what_paho_unpacks(content_type, words):
    packed = pack_properties(content_type, words)
    found = Properties(PacketTypes.PUBLISH)
    found.unpack(packed)
    assert found.ContentType == content_type
    assert getattr(found, "UserProperty", []) == words


@given(TEXT, st.integers(0, 65535), WORDS, st.binary(max_size=300))
def test_a_publish_reads_as_it_was_made(topic, mid, words, payload):
    first = 0x32 if mid else 0x30
    assert read_publish(first, packet(topic, mid, words, payload)) == Published(topic, mid, payload)


@given(st.integers(0, 255), st.binary(max_size=60))
def test_noise_is_read_or_refused(first, body):
    found = read_publish(first, body)
    assert found is None or len(found.payload) < len(body)


@pytest.mark.parametrize("cut", range(1, 22))
def test_a_packet_that_ends_within_its_properties_is_refused(cut):
    whole = packet("border/v1/kiosk-1/events", 7, [("name", "word")], b"")
    assert read_publish(0x32, whole[:-cut]) is None


def test_quality_two_was_never_asked_for():
    assert read_publish(0x34, packet("t", 7, [], b"x")) is None


def test_acknowledgements_come_in_one_piece():
    assert pubacks([1, 0x0203]) == b"\x40\x02\x00\x01\x40\x02\x02\x03"


@pytest.mark.parametrize("first", [0x30, 0x31, 0x32, 0x33, 0x3A])
def test_the_lean_client_hears_what_paho_hears(first):
    """Both read the same bytes by paho's own reader, so that a new paho cannot slip through."""
    body = packet("border/v1/kiosk-1/events", 7 if first & 6 else 0, [("id", "1")], b"sealed" * 99)
    heard = []
    lean = LeanClient()
    lean.on_published = heard.append
    plain = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5, manual_ack=True)
    plain.on_message = lambda _client, _data, message: heard.append(
        Published(message.topic, message.mid, bytes(message.payload))
    )
    for client in (lean, plain):
        client._in_packet |= {"command": first, "packet": bytearray(body)}
        assert client._packet_handle() == paho.MQTT_ERR_SUCCESS
    assert heard[0] == heard[1]
    assert heard[0].payload == b"sealed" * 99
