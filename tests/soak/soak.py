"""Thousands of travellers at one kiosk, with a real browser open: its memory must stay flat.

Run it as `.venv/bin/python -m tests.soak.soak --sessions 2000 --out build/soak` (`make soak`): a
CSV, a plot and a verdict. The travellers are of many kinds, by a seed that is said: some cross,
some end or ask for a person at any step; the browser is loaded anew now and then, as after a crash.
"""

import argparse
import csv
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2
import msgspec
import numpy as np
from playwright.sync_api import Page, sync_playwright

from firmware_app.engineer import story as stories
from firmware_app.engineer.processes import descendants
from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.story import Expect, Story
from firmware_app.engineer.traveller import Traveller
from mqtt.central.mosquitto import free_port

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
MOST_GROWTH = 0.05
WARM_UP = 200
RELOAD_EVERY = 250
STEPS = ("language", "notice", "document", "confirm", "face", "finger", "question", "review")
LEAVES = dict.fromkeys(STEPS, "end") | {"confirm": "help"}
HOME = {"called": "to-officer", "companions": "alone", "saved": "continue", "go": "end"}
HOME |= {"officer": "end", "warning": "end"}


@dataclass(frozen=True, slots=True)
class Reading:
    """After so many sessions: what both hold of memory in MB, and seconds since the start."""

    session: int
    kiosk_mb: float
    browser_mb: float
    at_s: float


def whole(language: str) -> Story:
    """One who crosses, without challenges."""
    demo = stories.load(Path("demo"))
    hands = {**HOME, **demo.hands, "language": f"language-{language}", "go": "end"}
    body = tuple(act for act in demo.body if act.peer != "chip")
    return msgspec.structs.replace(demo, hands=hands, body=body)


def leaver(language: str, step: str) -> Story:
    """One who ends, or asks for a person, at a step."""
    full = whole(language)
    hands = {**full.hands, step: LEAVES[step]}
    answers = ("end",) if step == "question" else full.answers
    return msgspec.structs.replace(full, hands=hands, answers=answers, expect=Expect("none"))


def stories_by_chance(chance: random.Random) -> Iterator[Story]:
    """Two of five cross, the others leave somewhere."""
    while True:
        language = chance.choice(("en", "fr", "ar"))
        crosses = chance.random() < 0.4
        yield whole(language) if crosses else leaver(language, chance.choice(STEPS))


def pss_mb(pids: list[int], kinds: tuple[str, ...] = ("Pss",)) -> float:
    """The proportional set size of processes, MB; one that is gone counts nothing.

    `kinds` are lines of Linux's smaps_rollup, proc(5).
    """
    total_kb = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        found = (line.split(":") for line in lines)
        total_kb += sum(int(at[1].split()[0]) for at in found if at[0] in kinds)
    return total_kb / 1024


def held_mb(pids: list[int]) -> float:
    """What processes hold themselves, MB: a leak shows here.

    Pages of files are left out: Chromium's count half, 110 MB less, while a second Chromium
    runs beside it.
    """
    return pss_mb(pids, ("Pss_Anon", "Pss_Shmem"))


