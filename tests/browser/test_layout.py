"""Every screen x language x glass: sizes in millimetres, gaps, overlap, cut text, contrast.

The judge measures on its own: millimetres from the glass's diagonal, text by its drawn boxes. The
page draws each screen at once, as the stream would have it draw, so that all of them take a minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from firmware_app.domain.languages import LANGUAGES
from firmware_app.ui.page_event import page as page_json
from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass(frozen=True, slots=True)
class Glass:
    """A display, and what EN 301 549 and our own figures ask of it, in mm of real glass.

    target: a button; key: a key of the keyboard; apart: between two buttons; key_gap: between two
    keys; capital: the height of a capital, 0.714 of Noto's size.
    """

    width_px: int
    height_px: int
    inches: float
    target: float = 20.0
    key: float = 20.0
    apart: float = 3.0
    key_gap: float = 3.0
    capital: float = 3.4

    def limits_px(self) -> dict[str, float]:
        mm = hypot(self.width_px, self.height_px) / (self.inches * 25.4)
        names = ("target", "key", "apart", "key_gap", "capital")
        return {name: getattr(self, name) * mm for name in names}


GLASSES = {
    "15.6 inch": Glass(1920, 1080, 15.6),
    "14 inch": Glass(1920, 1080, 14.0, target=17.9, key=17.9, apart=2.6, key_gap=2.6, capital=3.0),
    "21.5 inch upright": Glass(1080, 1920, 21.5),
    "7 inch": Glass(1024, 600, 7.0, target=11.5, key=10.0, apart=1.7, key_gap=1.1, capital=2.1),
}
AUDIT = """limits => {
  const faults = [];
  const shown = e => e.checkVisibility({ visibilityProperty: true });
  const unseen = e => e.closest('.unseen') || getComputedStyle(e).clipPath.startsWith('inset(50%');
  const name = e => e.dataset.button || e.dataset.tool || (e.dataset.key && 'key ' + e.dataset.key)
    || e.id || (e.parentElement ? name(e.parentElement) + '>' + e.className : '');
  const box = e => e.getBoundingClientRect();
  const apart = (a, b) => Math.max(
    a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
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
  const say = (...what) => faults.push(what);

  const buttons = [...document.querySelectorAll('button')].filter(shown);
  const boxes = buttons.map(box);
  buttons.forEach((each, at) => {
    const least = each.dataset.key ? limits.key : limits.target;
    if (boxes[at].width < least - 1) say('narrow', name(each), boxes[at].width / least);
    if (boxes[at].height < least - 1) say('low', name(each), boxes[at].height / least);
    if (boxes[at].left < -1 || boxes[at].top < -1 || boxes[at].right > innerWidth + 1
      || boxes[at].bottom > innerHeight + 1) say('outside', name(each), 0);
    for (let other = 0; other < at; other++) {
      const keys = each.dataset.key && buttons[other].dataset.key;
      const gap = apart(boxes[at], boxes[other]);
      const wanted = keys ? limits.key_gap : limits.apart;
      if (gap < wanted - 1) say('near', name(each) + ' | ' + name(buttons[other]), gap / wanted);
    }
  });

  const texts = [];
  const walk = document.createTreeWalker(kiosk, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !shown(e) || unseen(e)) continue;
    if (e.closest('svg')) { continue; }
    const range = document.createRange();
    range.selectNodeContents(walk.currentNode);
    const lines = [...range.getClientRects()].filter(r => r.width > 0.5);
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    if (style.textOverflow === 'ellipsis' && e.scrollWidth > e.clientWidth + 1)
      say('cut', name(e), 0);
    const seen = alpha(e), back = behind(e);
    const fore = parts(style.color).slice(0, 3).map((v, i) => v * seen + back[i] * (1 - seen));
    const [a, b] = [light(fore), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 7) say('faint', name(e), ratio);
    if (size * 0.714 < limits.capital - 0.5 && e.localName !== 'small')
      say('small', name(e), size * 0.714 / limits.capital);
    for (const line of lines) {
      // a line box has room above and below its letters: those are what must be seen and apart
      const spare = Math.max(0, (line.height - size) / 2);
      const ink = { left: line.left, right: line.right,
        top: line.top + spare, bottom: line.bottom - spare };
      if (ink.left < -1 || ink.right > innerWidth + 1
        || ink.top < -1 || ink.bottom > innerHeight + 1)
        say('outside', name(e), 0);
      for (let up = e; up && up !== document.body; up = up.parentElement) {
        const flow = getComputedStyle(up);
        const hides = flow.overflowX !== 'visible' || flow.overflowY !== 'visible';
        const edge = box(up);
        if (hides && (ink.left < edge.left - 2 || ink.right > edge.right + 2
          || ink.top < edge.top - 2 || ink.bottom > edge.bottom + 2)) {
          say('cut', name(up), 0);
          break;
        }
      }
      texts.push([e, ink]);
    }
  }
  texts.forEach(([e, ink], at) => {
    for (let other = 0; other < at; other++) {
      const [that, its] = texts[other];
      if (that !== e && apart(ink, its) < -2)
        say('over', name(e) + ' | ' + name(that), apart(ink, its));
    }
    const own = e.closest('button');
    buttons.forEach((each, which) => {
      if (own !== each && !each.contains(e) && apart(ink, boxes[which]) < -1)
        say('over a button', name(e) + ' | ' + name(each), apart(ink, boxes[which]));
    });
    if (own) {
      const edge = box(own);
      if (ink.left < edge.left || ink.right > edge.right || ink.top < edge.top - 1
        || ink.bottom > edge.bottom + 1) say('out of its button', name(own), 0);
    }
  });
  const drawing = document.querySelector('#picture');
  if (shown(drawing)) {
    const edge = box(drawing);
    for (const [e, ink] of texts)
      if (!drawing.contains(e) && apart(ink, edge) < -2)
        say('over the picture', name(e), apart(ink, edge));
    if (edge.left < -1 || edge.top < -1
      || edge.right > innerWidth + 1 || edge.bottom > innerHeight + 1)
      say('outside', 'picture', 0);
  }
  const words = document.getElementById('words');
  if (words.scrollHeight > words.clientHeight + 8)
    say('to be scrolled', 'words', words.scrollHeight);
  const seen = new Set();
  return faults.filter(f => !seen.has(f[0] + f[1]) && seen.add(f[0] + f[1]));
}"""
DRAW_AND_JUDGE = """([screens, limits]) => {
  const audit = %s;
  const found = {};
  for (const [name, screen] of Object.entries(screens)) {
    show(screen);
    const faults = audit(limits);
    if (faults.length) found[name] = faults;
  }
  return found;
}"""


@dataclass
class Judge:
    """One page for all glasses; what it finds is [kind, where, how much], by screen."""

    page: Page
    pictures: ModuleType
    texts: Texts

    def set_glass(self, glass: Glass) -> None:
        self.page.evaluate("inches => { root.dataset.diagonalInch = inches; }", glass.inches)
        self.page.set_viewport_size({"width": glass.width_px, "height": glass.height_px})
        self.page.evaluate("measure()")

    def wish(self, *tools: str) -> None:
        """Bigger letters, sitting: as the page's tools set them."""
        self.page.evaluate(
            "tools => { for (const one of ['bigger', 'seat', 'contrast'])"
            " root.classList.toggle(one, tools.includes(one)); }",
            list(tools),
        )

    def faults(
        self, glass: Glass, language: str, *tools: str, pictures_only: bool = False
    ) -> dict[str, list[Any]]:
        """Each screen's faults; the first screen takes no wishes, so it is left out with them."""
        screens = {
            name: page_json(screen, 1, self.texts)
            for name, screen in self.pictures.gallery(language, pictures_only).items()
            if not (name.startswith("attract") and (tools or pictures_only))
        }
        self.set_glass(glass)
        self.wish(*tools)
        found: dict[str, list[Any]] = self.page.evaluate(
            DRAW_AND_JUDGE % AUDIT, [screens, glass.limits_px()]
        )
        return found


