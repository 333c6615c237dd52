"""A call for a person at a whole site: the touch, the lamp, the signed alert, and its end."""

import http.client
import json
import queue
import threading
import time

import paho.mqtt.client as paho
import pytest

from firmware_app.engineer.small_site import KIOSK_ID, SmallSite
from mqtt.alerts import read_alert
from mqtt.central.mosquitto import free_port
from mqtt.central.site import MEMBERS
from mqtt.keys import load_public_key

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

LIMIT_S = 30.0


@pytest.fixture
def site(tmp_path):
    lamp = {"lamp": f"simulated://{tmp_path}/lamp"}
    with SmallSite(tmp_path, free_port(), officer_port=free_port(), devices=lamp) as site:
        yield site


@pytest.fixture
def alerts(site):
    """Every message on the topic of alerts, as another member of the centre hears it."""
    heard, ready = queue.Queue(), threading.Event()
    member = site.site.member(MEMBERS[1])
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.tls_set(str(site.site.authority.public), str(member.public), str(member.private))
    client.on_connect = lambda *_: client.subscribe(f"border/v1/{KIOSK_ID}/alerts", 1)
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda _client, _data, message: heard.put(message.payload)
    client.connect("127.0.0.1", site.site.port)
    client.loop_start()
    assert ready.wait(LIMIT_S)
    yield heard
    client.disconnect()
    client.loop_stop()


def touch(site, button):
    """As the traveller's page does it, on the screen of now."""
    line = http.client.HTTPConnection("127.0.0.1", site.page_port, timeout=LIMIT_S)
    try:
        line.request("GET", "/health")
        serial = json.loads(line.getresponse().read())["serial"]
        origin = {"Origin": f"http://127.0.0.1:{site.page_port}"}
        line.request("POST", "/touch", json.dumps({"serial": serial, "button": button}), origin)
        return line.getresponse().status
    finally:
        line.close()


def patient(holds):
    until_s, pause = time.monotonic() + LIMIT_S, threading.Event()
    while not holds():
        assert time.monotonic() < until_s
        pause.wait(0.02)


def test_a_call_is_lit_and_signed_at_the_broker_until_the_visit_is_over(site, alerts):
    lamp = site.folder / "lamp" / "closed"
    key = load_public_key(site.site.kiosk(KIOSK_ID).signing.public)
    patient(lambda: touch(site, "start") == 204)
    patient(lambda: touch(site, "help") == 204)
    opened = read_alert(alerts.get(timeout=LIMIT_S), [key])
    assert (opened.kiosk, opened.state, opened.reason) == (KIOSK_ID, "open", "help")
    patient(lambda: lamp.read_text() == "1\n")
    patient(lambda: touch(site, "end") == 204)
    closed = read_alert(alerts.get(timeout=LIMIT_S), [key])
    assert (closed.call, closed.state) == (opened.call, "closed")
    patient(lambda: lamp.read_text() == "")
    patient(lambda: "kiosk_there" in site.child("officer").log.read_text())
