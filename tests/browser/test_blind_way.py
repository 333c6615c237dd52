"""By ear alone at a whole kiosk: keys out, what is said in; nothing is looked at, from start to go.

The traveller is a small program. It hears what `kiosk-said` says was said (and if a voice said it),
understands a sentence by its message id, lays its document down or turns its head when it is told
to, and presses Tab, arrows and Enter. It reads no pixel, no element and no event of the server.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from drivers.stage import send_cue
from firmware_app.engineer import sounds_make
from firmware_app.engineer.small_site import SmallSite
from firmware_app.ui import espeak
from firmware_app.ui.sounds import MANIFEST, Clip, Manifest
from firmware_app.ui.texts import Texts
from tests.browser.real_site import FRESH_MS, short_way, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

HEAR = """window.heard = [];
document.addEventListener('kiosk-said', said => window.heard.push(said.detail));
const focus = { kind: 'focus', id: '', text: '', button: '', voiced: false };
document.addEventListener('focusin', () => window.heard.push(focus), true);"""
WAIT_S = 100.0  # longer than a challenge may take
CHALLENGE_S = 60.0  # the most that the configuration allows
NAMED_S = 6.0
WISHES = {  # what a title asks for, and the button that this traveller wants there
    "attract-title": "start",
    "notice-title": "continue",
    "direction-title": "direction-entry",
    "transport-title": "transport-on-foot",
    "confirm-title": "yes",
    "purpose-of-visit-title": "tourism",
    "intended-stay-title": "up-to-30-days",
    "review-title": "continue",
    "warning-title": "more-time",
}
DEEDS: dict[str, tuple[str, dict[str, object]]] = {  # what is done with the hands and the head
    "document-title": ("reader", {"present": "specimen", "delay_s": 0.5}),
    "face-title": ("camera", {"scene": "face"}),
    "face-cue-turn-left": ("camera", {"turn": "left"}),
    "finger-title-right-index": ("finger", {"finger": "right_index"}),
}
PERSONAL = ("ERIKSSON", "ANNA", "L898902C")


def short_clips(folder: Path, languages: tuple[str, ...]) -> None:
    """Every message as one short real word, so that a whole way takes no half hour."""
    folder.mkdir()
    data, suffix = sounds_make._encoded(espeak.wav("a", "en", 400), ".wav")
    (folder / f"word{suffix}").write_bytes(data)
    texts = Texts.load(languages=languages)
    listed = tuple(
        Clip(tag, one.key, f"word{suffix}", sha256(data).hexdigest(), "espeak-ng", one.text)
        for tag in languages
        for one in sounds_make.wanted(texts, tag, {"days": 1, "authority": "UTO"})
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(Manifest(clips=listed)))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSite]:
    if not espeak.has_espeak() or not shutil.which("opusenc"):
        pytest.skip("no espeak-ng or opusenc: apt install espeak-ng opus-tools")
    folder = tmp_path_factory.mktemp("site")
    short_clips(folder / "sounds", ("en", "ar"))
    with short_way(folder, challenge_s=CHALLENGE_S) as site:
        yield site


class Blind:
    """Acts only on what was heard; `key` is the one that leads from button to button."""

    def __init__(self, page: Page, stage: Path, language: str, key: str) -> None:
        self.page, self.stage, self.key = page, stage, key
        self.wishes = WISHES | {"language-title": f"language-{language}"}
        self.titles: list[str] = []
        self.at = 0  # all before it was acted on

    def heard(self) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = self.page.evaluate("window.heard")
        return said

    def next_said(self, kinds: set[str], since: int, limit_s: float) -> tuple[int, dict[str, Any]]:
        """The first thing of these kinds that was said from there on, and where."""

        def found() -> tuple[int, dict[str, Any]] | None:
            for at, one in enumerate(self.heard()[since:], since):
                if one["kind"] in kinds:
                    return at, one
            return None

        last = [one["id"] for one in self.heard()[-5:]]
        answer: tuple[int, dict[str, Any]] = wait_for(found, f"silence after {last}", limit_s)
        return answer

    def begin(self) -> None:
        """The first key asks for the voice."""
        self.page.keyboard.press(self.key)
        at, said = self.next_said({"page"}, 0, WAIT_S)
        assert said["id"] == "page-speech-on"
        self.at = at

    def walk(self, end: str) -> None:
        """From title to title, until this one is heard."""
        while True:
            at, said = self.next_said({"title", "cue"}, self.at, WAIT_S)
            self.at = at + 1
            if said["kind"] == "title" and said["id"] != (self.titles or [""])[-1]:
                self.titles.append(said["id"])
            if said["id"] == end:
                return
            if said["id"] in DEEDS:
                peer, cue = DEEDS[said["id"]]
                wait_for(lambda: send_cue(self.stage / peer, **cue), f"no {peer} on the stage")  # noqa: B023
            elif wanted := self.wishes.get(said["id"], ""):
                self.press(wanted)

    def press(self, wanted: str) -> None:
        """From button to button until the voice names it, then Enter; not if a title is heard."""
        self.page.wait_for_timeout(FRESH_MS)
        for _ in range(24):
            since = len(self.heard())
            self.page.keyboard.press(self.key)
            with suppress(AssertionError):  # a long text that scrolls takes the focus unnamed
                answered, said = self.next_said({"focus", "title"}, since, NAMED_S)
                if said["kind"] == "focus":  # until then the voice may be telling the screen
                    kinds = {"button", "tool", "title"}
                    _, said = self.next_said(kinds, answered, NAMED_S)
                if said["kind"] == "title":
                    self.at = since
                    return
                if said["button"] == wanted:
                    self.at = len(self.heard())
                    self.page.keyboard.press("Enter")
                    return
        raise AssertionError(f"{wanted} was never named: {self.heard()[-24:]}")


@pytest.mark.parametrize(("language", "key"), [("en", "Tab"), ("ar", "ArrowDown")])
def test_a_blind_traveller_crosses_alone(
    site: SmallSite, browser: Browser, language: str, key: str
) -> None:
    before, began_s = len(site.crossings()), time.monotonic()
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.add_init_script(HEAR)
    page.goto(f"http://127.0.0.1:{site.page_port}/")
    blind = Blind(page, site.stage, language, key)
    page.wait_for_timeout(2_000)  # the page is there before anybody stands before it
    blind.begin()
    blind.walk("go-title")
    said = blind.heard()
    assert {"document-title", "face-title", "finger-title-right-index", "review-title"} <= {
        *blind.titles
    }
    later = said[[one["id"] for one in said].index("notice-title") :]
    voiced = [one for one in later if one["kind"] in {"title", "cue", "button"} and one["id"]]
    unvoiced = {one["id"] for one in voiced if not one["voiced"]}
    assert unvoiced == set()
    texts = Texts.load(languages=(language,))
    asked = next(one for one in later if one["id"] == "document-title")
    assert asked["text"] == texts.say(language, "document-title")
    assert not [word for word in PERSONAL if word in str(said)]
    assert not page.evaluate("performance.getEntriesByType('resource').filter("
                             "e => e.name.includes('/speak/')).length")  # fmt: skip
    wait_for(lambda: len(site.crossings()) > before, "the centre did not get it")
    event = site.crossings()[-1]["event"]["crossing"]
    assert event["outcome"] == "completed", event
    blind.press("end")
    print(f"{language}: {len(said)} sentences, {time.monotonic() - began_s:.0f} s")
    context.close()


@pytest.mark.parametrize("headphones", ["always", "none"])
def test_keys_are_named_in_headphones_and_their_signs_on_no_loudspeaker(
    open_kiosk: Callable[..., Any], pictures: ModuleType, tmp_path: Path, headphones: str
) -> None:
    """The erase key has a name for everyone, a letter only where nobody else hears it."""
    short_clips(tmp_path / "sounds", ("en",))
    kiosk = open_kiosk()
    kiosk.server.sounds.folder = tmp_path / "sounds"
    kiosk.server.sounds.headphones = headphones
    kiosk.page.add_init_script(HEAR)
    kiosk.page.reload()
    kiosk.show(pictures.gallery("en")["attract"])
    blind = Blind(kiosk.page, tmp_path, "en", "Tab")
    blind.begin()
    kiosk.show(pictures.gallery("en")["typing-digit"])
    blind.next_said({"title"}, blind.at, WAIT_S)
    at = 0
    for _ in range(40):
        since = len(blind.heard())
        kiosk.page.keyboard.press("Tab")
        at, _ = blind.next_said({"button", "tool", "key"}, since, WAIT_S)
        if blind.heard()[at]["id"] == "key-erase":
            break
    assert blind.heard()[at]["voiced"]
    signs = {url.rsplit("-", 1)[1] for url in kiosk.requests if "/sound/en/character-" in url}
    assert signs == (set("0123456789") if headphones == "always" else set())
    assert all(not one["text"] for one in blind.heard() if one["kind"] == "key" and not one["id"])
