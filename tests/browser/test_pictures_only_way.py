"""The whole way in pictures only, at a real kiosk: no letter outside the traveller's data."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from firmware_app.engineer import story as stories
from firmware_app.engineer.small_site import SmallSite
from tests.browser.real_site import acting, await_screen, leave, short_way, tap, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

LETTERS = r"""() => {
  const data = '#rows dd bdi:not(.told), #code bdi, #entry .field, #keys, #countdown output';
  const found = [];
  const unseen = e => e && (getComputedStyle(e).clipPath.startsWith('inset(50%')
    || Number(getComputedStyle(e).opacity) === 0 || unseen(e.parentElement));
  const walk = document.createTreeWalker(kiosk, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!/\p{L}/u.test(walk.currentNode.data) || e.closest(data)) continue;
    if (!e.checkVisibility({ visibilityProperty: true }) || unseen(e)) continue;
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    if ([...range.getClientRects()].some(r => r.width > 1 && r.height > 1))
      found.push([e.closest('[id]')?.id, e.className, walk.currentNode.data.trim()]);
  }
  for (const e of kiosk.querySelectorAll('*')) for (const side of ['::before', '::after']) {
    const said = getComputedStyle(e, side).content;
    if (e.checkVisibility() && said.startsWith('"') && /\p{L}/u.test(said))
      found.push([e.id, side, said]);
  }
  return found;
}"""
DRAWN = """() => [...document.querySelectorAll('button[data-button]')]
  .filter(e => e.checkVisibility() && !e.querySelector('use, .glyph, .icon > *'))
  .map(e => e.dataset.button)"""
NAMED = """() => [...document.querySelectorAll('button')]
  .filter(e => e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent).trim())
  .length"""
HANDS = {
    "language": "language-pictures",
    "notice": "continue",
    "direction": "direction-entry",
    "transport": "transport-bus",
    "confirm": "yes",
    "review": "continue",
    "saved": "continue",
}
ANSWERS = ("tourism", "up-to-30-days")
WORDED = {"attract", "language", "moment"}
"""Before pictures only is chosen; the page's own "one moment" is drawn with its last mode."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSite]:
    with short_way(tmp_path_factory.mktemp("site")) as site:
        yield site


def button_for(page: Page, name: str) -> str:
    """What this traveller touches there, by its drawing."""
    if name != "question":
        return HANDS.get(name, "")
    shown = page.evaluate(
        "[...document.querySelectorAll('[data-button]')].map(e => e.dataset.button)"
    )
    return next(one for one in ANSWERS if one in shown)


def outcomes(site: SmallSite) -> list[str]:
    return [one["event"]["crossing"]["outcome"] for one in site.crossings()]


def test_a_whole_crossing_without_a_letter(site: SmallSite, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, has_touch=True)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.page_port}/")
    seen: dict[str, Any] = {}

    def look() -> str:
        """Judge what stands there now, and touch what is wanted."""
        name, serial, title = page.evaluate(
            "[kiosk.dataset.screen, kiosk.dataset.serial, find('title').textContent]"
        )
        if not int(serial):
            return ""
        if name not in WORDED:
            found = [page.evaluate(LETTERS), page.evaluate(DRAWN), page.evaluate(NAMED)]
            if page.evaluate("kiosk.dataset.serial") != serial:
                return ""  # drawn anew meanwhile: it is judged before it is touched
            seen.setdefault(name, found)
        if name == "warning":
            tap(page, "more-time")
        elif (name, title) not in touched and (button := button_for(page, name)):
            touched.add((name, title))
            tap(page, button)
        return str(name)

    touched: set[tuple[str, str]] = set()
    with acting(site, stories.load(Path("demo"))):
        await_screen(page, "attract")
        tap(page, "start")
        leave(page, "attract")
        wait_for(lambda: look() == "go", f"go was not reached; {list(seen)}", 150)
        look()
    tap(page, "end")
    wait_for(lambda: "completed" in outcomes(site), "the centre did not get it")
    context.close()
    assert {name: found for name, found in seen.items() if found != [[], [], 0]} == {}
    assert {*HANDS, "document", "face", "finger", "question", "go"} - {"language"} <= seen.keys()


def test_help_and_its_end_without_a_letter(site: SmallSite, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.page_port}/")
    for name, button in (
        ("attract", "start"),
        ("language", "language-pictures"),
        ("notice", "more"),
        ("notice-more", "back"),
        ("notice", "help"),
        ("called", "to-officer"),
    ):
        await_screen(page, name)
        if name not in WORDED:
            assert page.evaluate(LETTERS) == [], name
            assert page.evaluate(DRAWN) == [], name
        tap(page, button)
    await_screen(page, "officer")
    assert page.evaluate(LETTERS) == []
    tap(page, "end")
    context.close()


def test_the_search_for_letters_finds_one(site: SmallSite, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site.page_port}/")
    await_screen(page, "attract")
    found = {text for _, _, text in page.evaluate(LETTERS)}
    assert page.locator("h1").inner_text() in found
    context.close()
