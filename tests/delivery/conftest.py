"""A whole chain for the delivery tests: outbox, relay, publisher, mosquitto, sink, all real."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import msgspec
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from mqtt import events
from mqtt.central.mosquitto import BrokerProcess, free_port
from mqtt.central.pki import KeyPair
from mqtt.central.site import Site, init_site, start_broker
from mqtt.central.store_sqlite import Store
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Kind, Profile, Sealer
from mqtt.keys import load_private_key, load_public_key
from mqtt.notice import Notice
from mqtt.outbox import Outbox
from mqtt.relay import RelayServer, RelaySettings

KIOSK = "kiosk-1"
PICTURE = b"".join(sha256(bytes([n])).digest() for n in range(250)) * 5  # 40,000 bytes


def until(true: Callable[[], object], what: str, limit_s: float = 45.0) -> None:
    """Wait for it, or fail and say for what."""
    tick = threading.Event()
    give_up_s = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < give_up_s, f"not within {limit_s:.0f} s: {what}"
        tick.wait(0.02)


def central(site: Site, *words: str) -> subprocess.CompletedProcess:
    """One `kiosk-central` command at this site."""
    command = [sys.executable, "-m", "mqtt.central", words[0], "--config", str(site.configuration)]
    return subprocess.run(
        [*command, *words[1:]], capture_output=True, text=True, timeout=20, check=False
    )


@dataclass
class Program:
    """One program in a process of its own; its standard error goes to a file."""

    process: subprocess.Popen
    log: Path

    @classmethod
    def start(cls, words: list[str], log: Path, before: tuple[str, ...] = ()) -> "Program":
        with log.open("ab") as stderr:
            return cls(subprocess.Popen([*before, sys.executable, *words], stderr=stderr), log)

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def end(self) -> int:
        self.thaw()
        self.process.terminate()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def lines(self, event: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if f'"{event}"' in line]


class Client:
    """A plain MQTT 5 client that shows what the broker answers."""

    def __init__(self, site: Site, tls: KeyPair, client_id: str = "") -> None:
        self.site = site
        self.answers: dict[int, int] = {}
        self.messages: list[tuple[str, bytes]] = []
        self.connected = threading.Event()
        self.subscribed = threading.Event()
        self.lost = threading.Event()
        self.paho = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5
        )
        self.paho.tls_set(str(site.authority.public), str(tls.public), str(tls.private))
        self.paho.on_connect = lambda *_: self.connected.set()
        self.paho.on_disconnect = lambda *_: self.lost.set()
        self.paho.on_subscribe = lambda *_: self.subscribed.set()
        self.paho.on_publish = self._on_publish
        self.paho.on_message = lambda _c, _d, m: self.messages.append((m.topic, m.payload))

    def _on_publish(self, _client, _data, mid, reason, _properties):
        self.answers[mid] = reason.value

    def __enter__(self):
        self.paho.connect("127.0.0.1", self.site.port)
        self.paho.loop_start()
        assert self.connected.wait(5)
        return self

    def __exit__(self, *_):
        self.paho.disconnect()
        self.paho.loop_stop()

    def publish(self, topic: str, payload: bytes) -> int:
        """The broker's reason code."""
        mid = self.paho.publish(topic, payload, qos=1).mid
        until(lambda: mid in self.answers, "a PUBACK", 5)
        return self.answers[mid]

    def subscribe(self, topic: str) -> None:
        self.paho.subscribe(topic, qos=1)
        assert self.subscribed.wait(5)


