"""A fleet of light kiosks against a whole throw-away site: broker, members, database, all real."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Self

from mqtt.broker import Address, TlsFiles
from mqtt.central.audit import audit
from mqtt.central.child import die_with_parent
from mqtt.central.errors import CentralError
from mqtt.central.mosquitto import LOOPBACK
from mqtt.central.postgres_cluster import Cluster
from mqtt.central.settings import CentralSettings
from mqtt.central.simulated_kiosk import RESEND_AFTER_S, LightKiosk
from mqtt.central.sink import KioskLine
from mqtt.central.site import MEMBERS, Site, add_kiosks, start_broker
from mqtt.keys import load_private_key, load_public_key

READY_LIMIT_S = 60.0
LAST_RECEIPT_LIMIT_S = 120.0
TURN_S = 0.05
REVIVE_EVERY_S = 1.0
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class SimulationError(CentralError):
    """The throw-away site did not come up, or too many kiosks were asked for."""

    mend = "Read member.log and broker/mosquitto.log in its folder, or ask for fewer --kiosks."


@dataclass(frozen=True, slots=True)
class Load:
    """`rate` is events a second of all kiosks together; `size` bytes of payload in each.

    So many `kills` (kill -9, and a start at once) hit members and PostgreSQL at random moments.
    """

    kiosks: int
    rate: float
    seconds: float
    size: int
    members: int = 1
    postgres: bool = False
    kills: int = 0
    resend_after_s: float = RESEND_AFTER_S


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it; `lost`, `doubled`, `broken_chains` and `refused` must be 0."""

    load: Load
    events: int
    bytes: int
    seconds: float
    receipt_p50_ms: float
    receipt_p95_ms: float
    receipt_p99_ms: float
    receipts: int
    killed: int
    resent: int
    lost: int
    doubled: int
    broken_chains: int
    refused: int
    member_cpu_ms: float
    broker_cpu_ms: float

    @property
    def clean(self) -> bool:
        """Nothing lost, doubled, broken or forged."""
        return not (self.lost or self.doubled or self.broken_chains or self.refused)


