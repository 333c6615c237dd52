"""How many events the centre takes: judge, commit, receipt, with any number of members.

No broker is in it: this is what one member can do with what it has been handed. `kiosk-central
bench` prints it; `kiosk bench delivery` may call `measure`.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from mqtt import events
from mqtt.central.clock import utc_now
from mqtt.central.databases import postgres_store
from mqtt.central.errors import CentralError
from mqtt.central.intake import Intake
from mqtt.central.judge import judge
from mqtt.central.postgres_cluster import Cluster
from mqtt.central.registry import Registry
from mqtt.central.store import CentralStore
from mqtt.central.store_sqlite import Store
from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealer
from mqtt.keys import PrivateKey, PublicKey
from mqtt.notice import Tell

BATCH = 50
ANSWER_LIMIT_S = 600.0
Open = Callable[[], CentralStore]


class BenchError(CentralError):
    """A member of the measurement ended before it was through."""

    mend = "Look at what it printed; ask for fewer --events where memory or disk are short."


@dataclass(frozen=True, slots=True)
class Load:
    """So many events of that size, sealed by one kiosk for one centre."""

    wires: tuple[bytes, ...]
    kiosk_key: PrivateKey
    centre_key: PrivateKey

    def intake(self, store: CentralStore, tell: Tell = lambda _notice: None) -> Intake:
        """A member that believes this kiosk."""
        keys: dict[str, tuple[PublicKey, ...]] = {specimen.KIOSK: (self.kiosk_key.public_key(),)}
        registry = Registry(frozenset(Profile), frozenset(Assurance), keys)
        signer = ec.generate_private_key(ec.SECP256R1())
        return Intake(registry, [self.centre_key], signer, store, tell)


@dataclass(frozen=True, slots=True)
class Rates:
    """One run; `lost` and `doubled` are counted in the database after it and must be 0."""

    database: str
    members: int
    events: int
    event_bytes: int
    judge_ms: float
    commits_per_s: float
    events_per_s: float
    member_cpu_ms: float
    database_cpu_ms: float
    commit_p50_ms: float
    commit_p99_ms: float
    lost: int
    doubled: int


def make_load(count: int, size: int) -> Load:
    """Seal a chain of `count` events whose payload has `size` random bytes."""
    kiosk_key, centre_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    recipients = (centre_key.public_key(),)
    sealer = Sealer(kiosk_key, recipients, Profile.SELFTEST, Assurance.SOFTWARE)
    head, wires = Head(specimen.KIOSK, str(uuid4()), 1), []
    for _ in range(count):
        first = head.sequence == 1
        event = specimen.epoch_start() if first else specimen.portrait(os.urandom(size))
        sealed = sealer.seal(
            events.encode(event),
            head=head,
            kind=Kind.EPOCH_START if first else Kind.ATTACHMENT,
            event_id=str(uuid4()),
            at_utc=specimen.CAPTURED_AT,
        )
        wires.append(sealed.wire())
        head = sealed.next_head
    return Load(tuple(wires), kiosk_key, centre_key)


def measure(
    name: str,
    open_store: Open,
    load: Load,
    members: int,
    database_cpu_s: Callable[[], float] = float,
) -> Rates:
    """Deal the load to `members` processes; raises CentralError where one of them fails.

    `database_cpu_s` gives the CPU time of a database that is a process of its own.
    """
    batch = BATCH
    with open_store() as store:
        before = store.last_arrival()
    batches = [load.wires[at : at + batch] for at in range(0, len(load.wires), batch)]
    context = multiprocessing.get_context("fork")
    lines: list[Connection] = []
    database_before_s = database_cpu_s()
    with ExitStack() as stack:
        for number in range(members):
            ours, theirs = context.Pipe()
            share = batches[number::members]
            process = context.Process(target=_member, args=(open_store, load, share, theirs))
            process.start()
            stack.callback(process.join)
            theirs.close()
            lines.append(ours)
        _answers(lines)
        started_s = time.monotonic()
        for line in lines:
            line.send(None)
        answers = _answers(lines)
        whole_s = time.monotonic() - started_s
    told = [commit_s for found in answers for commit_s in found[1:]]
    count = len(load.wires)
    with open_store() as store:
        stored = store.last_arrival() - before
    return Rates(
        database=name,
        members=members,
        events=count,
        event_bytes=max(map(len, load.wires)),
        judge_ms=_judge_ms(load),
        commits_per_s=batch * len(told) / sum(told),
        events_per_s=count / whole_s,
        member_cpu_ms=sum(found[0] for found in answers) / count * 1e3,
        database_cpu_ms=(database_cpu_s() - database_before_s) / count * 1e3,
        commit_p50_ms=_quantile(told, 0.5) * 1e3,
        commit_p99_ms=_quantile(told, 0.99) * 1e3,
        lost=max(count - stored, 0),
        doubled=max(stored - count, 0),
    )


def measure_sqlite(load: Load, members: int, folder: Path | None = None) -> Rates:
    """In a throw-away file."""
    with tempfile.TemporaryDirectory(dir=folder) as room:
        path = Path(room) / "central.sqlite3"
        return measure("sqlite", lambda: Store(path), load, members)


def measure_postgres(load: Load, members: int, folder: Path | None = None) -> Rates:
    """In a throw-away cluster of this machine; raises PostgresMissingError."""
    with tempfile.TemporaryDirectory(dir=folder) as room:
        Path(room).chmod(0o755)
        with Cluster(Path(room) / "cluster").make().start() as cluster:
            store = partial(postgres_store, cluster.url)
            return measure("postgresql", store, load, members, cluster.cpu_s)


def _member(
    open_store: Open, load: Load, batches: Sequence[Sequence[bytes]], line: Connection
) -> None:
    with open_store() as store:
        intake = load.intake(store)
        line.send([])
        line.recv()
        told = []
        started_s = time.process_time()
        for batch in batches:
            desk = intake.desk()
            before_s = intake.metrics.commits.total
            desk.add(intake.commit([(specimen.KIOSK, wire) for wire in batch]), 0.0)
            desk.due(0.0, utc_now(), all_of_it=True)
            told.append(intake.metrics.commits.total - before_s)
        line.send([time.process_time() - started_s, *told])


def _answers(lines: Sequence[Connection]) -> list[list[float]]:
    try:
        for line in lines:
            if not line.poll(ANSWER_LIMIT_S):
                raise BenchError("a member does not answer.")
        return [line.recv() for line in lines]
    except EOFError:
        raise BenchError("a member ended early.") from None


def _judge_ms(load: Load, sample: int = 200) -> float:
    """CPU time of verify, open and decode, in this process."""
    with tempfile.TemporaryDirectory() as room, Store(Path(room) / "none.sqlite3") as store:
        intake = load.intake(store)
    wires = load.wires[:sample]
    started_s = time.process_time()
    for wire in wires:
        judge(specimen.KIOSK, wire, intake.registry, intake.recipient_keys)
    return (time.process_time() - started_s) / len(wires) * 1e3


def _quantile(values: Sequence[float], share: float) -> float:
    ranked = sorted(values)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)]
