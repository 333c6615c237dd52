"""A throw-away centre with a broker, and a kiosk's outbox and relay without the kiosk, to measure.

The shipped programs: mosquitto, kiosk-central and border-kiosk-publish as processes of their own.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import uuid_utils

from firmware_app.engineer.processes import Child, Family
from firmware_app.engineer.report import progress
from firmware_app.errors import SetupError
from mqtt import events
from mqtt.central.errors import CentralError
from mqtt.central.mosquitto import BrokerProcess, free_port
from mqtt.central.site import Site, init_site, start_broker
from mqtt.contract import specimen
from mqtt.envelope import Head, Sealed, Sealer
from mqtt.events import Assurance, Kind, Profile
from mqtt.keys import load_private_key, load_public_key
from mqtt.outbox import Outbox
from mqtt.relay import RelayServer, RelaySettings

KIOSK_ID, BARE_ID = "bench-1", "bench-2"
OUTBOX_BYTES = 2 * 2**30
COMMIT_ROWS = 100
BARE_LIMIT_S = 600.0
SAY_EVERY_S = 5.0


@dataclass(slots=True)
class DeliverySite:
    """Start with `with`; nothing of it runs after the block."""

    folder: Path
    site: Site = field(init=False)
    broker: BrokerProcess = field(init=False)
    family: Family = field(init=False)
    outbox: Outbox = field(init=False)
    relay: RelayServer = field(init=False)
    sealer: Sealer = field(init=False)
    put_rows: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            try:
                self.site = init_site(self.folder / "site", KIOSK_ID, port=free_port())
                init_site(self.folder / "site", BARE_ID, port=self.site.port)
                self.broker = start_broker(self.site)
                stack.callback(self.broker.stop)
            except CentralError as error:
                raise SetupError(str(error), error.mend) from error
            self.family = stack.enter_context(Family(self.folder / "log"))
            self._open_owner(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, value, trace)

    def _open_owner(self, stack: ExitStack) -> None:
        keys = self.site.kiosk(KIOSK_ID).signing
        recipients = (load_public_key(self.site.recipient.public),)
        signer = load_private_key(keys.private)
        self.sealer = Sealer(signer, recipients, Profile.DEMO, Assurance.SOFTWARE)
        path = self.folder / "outbox.sqlite3"
        self.outbox = stack.enter_context(Outbox(path, kiosk=KIOSK_ID, max_bytes=OUTBOX_BYTES))
        self.relay = RelayServer(
            path=self.folder / "relay.sock",
            outbox=self.outbox,
            receipt_keys=[load_public_key(self.site.receipts.public)],
            kiosk=KIOSK_ID,
            on_signed=lambda _leaf, _payload: None,
            tell=lambda _notice: None,
            settings=RelaySettings(keep_after_receipt_s=0.0),
        )
        self.relay.start()
        stack.callback(self.relay.stop)
        self._commit(lambda _head: [self._epoch_start()])

    def start_sink(self) -> Child:
        """The centre with its SQLite store."""
        words = ["-m", "mqtt.central", "run", "--config", str(self.site.configuration)]
        return self.family.start("central", [sys.executable, *words])

    def sink_is_there(self) -> bool:
        """Whether it has said that it is connected."""
        return any("broker_back" in child.tail() for child in self._named("central"))

    def stop_sink(self) -> None:
        """End it, so that nobody takes events."""
        for child in self._named("central"):
            self.family.kill(child)

    def _named(self, name: str) -> list[Child]:
        return [child for child in self.family.children if child.name == name]

    def start_publisher(self) -> Child:
        """The stateless relay to the broker."""
        words = ["--relay", str(self.relay.path), "--kiosk", KIOSK_ID, *self._line(KIOSK_ID)]
        return self.family.start("publisher", [sys.executable, "-m", "mqtt.publisher", *words])

    def bare(self, count: int, size_bytes: int) -> float:
        """Seconds that bare paho takes for as many, as large; a client of its own name."""
        words = ["--topic", f"border/v1/{BARE_ID}/alerts", *self._line(BARE_ID)]
        words += ["--count", str(count), "--size-bytes", str(size_bytes)]
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "mqtt.bare_publish", *words],
            capture_output=True,
            check=True,
            timeout=BARE_LIMIT_S,
        )
        return float(json.loads(done.stdout)["seconds"])

    def _line(self, kiosk: str) -> list[str]:
        tls = self.site.kiosk(kiosk).tls
        words = ["--broker", f"127.0.0.1:{self.site.port}", "--ca", str(self.site.authority.public)]
        return [*words, "--cert", str(tls.public), "--key", str(tls.private)]

    def put(self, count: int, data: bytes) -> int:
        """Commit so many portraits of `data`; gives the bytes of one on the wire."""
        size_bytes = 0
        for rows in _slices(count, COMMIT_ROWS):
            sealed = self._commit(partial(self._portraits, rows, data))
            size_bytes = len(sealed[-1].wire())
        return size_bytes

    def until(
        self,
        true: Callable[[], bool],
        what: Callable[[], str],
        limit_s: float,
        *,
        look_every_s: float = 0.02,
    ) -> float:
        """Seconds until it is so; SetupError where it is not within `limit_s`."""
        began_s = said_s = time.monotonic()
        pause = threading.Event()
        while not true():
            self.family.check()
            now_s = time.monotonic()
            if now_s - began_s > limit_s:
                raise SetupError(f"not within {limit_s:.0f} s: {what()}.", "Read the logs.")
            if now_s - said_s > SAY_EVERY_S:
                said_s = now_s
                progress(f"  {what()}")
            pause.wait(look_every_s)
        return time.monotonic() - began_s

    def erased(self) -> int:
        """How many rows have gone the whole way."""
        return self.outbox.levels(time.monotonic()).erased

    def _commit(self, seal: Callable[[Head | None], list[Sealed]]) -> tuple[Sealed, ...]:
        sealed = self.outbox.append(seal, time.monotonic())
        self.put_rows += len(sealed)
        self.relay.committed(sealed)
        return sealed

    def _epoch_start(self) -> Sealed:
        head = self.outbox.epoch_head(str(uuid_utils.uuid4()))
        event = msgspec.structs.replace(specimen.epoch_start(), event_id=str(uuid_utils.uuid7()))
        return self.seal(events.encode(event), head, Kind.EPOCH_START, event.event_id)

    def _portraits(self, count: int, data: bytes, head: Head | None) -> list[Sealed]:
        sealed: list[Sealed] = []
        for _ in range(count):
            event_id = str(uuid_utils.uuid7())
            event = msgspec.structs.replace(specimen.portrait(data), event_id=event_id)
            place = sealed[-1].next_head if sealed else head
            if place is None:
                raise ValueError("the epoch was not begun.")
            sealed.append(self.seal(events.encode(event), place, Kind.ATTACHMENT, event_id))
        return sealed

    def seal(self, plaintext: bytes, head: Head, kind: Kind, event_id: str) -> Sealed:
        """As the kiosk seals."""
        at_utc = specimen.CAPTURED_AT
        return self.sealer.seal(plaintext, head=head, kind=kind, event_id=event_id, at_utc=at_utc)


def _slices(count: int, size: int) -> Iterator[int]:
    for start in range(0, count, size):
        yield min(size, count - start)