@dataclass(slots=True)
class SimulatedSite:
    """Start with `with`: the broker, the members and the fleet's certificates in one folder."""

    folder: Path
    load: Load
    port: int
    site: Site = field(init=False)
    kiosks: list[LightKiosk] = field(default_factory=list)
    _lines: list[KioskLine] = field(default_factory=list)
    _broker_pid: int = 0
    _members: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)
    _cluster: Cluster | None = None
    _killed: int = 0
    _revive_at_s: float = 0.0
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            names = [f"sim-{number:05d}" for number in range(1, self.load.kiosks + 1)]
            self.site = add_kiosks(self.folder, names, port=self.port, profile="selftest")
            if self.load.postgres:
                self._use_postgres(stack)
            broker = stack.enter_context(start_broker(self.site))
            self._broker_pid = broker.process.pid
            stack.callback(self._stop_members)
            for member in MEMBERS[: self.load.members]:
                self._start_member(member)
            self._connect(stack, names)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, told: Callable[[int], None]) -> Figures:
        """Send at the asked rate, wait for the last receipt, look into the database."""
        cpu_before = self._cpu()
        started_s = time.monotonic()
        wanted, sent = round(self.load.rate * self.load.seconds), 0
        kills = sorted(SystemRandom().randrange(wanted) for _ in range(self.load.kills))
        while sent < wanted:
            due = min(int((time.monotonic() - started_s) * self.load.rate) + 1, wanted)
            for number in range(sent, due):
                at = number % len(self.kiosks)
                wire = self.kiosks[at].next_wire(self.load.size, time.monotonic())
                self._lines[at].publish(wire)
            sent = due
            while self._killed < len(kills) and kills[self._killed] < sent:
                self._kill_one()
            self._turn()
            told(sent)
        sent_in_s = time.monotonic() - started_s
        self._until(lambda: not any(one.waiting for one in self.kiosks), LAST_RECEIPT_LIMIT_S)
        cpu = [now - before for now, before in zip(self._cpu(), cpu_before, strict=True)]
        return self._figures(sent_in_s, cpu)

    def _use_postgres(self, stack: ExitStack) -> None:
        self.folder.chmod(0o755)
        self._cluster = stack.enter_context(Cluster(self.folder / "postgres").make().start())
        text = self.site.configuration.read_text().replace("central.sqlite3", self._cluster.url)
        self.site.configuration.write_text(text)

    def _kill_one(self) -> None:
        """Kill -9 of a member or of the database, then a start."""
        self._killed += 1
        member = SystemRandom().choice([*self._members, *([None] if self._cluster else [])])
        if member is not None:
            self._members[member].kill()
            self._members[member].wait()
            self._start_member(member)
        elif self._cluster is not None:
            self._cluster.kill()
            self._cluster.start()

    def _revive(self) -> None:
        """As systemd would: a member ends by itself where it starts while PostgreSQL does."""
        now_s = time.monotonic()
        if not self._killed or now_s < self._revive_at_s:
            return
        self._revive_at_s = now_s + REVIVE_EVERY_S
        for member, process in list(self._members.items()):
            if process.poll() is not None:
                self._start_member(member)

    def _stop_members(self) -> None:
        for process in self._members.values():
            process.terminate()
        for process in self._members.values():
            process.wait()

    def _cpu(self) -> list[float]:
        """Seconds of the broker and of all members that live now."""
        members = sum(_cpu_s(process.pid) for process in self._members.values())
        return [_cpu_s(self._broker_pid), members]

    def _start_member(self, member: str) -> None:
        words = ["serve", "--config", str(self.site.configuration), "--member", member]
        with (self.folder / "member.log").open("ab") as log:
            self._members[member] = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-m", "mqtt.central", *words],
                stderr=log,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it calls nothing that takes a lock
            )

    def _connect(self, stack: ExitStack, names: Sequence[str]) -> None:
        recipient = load_public_key(self.site.recipient.public)
        receipt_key = load_public_key(self.site.receipts.public)
        for name in names:
            files = self.site.kiosk(name)
            signing_key = load_private_key(files.signing.private)
            again_s = self.load.resend_after_s
            kiosk = LightKiosk(name, signing_key, recipient, receipt_key, again_s)
            tls = TlsFiles(self.site.authority.public, files.tls.public, files.tls.private)
            line = KioskLine(name, Address(LOOPBACK, self.site.port), tls, self._taker(kiosk))
            self.kiosks.append(kiosk)
            self._lines.append(line)
            line.open()
            stack.callback(line.close)
        ready = self.folder / "member.log"
        members = self.load.members
        self._until(lambda: ready.read_text().count('"broker_back"') == members, READY_LIMIT_S)
        self._until(lambda: all(line.ready for line in self._lines), READY_LIMIT_S)
        if not all(line.ready for line in self._lines):
            raise SimulationError("not every kiosk could connect and subscribe.")

    def _taker(self, kiosk: LightKiosk) -> Callable[[bytes], None]:
        return lambda receipt: kiosk.take_receipt(receipt, time.monotonic())

    def _until(self, true: Callable[[], bool], limit_s: float) -> None:
        give_up_s = time.monotonic() + limit_s
        while not true() and time.monotonic() < give_up_s:
            self._turn()

    def _turn(self) -> None:
        """One look at all lines; sends anew what waited too long."""
        poll = select.poll()
        by_number = {}
        for line in self._lines:
            number = line.fileno()
            if number < 0:
                raise SimulationError(f"{line.kiosk}: the broker hung up.")
            wants = select.POLLOUT if line.want_write() else 0
            poll.register(number, select.POLLIN | wants)
            by_number[number] = line
        for number, _ in poll.poll(TURN_S * 1000):
            by_number[number].turn()
        self._revive()
        now_s = time.monotonic()
        for kiosk, line in zip(self.kiosks, self._lines, strict=True):
            for wire in kiosk.due(now_s):
                line.publish(wire)
            line.keep_alive()

    def _figures(self, sent_in_s: float, cpu: Sequence[float]) -> Figures:
        count = sum(one.sent for one in self.kiosks)
        waits = sorted(wait_s for one in self.kiosks for wait_s in one.waits_s) or [0.0]
        settings = CentralSettings.load(self.site.configuration)
        registry = settings.registry()
        with settings.store(read_only=True) as store:
            stored = store.last_arrival()
            broken = sum(
                not audit(one.kiosk, store.statements(one.kiosk), registry.keys[one.kiosk]).whole
                for one in self.kiosks
            )
        return Figures(
            load=self.load,
            events=count,
            bytes=sum(one.sent_bytes for one in self.kiosks),
            seconds=sent_in_s,
            receipt_p50_ms=_quantile(waits, 0.5) * 1e3,
            receipt_p95_ms=_quantile(waits, 0.95) * 1e3,
            receipt_p99_ms=_quantile(waits, 0.99) * 1e3,
            receipts=sum(one.receipts for one in self.kiosks),
            killed=self._killed,
            resent=sum(one.resent for one in self.kiosks),
            lost=sum(one.waiting for one in self.kiosks),
            doubled=max(stored - count, 0),
            broken_chains=broken,
            refused=sum(one.refused for one in self.kiosks),
            member_cpu_ms=0.0 if self.load.kills else cpu[1] / count * 1e3,
            broker_cpu_ms=cpu[0] / count * 1e3,
        )


def _cpu_s(pid: int) -> float:
    """User and system time of a process (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def _quantile(ranked: Sequence[float], share: float) -> float:
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)]