@dataclass
class Chain:
    """Start and stop each link by itself; `speed` makes the outbox's minute shorter."""

    folder: Path
    site: Site
    speed: float = 60.0
    settings: RelaySettings = field(
        default_factory=lambda: RelaySettings(
            keep_after_receipt_s=0.0, upkeep_s=0.1, receipt_limit_s=1.0, answer_limit_s=5.0
        )
    )
    notices: list[Notice] = field(default_factory=list)
    signed: list[tuple[str, bytes]] = field(default_factory=list)
    kiosk: str = KIOSK
    earliest_utc_s: float = field(default_factory=lambda: datetime.now(UTC).timestamp() - 3600)  # noqa: TID251 - a clock that is right
    broker: BrokerProcess | None = None
    outbox: Outbox | None = None
    relay: RelayServer | None = None
    programs: list[Program] = field(default_factory=list)
    sent: int = 0

    def until(self, true: Callable[[], object], what: str, limit_s: float = 45.0) -> None:
        until(true, what, limit_s)

    def now_s(self) -> float:
        return time.monotonic() * self.speed

    @property
    def relay_path(self) -> Path:
        return self.folder / "relay.sock"

    def start_owner(self) -> RelayServer:
        files = self.site.kiosk(KIOSK)
        self.outbox = Outbox(self.folder / "outbox.sqlite3", kiosk=KIOSK, max_bytes=256 * 2**20)
        self.sealer = Sealer(
            load_private_key(files.signing.private),
            (load_public_key(self.site.recipient.public),),
            Profile.DEMO,
            Assurance.SOFTWARE,
        )
        self.relay = RelayServer(
            path=self.relay_path,
            outbox=self.outbox,
            receipt_keys=[load_public_key(self.site.receipts.public)],
            kiosk=KIOSK,
            on_signed=lambda leaf, payload: self.signed.append((leaf, payload)),
            tell=self.notices.append,
            settings=self.settings,
            outbox_clock=self.now_s,
            earliest_utc_s=lambda: self.earliest_utc_s,
        )
        self.relay.start()
        self.put_start()
        return self.relay

    def put_start(self) -> None:
        epoch = str(uuid4())
        event = msgspec.structs.replace(specimen.epoch_start(), event_id=str(uuid4()))
        sealed = self.outbox.append(
            lambda _head: [self._seal(event, Kind.EPOCH_START, self.outbox.epoch_head(epoch))],
            self.now_s(),
        )
        self.sent += 1
        self.relay.committed(sealed)

    def _seal(self, event, kind, head):
        return self.sealer.seal(
            events.encode(event),
            head=head,
            kind=kind,
            event_id=event.event_id,
            at_utc=specimen.CAPTURED_AT,
        )

    def put(self, count: int, picture: bytes = PICTURE) -> None:
        """So many events of 40 KB, committed as one."""

        def seal(head):
            rows = []
            for _ in range(count):
                event = msgspec.structs.replace(specimen.portrait(picture), event_id=str(uuid4()))
                rows.append(self._seal(event, Kind.ATTACHMENT, head))
                head = rows[-1].next_head
            return rows

        self.relay.committed(self.outbox.append(seal, self.now_s()))
        self.sent += count

    def put_crossing(self) -> None:
        def seal(head):
            event = msgspec.structs.replace(
                specimen.crossing(),
                envelope=msgspec.structs.replace(
                    specimen.crossing().envelope,
                    event_id=str(uuid4()),
                    kiosk_id=KIOSK,
                    epoch=head.epoch,
                    sequence=head.sequence,
                ),
            )
            return [
                self.sealer.seal(
                    events.encode(event),
                    head=head,
                    kind=Kind.CROSSING,
                    event_id=event.envelope.event_id,
                    at_utc=specimen.CAPTURED_AT,
                )
            ]

        self.relay.committed(self.outbox.append(seal, self.now_s()))
        self.sent += 1

    def start_broker(self) -> BrokerProcess:
        self.broker = start_broker(self.site)
        return self.broker

    def other_authority(self, folder: Path) -> Path:
        return init_site(folder, KIOSK).authority.public

    def other_certificate(self, folder: Path) -> KeyPair:
        return init_site(folder, KIOSK).kiosk(KIOSK).tls

    def start_publisher(
        self,
        ca: Path | None = None,
        tls: KeyPair | None = None,
        *,
        broker: str | None = None,
        more: tuple[str, ...] = (),
        before: tuple[str, ...] = (),
    ) -> Program:
        """The shipped publisher; `broker` is HOST:PORT, `before` what starts Python."""
        tls = tls or self.site.kiosk(KIOSK).tls
        words = ["-m", "mqtt.publisher", "--relay", str(self.relay_path), "--kiosk", KIOSK]
        words += ["--broker", broker or f"127.0.0.1:{self.site.port}", "--cert", str(tls.public)]
        words += ["--key", str(tls.private), "--ca", str(ca or self.site.authority.public)]
        return self._program([*words, *more], "publisher.log", before)

    def start_sink(self, member: str = "centre-1") -> Program:
        words = ["-m", "mqtt.central", "serve", "--config", str(self.site.configuration)]
        return self._program([*words, "--member", member], "sink.log")

    def start_dying_sink(self, when: str) -> Program:
        script = Path(__file__).with_name("dying_sink.py")
        return self._program([str(script), str(self.site.configuration), when], "sink.log")

    def _program(self, words: list[str], log: str, before: tuple[str, ...] = ()) -> Program:
        program = Program.start(words, self.folder / log, before)
        self.programs.append(program)
        return program

    def start_all(self) -> None:
        self.start_broker()
        self.start_sink()
        self.start_owner()
        self.start_publisher()

    def stored(self) -> int:
        if not self.site.database.exists():
            return 0
        with Store(self.site.database, read_only=True) as store:
            return store.last_arrival()

    def levels(self):
        return self.outbox.levels(self.now_s())

    def until_erased(self, limit_s: float = 60.0) -> None:
        """All that was put is erased, and the centre holds exactly as many."""
        until(lambda: self.levels().erased == self.sent, f"{self.sent} erased", limit_s)
        assert self.stored() == self.sent

    def names(self) -> list[str]:
        return [notice.name for notice in self.notices]

    def central(self, *words: str) -> subprocess.CompletedProcess:
        return central(self.site, *words)

    def public_key(self):
        return load_public_key(self.site.kiosk(KIOSK).signing.public)

    def client(self, name: str, client_id: str = "") -> "Client":
        """A client with the certificate of a member, or else of a kiosk."""
        member = self.site.member(name)
        files = member if member.exists() else self.site.kiosk(name).tls
        return Client(self.site, files, client_id)

    def stop_owner(self) -> None:
        self.relay.stop()
        self.outbox.close()

    def close(self) -> None:
        for program in self.programs:
            program.end()
        if self.relay is not None:
            self.relay.stop()
        if self.outbox is not None:
            self.outbox.close()
        if self.broker is not None:
            self.broker.stop()


@pytest.fixture(scope="session")
def made_site(tmp_path_factory) -> Path:
    """A site is made once; each test gets a copy of its own port."""
    folder = tmp_path_factory.mktemp("made") / "site"
    init_site(folder, KIOSK)
    init_site(folder, "kiosk-2")
    return folder


@pytest.fixture
def site(made_site, tmp_path) -> Site:
    shutil.copytree(made_site, tmp_path / "site")
    return init_site(tmp_path / "site", KIOSK, port=free_port())


@pytest.fixture
def chain(site, tmp_path) -> Iterator[Chain]:
    chain = Chain(tmp_path, site)
    try:
        yield chain
    finally:
        chain.close()
