"""`kiosk bench crossing`: start, whole crossing, memory and bytes on the wire, measured."""

import platform
import statistics
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from firmware_app.engineer import story as stories
from firmware_app.engineer.demo import Crossed, cross
from firmware_app.engineer.processes import pss_kb
from firmware_app.engineer.report import emit, progress, table
from firmware_app.engineer.small_site import SmallSite
from mqtt.central.mosquitto import free_port
from vision.evaluate.usage import peak_memory_mib

TARGETS = {
    "first_screen_s": 3.0,
    "crossing_s": 6.0,
    "memory_kiosk_and_publisher_mb": 350.0,
    "wire_kb": 40.0,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; medians over the runs.

    Memory is PSS right after the last crossing, and the peak of resident memory; `wire_kb` is one
    event with its attachments.
    """

    runs: int
    machine: str
    first_screen_s: float
    crossing_s: float
    crossing_worst_s: float
    to_receipt_s: float
    memory_kiosk_mb: float
    memory_kiosk_peak_rss_mb: float
    memory_publisher_mb: float
    memory_kiosk_and_publisher_mb: float
    wire_kb: float
    steps_s: dict[str, float]


def crossing(runs: int, *, as_json: bool) -> int:
    """Let the demo traveller cross `runs` times on a fresh site and print the figures."""
    story = stories.load(Path("demo"))
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder,
        SmallSite(Path(folder), free_port()) as site,
    ):
        crossed = []
        for run in range(max(1, runs)):
            progress(f"crossing {run + 1} of {runs}")
            crossed.append(cross(site, story))
        figures = _figures(site, crossed)
    emit(asdict(figures) | {"targets": TARGETS}, _words(figures), as_json=as_json)
    return 0


def _figures(site: SmallSite, crossed: list[Crossed]) -> Figures:
    kiosk_mb = pss_kb(site.child("kiosk").process.pid) / 1024
    publisher_mb = pss_kb(site.child("publisher").process.pid) / 1024
    totals = [one.total_s for one in crossed]
    steps = {
        name: round(statistics.median(dict(one.steps).get(name, 0.0) for one in crossed), 3)
        for name, _ in crossed[0].steps
    }
    return Figures(
        runs=len(crossed),
        machine=f"{platform.machine()}, {platform.freedesktop_os_release()['PRETTY_NAME']}",
        first_screen_s=round(site.first_screen_s, 2),
        crossing_s=round(statistics.median(totals), 2),
        crossing_worst_s=round(max(totals), 2),
        to_receipt_s=round(statistics.median(one.to_receipt_s for one in crossed), 2),
        memory_kiosk_mb=round(kiosk_mb, 1),
        memory_kiosk_peak_rss_mb=peak_memory_mib(site.child("kiosk").process.pid),
        memory_publisher_mb=round(publisher_mb, 1),
        memory_kiosk_and_publisher_mb=round(kiosk_mb + publisher_mb, 1),
        wire_kb=round(max(one.wire_bytes for one in crossed) / 1000, 1),
        steps_s=steps,
    )


def _words(figures: Figures) -> str:
    measured = asdict(figures)
    rows = [("figure", "measured", "asked for")]
    rows += [
        (name, str(measured[name]), f"<= {TARGETS[name]:g}" if name in TARGETS else "")
        for name in measured
        if name not in {"steps_s", "machine"}
    ]
    steps = [(f"  {name}", f"{seconds:.2f} s", "") for name, seconds in figures.steps_s.items()]
    return f"{figures.machine}\n{table([*rows, ('steps', '', ''), *steps])}"
