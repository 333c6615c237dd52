"""A monkey at the kiosk: random touches on the real page, random hands on the simulated devices.

Run it as `.venv/bin/python -m tests.monkey.monkey --touches 5000 --seed 1` (`make monkey`). After
each touch: something stands on the screen, a person is one touch away or on the way, the page has
nothing to complain of; and whatever was done to it, the next traveller crosses.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from playwright.sync_api import ConsoleMessage, Page

from drivers.stage import send_cue
from firmware_app.engineer import story as stories
from firmware_app.engineer.demo import cross
from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.traveller import Traveller
from mqtt.central.mosquitto import free_port
from tests.soak.soak import HOME, LEAVES, browser_page

PERSON_COMES = frozenset({"called", "officer", "saving", "out-of-service", "moment"})
"""Screens without the help button: a person is on the way, or nothing is anybody's to do."""
AT_REST = frozenset({"attract", "out-of-service"})
STUCK_S = 150.0
TOUCH_SHARE, HIT_SHARE, KEY_SHARE = 0.85, 0.8, 0.1
KEYS = ("Tab", "Enter", "Escape", "ArrowDown", "ArrowUp", "Backspace", "a", "7", "é", "م", "አ")
HANDS: tuple[tuple[str, dict[str, object]], ...] = (
    ("reader", {"present": "specimen"}),
    ("reader", {"present": "misread"}),
    ("reader", {"present": "card"}),
    ("reader", {"half": True}),
    ("reader", {"present": "specimen", "noise": 300}),
    ("reader", {"unplug": True}),
    ("reader", {"replug": True}),
    ("camera", {"scene": "face"}),
    ("camera", {"scene": "two"}),
    ("camera", {"scene": "nobody"}),
    ("camera", {"scene": "black"}),
    ("camera", {"freeze": True}),
    ("camera", {"freeze": False}),
    ("camera", {"replug": True}),
    ("finger", {"finger": "right_index"}),
    ("finger", {"finger": False}),
    ("finger", {"unplug": True}),
    ("finger", {"replug": True}),
)
SEEN = """() => {
  const all = [...document.querySelectorAll('button[data-button]')];
  const shown = all.filter(e => e.checkVisibility());
  const text = kiosk.innerText.trim().length;
  return { name: kiosk.dataset.screen, help: shown.some(e => e.dataset.button === 'help'), text,
    buttons: shown.map(e => e.dataset.button),
    drawn: document.querySelectorAll('#picture svg, #picture canvas').length };
}"""
LOOKED_AT = {"reader": "document", "camera": "face", "finger": "finger"}
MOST_UNSEEN = 4
"""A peer takes cues only while its device is in use: few may wait, or its line is full."""
HARMLESS = ("409", "net::ERR", "status of 404", "status of 400", "status of 503")


