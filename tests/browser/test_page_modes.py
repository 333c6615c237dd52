"""Other bodies and bad days in real Chromium: pictures alone, sitting, stillness, reload, idle."""

import re
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from firmware_app.ui.guard import POLICY
from firmware_app.ui.server import STATIC

pytestmark = pytest.mark.slow

SCRIPT_LIMIT_BYTES = 40 * 1024
# Letters that somebody sees, outside what is personal (rows, field, codes) and the keys.
LETTERS = """() => {
  const data = '#rows dd bdi:not(.told), #entry .field, #code bdi:not(.told), #keys, #countdown';
  const walk = document.createTreeWalker(kiosk, NodeFilter.SHOW_TEXT);
  const seen = [];
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    const box = e.getBoundingClientRect();
    const hidden = !e.checkVisibility() || getComputedStyle(e).clipPath === 'inset(50%)'
      || box.width <= 1;
    const letters = /\\p{L}/u.test(walk.currentNode.data);
    if (letters && !hidden && !e.closest(data)) seen.push(walk.currentNode.data);
  }
  return seen;
}"""
NAMES = """() => [...document.querySelectorAll('button[data-button]')]
  .map(e => [e.dataset.button, e.textContent.trim(), e.querySelectorAll('use').length])"""


def test_the_scripts_are_small_and_nothing_comes_from_elsewhere() -> None:
    assert sum(path.stat().st_size for path in STATIC.glob("*.js")) <= SCRIPT_LIMIT_BYTES
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY
    for path in STATIC.iterdir():
        away = re.findall(r"(?:https?:)?//[\w.]+\.\w+/", path.read_text(encoding="utf-8"))
        assert [one for one in away if "www.w3.org" not in one] == [], path.name


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_the_whole_way_without_a_letter(
    open_kiosk: Callable[..., Any], pictures: ModuleType, size: tuple[int, int]
) -> None:
    kiosk = open_kiosk(*size)
    kiosk.camera[0] = pictures.drawn_face()
    for name, screen in pictures.gallery("en", pictures_only=True).items():
        if name.startswith(("attract", "language", "out-of-service")):
            continue  # nobody has chosen yet
        kiosk.show(screen)
        assert kiosk.page.evaluate(LETTERS) == [], name
        for button, text, icons in kiosk.page.evaluate(NAMES):
            assert text, (name, button)  # the voice and a screen reader still know it
            country = button.startswith("state-")  # its name is data; its flag is not ours to draw
            assert icons == 1 or country, (name, button)
        if not screen.entry:
            drawn = "#picture svg, #picture .live, #choices use, #points use"
            assert kiosk.page.locator(drawn).count(), name


def test_who_sits_reaches_everything_in_the_lower_part(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk(1080, 1920)
    for name in ("question-purpose", "confirm", "typing-number", "transport"):
        kiosk.show(pictures.gallery("en")[name])
        if name == "question-purpose":
            kiosk.page.tap('[data-tool="seat"]')
        tops = kiosk.page.evaluate(
            "[...document.querySelectorAll('button')].filter(e => e.checkVisibility())"
            ".map(e => e.getBoundingClientRect().top)"
        )
        assert min(tops) > 0.35 * 1920, name


def test_a_tool_stops_all_movement(open_kiosk: Callable[..., Any], pictures: ModuleType) -> None:
    kiosk = open_kiosk()
    kiosk.show(pictures.gallery("en")["called"])
    assert kiosk.page.evaluate("document.getAnimations().length") > 0
    kiosk.page.tap('[data-tool="still"]')
    for name in ("document", "finger", "next-person", "typing-birth"):
        kiosk.show(pictures.gallery("en")[name])
        assert kiosk.page.evaluate("document.getAnimations().length") == 0, name


def test_nobody_near_is_dim_and_never_black_and_moves_against_burn_in(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    screens = pictures.gallery("en")
    kiosk.show(screens["attract"])
    dimmed = "Number(getComputedStyle(document.querySelector('main')).opacity)"
    assert kiosk.page.evaluate(dimmed) == 1
    kiosk.show(screens["attract-calm"])
    assert 0.5 < kiosk.page.evaluate(dimmed) < 1
    places = set()
    for _ in range(4):
        kiosk.page.evaluate("shift()")
        places.add(kiosk.page.evaluate("getComputedStyle(find('actions')).translate"))
    assert len(places) == 4


def test_a_reload_in_mid_session_shows_the_screen_of_now(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.camera[0] = pictures.drawn_face()
    screens = pictures.gallery("fr")
    for name in ("confirm", "face", "typing-number"):
        kiosk.show(screens[name])
        kiosk.page.reload()
        kiosk.page.wait_for_selector(f'#kiosk[data-screen="{screens[name].name}"]')
    kiosk.page.evaluate("keyboard.text()")
    kiosk.tap("back")
    assert kiosk.touched.get(timeout=5) == "back"


def test_a_family_and_a_person_who_comes_are_seen_and_named(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    screen = pictures.gallery("en")["question-stay"]
    kiosk.show(replace(screen, person=2, persons=3, called=True))
    assert kiosk.page.locator("#party .icon").count() == 3
    assert kiosk.page.get_by_role("img", name=re.compile("^Person")).count() == 1
    assert kiosk.page.get_by_role("img", name="A person is coming").is_visible()
    kiosk.show(replace(screen, person=0, persons=0, called=False))
    assert not kiosk.page.locator("#party").is_visible()
    assert not kiosk.page.locator("#bell").is_visible()


def test_the_symbol_on_the_page_is_the_one_of_the_screen(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    for tool in ("", "contrast"):
        screen = pictures.gallery("ar")["go"]
        kiosk.show(screen)
        if tool:
            kiosk.page.tap(f'[data-tool="{tool}"]')
        box = kiosk.page.locator(".qr").bounding_box()
        assert box["width"] / len(screen.qr) >= 4  # pixels a module
        shot = kiosk.page.locator(".qr").screenshot()
        assert pictures.read_qr(shot).startswith("urn:border-kiosk:event:")


def test_a_glass_of_known_size_is_drawn_in_its_millimetres(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    least = ((21.5, 1920, 1080, 19.9), (15.6, 1366, 768, 19.9), (14, 1920, 1080, 17.9))
    for inches, width_px, height_px, least_mm in (*least, (7, 1024, 600, 10.3)):
        kiosk = open_kiosk(width_px, height_px, inches)
        kiosk.show(pictures.gallery("en")["typing-number"])
        px_per_mm = (width_px**2 + height_px**2) ** 0.5 / (inches * 25.4)
        box = kiosk.page.locator('[data-key="A"]').bounding_box()
        key_mm = min(box["width"], box["height"]) / px_per_mm
        assert key_mm >= least_mm, (inches, key_mm)
