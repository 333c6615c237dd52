"""The traveller's page in real Chromium: touches only, sizes, contrast, directions, wiping."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest

from firmware_app.ui.screen import Button, Row, Screen

pytestmark = pytest.mark.slow

KIOSK_PX_PER_MM = 1920 / 344.2  # a 15.6 inch 16:9 glass is 345.4 mm wide at the most
GLASSES = [  # language, width and height in pixels, diagonal in inches (0: the page has to guess)
    ("en", 1920, 1080, 15.6),
    ("fr", 1920, 1080, 0),
    ("ar", 1920, 1080, 15.6),
    ("am", 1920, 1080, 15.6),
    ("en", 1080, 1920, 15.6),
    ("ar", 1080, 1920, 0),
    ("en", 1366, 768, 0),
    ("fr", 1024, 600, 7),
    ("ar", 1024, 600, 7),
]
TOOLS = 6
CANARY = "CANARY"
CONFIRM = Screen(
    "confirm",
    "confirm-title",
    buttons=(Button("yes", "button-yes", "primary", "yes"), Button("help", "button-help", "help")),
    rows=(Row("row-name", CANARY),),
    code=CANARY,
)

# For every visible text: [text, contrast with the first opaque colour behind it (WCAG 2.2, 1.4.3),
# its size in pixels].
CONTRASTS = """() => {
  const parts = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => {
    const [r, g, b] = c.map(v => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = parts(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const alpha = e => e ? Number(getComputedStyle(e).opacity) * alpha(e.parentElement) : 1;
  const found = [];
  const walk = document.createTreeWalker(kiosk, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.trim();
    const e = walk.currentNode.parentElement;
    if (!text || !e.checkVisibility() || e.closest('svg')) continue;
    const seen = alpha(e), back = behind(e), style = getComputedStyle(e);
    const fore = parts(style.color).slice(0, 3).map((v, i) => v * seen + back[i] * (1 - seen));
    const [a, b] = [light(fore), light(back)].sort((x, y) => y - x);
    found.push([text, (a + 0.05) / (b + 0.05), parseFloat(style.fontSize)]);
  }
  return found;
}"""
# For every button: [id, left, top, right, bottom] in pixels, and whether it is a keyboard's key.
BOXES = """() => [...document.querySelectorAll('button')]
  .filter(e => e.checkVisibility())
  .map(e => {
    const b = e.getBoundingClientRect();
    const {button, tool, key} = e.dataset;
    return [button || tool || key, b.left, b.top, b.right, b.bottom, Boolean(key)];
  })"""
# What is cut off: outside the glass, wider than its box, or to be scrolled to.
CUT = """() => {
  const whole = 'button, h1, #cue, #rows, #points, #code, #entry, #keys, .field';
  const shown = [...document.querySelectorAll(whole)]
    .filter(e => e.checkVisibility() && getComputedStyle(e).clipPath === 'none');
  const outside = e => {
    const b = e.getBoundingClientRect();
    return b.left < -1 || b.top < -1 || b.right > innerWidth + 1 || b.bottom > innerHeight + 1;
  };
  const cut = shown.filter(e => outside(e) || e.scrollWidth > e.clientWidth + 2);
  const words = document.getElementById('words');
  if (words.scrollHeight > words.clientHeight + 8) cut.push(words);
  return cut.map(e => e.id || e.dataset.button || e.dataset.tool || e.dataset.key || e.className);
}"""
CYCLES = """() => document.getAnimations()
  .map(a => a.effect.getComputedTiming())
  .filter(t => t.iterations > 1)
  .map(t => t.duration)"""
TWICE = (
    "() => { for (const _ of [1, 2]) document.querySelector('[data-button=continue]').click(); }"
)
AT_ONCE = """() => kiosk.dataset.screen === 'review'
  && (document.querySelector('[data-button=continue]').click(), true)"""


def gap_px(one: list[Any], other: list[Any]) -> float:
    """The distance between two boxes of BOXES."""
    across = max(one[1] - other[3], other[1] - one[3])
    down = max(one[2] - other[4], other[2] - one[4])
    return float(max(across, down))


def mm_px(kiosk: Any) -> float:
    return float(
        kiosk.page.evaluate(
            "parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--mm'))"
        )
    )


@pytest.mark.parametrize(("language", "width", "height", "inches"), GLASSES)
def test_every_screen_can_be_touched_read_and_seen_whole(
    open_kiosk: Callable[..., Any],
    pictures: ModuleType,
    language: str,
    width: int,
    height: int,
    inches: float,
) -> None:
    kiosk = open_kiosk(width, height, inches)
    kiosk.page.emulate_media(reduced_motion="reduce")  # or a colour is met half way to the next
    kiosk.camera[0] = pictures.drawn_face()
    mm = mm_px(kiosk)
    small = height < 900
    assert mm >= (KIOSK_PX_PER_MM - 0.06 if not small else 3.8)
    key_mm, apart_mm = (17.9, 1.9) if small else (20, 3)
    wrong: list[tuple[Any, ...]] = []
    for name, screen in pictures.gallery(language).items():
        kiosk.show(screen)
        boxes = kiosk.page.evaluate(BOXES)
        tools = 0 if small and screen.entry else TOOLS
        assert len([box for box in boxes if not box[5]]) == len(screen.buttons) + tools, name
        for at, box in enumerate(boxes):
            side_mm = key_mm if box[5] else 20
            if min(box[3] - box[1], box[4] - box[2]) < side_mm * mm - 0.5:
                wrong.append((name, "small", box))
            for other in boxes[at + 1 :]:
                between_mm = apart_mm if box[5] or other[5] else 3
                if gap_px(box, other) < between_mm * mm - 0.5:
                    wrong.append((name, "near", box, other))
        wrong += [(name, "cut", each) for each in kiosk.page.evaluate(CUT)]
        for text, ratio, font_px in kiosk.page.evaluate(CONTRASTS):
            if ratio < 7 or font_px < 5.9 * mm:
                wrong.append((name, text, ratio, font_px / mm))
    assert wrong == []


def test_the_strong_contrast_is_strong(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.page.emulate_media(reduced_motion="reduce")  # or a colour is met half way to the next
    for name, screen in pictures.gallery("en").items():
        kiosk.show(screen)
        if name == "language":
            kiosk.page.tap('[data-tool="contrast"]')
            kiosk.settle()
        if not name.startswith("attract"):
            for text, ratio, _ in kiosk.page.evaluate(CONTRASTS):
                assert ratio >= 15, (name, text, ratio)


def test_a_traveller_touches_through_a_crossing(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.camera[0] = pictures.drawn_face()
    english, arabic = pictures.gallery("en"), pictures.gallery("ar")
    way = [
        (english["attract"], "start"),
        (english["language"], "language-ar"),
        (arabic["notice"], "continue"),
        (arabic["document"], "back"),
        (arabic["confirm"], "yes"),
        (arabic["face"], "help"),
        (arabic["finger"], "cannot-give-finger"),
        (arabic["question-purpose"], "return-home"),
        (arabic["question-stay"], "up-to-30-days"),
        (arabic["review"], "continue"),
        (arabic["saved"], "continue"),
        (arabic["go"], "end"),
    ]
    for screen, button in way:
        kiosk.show(screen)
        kiosk.tap(button)
        assert kiosk.touched.get(timeout=2) == button
    assert kiosk.touched.empty()
    assert kiosk.page.evaluate("history.length") <= 2


def test_words_direction_and_language_follow_the_screen(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    for language, direction, title in [
        ("en", "ltr", "Is this you?"),
        ("ar", "rtl", "هل هذا أنت؟"),
        ("fr", "ltr", "Est-ce bien vous\u202f?"),
    ]:
        kiosk.show(pictures.gallery(language)["confirm"])
        html = kiosk.page.locator("html")
        assert html.get_attribute("lang") == language
        assert html.get_attribute("dir") == direction
        assert kiosk.page.locator("h1").inner_text() == title
        assert "ANNA MARIA" in kiosk.page.locator("#rows dd").first.inner_text()
    kiosk.show(pictures.gallery("ar")["language"])
    english = kiosk.button("language-en").locator(".label")
    assert english.get_attribute("lang") == "en"
    assert english.get_attribute("dir") == "ltr"


def test_in_arabic_help_stands_right_and_back_points_right(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    for language, mirrored in [("en", "none"), ("ar", "matrix(-1, 0, 0, 1, 0, 0)")]:
        kiosk.show(pictures.gallery(language)["document"])
        boxes = {box[0]: box for box in kiosk.page.evaluate(BOXES)}
        assert (boxes["help"][1] > boxes["back"][1]) == (language == "ar")
        arrow = kiosk.button("back").locator(".icon")
        assert arrow.evaluate("e => getComputedStyle(e).transform") == mirrored


def test_the_next_screen_wipes_the_one_before(open_kiosk: Callable[..., Any]) -> None:
    kiosk = open_kiosk()
    kiosk.show(CONFIRM)
    assert CANARY in kiosk.page.content()
    started_s = time.monotonic()
    kiosk.server.show(Screen("attract", "attract-title", buttons=CONFIRM.buttons))
    kiosk.page.wait_for_selector('#kiosk[data-screen="attract"]')
    assert CANARY not in kiosk.page.content()
    assert time.monotonic() - started_s < 1
    drawn_from = "[...document.querySelectorAll('*')].map(e => e.drawnFrom || '').join('')"
    assert CANARY not in kiosk.page.evaluate(drawn_from)
    assert CANARY not in json.dumps(kiosk.page.evaluate("now"))
    assert kiosk.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert kiosk.page.context.cookies() == []
    assert kiosk.page.evaluate("caches.keys()") == []


def test_the_camera_picture_is_mirrored_and_leaves_with_its_screen(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.camera[0] = pictures.drawn_face(shift_px=-200)
    kiosk.show(pictures.gallery("en")["face-turn"])
    kiosk.page.wait_for_selector("canvas[data-pictures]")
    canvas = kiosk.page.locator("canvas")
    assert canvas.evaluate("e => getComputedStyle(e).transform") == "matrix(-1, 0, 0, 1, 0, 0)"
    assert canvas.evaluate("e => [e.width, e.height]") == [640, 480]
    assert kiosk.page.locator(".turn-left").is_visible()
    assert not kiosk.page.locator(".turn-right").is_visible()
    kept = canvas.element_handle()
    kiosk.show(pictures.gallery("en")["finger"])
    assert kiosk.page.locator("canvas").count() == 0
    kiosk.page.wait_for_timeout(100)
    assert kept.evaluate("e => [e.width, e.height]") == [1, 1]


def test_a_cue_does_not_pull_the_button_from_under_the_finger(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    face = pictures.gallery("en")["face"]
    kiosk.show(face)
    button = kiosk.button("help").element_handle()
    kiosk.show(replace(face, cue="face-cue-hold-still"))
    assert kiosk.page.locator("#cue").inner_text() == "Hold still."
    assert button.evaluate("e => e.isConnected")


def test_a_double_tap_counts_once_and_does_not_meet_the_next_screen(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    screens = pictures.gallery("en")
    kiosk.show(screens["notice"])
    kiosk.settle()
    kiosk.page.evaluate(TWICE)
    assert kiosk.touched.get(timeout=2) == "continue"
    kiosk.server.show(screens["review"])
    kiosk.page.wait_for_function(AT_ONCE)
    kiosk.settle()
    assert kiosk.touched.empty()
    kiosk.tap("continue")
    assert kiosk.touched.get(timeout=2) == "continue"


def test_a_stale_touch_is_refused_and_the_page_goes_on(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.show(pictures.gallery("en")["notice"])
    kiosk.page.evaluate("now.serial = 77")
    kiosk.tap("continue")
    kiosk.page.wait_for_timeout(200)
    assert kiosk.touched.empty()
    kiosk.show(pictures.gallery("en")["notice"])
    kiosk.tap("continue")
    assert kiosk.touched.get(timeout=2) == "continue"
    refused = [text for text in kiosk.complaints if "409" in text]
    assert len(refused) == 1
    kiosk.complaints.clear()


def test_when_the_stream_breaks_the_page_is_calm_empty_and_comes_back(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.show(replace(CONFIRM, language="fr"))
    kiosk.page.route("**/events", lambda route: route.abort())
    kiosk.server.stop()
    kiosk.page.wait_for_timeout(1_500)
    assert kiosk.page.locator("#kiosk").get_attribute("data-screen") == "confirm"
    kiosk.page.wait_for_selector('#kiosk[data-screen="moment"]', timeout=4_000)
    assert kiosk.page.locator("h1").inner_text() == "Un instant, s’il vous plaît"  # noqa: RUF001 (French)
    assert CANARY not in kiosk.page.content()
    assert CANARY not in json.dumps(kiosk.page.evaluate("now"))
    server = replace_server(kiosk)
    server.show(pictures.gallery("fr")["attract"])
    kiosk.page.unroute("**/events")
    kiosk.page.wait_for_selector('#kiosk[data-screen="attract"]', timeout=8_000)
    kiosk.complaints.clear()


def replace_server(kiosk: Any) -> Any:
    """A new server on the old one's port, as after a restart of the service."""
    old = kiosk.server
    kiosk.server = type(old)("127.0.0.1", old.port, old.texts, old.on_touch, old.picture)
    kiosk.server.start()
    return kiosk.server


def test_display_wishes_last_one_visit(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    screens = pictures.gallery("en")
    kiosk.show(screens["notice"])
    for tool in ("contrast", "bigger", "louder"):
        kiosk.page.tap(f'[data-tool="{tool}"]')
        pressed = kiosk.page.locator(f'[data-tool="{tool}"]')
        assert pressed.get_attribute("aria-pressed") == "true"
        assert pressed.get_attribute("aria-label")
    kiosk.show(screens["document"])
    assert kiosk.page.locator("html").get_attribute("class") == "contrast bigger louder"
    kiosk.show(screens["attract"])
    assert not kiosk.page.locator("html").get_attribute("class")


def test_a_warning_counts_its_seconds_down(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.show(pictures.gallery("en")["warning"])
    seconds = kiosk.page.locator("#countdown output")
    assert seconds.inner_text() in {"20", "19"}
    kiosk.page.wait_for_timeout(1_500)
    assert seconds.inner_text() in {"19", "18"}
    kiosk.show(pictures.gallery("en")["document"])
    assert not kiosk.page.locator("#countdown").is_visible()


def test_nothing_moves_for_those_whom_it_disturbs(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk(reduced_motion="reduce")
    for screen in pictures.gallery("en").values():
        kiosk.show(screen)
        assert kiosk.page.evaluate("document.getAnimations().length") == 0, screen.name


def test_nothing_flashes(open_kiosk: Callable[..., Any], pictures: ModuleType) -> None:
    kiosk = open_kiosk()
    for screen in pictures.gallery("en").values():
        kiosk.show(screen)
        assert all(duration_ms >= 1_000 for duration_ms in kiosk.page.evaluate(CYCLES)), screen.name


def test_a_keyboard_finds_every_button_and_sees_where_it_is(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.show(pictures.gallery("en")["notice"])
    assert kiosk.page.evaluate("document.activeElement.id") == "title"
    kiosk.settle()
    reached = []
    for _ in range(5):
        kiosk.page.keyboard.press("Tab")
        reached.append(kiosk.page.evaluate("document.activeElement.dataset.button"))
        outline = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        assert kiosk.page.evaluate(outline) >= 4
    assert reached == ["help", "end", "more", "back", "continue"]
    kiosk.page.keyboard.press("Enter")
    assert kiosk.touched.get(timeout=2) == "continue"


def test_titles_and_cues_are_announced(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.show(pictures.gallery("en")["face"])
    assert kiosk.page.locator("#title").get_attribute("aria-live") == "polite"
    assert kiosk.page.locator("#cue").get_attribute("aria-live") == "assertive"
    assert kiosk.page.get_by_role("button", name="A person").count() == 1
    assert kiosk.page.get_by_role("img").get_attribute("aria-label")


def test_a_cue_is_never_told_by_colour_alone(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    face = pictures.gallery("en")["face"]
    drawn = {}
    for cue in ("closer", "farther", "turn-left", "turn-right", "well-done"):
        kiosk.show(replace(face, cue=f"face-cue-{cue}"))
        drawn[cue] = kiosk.page.locator("#cue use").get_attribute("href")
        target = kiosk.page.locator(f"symbol{drawn[cue]}")
        assert target.count() == 1
    assert len(set(drawn.values())) == len(drawn)


def test_every_picture_and_icon_that_a_screen_names_is_drawn(
    open_kiosk: Callable[..., Any], pictures: ModuleType
) -> None:
    kiosk = open_kiosk()
    kiosk.camera[0] = pictures.drawn_face()
    for name, screen in pictures.gallery("en").items():
        kiosk.show(screen)
        if kiosk.page.locator("#picture").is_visible():
            assert kiosk.page.locator("#picture svg").count() >= 1, name
        for button in screen.buttons:
            shown = kiosk.button(button.id)
            assert shown.locator("use").count() + shown.locator(".glyph").count() == 1, button.id


def test_the_pictures_of_the_readme_are_small(
    pictures: ModuleType, open_kiosk: Callable[..., Any], tmp_path: Any
) -> None:
    kiosk = open_kiosk()
    kiosk.camera[0] = pictures.drawn_face()
    for name in ("attract", "face"):
        path = tmp_path / f"{name}.png"
        pictures.take(kiosk.server, kiosk.page, pictures.gallery("en")[name], path)
        assert 5_000 < path.stat().st_size < pictures.LIMIT_BYTES
