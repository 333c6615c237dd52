"""Prints how fast the page is: touch to screen, first paint, live pictures, memory of all.

Run it as `.venv/bin/python tests/browser/measure_page.py`; it needs Chromium.
"""

import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from make_screens import ARGUMENTS, CHROMIUM, KIOSK, drawn_face, gallery
from playwright.sync_api import Page, sync_playwright

from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts

SCREENS = 200
TOUCHES = 60
QUIET: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
TOUCH = """async () => {
  await new Promise(done => setTimeout(done, 340));
  const before = kiosk.dataset.serial;
  const began = performance.now();
  document.querySelector('[data-button=cannot-do]').click();
  while (kiosk.dataset.serial === before) await new Promise(done => setTimeout(done, 1));
  await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - began;
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
LIVE_S = 5.0
CAMERA_HZ = 30
WATCH = """() => {
  window.drawn = {};
  new MutationObserver(() => {
    drawn[kiosk.dataset.serial] = performance.timeOrigin + performance.now();
  }).observe(kiosk, { attributes: true, attributeFilter: ['data-serial'] });
}"""
SERVER = """
import pathlib
def pss_kib():
    lines = pathlib.Path("/proc/self/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1])
before = pss_kib()
from firmware_app.ui.server import PageServer
from firmware_app.ui.screen import Screen
from firmware_app.ui.texts import Texts
server = PageServer("127.0.0.1", 0, Texts.load(), lambda _: None, lambda: None)
server.start()
for language in ("en", "fr", "ar"):
    server.show(Screen("attract", "attract-title", language, cue="attract-cue"))
print(before, pss_kib())
server.stop()
"""


class Turning:
    """A traveller's side that answers each touch with the next of two screens, both with video."""

    def __init__(self) -> None:
        face = gallery("en")["face"]
        self._screens = itertools.cycle((replace(face, title="confirm-title"), face))
        self.server: PageServer | None = None

    def __call__(self, button: str, text: str | None = None, /) -> None:
        """Show the other screen."""
        assert self.server is not None
        self.server.show(next(self._screens))


def touch_ms(page: Page) -> list[float]:
    """Milliseconds from a touch to the changed screen, painted, while the live picture runs."""
    return sorted(float(page.evaluate(TOUCH)) for _ in range(TOUCHES))


def pss_mib(of: int) -> float:
    """The proportional memory of every process that descends from this one, without itself."""
    kib = 0
    threads = Path(f"/proc/{of}/task").glob("*/children")
    for child in " ".join(each.read_text() for each in threads).split():
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
            kib += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            kib += round(pss_mib(int(child)) * 1024)
    return kib / 1024


def cog_pss_mib(url: str) -> list[float]:
    """Memory of cog with the live picture, lowest and highest of twelve seconds; empty: no cog."""
    cog = shutil.which("cog")
    if cog is None:
        return []
    with tempfile.TemporaryDirectory() as home:
        env = {"HOME": home, "XDG_RUNTIME_DIR": home, "PATH": os.environ["PATH"]}
        with subprocess.Popen([cog, "--platform=headless", url], env=env, **QUIET) as browser:
            time.sleep(4)  # noqa: TID251 (another process is waited for)
            seen = []
            for _ in range(12):
                time.sleep(1)  # noqa: TID251 (another process is measured)
                own = Path(f"/proc/{browser.pid}/smaps_rollup").read_text().split("Pss:")[1]
                seen.append(pss_mib(browser.pid) + int(own.split()[0]) / 1024)
            browser.terminate()
    return [round(min(seen)), round(max(seen))]


def to_dom_ms(server: PageServer, page: Page) -> list[float]:
    """Milliseconds from `show` to the changed DOM, sorted."""
    page.evaluate(WATCH)
    finger = gallery("en")["finger"]
    cues = itertools.cycle(("finger-cue-press", "finger-cue-lift", "finger-cue-dry"))
    shown_ms: dict[str, float] = {}
    first = int(page.evaluate("kiosk.dataset.serial"))
    for serial in range(first + 1, first + 1 + SCREENS):
        shown_ms[str(serial)] = time.time_ns() / 1e6
        server.show(replace(finger, cue=next(cues)))
        page.wait_for_timeout(15)
    drawn_ms = page.evaluate("drawn")
    return sorted(drawn_ms[serial] - shown_ms[serial] for serial in drawn_ms)


def live_hz(page: Page) -> float:
    """Pictures drawn a second."""
    count = "Number(document.querySelector('canvas').dataset.pictures)"
    page.wait_for_selector("canvas[data-pictures]")
    before, began_s = page.evaluate(count), time.monotonic()
    page.wait_for_timeout(LIVE_S * 1000)
    return float((page.evaluate(count) - before) / (time.monotonic() - began_s))


def in_chromium(server: PageServer, url: str, unbound: Iterator[bytes]) -> dict[str, Any]:
    """All that a real page shows of itself."""
    with sync_playwright() as playwright:
        driver_mib = pss_mib(os.getpid())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport=KIOSK)
        server.show(gallery("en")["attract"])
        page.goto(url)
        page.wait_for_selector('#kiosk[data-screen="attract"]')
        paint_ms = page.evaluate(PAINT)
        server.show(gallery("en")["face"])
        page.wait_for_selector('#kiosk[data-screen="face"]')
        at_camera_hz = live_hz(page)
        touches_ms = touch_ms(page)
        chromium_mib = pss_mib(os.getpid()) - driver_mib
        server.picture = partial(next, unbound)
        at_most_hz = live_hz(page)
        waits_ms = to_dom_ms(server, page)
        browser.close()
    return {
        "touch_to_painted_screen_ms": shares(touches_ms),
        "screen_to_dom_ms": shares(waits_ms),
        "first_paint_ms": round(paint_ms),
        "live_hz_with_a_30_hz_camera": round(at_camera_hz, 1),
        "live_hz_at_most": round(at_most_hz, 1),
        "chromium_pss_mib": round(chromium_mib),
    }


def shares(sorted_ms: list[float]) -> dict[str, float]:
    """Median, 95th percentile and how many there were."""
    return {
        "p50": round(statistics.median(sorted_ms), 1),
        "p95": round(sorted_ms[int(0.95 * len(sorted_ms))], 1),
        "count": len(sorted_ms),
    }


def main() -> None:
    """Print one JSON document."""
    frames = [drawn_face(shift_px=shift) for shift in range(-60, 60, 2)]

    def camera() -> bytes:
        return frames[int(time.monotonic() * CAMERA_HZ) % len(frames)]

    unbound = itertools.cycle(frames)
    turning = Turning()
    server = turning.server = PageServer("127.0.0.1", 0, Texts.load(), turning, camera)
    server.start()
    url = f"http://127.0.0.1:{server.port}/"
    report = in_chromium(server, url, unbound)
    server.picture = camera
    server.show(gallery("en")["face"])
    cog_mib = cog_pss_mib(url)
    server.stop()
    alone = subprocess.run([sys.executable, "-c", SERVER], capture_output=True, check=True)
    before_kib, after_kib = map(int, alone.stdout.split())
    report["cog_pss_mib_lowest_highest"] = cog_mib
    report["server_pss_mib_over_bare_python"] = round((after_kib - before_kib) / 1024, 1)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
