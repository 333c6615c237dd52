"""The central sink: a shared subscriber that commits, gives receipts, then acknowledges."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import SystemRandom

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MessageType, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from mqtt.broker import Address, TlsFiles, Trouble, closed_early, diagnose, hurry, refused, turn
from mqtt.central.errors import StoreError
from mqtt.central.intake import Intake
from mqtt.central.receipt_desk import ReceiptDesk
from mqtt.delivery import Backoff
from mqtt.notice import Notice, OnChange
from mqtt.publish_packet import Published, pubacks, read_publish
from mqtt.topics import RECEIPT_CONTENT_TYPE, ROOT, kiosk_of, topic

EVENTS = f"$share/centre/{ROOT}/+/events"
STATES = f"{ROOT}/+/state"
ANSWERS = f"$share/centre/{ROOT}/+/cmd/res"
KEEPALIVE_S = 30
CONNECT_LIMIT_S = 10.0
WAIT_S = 0.5
STATES_LIMIT = 500
STORE_TROUBLE = "store_trouble"


@dataclass(frozen=True, slots=True)
class SinkSettings:
    """Where the broker is, who we are, and how much goes into one commit."""

    broker: Address
    tls: TlsFiles
    batch_limit: int = 50
    backoff: Backoff = field(default_factory=Backoff)


class LeanClient(paho.Client):
    """paho for one who reads no properties and acknowledges by hand; `on_published` takes events.

    Two methods of its inside are replaced, for a quarter of the centre's time; a test holds them
    against paho's own.
    """

    on_published: Callable[[Published], None]

    def __init__(self) -> None:
        super().__init__(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5, manual_ack=True)

    def _handle_publish(self) -> MQTTErrorCode:
        found = read_publish(self._in_packet["command"], bytes(self._in_packet["packet"]))
        if found is None:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self.on_published(found)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def acknowledge(self, mids: Sequence[int]) -> None:
        """PUBACK for each of these."""
        if mids and self.is_connected():
            self._packet_queue(MessageType.PUBACK, pubacks(mids), mids[0], 1)


@dataclass(slots=True)
class Sink:
    """One member of the shared subscription; no thread of its own, `run` until `stopping`.

    Session expiry is 0: what a dead member held goes to another member or is sent anew by the
    kiosk, instead of waiting in a session that nobody takes up.
    """

    settings: SinkSettings
    intake: Intake
    said: OnChange
    stopping: threading.Event = field(default_factory=threading.Event)
    desk: ReceiptDesk = field(init=False)
    _batch: list[Published] = field(default_factory=list)
    _states: list[tuple[str, bytes]] = field(default_factory=list)
    _trouble: Trouble | None = None
    _failures: int = 0
    _last_words: str = ""

    def __post_init__(self) -> None:
        self.desk = self.intake.desk()

    def run(self) -> None:
        """Connect, take, connect again. Raises BrokerSetupError for TLS files that cannot work."""
        self.settings.tls.context()
        while not self.stopping.is_set():
            self._session()
            if self._trouble is not None and not self.stopping.is_set():
                self._wait(self._trouble)

    def _wait(self, trouble: Trouble) -> None:
        self._failures += 1
        self.intake.metrics.broker_troubles += trouble.name != STORE_TROUBLE
        self.said.say("link", Notice(trouble.name, "warning", trouble.what, trouble.mend))
        spread = SystemRandom().random()
        self.stopping.wait(self.settings.backoff.after_s(self._failures, spread))

    def _session(self) -> None:
        """One connection, from CONNECT to its end; what was not committed is forgotten with it."""
        self._trouble = None
        self._batch.clear()
        client = self._client()
        address = self.settings.broker
        try:
            client.connect(address.host, address.port, KEEPALIVE_S, clean_start=True)
        except (OSError, ValueError) as error:
            self._trouble = diagnose(error, address)
            return
        try:
            while not self._ended():
                self._turn(client)
            self._receipt(client, all_of_it=True)
        except StoreError as error:  # not acknowledged: the broker or the kiosk gives it again
            self.intake.metrics.store_troubles += 1
            self._trouble = Trouble(STORE_TROUBLE, str(error), error.mend)
        finally:
            self.intake.metrics.connected = False
            with suppress(OSError, ValueError):
                client.disconnect()

    def _ended(self) -> bool:
        return self._trouble is not None or self.stopping.is_set()

    def _turn(self, client: LeanClient) -> None:
        had, had_states = len(self._batch), len(self._states)
        turn(client, self._pause_s())
        have, states = len(self._batch), len(self._states)
        if have and self._trouble is None and (have == had or have >= self.settings.batch_limit):
            self._commit(client)
        if states and (states == had_states or states >= STATES_LIMIT):
            held, self._states = self._states, []
            self.intake.take_states(held)  # lost in a trouble, they come with the next subscription
        self._receipt(client)
        self._order(client)
        self.intake.watch()

    def _pause_s(self) -> float:
        """How long to wait for the broker: not at all while something may be committed."""
        if self._batch or self._states:
            return 0.0
        left_s = self.desk.left_s(self.intake.monotonic_s())
        return WAIT_S if left_s is None else min(WAIT_S, left_s)

    def _commit(self, client: LeanClient) -> None:
        """Commit, then acknowledge: dying between any two steps loses and doubles nothing."""
        pairs = [(kiosk_of(one.topic) or "", one.payload) for one in self._batch]
        self.desk.add(self.intake.commit(pairs), self.intake.monotonic_s())
        client.acknowledge([one.mid for one in self._batch if one.mid])
        self._batch.clear()

    def _receipt(self, client: paho.Client, *, all_of_it: bool = False) -> None:
        """What dies unsent is asked for again, and then receipted from the database."""
        intake = self.intake
        if not intake.metrics.connected:
            return
        due = self.desk.due(intake.monotonic_s(), intake.utc_now(), all_of_it=all_of_it)
        for kiosk, receipt in due.items():
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.ContentType = RECEIPT_CONTENT_TYPE
            client.publish(topic(kiosk, "receipts"), receipt, qos=1, properties=properties)
            intake.metrics.receipts += 1
            intake.metrics.receipted = self.desk.receipted

    def _order(self, client: paho.Client) -> None:
        """Bring commands to kiosks; what is lost is brought again until it is answered."""
        orders, intake = self.intake.orders, self.intake
        if orders is None or not intake.metrics.connected:
            return
        for kiosk, signed in orders.due(intake.utc_now(), intake.monotonic_s()):
            client.publish(topic(kiosk, "cmd"), signed, qos=1)

    def _client(self) -> LeanClient:
        client = LeanClient()
        client.tls_set_context(self.settings.tls.context())
        client.connect_timeout = CONNECT_LIMIT_S
        client.on_socket_open = lambda _client, _data, line: hurry(line)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_published = lambda message: self._on_message(client, message)
        client.on_log = self._on_log
        return client

    def _on_connect(
        self,
        client: paho.Client,
        _data: object,
        _flags: paho.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._trouble = refused(self.settings.broker, reason.value)
            return
        client.on_log = None  # paho would write a line of words for each packet
        self._failures = 0
        self.intake.metrics.connected = True
        client.subscribe([(name, SubscribeOptions(qos=1)) for name in (EVENTS, STATES, ANSWERS)])
        what = f"{self.settings.broker}: connected."
        self.said.say("link", Notice("broker_back", "info", what))

    def _on_disconnect(
        self,
        _client: paho.Client,
        _data: object,
        _flags: paho.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.intake.metrics.connected = False
        if self._trouble is None:
            words = self._last_words or str(reason)
            self._trouble = closed_early(self.settings.broker, words)

    def _on_message(self, client: LeanClient, message: Published) -> None:
        kiosk = kiosk_of(message.topic)
        if kiosk is not None and message.topic.endswith("/events"):
            self._batch.append(message)
            return
        if kiosk is not None:
            self._take_aside(kiosk, message.topic, message.payload)
        client.acknowledge([message.mid] if message.mid else [])

    def _take_aside(self, kiosk: str, topic_name: str, payload: bytes) -> None:
        if topic_name.endswith("/state"):
            self._states.append((kiosk, payload))
        elif topic_name.endswith("/cmd/res"):
            self.intake.take_answer(kiosk, payload)

    def _on_log(self, _client: paho.Client, _data: object, level: int, words: str) -> None:
        if level == paho.MQTT_LOG_ERR:
            self._last_words = words


@dataclass(slots=True)
class KioskLine:
    """The line of one light kiosk of `kiosk-central simulate`: publishes events, takes receipts."""

    kiosk: str
    address: Address
    tls: TlsFiles
    on_receipt: Callable[[bytes], None]
    ready: bool = False
    _client: paho.Client = field(init=False)

    def __post_init__(self) -> None:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=self.kiosk, protocol=paho.MQTTv5
        )
        client.tls_set_context(self.tls.context())
        client.on_socket_open = lambda _client, _data, line: hurry(line)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = lambda _client, _data, message: self.on_receipt(bytes(message.payload))
        self._client = client

    def _on_connect(self, client: paho.Client, *_: object) -> None:
        client.subscribe(topic(self.kiosk, "receipts"), qos=1)

    def _on_subscribe(self, *_: object) -> None:
        self.ready = True

    def open(self) -> None:
        """Connect; raises OSError."""
        self._client.connect(self.address.host, self.address.port, KEEPALIVE_S)

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()

    def publish(self, wire: bytes) -> None:
        """One event, QoS 1."""
        self._client.publish(topic(self.kiosk, "events"), wire, qos=1)

    def fileno(self) -> int:
        """The socket's number; -1 where the line is gone."""
        line = self._client.socket()
        return -1 if line is None else line.fileno()

    def want_write(self) -> bool:
        """Whether bytes wait to go out."""
        return self._client.want_write()

    def turn(self) -> None:
        """Read what is there, write what can go."""
        turn(self._client, 0.0)

    def keep_alive(self) -> None:
        """Now and then."""
        self._client.loop_misc()
