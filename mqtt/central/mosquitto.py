"""The broker of a throw-away site: mosquitto on loopback, mutual TLS, rights by certificate."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mqtt.central.child import die_with_parent
from mqtt.central.errors import BrokerError, BrokerMissingError, PortTakenError

LOOPBACK = "127.0.0.1"
START_LIMIT_S = 10.0
STOP_LIMIT_S = 5.0
FROM_KIOSK = ("events", "state", "alerts", "cmd/res")
TO_KIOSK = ("receipts", "cmd", "shadow/desired", "lists/#")
PACKET_LIMIT_BYTES = 400_000  # the largest envelope is 270,336, and stands in no other packet
SBIN = "/usr/sbin:/usr/local/sbin"


@dataclass(frozen=True, slots=True)
class BrokerFiles:
    """What mosquitto reads and writes."""

    authority: Path
    certificate: Path
    key: Path
    configuration: Path
    acl: Path
    log: Path


def acl_text(members: Iterable[str]) -> str:
    """The access list: a kiosk's rights follow from its certificate's name (%u), a member is named.

    Nothing else is allowed to anyone; a shared subscription is checked at each delivery, by topic.
    """
    lines = [f"pattern write border/v1/%u/{leaf}" for leaf in FROM_KIOSK]
    lines += [f"pattern read border/v1/%u/{leaf}" for leaf in TO_KIOSK]
    for member in members:
        lines += ["", f"user {member}"]
        lines += [f"topic read border/v1/+/{leaf}" for leaf in FROM_KIOSK]
        lines += [f"topic write border/v1/+/{leaf}" for leaf in TO_KIOSK]
    return "\n".join(["# Written by `kiosk-central init-site`.", *lines, ""])


def configuration_text(files: BrokerFiles, port: int) -> str:
    """The configuration of the listener and of nothing else.

    Without use_username_as_clientid a second valid certificate could push a kiosk off.
    """
    lines = [
        "# Written by `kiosk-central init-site`: a throw-away broker for one machine.",
        "per_listener_settings true",
        "persistence false",
        f"log_dest file {files.log}",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "set_tcp_nodelay true",
        "max_inflight_messages 50",
        "max_queued_messages 10000",
        f"max_packet_size {PACKET_LIMIT_BYTES}",
        *(["user root"] if os.geteuid() == 0 else []),  # else it could not read keys of mode 0600
        f"listener {port} {LOOPBACK}",
        "allow_anonymous false",
        f"acl_file {files.acl}",
        f"cafile {files.authority}",
        f"certfile {files.certificate}",
        f"keyfile {files.key}",
        "tls_version tlsv1.3",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class BrokerProcess:
    """A running mosquitto; as a context manager it ends with the block."""

    process: "subprocess.Popen[bytes]"
    host: str
    port: int

    @property
    def address(self) -> str:
        """HOST:PORT, as the programs take it."""
        return f"{self.host}:{self.port}"

    def stop(self) -> None:
        """End it politely, or kill it after a while; safe to call twice."""
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once (kill -9), as a power cut would."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def start(files: BrokerFiles, port: int, search_path: str | None = None) -> BrokerProcess:
    """Start mosquitto and come back when it accepts connections.

    `search_path`, as in PATH, is where to look; Debian's sbin folders too where it is not given.
    Raises BrokerMissingError, PortTakenError, BrokerError.
    """
    search_path = search_path or f"{os.environ.get('PATH', '')}:{SBIN}"
    program = shutil.which("mosquitto", path=search_path)
    if program is None:
        raise BrokerMissingError("mosquitto, the MQTT broker, is not installed.")
    _refuse_taken(port)
    files.configuration.write_text(configuration_text(files, port))
    process = subprocess.Popen(  # noqa: S603 - the program that we looked up, our own file
        [program, "-c", str(files.configuration)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - it calls nothing that takes a lock
    )
    try:
        _await_listening(process, port)
    except BrokerError:
        process.kill()
        process.wait()
        raise
    return BrokerProcess(process, LOOPBACK, port)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTakenError(f"Port {port} on {LOOPBACK}: {error.strerror}.") from None


def _await_listening(process: "subprocess.Popen[bytes]", port: int) -> None:
    give_up_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up_s:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        try:
            code = process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        raise BrokerError(f"mosquitto ended with code {code}.")
    raise BrokerError(f"mosquitto does not accept connections after {START_LIMIT_S:.0f} s.")
