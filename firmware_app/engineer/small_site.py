"""A whole site on one machine: test PKI, broker, centre, publisher, kiosk, simulated devices.

The same programs as on the appliance, as ordinary processes; everything in one folder.
"""

import http.client
import json
import os
import shutil
import socket
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from drivers.chip import certificates
from drivers.chip.csca import CscaStore
from drivers.chip.simulated_peer import SPECIMEN, issuer_of
from drivers.chip.simulated_reader import card_for_pcscd, leave_stage
from firmware_app.clock import utc_now
from firmware_app.config import Liveness
from firmware_app.engineer import virtual_reader
from firmware_app.engineer.officer_site import OfficerSite
from firmware_app.engineer.processes import Child, Family
from firmware_app.errors import SetupError
from mqtt.bundle_store import BundleStore
from mqtt.bundles import KEYS
from mqtt.central.errors import CentralError
from mqtt.central.mosquitto import BrokerProcess, free_port
from mqtt.central.show import as_json
from mqtt.central.site import Site, init_site, start_broker
from mqtt.central.store_sqlite import Store
from mqtt.errors import OutboxBusyError
from mqtt.keys import load_public_key
from mqtt.owner_lock import OwnerLock

KIOSK_ID = "uto-demo-1"
START_LIMIT_S = 60.0
LEAST_ROOM_MB = 200
POLL_S = 0.02
SOCKET_PATH_LIMIT = 90
BIN = Path(sys.executable).parent

CONFIG = """\
# Written by `kiosk demo`: a kiosk with simulated devices beside a throw-away centre.
kiosk_id = "{kiosk}"
profile = "demo"
relay_socket = "{folder}/relay.sock"

[post]
locode = "UTABC"
code = "DEMO"
authority = "UTO"
{post}

[page]
port = {port}

[devices]
{devices}

[sound]
folder = "{folder}/sounds"

[policy]
try_limit_s = {try_limit_s}

[liveness]
challenges = {challenges}
count = {count}
challenge_s = {challenge_s}

[storage]
outbox = "{folder}/outbox.sqlite3"
outbox_limit_mb = {outbox_limit_mb}
resend_after_s = {resend_after_s}

[keys]
signing = "{signing}"
root = "{root}"
bundles = "{folder}/bundles"
authorities = "{folder}/csca"

[law]
legal_basis = "demo"
notice_version = "1"
retention_days = 1
{officer}"""

ALONE = ("group_size_max = 1",)
SIMULATED = {
    "document_reader": "simulated://{stage}/reader?framing=honeywell",
    "page_camera": "simulated://{stage}/page?scene=page",
    "camera": "simulated://{stage}/camera",
    "finger_scanner": "simulated://{stage}/finger",
}
CHIP = {"chip_reader": "simulated://{stage}/chip"}