@dataclass
class Monkey:
    """What it did and saw."""

    page: Page
    stage: Path
    chance: random.Random
    screens: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _unseen: Counter[str] = field(default_factory=Counter)
    _last: str = ""
    _since_s: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))

    def play(self, touches: int, progress: Callable[[int], None]) -> None:
        """So many touches, keys and hands on devices; faults are gathered, not raised."""
        for number in range(1, touches + 1):
            self._act()
            self._judge(number)
            if number % 20 == 0:
                progress(number)

    def _act(self) -> None:
        draw = self.chance.random()
        if draw > TOUCH_SHARE:
            self._touch_a_device()
        elif draw > TOUCH_SHARE - KEY_SHARE:
            self._press_a_key()
        elif draw < (TOUCH_SHARE - KEY_SHARE) * HIT_SHARE:
            self._press_a_button()
        else:
            size = self.page.viewport_size or {"width": 1, "height": 1}
            x, y = (self.chance.uniform(1, size[side] - 1) for side in ("width", "height"))
            self.page.mouse.click(x, y, click_count=self.chance.choice((1, 1, 2)))

    def _touch_a_device(self) -> None:
        peer, cue = self.chance.choice(HANDS)
        if self._unseen[peer] < MOST_UNSEEN:
            self._unseen[peer] += 1
            send_cue(self.stage / peer, **cue)

    def _press_a_key(self) -> None:
        key = self.chance.choice(KEYS)
        if key.isascii():
            self.page.keyboard.press(key)
        else:
            self.page.keyboard.insert_text(key)

    def _press_a_button(self) -> None:
        """Any button; the ends of a visit are left alone more often, or none would get far."""
        buttons = self.page.evaluate(SEEN)["buttons"]
        bold = [one for one in buttons if one not in {"end", "help"}]
        chosen = bold if bold and self.chance.random() < 0.93 else buttons
        if chosen:
            self.page.wait_for_timeout(330)  # else the screen is too fresh for any touch
            with suppress(Exception):  # it may be gone by now: a monkey does not mind
                self.page.locator(f'[data-button="{self.chance.choice(chosen)}"]').first.click(
                    timeout=300, no_wait_after=True
                )

    def _judge(self, number: int) -> None:
        seen: dict[str, Any] = self.page.evaluate(SEEN)
        name = str(seen["name"])
        self.screens[name] += 1
        if not seen["text"] and not seen["drawn"]:
            self.faults.append(f"touch {number}: the screen {name} is blank")
        if not seen["help"] and name not in PERSON_COMES:
            self.faults.append(f"touch {number}: no way to a person on {name}")
        for peer, screen in LOOKED_AT.items():
            if name == screen:
                self._unseen[peer] = 0
        if name != self._last:
            self._last, self._since_s = name, time.monotonic()
        elif name not in AT_REST and time.monotonic() - self._since_s > STUCK_S:
            self.faults.append(f"touch {number}: stuck on {name}")
            self._since_s = time.monotonic()

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not any(one in said.text for one in HARMLESS):
            self.faults.append(f"console: {said.text}")


def put_right(site: SmallSite) -> None:
    """Everything plugged in, the traveller of before gone."""
    for peer, cue in (
        ("reader", {"take_away": True}),
        ("finger", {}),
        ("camera", {"freeze": False, "scene": "face"}),
    ):
        send_cue(site.stage / peer, replug=True, **cue)
    hands = {**dict.fromkeys(LEAVES, "end"), **HOME, "confirm": "help", "finger-why": "end"}
    hands |= dict.fromkeys(("typing", "direction", "transport", "notice-more"), "end")
    hands["next-person"] = "end"
    home = msgspec.structs.replace(
        stories.load(Path("demo")), hands=hands, answers=("end",), body=(), limit_s=200.0
    )
    Traveller(home, site.stage, site.page_port).walk(lambda name: name == "attract")


def play(folder: Path, touches: int, seed: int, progress: Callable[[int], None]) -> Monkey:
    """On a whole site; at its end one traveller crosses. Raises AssertionError where he cannot."""
    quick = SmallSite(folder, free_port(), try_limit_s=4.0, challenge_s=2.0, chip=False)
    with quick as site, browser_page(site.page_port) as page:
        page.wait_for_selector('#kiosk[data-screen="attract"]', timeout=30_000)
        monkey = Monkey(page, site.stage, random.Random(seed))
        monkey.play(touches, progress)
        put_right(site)
        demo = stories.load(Path("demo"))
        body = tuple(act for act in demo.body if act.peer != "chip")
        crossed = cross(site, msgspec.structs.replace(demo, body=body)).event
        assert crossed is not None
        given = crossed["event"]["biometrics"]
        assert given
        assert not any(one.get("reason_not_captured") for one in given)
        return monkey


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog="example: --touches 5000")
    parser.add_argument("--touches", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    with TemporaryDirectory() as folder:
        monkey = play(
            Path(folder),
            words.touches,
            words.seed,
            lambda done: print(f"  {done}/{words.touches}", file=sys.stderr, flush=True),
        )
    for name, times in monkey.screens.most_common():
        print(f"{times:6}  {name}")
    print(f"seed {words.seed}: {len(monkey.faults)} faults")
    print("\n".join(monkey.faults[:40]))
    return int(bool(monkey.faults))


if __name__ == "__main__":
    sys.exit(main())
