"""Prints how fast the page is: screen to DOM, live pictures a second, memory of the server.

Run it as `.venv/bin/python tests/browser/measure_page.py`; it needs Chromium.
"""

import itertools
import json
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial

from make_screens import ARGUMENTS, CHROMIUM, KIOSK, drawn_face, gallery
from playwright.sync_api import Page, sync_playwright

from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts

SCREENS = 200
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


def main() -> None:
    """Print one JSON document."""
    frames = [drawn_face(shift_px=shift) for shift in range(-60, 60, 2)]

    def camera() -> bytes:
        return frames[int(time.monotonic() * CAMERA_HZ) % len(frames)]

    unbound = itertools.cycle(frames)
    server = PageServer("127.0.0.1", 0, Texts.load(), lambda _: None, camera)
    server.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport=KIOSK)
        page.goto(f"http://127.0.0.1:{server.port}/")
        server.show(gallery("en")["attract"])
        server.show(gallery("en")["face"])
        page.wait_for_selector('#kiosk[data-screen="face"]')
        at_camera_hz = live_hz(page)
        server.picture = partial(next, unbound)
        at_most_hz = live_hz(page)
        waits_ms = to_dom_ms(server, page)
        browser.close()
    server.stop()
    alone = subprocess.run([sys.executable, "-c", SERVER], capture_output=True, check=True)
    before_kib, after_kib = map(int, alone.stdout.split())
    report = {
        "screen_to_dom_ms": {
            "p50": round(statistics.median(waits_ms), 1),
            "p95": round(waits_ms[int(0.95 * len(waits_ms))], 1),
            "screens": len(waits_ms),
        },
        "live_hz_with_a_30_hz_camera": round(at_camera_hz, 1),
        "live_hz_at_most": round(at_most_hz, 1),
        "server_pss_mib_over_bare_python": round((after_kib - before_kib) / 1024, 1),
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
