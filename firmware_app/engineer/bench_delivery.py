"""`kiosk bench delivery`: commit, seal, drain and memory, beside bare SQLite and bare paho."""

import os
import platform
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from firmware_app.engineer import bench_outbox
from firmware_app.engineer.bench_outbox import COMMIT_RATIO_TARGET, SEAL_TARGET_MS
from firmware_app.engineer.delivery_site import DeliverySite
from firmware_app.engineer.report import emit, progress, table
from mqtt import events
from mqtt.central import bench as centre
from mqtt.central.errors import CentralError
from mqtt.contract import specimen
from mqtt.delivery import WINDOW
from mqtt.events import Kind
from mqtt.groups import Biometric
from mqtt.link_report import LinkReport
from vision.evaluate.usage import peak_memory_mib

EVENT_BYTES = 20_000
WAITING = 20_000
SMALL_BYTES = 300
DRAIN_LIMIT_S = 900.0
START_LIMIT_S = 60.0
LOOK_EVERY_S = 0.1
CPU_TARGET_MS = 2.0  # 1,000 events/s on two cores
FINGER_TEMPLATE_BYTES = 300  # ISO/IEC 19794-2, forty minutiae


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: what was measured, what is asked, whether it is reached; None: only reported."""

    name: str
    measured: float
    unit: str
    asked: str = ""
    reached: bool | None = None

    @classmethod
    def most(cls, name: str, measured: float, unit: str, limit: float) -> "Figure":
        """A figure that may be so much at most."""
        return cls(name, round(measured, 3), unit, f"<= {limit:g}", measured <= limit)

    @classmethod
    def least(cls, name: str, measured: float, unit: str, limit: float) -> "Figure":
        """A figure that must be so much at least."""
        return cls(name, round(measured, 3), unit, f">= {limit:g}", measured >= limit)


def delivery(*, quick: bool, as_json: bool) -> int:
    """Measure all in one run and print it; the exit code is 0 whatever was measured."""
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        room = Path(folder)
        figures = [
            *_disk(room, quick=quick),
            *_line(room, quick=quick),
            *_centre(room, quick=quick),
        ]
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, window {WINDOW}"
    document = {"machine": machine, "quick": quick, "figures": [asdict(one) for one in figures]}
    emit(document, f"{machine}{', quick' if quick else ''}\n{_words(figures)}", as_json=as_json)
    return 0


def _disk(folder: Path, *, quick: bool) -> list[Figure]:
    """What one process does alone: commits and seals."""
    progress("commits beside bare SQLite FULL ...")
    commits = bench_outbox.measure_commits(folder, 300 if quick else 1000)
    progress("seals ...")
    seals = bench_outbox.measure_seals(50 if quick else 300, recipients=1)
    two = bench_outbox.measure_seals(20, recipients=2)
    progress("start with a full outbox ...")
    start = bench_outbox.measure_start(folder, 2000 if quick else WAITING)
    full = f"{start.rows} rows, {start.file_bytes / 1e6:.0f} MB"
    return [
        Figure.most("commit p99, of bare SQLite FULL", commits.p99_ratio, "x", COMMIT_RATIO_TARGET),
        Figure("commit p50, of bare SQLite FULL", commits.p50_ratio, "x"),
        Figure("commit p99", commits.outbox.p99_ms, "ms"),
        Figure.most("seal and sign p50, key in a file", seals.seal.p50_ms, "ms", SEAL_TARGET_MS),
        Figure.most("envelope adds, 1 recipient", seals.added_bytes, "bytes", seals.allowed_bytes),
        Figure.most("envelope adds, 2 recipients", two.added_bytes, "bytes", two.allowed_bytes),
        Figure(f"start with {full}", round(start.open_s, 3), "s"),
        Figure("its whole check, beside the kiosk", round(start.check_s, 3), "s"),
    ]


def _line(folder: Path, *, quick: bool) -> list[Figure]:
    """The drain through every program, and bare paho on the same broker before and after it."""
    count = 2000 if quick else 5000
    with DeliverySite(folder) as site:
        crossing_bytes = _crossing_bytes(site)
        progress(f"{count} events of {EVENT_BYTES} bytes into the outbox ...")
        wire_bytes = site.put(count, os.urandom(EVENT_BYTES))
        progress("bare paho, QoS 1 ...")
        before_s = site.bare(count, wire_bytes)
        drained = _drain(site, count)
        after_s = site.bare(count, wire_bytes)
        bare_per_s = 2 * count / (before_s + after_s)
        waiting = 2000 if quick else WAITING
        publisher_mb = _waiting(site, waiting)
    drained_per_s = count / drained.seconds
    line_bytes = drained.report.line_out_bytes + drained.report.line_in_bytes
    all_cpu_ms = 1000 * sum(drained.cpu_s.values()) / count
    return [
        Figure.most("crossing with 20 KB portrait, 2 templates", crossing_bytes / 1000, "kB", 24.0),
        Figure("bare paho QoS 1", round(bare_per_s), "events/s"),
        Figure.least("drain to erased, SQLite sink", drained_per_s, "events/s", 1000.0),
        Figure.least("drain, of bare paho", drained_per_s / bare_per_s, "x", 0.15),
        Figure("line bytes an event", round(line_bytes / max(1, drained.report.events)), "bytes"),
        Figure("of them around the sealed event", round(line_bytes / count - wire_bytes), "bytes"),
        Figure.most(f"publisher, peak, {waiting} waiting", publisher_mb, "MB", 60.0),
        *(
            Figure(f"CPU an event, {name}", round(1000 * cpu_s / count, 3), "ms")
            for name, cpu_s in drained.cpu_s.items()
        ),
        Figure.most("CPU an event, all", all_cpu_ms, "ms", CPU_TARGET_MS),
    ]


def _centre(folder: Path, *, quick: bool) -> list[Figure]:
    """The centre's own pace without a broker: SQLite alone, PostgreSQL with two members."""
    progress("the centre: SQLite, PostgreSQL ...")
    load = centre.make_load(500 if quick else 3000, EVENT_BYTES)
    found = [_rate(centre.measure_sqlite(load, 1, folder), 1000.0)]
    try:
        found.append(_rate(centre.measure_postgres(load, 2), 800.0))
    except CentralError as error:
        progress(f"  without PostgreSQL: {error} {error.mend}")
    return found