@pytest.fixture(scope="module")
def judge(browser: Browser, pictures: ModuleType) -> Iterator[Judge]:
    texts = Texts.load()
    face = pictures.drawn_face()
    server = PageServer("127.0.0.1", 0, texts, lambda *_: None, lambda: face)
    server.start()
    context = browser.new_context(has_touch=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.wait_for_function("stream !== null")
    page.evaluate("stream.close(); clearTimeout(brokenTimer); clearTimeout(deafTimer); 0")
    yield Judge(page, pictures, texts)
    context.close()
    server.stop()


@pytest.mark.parametrize("name", GLASSES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_covered_small_near_or_faint(judge: Judge, language: str, name: str) -> None:
    if name == "14 inch" and language not in {"en", "ar"}:
        return  # drawn as on 15.6 inch, only smaller
    assert judge.faults(GLASSES[name], language) == {}


@pytest.mark.parametrize("name", GLASSES)
def test_nor_with_pictures_only(judge: Judge, name: str) -> None:
    assert judge.faults(GLASSES[name], "en", pictures_only=True) == {}


@pytest.mark.parametrize("name", ["15.6 inch", "21.5 inch upright", "7 inch"])
@pytest.mark.parametrize("tools", [("bigger",), ("seat",), ("bigger", "seat")])
@pytest.mark.parametrize("language", ["en", "ar", "am"])
def test_nor_in_bigger_letters_or_sitting(
    judge: Judge, language: str, tools: tuple[str, ...], name: str
) -> None:
    assert judge.faults(GLASSES[name], language, *tools) == {}


def test_the_judge_sees_each_kind_of_fault(judge: Judge) -> None:
    """Faults are planted one by one; the judge names each."""
    glass = GLASSES["15.6 inch"]
    judge.set_glass(glass)
    judge.wish()
    confirm = page_json(judge.pictures.gallery("en")["confirm"], 1, judge.texts)
    yes = "Object.assign(document.querySelector('.id-yes').style, {%s})"
    title = "Object.assign(document.querySelector('h1').style, {%s})"
    plant = {
        "narrow": yes % "width: '60px', minWidth: 0, padding: 0",
        "near": yes % "marginInlineStart: '-90px'",
        "small": title % "fontSize: '18px'",
        "faint": title % "color: '#8a8a8a'",
        "cut": title % "overflow: 'hidden', height: '20px'",
        "outside": title % "position: 'fixed', left: '-50px'",
        "over": title % "position: 'fixed', top: '400px', left: '900px'",
        "over the picture": title % "position: 'fixed', left: '90px', top: '500px'",
    }
    for kind, script in plant.items():
        judge.page.evaluate("screen => { show(screen); }", confirm)
        judge.page.evaluate(f"{script}; 0")
        found = judge.page.evaluate(AUDIT, glass.limits_px())
        judge.page.evaluate(
            "for (const e of document.querySelectorAll('h1, button')) e.removeAttribute('style'); 0"
        )
        assert kind in {one[0] for one in found}, (kind, found)
