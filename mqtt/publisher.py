"""The border-kiosk-publish program: a stateless relay between the owner's socket and the broker."""

import argparse
import signal
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from mqtt.broker import (
    Address,
    BrokerSetupError,
    Pumped,
    TlsFiles,
    Trouble,
    closed_early,
    diagnose,
    hurry,
    refused,
)
from mqtt.delivery import WINDOW
from mqtt.notice import Notice, OnChange, tell_stderr
from mqtt.publisher_loop import Publisher, PublisherSettings
from mqtt.relay_frames import Answer, Frame, Greeting, Link, Offer, Retain, Signed, Taken
from mqtt.topics import ROOT, topic

EXIT_CONFIGURATION = 78  # EX_CONFIG of sysexits.h: systemd must not start it again and again
KEEPALIVE_S = 30
CONNECT_LIMIT_S = 10.0
SESSION_EXPIRY_S = 7 * 24 * 3600
DISCONNECT_WITH_WILL = 0x04  # MQTT 5, 3.14.2.1


@dataclass(slots=True)
class BrokerLink:
    """One connection to the broker, from CONNECT to its end; all it holds is offered anew.

    A fresh client for each connection: paho would resend by itself what the owner resends too.
    """

    settings: PublisherSettings
    greeting: Greeting
    up: bool = False
    trouble: Trouble | None = None
    to_owner: list[Frame] = field(default_factory=list)
    _window: int = WINDOW
    _waiting: deque[Offer] = field(default_factory=deque)
    _in_flight: dict[int, int] = field(default_factory=dict)
    _inbound: dict[int, tuple[int, int]] = field(default_factory=dict)
    _inbound_count: int = 0
    _last_words: str = ""
    client: paho.Client = field(init=False)

    def __post_init__(self) -> None:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.settings.kiosk,
            protocol=paho.MQTTv5,
            manual_ack=True,
        )
        client.tls_set_context(self.settings.tls.context())
        client.connect_timeout = CONNECT_LIMIT_S
        client.max_inflight_messages_set(WINDOW + 1)  # our own window is the tighter one
        client.on_socket_open = lambda _client, _data, line: hurry(line)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_log = self._on_log
        client.will_set(
            topic(self.settings.kiosk, "state"), self.greeting.last_will, qos=1, retain=True
        )
        self.client = client

    @property
    def pumped(self) -> Pumped:
        """What `broker.turn` serves."""
        return self.client

    def open(self) -> None:
        """TCP, TLS, CONNECT, CONNECT_LIMIT_S each at most; `trouble` says what failed."""
        expiry = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        expiry.SessionExpiryInterval = SESSION_EXPIRY_S
        address = self.settings.broker
        try:
            self.client.connect(
                address.host, address.port, KEEPALIVE_S, clean_start=False, properties=expiry
            )
        except (OSError, ValueError) as error:
            self.trouble = diagnose(error, address)

    def close(self) -> None:
        """Leave; the broker then shows the last will, because the kiosk is no longer reached."""
        with suppress(OSError, ValueError):
            self.client.disconnect(
                ReasonCode(PacketTypes.DISCONNECT, identifier=DISCONNECT_WITH_WILL)
            )
        self.up = False

    def take(self, frame: Frame) -> None:
        """Deal with one frame of the owner; while the link is down, an offer stays the owner's."""
        match frame:
            case Offer() if self.up:
                self._waiting.append(frame)
                self.pump()
            case Retain() if self.up:
                self.client.publish(frame.topic, frame.payload, qos=1, retain=True)
            case Taken():
                message = self._inbound.pop(frame.token, None)
                if message is not None:
                    self.client.ack(*message)
            case _:
                return

    def pump(self) -> None:
        """Hand paho what waits, never more than the window at once."""
        while self._waiting and len(self._in_flight) < self._window:
            offer = self._waiting.popleft()
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.ContentType = offer.content_type
            properties.UserProperty = list(offer.properties)
            info = self.client.publish(offer.topic, offer.payload, qos=1, properties=properties)
            if info.rc == paho.MQTT_ERR_SUCCESS:
                self._in_flight[info.mid] = offer.token

    def _on_connect(
        self,
        client: paho.Client,
        _data: object,
        _flags: paho.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.trouble = refused(self.settings.broker, str(reason))
            return
        self._window = min(WINDOW, getattr(properties, "ReceiveMaximum", WINDOW))
        root = f"{ROOT}/{self.settings.kiosk}"
        leaves = ("receipts", "cmd", "shadow/desired", "lists/#")
        client.subscribe([(f"{root}/{leaf}", SubscribeOptions(qos=1)) for leaf in leaves])
        self.up = True
        self.to_owner.append(Link(up=True, why=""))

    def _on_disconnect(
        self,
        _client: paho.Client,
        _data: object,
        _flags: paho.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self.trouble is None:
            words = self._last_words or str(reason)
            self.trouble = closed_early(self.settings.broker, words)
        self.up = False

    def _on_publish(
        self,
        _client: paho.Client,
        _data: object,
        mid: int,
        reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        token = self._in_flight.pop(mid, None)
        if token is not None:
            self.to_owner.append(Answer(token, reason.value))
        self.pump()

    def _on_message(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        leaf = message.topic.removeprefix(f"{ROOT}/{self.settings.kiosk}/")
        self._inbound_count += 1
        self._inbound[self._inbound_count] = (message.mid, message.qos)
        self.to_owner.append(Signed(self._inbound_count, leaf, bytes(message.payload)))

    def _on_log(self, _client: paho.Client, _data: object, level: int, words: str) -> None:
        if level == paho.MQTT_LOG_ERR:
            self._last_words = words


class _Configuration(msgspec.Struct, forbid_unknown_fields=True):
    relay: str
    broker: str
    ca: str
    cert: str
    key: str
    kiosk: str

    def settings(self) -> PublisherSettings:
        """The settings; raises BrokerSetupError."""
        tls = TlsFiles(Path(self.ca), Path(self.cert), Path(self.key))
        return PublisherSettings(Path(self.relay), Address.parse(self.broker), tls, self.kiosk)


def main(words: list[str] | None = None) -> int:
    """Run the program until SIGTERM or SIGINT; 78 where the configuration can never work."""
    said = OnChange(tell_stderr)
    try:
        settings = _settings(_parser().parse_args(words))
        settings.check()
    except BrokerSetupError as error:
        said.say("settings", Notice("cannot_start", "error", str(error), error.mend))
        return EXIT_CONFIGURATION
    publisher = Publisher(settings, said, BrokerLink)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: publisher.stopping.set())
    publisher.run()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="border-kiosk-publish",
        description="Carry sealed events from the kiosk's relay socket to the broker.",
        epilog="example: border-kiosk-publish --config /etc/border-kiosk/publish.toml",
    )
    parser.add_argument("--config", type=Path, help="TOML file with the words below as keys")
    for word, what in (
        ("relay", "the kiosk's Unix socket"),
        ("broker", "HOST:PORT"),
        ("ca", "PEM file: the authority that signed the broker's certificate"),
        ("cert", "PEM file: this kiosk's TLS client certificate, its CN is the kiosk id"),
        ("key", "PEM file: the key of that certificate"),
        ("kiosk", "the kiosk id"),
    ):
        parser.add_argument(f"--{word}", help=what)
    return parser


def _settings(args: argparse.Namespace) -> PublisherSettings:
    """Words on the command line win over the file; raises BrokerSetupError."""
    found: dict[str, object] = {}
    try:
        if args.config is not None:
            found = msgspec.toml.decode(args.config.read_bytes(), type=dict[str, object])
        given = {name: word for name, word in vars(args).items() if word and name != "config"}
        return msgspec.convert({**found, **given}, _Configuration).settings()
    except OSError as error:
        raise BrokerSetupError(f"{args.config}: {error.strerror}.") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BrokerSetupError(f"{error}.") from None


if __name__ == "__main__":
    sys.exit(main())
