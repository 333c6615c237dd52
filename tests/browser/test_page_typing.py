"""Typing on the page in real Chromium: keys by finger, keypad and real keyboard; nothing stays."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from firmware_app.ui.screen import Button, Entry, Screen

pytestmark = pytest.mark.slow

ENTER = Button("enter", "button-enter", "primary", "enter")
BACK = Button("back", "button-back", icon="back")
SCREEN = Screen("typing", "typing-title-number", buttons=(ENTER, BACK), private=True)
CANARY = "CANARY"
LEFT_OVERS = """async () => JSON.stringify([
  document.documentElement.outerHTML,
  [...document.querySelectorAll('*')].map(e => [e.drawnFrom, e.value, {...e.dataset}]),
  now, words, keyboard.text(),
  Object.entries(localStorage), Object.entries(sessionStorage), document.cookie,
  await caches.keys(), await indexedDB.databases(),
  performance.getEntriesByType('resource').map(e => e.name).filter(n => n.startsWith('blob:')),
])"""


def field(alphabet: str, language: str = "en", **entry: Any) -> Screen:
    given: Any = {"field": "number", "length_max": 9, **entry, "alphabet": alphabet}
    return replace(SCREEN, language=language, entry=Entry(**given))


def text(kiosk: Any) -> str:
    typed: str = kiosk.page.evaluate("keyboard.text()")
    return typed


def tap_keys(kiosk: Any, keys: list[str]) -> None:
    for key in keys:
        kiosk.page.tap(f'[data-key="{key}"]')


def test_fingers_type_and_the_text_goes_with_the_touch(open_kiosk: Callable[..., Any]) -> None:
    kiosk = open_kiosk(inches=15.6)
    kiosk.show(field("mrz"))
    tap_keys(kiosk, ["L", "8", "9", "X", "erase", "C"])
    kiosk.tap("enter")
    assert kiosk.touched.get(timeout=5) == "enter"
    assert kiosk.typed.get(timeout=5) == "L89C"


def test_an_empty_field_is_not_sent(open_kiosk: Callable[..., Any]) -> None:
    kiosk = open_kiosk()
    kiosk.show(field("digits"))
    kiosk.tap("enter")
    tap_keys(kiosk, ["7"])
    kiosk.tap("enter")
    assert kiosk.touched.get(timeout=5) == "enter"
    assert kiosk.typed.get(timeout=5) == "7"
    assert kiosk.touched.empty()


def test_digits_look_as_people_write_them_and_leave_as_the_document_has_them(
    open_kiosk: Callable[..., Any],
) -> None:
    kiosk = open_kiosk()
    kiosk.show(field("digits", "ar", field="birth", length_max=8))
    key = kiosk.page.locator('[data-key="4"]')
    assert key.inner_text().split() == ["٤", "4"]
    tap_keys(kiosk, ["4", "2"])
    arabic = "new KeyboardEvent('keydown', {key: '٣', bubbles: true})"  # of an Arabic keyboard
    kiosk.page.evaluate(f"document.body.dispatchEvent({arabic})")
    assert text(kiosk) == "423"


def test_ethiopic_is_a_consonant_and_then_its_vowel(open_kiosk: Callable[..., Any]) -> None:
    kiosk = open_kiosk()
    kiosk.show(field("ethiopic", "am", length_max=20))
    tap_keys(kiosk, ["ሰ"])
    vowels = kiosk.page.locator("[data-vowel]")
    assert vowels.all_inner_texts() == ["ሰ", "ሱ", "ሲ", "ሳ", "ሴ", "ስ", "ሶ"]
    kiosk.page.tap('[data-vowel="3"]')
    tap_keys(kiosk, ["ለ"])
    kiosk.page.tap('[data-vowel="5"]')
    assert text(kiosk) == "ሳል"


def test_arabic_letters_go_from_right_to_left(open_kiosk: Callable[..., Any]) -> None:
    kiosk = open_kiosk()
    kiosk.show(field("arabic", "ar", length_max=20))
    tap_keys(kiosk, [*"مالي", "space", "erase"])
    assert text(kiosk) == "مالي"
    assert kiosk.page.locator("#keys").get_attribute("dir") == "rtl"


def test_accents_by_a_second_layer_and_by_a_long_press(open_kiosk: Callable[..., Any]) -> None:
    kiosk = open_kiosk()
    kiosk.show(field("latin", length_max=20))
    tap_keys(kiosk, ["accents", "Ɓ", "accents", "A"])
    box = kiosk.page.locator('[data-key="E"]').bounding_box()
    kiosk.page.mouse.move(box["x"] + 20, box["y"] + 20)
    kiosk.page.mouse.down()
    kiosk.page.wait_for_selector('.forms [data-key="É"]')
    kiosk.page.mouse.up()
    assert text(kiosk) == "ƁA"
    kiosk.page.tap('.forms [data-key="É"]')
    assert text(kiosk) == "ƁAÉ"
    assert kiosk.page.locator(".forms").count() == 0


def test_a_keypad_steers_over_the_keys(open_kiosk: Callable[..., Any]) -> None:
    kiosk = open_kiosk()
    kiosk.show(field("mrz"))
    kiosk.page.focus('[data-key="A"]')
    for key in ("ArrowRight", "Enter", "ArrowDown", "Enter", "ArrowLeft", "Enter"):
        kiosk.page.keyboard.press(key)
    assert text(kiosk) == "BKJ"
    for _ in range(3):
        kiosk.page.keyboard.press("ArrowDown")
    assert kiosk.page.evaluate("document.activeElement.dataset.button")
    outline = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
    assert kiosk.page.evaluate(outline) >= 4


def test_a_real_keyboard_types_sends_and_goes_back(open_kiosk: Callable[..., Any]) -> None:
    kiosk = open_kiosk()
    kiosk.show(field("mrz"))
    kiosk.settle()
    kiosk.page.keyboard.type("l8-9x")
    kiosk.page.keyboard.press("Backspace")
    assert text(kiosk) == "L89"
    kiosk.page.keyboard.press("Enter")
    assert kiosk.touched.get(timeout=5) == "enter"
    assert kiosk.typed.get(timeout=5) == "L89"
    kiosk.show(field("mrz", value="L89"))
    kiosk.settle()
    kiosk.page.keyboard.press("Escape")
    assert kiosk.touched.get(timeout=5) == "back"


def test_doubtful_signs_are_marked_and_one_is_mended_where_it_stands(
    open_kiosk: Callable[..., Any],
) -> None:
    kiosk = open_kiosk()
    doubtful = field("mrz", value="L89B02C3", wrong=(3,), hint="typing-hint-check")
    kiosk.show(doubtful)
    marked = kiosk.page.locator(".field .wrong")
    assert marked.all_inner_texts() == ["B"]
    assert marked.evaluate("e => getComputedStyle(e).borderWidth") == "4px"  # not by colour alone
    kiosk.page.locator(".field span").nth(4).tap()
    tap_keys(kiosk, ["erase", "8"])
    assert text(kiosk) == "L89802C3"
    assert marked.count() == 0
    kiosk.show(replace(doubtful, called=True))  # what was typed outlives a change beside it
    assert text(kiosk) == "L89802C3"


def test_nothing_typed_or_shown_stays(open_kiosk: Callable[..., Any], pictures: ModuleType) -> None:
    kiosk = open_kiosk()
    for shown in (field("latin", value=CANARY), field("latin")):
        kiosk.show(shown)
        kiosk.page.keyboard.type(CANARY)
        assert CANARY in kiosk.page.evaluate(LEFT_OVERS)
        kiosk.show(pictures.gallery("en")["attract"])
        assert CANARY not in kiosk.page.evaluate(LEFT_OVERS)
    kiosk.show(field("latin"))
    kiosk.page.keyboard.type(CANARY)
    kiosk.page.route("**/events", lambda route: route.abort())
    kiosk.server.stop()
    kiosk.page.wait_for_selector('#kiosk[data-screen="moment"]', timeout=20_000)
    assert CANARY not in kiosk.page.evaluate(LEFT_OVERS)
    assert json.loads(kiosk.page.evaluate(LEFT_OVERS))[4] == ""
    kiosk.page.goto("about:blank")  # it would go on asking for the stream
    kiosk.complaints.clear()