def _rate(rates: centre.Rates, asked: float) -> Figure:
    name = f"centre, {rates.database}, members {rates.members}: judge, commit, receipt"
    return Figure.least(name, round(rates.events_per_s), "events/s", asked)


@dataclass(frozen=True, slots=True)
class _Drained:
    """One drain: from the publisher's connection until the last row is receipted and erased.

    `cpu_s` is what each program's processor took meanwhile, without its start: on a machine that
    does much else this is the figure that holds.
    """

    seconds: float
    cpu_s: dict[str, float]
    report: LinkReport


def _drain(site: DeliverySite, count: int) -> _Drained:
    site.start_sink()
    site.until(site.sink_is_there, lambda: "the sink connects", START_LIMIT_S)
    site.start_publisher()
    site.until(lambda: site.relay.link_up, lambda: "the publisher connects", START_LIMIT_S)
    progress("drain ...")
    before_s = _cpu_s(site)
    took_s = site.until(
        lambda: site.erased() >= site.put_rows,
        lambda: f"{site.erased()} of {count} events receipted and erased",
        DRAIN_LIMIT_S,
        look_every_s=LOOK_EVERY_S,
    )
    cpu_s = {name: now_s - before_s[name] for name, now_s in _cpu_s(site).items()}
    report = site.relay.report
    site.until(lambda: report.line_out_bytes > report.event_bytes, lambda: "the line's count", 60.0)
    return _Drained(took_s, cpu_s, msgspec.structs.replace(report))


def _waiting(site: DeliverySite, count: int) -> float:
    """Peak resident memory of the publisher, after the drain and with many rows waiting."""
    progress(f"{count} events wait without a sink ...")
    site.stop_sink()
    site.put(count, os.urandom(SMALL_BYTES))
    site.until(lambda: site.relay.report.answers.get("no matching subscribers", 0) > 0, str, 60.0)
    child = next(one for one in site.family.children if one.name == "publisher")
    return peak_memory_mib(child.process.pid) * 1.048576


def _crossing_bytes(site: DeliverySite) -> int:
    """The sealed bytes of a crossing with two templates, and of its portrait."""
    finger = Biometric(
        modality="finger",
        position=2,
        format="iso-19794-2-2005",
        data=os.urandom(FINGER_TEMPLATE_BYTES),
    )
    crossing = msgspec.structs.replace(specimen.crossing(), biometrics=(specimen.FACE, finger))
    head = site.outbox.head()
    if head is None:
        raise ValueError("the epoch was not begun.")
    words = site.seal(events.encode(crossing), head, Kind.CROSSING, specimen.EVENT_ID)
    portrait = events.encode(specimen.portrait(os.urandom(EVENT_BYTES)))
    picture = site.seal(portrait, words.next_head, Kind.ATTACHMENT, specimen.PORTRAIT_ID)
    return len(words.wire()) + len(picture.wire())


def _cpu_s(site: DeliverySite) -> dict[str, float]:
    """Seconds of processor time so far: this process is the owner, the others are programs."""
    pids = {child.name: child.process.pid for child in site.family.children}
    pids = {"owner": os.getpid(), **pids, "broker": site.broker.process.pid}
    return {name: _cpu_of(pid) for name, pid in pids.items()}


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # utime, stime of proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def _words(figures: list[Figure]) -> str:
    rows = [("figure", "measured", "asked for", "")]
    verdicts = {True: "reached", False: "NOT reached", None: ""}
    rows += [
        (one.name, f"{one.measured:g} {one.unit}", one.asked, verdicts[one.reached])
        for one in figures
    ]
    return table(rows)