@dataclass(slots=True)
class SmallSite:
    """Start with `with`; whatever happens, nothing of it runs after the block.

    devices: URLs instead of the simulated ones, by name; kiosk_command: what starts the kiosk;
    chip: whether documents have chips there, whose simulated issuer is believed; pcsc: whether they
    are read through a PC/SC service with a virtual reader, where this machine can have one; post:
    lines of its [post];
    officer_port: of the officer's page, 0: none.
    """

    folder: Path
    page_port: int
    outbox_limit_mb: float = 64.0
    resend_after_s: float = 60.0
    try_limit_s: float = 25.0
    challenges: tuple[str, ...] = Liveness().challenges
    challenge_count: int = 3
    challenge_s: float = 12.0
    chip: bool = True
    pcsc: bool = False
    devices: dict[str, str] = field(default_factory=dict)
    post: tuple[str, ...] = ALONE
    officer_port: int = 0
    kiosk_command: tuple[str | Path, ...] = (BIN / "kiosk", "run")
    family: Family = field(init=False)
    site: Site = field(init=False)
    broker: BrokerProcess = field(init=False)
    started_at_s: float = 0.0
    first_screen_s: float = 0.0
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.folder = self.folder.resolve()
        _check_room(self.folder)
        _check_port(self.page_port)
        with ExitStack() as stack:
            stack.callback(_own(self.folder).release)
            self.site = _site(self.folder)
            if self.chip:
                _believe_simulated_issuer(self.folder / "csca")
            self.family = stack.enter_context(Family(self.folder / "log"))
            if self.chip and self.pcsc:
                self._lay_chips_on_a_reader(stack)
            self.start_broker()
            stack.callback(self._stop_broker)
            self.start_sink()
            self.start_publisher()
            self.start_kiosk()
            self._start_officer_page()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, value, trace)

    @property
    def stage(self) -> Path:
        """Where the simulated devices take cues."""
        return self.folder / "stage"

    @property
    def config_file(self) -> Path:
        """The kiosk's own kiosk.toml."""
        return self.folder / "kiosk.toml"

    @property
    def relay_socket(self) -> Path:
        """Between the kiosk and its publisher."""
        return self.folder / "relay.sock"

    def start_broker(self) -> None:
        """Mosquitto on loopback with mutual TLS."""
        try:
            self.broker = start_broker(self.site)
        except CentralError as error:
            raise SetupError(str(error), error.mend) from error

    def start_sink(self) -> Child:
        """The central server."""
        words: list[str | Path] = ["serve", "--config", self.site.configuration]
        return self.family.start("central", [BIN / "kiosk-central", *words])

    def start_publisher(self) -> Child:
        """The stateless relay to the broker."""
        files = self.site.kiosk(KIOSK_ID)
        command: list[str | Path] = [BIN / "border-kiosk-publish", "--relay", self.relay_socket]
        command += ["--broker", f"127.0.0.1:{self.site.port}", "--kiosk", KIOSK_ID]
        command += ["--ca", self.site.authority.public, "--cert", files.tls.public]
        return self.family.start("publisher", [*command, "--key", files.tls.private])

    def start_kiosk(self) -> Child:
        """The kiosk itself; returns when its first screen is up."""
        files = self.site.kiosk(KIOSK_ID)
        _give_keys(self.site, self.folder / "bundles")
        self.config_file.write_text(
            CONFIG.format(
                kiosk=KIOSK_ID,
                folder=self.folder,
                devices=self._device_lines(),
                challenges=json.dumps(self.challenges),
                count=self.challenge_count,
                challenge_s=self.challenge_s,
                port=self.page_port,
                post="\n".join(self.post),
                outbox_limit_mb=self.outbox_limit_mb,
                resend_after_s=self.resend_after_s,
                try_limit_s=self.try_limit_s,
                signing=files.signing.private,
                root=self.site.root.public,
                officer=self._officer_table(),
            )
        )
        self.started_at_s = time.monotonic()
        child = self.family.start("kiosk", [*self.kiosk_command, "--config", self.config_file])
        self._await_page()
        self.first_screen_s = time.monotonic() - self.started_at_s
        return child

    @property
    def officer(self) -> OfficerSite:
        """Keys and certificates of the officer's page."""
        return OfficerSite(self.folder / "officer")

    def _start_officer_page(self) -> None:
        if self.officer_port:
            command = self.officer.command(self.folder / "officer.sock", self.officer_port)
            self.family.start("officer", command)

    def _officer_table(self) -> str:
        if not self.officer_port:
            return ""
        self.officer.make()
        return "\n" + self.officer.table(self.folder / "officer.sock", self.officer_port)

    def child(self, name: str) -> Child:
        """The newest process of that name."""
        return [child for child in self.family.children if child.name == name][-1]

    def crossings(self) -> list[dict[str, Any]]:
        """The crossings that the centre decrypted and stored, oldest first."""
        return [one for one in self._stored() if one["kind"] == "crossing"]

    def wire_bytes(self, event: dict[str, Any]) -> int:
        """What one crossing and its attachments took on the wire."""
        crossing_id = event["event"]["envelope"]["event_id"]
        return sum(
            one["sealed_bytes"]
            for one in self._stored()
            if one["arrival"] == event["arrival"]
            or (one["kind"] == "attachment" and one["event"]["relates_to"] == crossing_id)
        )

    def _stored(self) -> list[dict[str, Any]]:
        if not self.site.database.exists():
            return []
        with Store(self.site.database, read_only=True) as store:
            return [as_json(one) for one in store.events(0, sys.maxsize)]

    def _lay_chips_on_a_reader(self, stack: ExitStack) -> None:
        """Through PC/SC where that can be; else the kiosk's own line to the chip stays."""
        reader = virtual_reader.start(self.folder, self.family)
        if reader is not None:
            stage = self.stage / "chip"
            card_for_pcscd(stage, reader.port)
            stack.callback(leave_stage, stage)
            self.devices = {"chip_reader": reader.url} | self.devices

    def _device_lines(self) -> str:
        urls = SIMULATED | (CHIP if self.chip else {}) | self.devices
        stage = str(self.stage)
        return "\n".join(f'{name} = "{url.format(stage=stage)}"' for name, url in urls.items())

    def _stop_broker(self) -> None:
        self.broker.stop()

    def _await_page(self) -> None:
        until_s = time.monotonic() + START_LIMIT_S
        pause = threading.Event()
        while time.monotonic() < until_s:
            self.family.check()
            if _healthy(self.page_port):
                return
            pause.wait(POLL_S)
        raise SetupError("the page did not come up in time.", f"Read {self.folder}/log/kiosk.log.")


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        return bool(json.loads(answer.read()).get("screen"))
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _own(folder: Path) -> OwnerLock:
    try:
        return OwnerLock.take(folder / "run.lock")
    except OutboxBusyError as error:
        mend = "End the other run, or name another --folder."
        raise SetupError(f"another run uses {folder}.", mend) from error


def _site(folder: Path) -> Site:
    try:
        return init_site(folder / "site", KIOSK_ID, port=free_port())
    except CentralError as error:
        raise SetupError(str(error), error.mend) from error


def _give_keys(site: Site, folder: Path) -> None:
    """As `kiosk keys enrol` would: the bundle that the site's root signed."""
    store = BundleStore(folder, load_public_key(site.root.public), utc_now)
    store.take(site.bundle.read_bytes(), KEYS)


def _believe_simulated_issuer(folder: Path) -> None:
    """As `kiosk csca import` would, from the authority that signs the demo's documents."""
    encoded = issuer_of(SPECIMEN).csca.encoded
    CscaStore.of((certificates.parse(encoded),)).save(folder)


def _check_port(port: int) -> None:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            raise SetupError(
                f"port {port} of 127.0.0.1 is taken.",
                "Stop the other program (`ss -ltnp` names it), or: make run PORT=8081",
            ) from error


def _check_room(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free_mb = shutil.disk_usage(folder).free // 2**20
    except OSError as error:
        raise SetupError(
            f"{folder}: {error.strerror}.", "Run where you may write, or name --folder."
        ) from error
    if not os.access(folder, os.W_OK):
        raise SetupError(f"{folder} may not be written.", "Run as its owner, or name --folder.")
    if free_mb < LEAST_ROOM_MB:
        raise SetupError(f"only {free_mb} MB are free in {folder}.", "Make 200 MB free.")
    if len(str(folder)) > SOCKET_PATH_LIMIT:
        raise SetupError(
            f"the path {folder} is too long for a Unix socket.", "Name a shorter --folder."
        )
