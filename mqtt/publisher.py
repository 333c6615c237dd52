"""The border-kiosk-publish program: a stateless relay between the owner's socket and the broker."""

import signal
import ssl
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from mqtt import publisher_settings
from mqtt.broker import (
    BrokerSetupError,
    Line,
    Pumped,
    Trouble,
    clock_trouble,
    closed_early,
    diagnose,
    hung_up,
    hurry,
    last_words,
    line_dead,
    refused,
    sent_away,
)
from mqtt.delivery import WINDOW
from mqtt.line_meter import LineMeter, read_meter
from mqtt.no_core import write_no_core
from mqtt.notice import Notice, OnChange, tell_stderr
from mqtt.publish_packet import pack_properties
from mqtt.publisher_loop import Publisher
from mqtt.publisher_settings import PublisherSettings
from mqtt.reason_codes import FIRST_FAILURE, PACKET_TOO_LARGE, QOS_NOT_SUPPORTED, line_end
from mqtt.relay_frames import (
    MAX_FRAME_BYTES,
    Answer,
    Frame,
    Greeting,
    Link,
    Offer,
    Retain,
    Signed,
    Taken,
    Traffic,
)
from mqtt.tls_time import handshake_chain, overdue
from mqtt.topics import ROOT, packet_bytes, topic

EXIT_CONFIGURATION = 78  # EX_CONFIG of sysexits.h: systemd must not start it again and again
CONNECT_LIMIT_S = 5.0
SESSION_EXPIRY_S = 7 * 24 * 3600
DISCONNECT_WITH_WILL = 0x04  # MQTT 5, 3.14.2.1
INBOUND_WINDOW = 20
INBOUND_LARGEST_BYTES = MAX_FRAME_BYTES - 1024
MOVING_S = 5.0
STALL_S = 20.0
VAIN_TRIES = 2
METER_S = 1.0
TRAFFIC_S = 10.0


class _DatesError(OSError):
    """The broker's certificate is out of its dates; the line was closed before CONNECT."""


