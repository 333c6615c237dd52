"""Bare paho at QoS 1 with a window: what the delivery of events is compared with, nothing more."""

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from mqtt.broker import Address, TlsFiles, hurry, turn
from mqtt.delivery import WINDOW

LIMIT_S = 300.0


def publish(broker: Address, tls: TlsFiles, topic: str, count: int, size_bytes: int) -> float:
    """Seconds from the first PUBLISH to the last PUBACK; raises OSError, TimeoutError.

    The same window, TLS and socket options as the publisher's; no outbox, no receipt, no relay.
    """
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.tls_set_context(tls.context())
    client.max_inflight_messages_set(WINDOW)
    client.on_socket_open = lambda _client, _data, line: hurry(line)
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    answered: list[int] = []
    client.on_publish = lambda _client, _data, mid, _reason, _properties: answered.append(mid)
    client.connect(broker.host, broker.port)
    give_up_s = time.monotonic() + LIMIT_S
    while not connected.is_set() and time.monotonic() < give_up_s:
        turn(client, 0.5)
    payload, sent = os.urandom(size_bytes), 0
    began_s = time.monotonic()
    while len(answered) < count:
        if time.monotonic() > give_up_s or client.socket() is None:
            raise TimeoutError
        while sent < count and sent - len(answered) < WINDOW:
            client.publish(topic, payload, qos=1)
            sent += 1
        turn(client, 0.5)
    took_s = time.monotonic() - began_s
    client.disconnect()
    return took_s


def main(words: list[str] | None = None) -> int:
    """Publish, and print one JSON object: events and seconds."""
    parser = argparse.ArgumentParser(prog="python -m mqtt.bare_publish", description=__doc__)
    for word in ("broker", "ca", "cert", "key", "topic"):
        parser.add_argument(f"--{word}", required=True)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--size-bytes", type=int, default=20_000)
    asked = parser.parse_args(words)
    tls = TlsFiles(Path(asked.ca), Path(asked.cert), Path(asked.key))
    broker = Address.parse(asked.broker)
    took_s = publish(broker, tls, asked.topic, asked.count, asked.size_bytes)
    json.dump({"events": asked.count, "seconds": took_s}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
