"""The broker gives a certificate the topics of its own name, and nothing else."""

import socket
import ssl
from contextlib import suppress

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

NOT_AUTHORIZED = 0x87
NOBODY = 0x10
FROM_KIOSK = ("events", "state", "alerts", "cmd/res")
TO_KIOSK = ("receipts", "cmd", "shadow/desired", "lists/watch")


@pytest.fixture
def broker(chain):
    chain.start_broker()
    return chain


def test_a_kiosk_writes_its_own_four_topics_and_no_other(broker):
    with broker.client("kiosk-2") as kiosk:
        allowed = {leaf: kiosk.publish(f"border/v1/kiosk-2/{leaf}", b"") for leaf in FROM_KIOSK}
        own = {leaf: kiosk.publish(f"border/v1/kiosk-2/{leaf}", b"") for leaf in TO_KIOSK}
        others = {
            leaf: kiosk.publish(f"border/v1/kiosk-1/{leaf}", b"")
            for leaf in (*FROM_KIOSK, *TO_KIOSK)
        }
    assert set(allowed.values()) == {NOBODY}
    assert set(own.values()) == {NOT_AUTHORIZED}
    assert set(others.values()) == {NOT_AUTHORIZED}


def test_a_kiosk_reads_only_what_is_for_it(broker):
    with broker.client("kiosk-2") as kiosk, broker.client("centre-1") as centre:
        kiosk.subscribe("border/v1/#")
        for leaf in TO_KIOSK:
            assert centre.publish(f"border/v1/kiosk-1/{leaf}", b"for the first") in (0, NOBODY)
        for leaf in TO_KIOSK:
            assert centre.publish(f"border/v1/kiosk-2/{leaf}", b"for the second") == 0
        broker.until(lambda: len(kiosk.messages) >= len(TO_KIOSK), "its own messages")
    assert sorted(kiosk.messages) == sorted(
        (f"border/v1/kiosk-2/{leaf}", b"for the second") for leaf in TO_KIOSK
    )


def test_a_member_of_the_centre_cannot_speak_for_a_kiosk(broker):
    with broker.client("centre-2") as centre:
        answers = {centre.publish(f"border/v1/kiosk-1/{leaf}", b"") for leaf in FROM_KIOSK}
    assert answers == {NOT_AUTHORIZED}


def test_a_second_certificate_cannot_push_a_kiosk_off_by_taking_its_client_id(broker):
    with broker.client("kiosk-1") as first, broker.client("kiosk-2", "kiosk-1") as second:
        assert second.publish("border/v1/kiosk-2/events", b"") == NOBODY
        assert first.publish("border/v1/kiosk-1/events", b"") == NOBODY
        assert not first.lost.is_set()


def test_without_a_certificate_nobody_gets_in(broker):
    answers = []
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.tls_set(str(broker.site.authority.public))
    client.on_connect = lambda _c, _d, _f, reason, _p: answers.append(reason)
    with suppress(ssl.SSLError, ConnectionError):
        client.connect("127.0.0.1", broker.site.port)
        broker.until(lambda: client.loop(0.1) != 0, "the broker hangs up", 5)
    assert answers == []


def test_tls_1_2_is_refused(broker):
    files = broker.site.kiosk("kiosk-1").tls
    context = ssl.create_default_context(cafile=broker.site.authority.public)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(files.public, files.private)
    with (
        socket.create_connection(("127.0.0.1", broker.site.port)) as line,
        pytest.raises(ssl.SSLError, match=r"(?i)version"),
    ):
        context.wrap_socket(line, server_hostname="127.0.0.1")