class _Packed(Properties):
    """Properties that are packed already; paho asks them for nothing else."""

    def __init__(self, data: bytes) -> None:
        object.__setattr__(self, "data", data)  # paho's own takes the names of properties alone

    def pack(self) -> bytes:
        """What goes into the packet."""
        data: bytes = object.__getattribute__(self, "data")
        return data


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
    notices: list[Notice] = field(default_factory=list)
    _window: int = WINDOW
    _largest_bytes: int = MAX_FRAME_BYTES
    _retains: bool = True
    _waiting: deque[Offer] = field(default_factory=deque)
    _states: dict[str, Retain] = field(default_factory=dict)
    _in_flight: dict[int, int | None] = field(default_factory=dict)
    _inbound: dict[int, tuple[int, int]] = field(default_factory=dict)
    _inbound_count: int = 0
    _last_words: str = ""
    _meter: LineMeter = field(default_factory=LineMeter)
    _told: LineMeter = field(default_factory=LineMeter)
    _metered_s: float = 0.0
    _grew_s: float = 0.0
    _moved_s: float = field(default_factory=time.monotonic)
    _told_s: float = 0.0
    client: paho.Client = field(init=False)

    def __post_init__(self) -> None:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.settings.kiosk,
            protocol=paho.MQTTv5,
            manual_ack=True,
        )
        client.tls_set_context(self.settings.tls.context(judges_time=False))
        client.connect_timeout = CONNECT_LIMIT_S
        client.max_inflight_messages_set(WINDOW + 1)  # our own window is the tighter one
        client.on_socket_open = lambda _client, _data, line: self._opened(line)
        client.on_socket_close = lambda _client, _data, line: self._closing(line)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_log = self._on_log
        client.will_set(
            topic(self.settings.kiosk, "state"), self.greeting.last_will, qos=1, retain=True
        )
        self.client = client

    @property
    def pumped(self) -> Pumped:
        """What `broker.turn` serves: paho, except for its keepalive."""
        return self

    def socket(self) -> Line | None:
        """The open connection, or None."""
        line = self.client.socket()
        return line if line is not None and line.fileno() >= 0 else None

    def want_write(self) -> bool:
        """Whether bytes wait to go out."""
        return self.client.want_write()

    def loop_read(self) -> int:
        """Read what is there."""
        return self.client.loop_read()

    def loop_write(self) -> int:
        """Write what can go."""
        return self.client.loop_write()

    def loop_misc(self) -> int:
        """Keepalive, but only where nothing moves.

        paho counts whole packets: on 64 kbit/s it would end the line in the middle of a large one.
        """
        now_s = time.monotonic()
        if now_s - self._metered_s >= METER_S:
            self._measure(now_s)
        if now_s - self._grew_s < min(MOVING_S, self.client.keepalive / 2):
            return 0
        return self.client.loop_misc()

    def _measure(self, now_s: float) -> None:
        """Look at what arrived over there; a line where nothing does is given up."""
        self._metered_s = now_s
        before, self._meter = self._meter, read_meter(self.client.socket())
        if self._meter.acked_bytes > before.acked_bytes:
            self._grew_s = now_s
        if self._meter.acked_bytes > before.acked_bytes or not self._meter.unacked:
            self._moved_s = now_s
        if now_s - self._moved_s > STALL_S and self.trouble is None:
            what = f"nothing has arrived there for {STALL_S:.0f} s"
            self.trouble = line_dead(self.settings.broker, what)
        if now_s - self._told_s >= TRAFFIC_S:
            self._tell_traffic(now_s)

    def open(self) -> None:
        """TCP, TLS, CONNECT, each within its limit; `trouble` says what failed."""
        wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        wishes.SessionExpiryInterval = SESSION_EXPIRY_S
        wishes.ReceiveMaximum = INBOUND_WINDOW
        wishes.MaximumPacketSize = INBOUND_LARGEST_BYTES
        address = self.settings.broker
        try:
            self.client.connect(
                address.host,
                address.port,
                self.settings.keepalive_s,
                clean_start=False,
                properties=wishes,
            )
        except _DatesError:
            return
        except (OSError, ValueError) as error:
            self.trouble = diagnose(error, address)

    def close(self) -> None:
        """Leave; the broker then shows the last will, because the kiosk is no longer reached."""
        self._tell_traffic(time.monotonic())
        with suppress(OSError, ValueError):
            self.client.disconnect(
                ReasonCode(PacketTypes.DISCONNECT, identifier=DISCONNECT_WITH_WILL)
            )
        self.up = False

    def stands_still(self) -> bool:
        """Whether bytes are under way and TCP will try them again only after a long wait.

        What is slow, or lost now and then, is tried again soon by TCP itself.
        """
        return read_meter(self.client.socket()).vain_tries >= VAIN_TRIES

    def take(self, frame: Frame) -> None:
        """Deal with one frame of the owner; while the link is down, an offer stays the owner's."""
        match frame:
            case Offer() if self.up:
                self._waiting.append(frame)
                self.pump()
            case Retain() if self.up and self._retains:
                self._states[frame.topic] = frame
                self.pump()
            case Taken():
                message = self._inbound.pop(frame.token, None)
                if message is not None:
                    self.client.ack(*message)
            case _:
                return

    def pump(self) -> None:
        """Hand paho what waits, never more at once than the window: the newest state, then rows."""
        while len(self._in_flight) < self._window and (self._states or self._waiting):
            if self._states:
                state = self._states.pop(next(iter(self._states)))
                info = self.client.publish(state.topic, state.payload, qos=1, retain=True)
                token = None
            else:
                offer = self._waiting.popleft()
                if packet_bytes(offer.topic, offer.payload, offer.properties) > self._largest_bytes:
                    self.to_owner.append(Answer(offer.token, PACKET_TOO_LARGE))
                    continue
                info, token = self._publish(offer), offer.token
            if info.rc == paho.MQTT_ERR_SUCCESS:
                self._in_flight[info.mid] = token

    def _publish(self, offer: Offer) -> paho.MQTTMessageInfo:
        properties = _Packed(pack_properties(offer.content_type, offer.properties))
        return self.client.publish(offer.topic, offer.payload, qos=1, properties=properties)

    def _opened(self, line: Line) -> None:
        """After the handshake, before CONNECT: the dates that OpenSSL did not look at."""
        hurry(line)
        if not isinstance(line, ssl.SSLSocket):
            return
        system = datetime.now(UTC)  # noqa: TID251 - a certificate's dates are wall clock
        floor = self.greeting.earliest_utc_s
        try:
            found = overdue(handshake_chain(line), self.settings.tls.ca, system.timestamp(), floor)
        except (ValueError, OSError):
            found = ("the broker's certificate", "not readable")
        if found is not None:
            self.trouble = clock_trouble(self.settings.broker, *found)
            line.close()
            raise _DatesError

    def _closing(self, line: Line) -> None:
        """Before the line is given back: why a broker that never said yes hung up."""
        if not self.up and self.trouble is None:
            self._last_words = last_words(line) or self._last_words

    def _tell_traffic(self, now_s: float) -> None:
        new, told = self._meter, self._told
        out, into = (
            new.acked_bytes - told.acked_bytes,
            new.received_bytes - told.received_bytes,
        )
        self._told_s = now_s
        if out > 0 or into > 0:
            self._told = new
            self.to_owner.append(Traffic(out, into, round(new.rtt_ms)))

    def _on_connect(
        self,
        client: paho.Client,
        _data: object,
        _flags: paho.ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self.trouble = refused(self.settings.broker, reason.value)
            return
        if getattr(properties, "MaximumQoS", 1) < 1:
            self.trouble = refused(self.settings.broker, QOS_NOT_SUPPORTED)
            return
        self._window = min(WINDOW, getattr(properties, "ReceiveMaximum", WINDOW))
        self._largest_bytes = getattr(properties, "MaximumPacketSize", MAX_FRAME_BYTES)
        self._retains = bool(getattr(properties, "RetainAvailable", 1))
        root = f"{ROOT}/{self.settings.kiosk}"
        leaves = ("receipts", "cmd", "shadow/desired", "lists/#")
        client.subscribe([(f"{root}/{leaf}", SubscribeOptions(qos=1)) for leaf in leaves])
        client.on_log = None  # paho would write a line of words for each packet
        self.up = True
        self.to_owner.append(Link(up=True, why=""))

    def _on_subscribe(
        self,
        _client: paho.Client,
        _data: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        bad = [reason for reason in reasons if reason.value >= FIRST_FAILURE]
        if bad:
            meant = line_end(bad[0].value)
            what = f"The broker lets this kiosk read {len(bad)} of its topics not: {meant.name}."
            self.notices.append(Notice("subscription_refused", "error", what, meant.mend))

    def _on_disconnect(
        self,
        _client: paho.Client,
        _data: object,
        flags: paho.DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if self.trouble is None and flags.is_disconnect_packet_from_server:
            server = str(getattr(properties, "ServerReference", ""))
            self.trouble = sent_away(self.settings.broker, reason.value, server)
        elif self.trouble is None and self.up:
            self.trouble = hung_up(self.settings.broker)
        elif self.trouble is None:
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
        if len(self._inbound) > INBOUND_WINDOW or len(message.payload) > INBOUND_LARGEST_BYTES:
            self.trouble = Trouble(
                "broker_floods",
                f"{self.settings.broker}: the broker sends more than it may.",
                "Find out who answers there: a broker of the standard does not.",
                TRAFFIC_S,
            )

    def _on_log(self, _client: paho.Client, _data: object, level: int, words: str) -> None:
        if level == paho.MQTT_LOG_ERR:
            self._last_words = words


def main(words: list[str] | None = None) -> int:
    """Run the program until SIGTERM or SIGINT; 78 where the configuration can never work."""
    write_no_core()
    said = OnChange(tell_stderr)
    try:
        settings = publisher_settings.settings(publisher_settings.parser().parse_args(words))
        settings.check()
    except BrokerSetupError as error:
        said.say("settings", Notice("cannot_start", "error", str(error), error.mend))
        return EXIT_CONFIGURATION
    publisher = Publisher(settings, said, BrokerLink)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: publisher.stopping.set())
    publisher.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
