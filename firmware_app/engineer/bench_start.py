"""`kiosk bench start`: from exec to the traveller's page, and what each program of a start loads.

The modules are compiled before anything is measured, as an image's are.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from firmware_app.engineer.processes import cpu_s, pss_kb
from firmware_app.engineer.report import emit, progress, table
from firmware_app.engineer.small_site import SmallSite
from mqtt.central.mosquitto import free_port

NO_DEVICE = {"page_camera": "", "finger_scanner": ""}
"""The post of the emulated board: a reader and a camera."""
KIOSK = "firmware_app.__main__"
PROGRAMS = {
    "time floor": ("firmware_app.engineer.clock_commands",),
    "provision take, nothing brought": (KIOSK, "firmware_app.engineer.provision_rest"),
    "provision screen": (KIOSK, "firmware_app.engineer.provision_screen"),
    "run": (KIOSK, "firmware_app.compose"),
    "border-kiosk-publish": ("mqtt.publisher",),
    "border-kiosk-officer": ("firmware_app.officer.program",),
    "selftest, page not up": (KIOSK, "firmware_app.engineer.selftest_patience"),
    "selftest": (KIOSK, "firmware_app.engineer.selftest"),
    "update install": (KIOSK, "firmware_app.engineer.update_install"),
}
"""What the units of a start run, by the modules of each."""
SAY = """
import sys, time
import {modules}
loaded, cpu_s = len(sys.modules), time.process_time()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print('{{"modules":%d,"cpu_s":%f,"peak_mb":%f}}' % (loaded, cpu_s, int(peak.split()[1]) / 1024))
"""
QUIET_S, SETTLE_LIMIT_S = 2.0, 60.0
TARGETS = {"page_s": 3.0, "memory_kiosk_and_publisher_mb": 350.0}


class Loads(msgspec.Struct, frozen=True):
    """What a program has loaded before it does anything, and the processor time of that."""

    modules: int
    cpu_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Start:
    """One start: wall time and processor time to the page, then to rest; PSS at rest."""

    page_s: float
    cpu_to_page_s: float
    cpu_to_rest_s: float
    memory_kiosk_mb: float
    memory_publisher_mb: float

    @property
    def memory_kiosk_and_publisher_mb(self) -> float:
        """Together."""
        return self.memory_kiosk_mb + self.memory_publisher_mb


def start(runs: int, *, as_json: bool) -> int:
    """Start the kiosk of a small post `runs` times, and load each program as often; medians."""
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder, _compiled(Path(folder)):
        progress("compiling")
        for modules in PROGRAMS.values():
            _loads(modules)
        starts = []
        for run in range(runs):
            progress(f"start {run + 1} of {runs}")
            starts.append(_start(Path(folder) / str(run)))
        loads = {name: _median(modules, runs) for name, modules in PROGRAMS.items()}
    figures = _figures(starts)
    document = {"runs": runs, "machine": platform.machine(), **figures, "targets": TARGETS}
    document["programs"] = {name: msgspec.to_builtins(one) for name, one in loads.items()}
    emit(document, _words(figures, loads), as_json=as_json)
    return 0


@contextmanager
def _compiled(folder: Path) -> Iterator[None]:
    """Children find and keep compiled modules, whatever this machine's habit is."""
    before = dict(os.environ)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _loads(modules: Sequence[str]) -> Loads:
    words = [sys.executable, "-c", SAY.format(modules=", ".join(modules))]
    done = subprocess.run(words, capture_output=True, check=True)  # noqa: S603 - our own words
    return msgspec.json.decode(done.stdout, type=Loads)


def _median(modules: Sequence[str], runs: int) -> Loads:
    every = [_loads(modules) for _ in range(runs)]
    return Loads(
        every[0].modules,
        round(statistics.median(one.cpu_s for one in every), 2),
        round(statistics.median(one.peak_mb for one in every), 1),
    )


def _start(folder: Path) -> Start:
    with SmallSite(folder, free_port(), chip=False, devices=NO_DEVICE) as site:
        kiosk, publisher = (site.child(one).process.pid for one in ("kiosk", "publisher"))
        to_page_s = cpu_s(kiosk)
        _settle(kiosk)
        return Start(
            site.first_screen_s,
            to_page_s,
            cpu_s(kiosk),
            pss_kb(kiosk) / 1024,
            pss_kb(publisher) / 1024,
        )


def _settle(pid: int) -> None:
    """Until it takes less than a tenth of a processor."""
    pause, until_s = threading.Event(), time.monotonic() + SETTLE_LIMIT_S
    before_s = cpu_s(pid)
    while time.monotonic() < until_s:
        pause.wait(QUIET_S)
        now_s = cpu_s(pid)
        if now_s - before_s < QUIET_S / 10:
            return
        before_s = now_s


def _figures(starts: list[Start]) -> dict[str, float]:
    names = (*Start.__slots__, "memory_kiosk_and_publisher_mb")
    return {
        name: round(statistics.median(getattr(one, name) for one in starts), 2) for name in names
    }


def _words(figures: dict[str, float], loads: dict[str, Loads]) -> str:
    rows = [("figure", "measured", "asked for")]
    rows += [
        (name, f"{one:g}", f"<= {TARGETS[name]:g}" if name in TARGETS else "")
        for name, one in figures.items()
    ]
    heads = ("program", "modules", "processor s", "peak MB")
    each = [(name, *map(str, msgspec.structs.astuple(one))) for name, one in loads.items()]
    return f"{table(rows)}\n\n{table([heads, *each])}"