def browser_pids() -> list[int]:
    """Chromium and its children, below this process."""
    return [pid for pid in descendants(os.getpid()) if "chrom" in _name(pid)]


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def growth(
    readings: list[Reading],
    of: str,
    warm_up: int,
    stands_for: Callable[[list[float]], float] = median,
) -> float:
    """How much larger the last fifth is than the fifth behind the warm-up, as a fraction.

    Over few readings `min` stands for a fifth: the heap keeps and gives back some 16 MB,
    a leak is never given back.
    """
    later = [getattr(one, of) for one in readings if one.session >= warm_up]
    fifth = max(5, len(later) // 5)
    return stands_for(later[-fifth:]) / stands_for(later[:fifth]) - 1


@contextmanager
def browser_page(port: int) -> Iterator[Page]:
    """Chromium as the display runs it, on the kiosk's page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        yield page
        browser.close()


def soak(folder: Path, sessions: int, seed: int, every: int) -> list[Reading]:
    """Let them come and go; one reading every so many sessions."""
    chance, readings = random.Random(seed), []
    with SmallSite(folder / "site", free_port(), challenges=(), chip=False) as site:
        kiosk_pid = site.child("kiosk").process.pid
        with browser_page(site.page_port) as page:
            started_s = time.monotonic()
            for number, story in enumerate(stories_by_chance(chance), 1):
                one_session(site, story)
                if number % every == 0:
                    kiosk = held_mb([kiosk_pid, *descendants(kiosk_pid)])
                    at_s = round(time.monotonic() - started_s, 1)
                    readings.append(Reading(number, kiosk, held_mb(browser_pids()), at_s))
                    say(readings[-1], sessions)
                if number % RELOAD_EVERY == 0:
                    page.reload()
                if number == sessions:
                    assert page.evaluate("document.visibilityState") == "visible"
                    return readings
    raise AssertionError


def one_session(site: SmallSite, story: Story) -> None:
    """From the attract screen and back to it."""
    shown: list[str] = []
    traveller = Traveller(
        msgspec.structs.replace(story, limit_s=90.0),
        site.stage,
        site.page_port,
        on_screen=lambda name, _at_s: shown.append(name),
    )
    traveller.walk(lambda name: name == "attract" and len(shown) > 1)


def say(reading: Reading, sessions: int) -> None:
    print(
        f"  {reading.session}/{sessions}  kiosk {reading.kiosk_mb:.0f} MB  "
        f"browser {reading.browser_mb:.0f} MB  {reading.at_s:.0f} s",
        file=sys.stderr,
        flush=True,
    )


def plot(readings: list[Reading], path: Path) -> None:
    """Both curves over the sessions, as a PNG."""
    width, height, left, low = 960, 420, 70, 40
    top_mb = max(max(one.kiosk_mb, one.browser_mb) for one in readings) * 1.15
    last = readings[-1].session
    canvas = np.full((height, width, 3), 255, np.uint8)
    ink = (60, 50, 40)

    def at(session: int, mb: float) -> tuple[int, int]:
        across = left + int((width - left - 20) * session / last)
        return across, int(height - low - (height - low - 20) * mb / top_mb)

    for step in range(6):
        mb = top_mb * step / 5
        _, y = at(0, mb)
        cv2.line(canvas, (left, y), (width - 20, y), (225, 225, 225), 1)
        cv2.putText(canvas, f"{mb:.0f} MB", (4, y + 5), 0, 0.45, ink, 1, cv2.LINE_AA)
    for name, colour in (("kiosk_mb", (150, 90, 20)), ("browser_mb", (40, 110, 220))):
        points = np.array([at(one.session, getattr(one, name)) for one in readings], np.int32)
        cv2.polylines(canvas, [points], False, colour, 2, cv2.LINE_AA)
        label = name.removesuffix("_mb")
        end = (points[-1][0] - 80, points[-1][1] - 8)
        cv2.putText(canvas, label, end, 0, 0.5, colour, 1, cv2.LINE_AA)
    cv2.putText(canvas, f"{last} sessions", (left, height - 12), 0, 0.5, ink, 1, cv2.LINE_AA)
    cv2.imwrite(str(path), canvas)


def write(readings: list[Reading], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "soak.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(Reading.__slots__)
        for one in readings:
            row = (one.session, round(one.kiosk_mb, 1), round(one.browser_mb, 1), one.at_s)
            table.writerow(row)
    plot(readings, folder / "soak.png")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog="example: --sessions 2000")
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=10, help="sessions between two readings")
    parser.add_argument("--out", type=Path, default=Path("build/soak"))
    words = parser.parse_args()
    readings = soak(words.out.resolve(), words.sessions, words.seed, words.every)
    write(readings, words.out)
    warm_up = min(WARM_UP, words.sessions // 5)
    grown = {of: growth(readings, of, warm_up) for of in ("kiosk_mb", "browser_mb")}
    for of, share in grown.items():
        print(f"{of.removesuffix('_mb')}: {share:+.1%} after the first {warm_up} sessions")
    print(f"seed {words.seed}; {words.out}/soak.csv, {words.out}/soak.png")
    return int(any(share > MOST_GROWTH for share in grown.values()))


if __name__ == "__main__":
    sys.exit(main())
