"""Prints what a traveller waits for at a whole kiosk: touch to painted screen, preview, memory.

Run it as `.venv/bin/python -m tests.browser.measure_kiosk`; it needs Chromium. A finger is put on
the glass (the browser's own input events) while the camera's picture runs; the touch goes through
server, workflow and stream; the clock stops at the second frame after the new screen is there.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

import msgspec
from playwright.sync_api import Page, sync_playwright

from firmware_app.engineer import story as stories
from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.story import Act, Story
from mqtt.central.mosquitto import free_port
from tests.browser.real_site import acting, await_screen, tap, wait_for
from tests.soak.soak import ARGUMENTS, CHROMIUM, browser_pids, pss_mb

TOUCHES = 60
LIVE_S = 6.0
WATCH = """() => {
  window.waits = [];
  let from = 0;
  addEventListener('pointerdown', event => { from = event.timeStamp; }, true);
  new MutationObserver(() => {
    if (!from) return;
    const began = from;
    from = 0;
    requestAnimationFrame(() => requestAnimationFrame(now => window.waits.push(now - began)));
  }).observe(kiosk, { attributes: true, attributeFilter: ['data-screen'] });
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime || 0"
COUNT = "Number(document.querySelector('canvas')?.dataset.pictures || 0)"
HANDS = {
    "attract": "start",
    "language": "language-en",
    "notice": "continue",
    "confirm": "yes",
}


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def touch(page: Page, button: str) -> None:
    """A finger on the button, as the browser gets it from the glass."""
    page.wait_for_timeout(400)
    box = page.locator(f'[data-button="{button}"]').bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def live_hz(page: Page) -> float:
    """Camera pictures drawn a second on the face screen."""
    wait_for(lambda: page.evaluate(COUNT) > 3, "no live picture")
    before, began_ms = page.evaluate(f"[{COUNT}, performance.now()]")
    page.wait_for_timeout(LIVE_S * 1000)
    after, ended_ms = page.evaluate(f"[{COUNT}, performance.now()]")
    return float((after - before) / (ended_ms - began_ms) * 1000)


def nobody_stays() -> Story:
    """A document is laid down, and then nobody stands before the camera: the preview goes on."""
    demo = stories.load(Path("demo"))
    shown = tuple(act for act in demo.body if act.peer == "reader")
    gone = (
        Act("attract", "camera", {"scene": "nobody"}),
        Act("face", "camera", {"scene": "nobody"}),
    )
    return msgspec.structs.replace(demo, body=shown + gone)


def to_the_face(page: Page) -> None:
    while (name := await_screen(page, *HANDS, "face")) != "face":
        tap(page, HANDS[name])
        wait_for(lambda: page.evaluate("kiosk.dataset.screen") != name, f"stuck on {name}")


def measure(site: SmallSite) -> dict[str, object]:
    """Sixty touches: from the live face a person is called, and from there one goes on."""
    pid = site.child("kiosk").process.pid
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, has_touch=True)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{site.page_port}/")
        paint_ms = wait_for(lambda: page.evaluate(PAINT), "nothing was painted")
        with acting(site, nobody_stays()):
            to_the_face(page)
            hz = live_hz(page)
        page.evaluate(WATCH)
        for _ in range(TOUCHES // 2):
            for name, button in (("face", "help"), ("called", "go-on")):
                await_screen(page, name)
                if name == "face":
                    wait_for(lambda: page.evaluate(COUNT) > 3, "no live picture")
                touch(page, button)
                wait_for(lambda: page.evaluate("kiosk.dataset.screen") != name, "no answer")  # noqa: B023
        page.wait_for_timeout(300)
        waits = page.evaluate("window.waits")
        from_live, from_still = waits[::2], waits[1::2]
        report: dict[str, object] = {
            "touch_to_painted_ms": {
                "p50": round(statistics.median(waits), 1),
                "p95": round(percentile(waits, 0.95), 1),
                "p95_with_the_preview_running": round(percentile(from_live, 0.95), 1),
                "p95_from_a_still_screen": round(percentile(from_still, 0.95), 1),
                "touches": len(waits),
            },
            "preview_hz": round(hz, 1),
            "first_contentful_paint_ms": round(paint_ms, 1),
            "chromium_pss_mb": round(pss_mb(browser_pids())),
            "kiosk_pss_mb": round(pss_mb([pid])),
            "load": [round(one, 1) for one in os.getloadavg()],
            "cores": os.cpu_count(),
        }
        browser.close()
    return report


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        SmallSite(Path(folder), free_port(), challenges=(), chip=False, try_limit_s=120.0) as site,
    ):
        print(json.dumps(measure(site), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
