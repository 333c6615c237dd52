"""A whole kiosk and a real browser: the body acts by itself, the hands are the test's."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Page

from firmware_app.engineer.small_site import SmallSite
from firmware_app.engineer.story import Story
from firmware_app.engineer.traveller import Traveller
from firmware_app.errors import StoryError
from mqtt.central.mosquitto import free_port

PATIENCE_S = 60.0
FRESH_MS = 340
POST = ('direction = "ask"', 'transport = ["on-foot", "car", "bus"]', "group_size_max = 1")
SHOWN = "() => [kiosk.dataset.screen, Number(kiosk.dataset.serial)]"


def short_way(folder: Path, **more: Any) -> SmallSite:
    """A site whose traveller turns the head once and has no chip; `more` goes to SmallSite."""
    turn = ("turn_left",)
    return SmallSite(
        folder, free_port(), challenges=turn, challenge_count=1, chip=False, post=POST, **more
    )


@contextmanager
def acting(site: SmallSite, story: Story, without: tuple[str, ...] = ("chip",)) -> Iterator[None]:
    """Lay the document down, turn the head, place the finger, as the screens ask for it.

    A peer that is left out is the test's own to cue, when it is ready for what comes after.
    """
    acts = tuple(act for act in story.body if act.peer not in without)
    body = Traveller(
        msgspec.structs.replace(story, body=acts), site.stage, site.page_port, hands=False
    )

    def act() -> None:
        with suppress(StoryError):  # the kiosk may be ended on purpose
            body.walk(lambda _name: False)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    try:
        yield
    finally:
        body.stop()
        thread.join(15)


def wait_for(wanted: Callable[[], Any], what: str, limit_s: float = PATIENCE_S) -> Any:
    """The first true answer; fails with `what` past the limit."""
    until_s = time.monotonic() + limit_s
    while time.monotonic() < until_s:
        if found := wanted():
            return found
        time.sleep(0.05)  # noqa: TID251 (other processes are waited for)
    raise AssertionError(what)


def screen_of(page: Page) -> str:
    """The screen that the page shows; empty while it shows none of the kiosk's."""
    name, serial = page.evaluate(SHOWN)
    return str(name) if serial else ""


def await_screen(page: Page, *names: str, limit_s: float = PATIENCE_S) -> str:
    """Wait until one of these screens is up; a warning gets its touch for more time."""
    seen: list[str] = []

    def arrived() -> str:
        name = screen_of(page)
        if name and name not in seen[-1:]:
            seen.append(name)
        if name == "warning" and "warning" not in names:
            tap(page, "more-time")
        return name if name in names else ""

    return str(wait_for(arrived, f"none of {names}, but {seen}", limit_s))


def tap(page: Page, button: str) -> bool:
    """Touch a button when its screen has stood for a moment; False where it has left by then."""
    page.wait_for_timeout(FRESH_MS)
    return bool(
        page.evaluate(
            'id => { const e = document.querySelector(`[data-button="${id}"]`);'
            " e?.click(); return Boolean(e); }",
            button,
        )
    )


def leave(page: Page, *names: str) -> None:
    """Wait until the page shows none of these screens any more."""
    wait_for(lambda: screen_of(page) not in {*names, ""}, f"stuck on {names}")
