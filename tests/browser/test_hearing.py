"""The page by ear alone in real Chromium: keys and what is said, from the first screen to saved."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firmware_app.engineer import sounds_make
from firmware_app.ui import espeak, speech
from firmware_app.ui.screen import Button, Row, Screen
from firmware_app.ui.sounds import MANIFEST, Clip, Manifest
from firmware_app.ui.texts import Texts

pytestmark = pytest.mark.slow

PATIENCE_S = 25.0
CANARY = "QXJZ"
HELP = Button("help", "button-help", "help", "help")
END = Button("end", "button-end", icon="end")
BACK = Button("back", "button-back", icon="back")
CONTINUE = Button("continue", "button-continue", "primary", "continue")
LISTEN = """() => {
  window.heard = [];
  document.addEventListener('kiosk-said', (said) => window.heard.push(said.detail));
  const focus = { kind: 'focus', id: '', text: '', button: '' };
  document.addEventListener('focusin', () => window.heard.push(focus), true);
}"""  # what answers a key comes after its focus: until then the voice may be telling all buttons
FLOW = (  # each screen, and the button that leads on ("": the device does)
    (Screen("attract", "attract-title", cue="attract-cue",
            buttons=(Button("start", "button-start", "primary"), HELP)), "start"),
    (Screen("language", "language-title", buttons=(
        Button("language-en", "", "choice", text="English"),
        Button("language-fr", "", "choice", text="Français"), END, HELP)), "language-en"),
    (Screen("notice", "notice-title", cue="notice-cue", buttons=(CONTINUE, BACK, END, HELP)),
     "continue"),
    (Screen("document", "document-title", cue="document-cue-present",
            buttons=(BACK, END, HELP), step=1, steps=6), ""),
    (Screen("confirm", "confirm-title", rows=(Row("row-name", CANARY, "name"),),
            buttons=(Button("yes", "button-yes", "primary"), Button("not-me", "button-not-me"),
                     HELP), step=2, steps=6), "yes"),
    (Screen("face", "face-title", cue="face-cue-closer", buttons=(END, HELP), step=3, steps=6), ""),
    (Screen("question", "purpose-of-visit-title", buttons=(
        Button("tourism", "purpose-of-visit-tourism", "choice"),
        Button("work", "purpose-of-visit-work", "choice"), END, HELP), step=5, steps=6), "work"),
    (Screen("review", "review-title", cue="review-cue", rows=(Row("row-name", CANARY, "name"),),
            buttons=(Button("continue", "button-save", "primary"), BACK, END, HELP)), "continue"),
    (Screen("saved", "saved-title", cue="saved-cue", buttons=(CONTINUE, HELP), code="K7-4M2"), ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every message of English and French is one short real word."""
    if not espeak.has_espeak() or not shutil.which("opusenc"):
        pytest.skip("no espeak-ng or opusenc: apt install espeak-ng opus-tools")
    folder = tmp_path_factory.mktemp("sounds")
    data, suffix = sounds_make._encoded(espeak.wav("a", "en", 300), ".wav")
    (folder / f"word{suffix}").write_bytes(data)
    texts = Texts.load(languages=("en", "fr"))
    listed = tuple(
        Clip(tag, one.key, f"word{suffix}", sha256(data).hexdigest(), "espeak-ng", one.text)
        for tag in texts.languages()
        for one in sounds_make.wanted(texts, tag, {})
    )
    (folder / MANIFEST).write_bytes(msgspec.json.encode(Manifest(clips=listed)))
    return folder


class Ear:
    """A traveller who does not see: presses keys, and knows only what was said."""

    def __init__(self, kiosk: Any) -> None:
        self.kiosk = kiosk
        kiosk.page.evaluate(LISTEN)

    def heard(self) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = self.kiosk.page.evaluate("window.heard")
        return said

    def wait_for(
        self, wanted: Callable[[dict[str, Any]], bool], since: int = 0, limit_s: float = PATIENCE_S
    ) -> dict[str, Any]:
        """The first thing said since then that is wanted."""
        until_s = time.monotonic() + limit_s
        while time.monotonic() < until_s:
            if found := [one for one in self.heard()[since:] if wanted(one)]:
                return found[0]
            self.kiosk.page.wait_for_timeout(50)
        raise AssertionError([(one["kind"], one["text"]) for one in self.heard()[since:]])

    def press_until_named(self, button: str) -> None:
        """Tab from button to button until the voice names this one, then Enter."""
        self.kiosk.settle()
        for _ in range(14):
            since = len(self.heard())
            self.kiosk.page.keyboard.press("Tab")
            with suppress(AssertionError):  # a long text that can be scrolled has no name
                self.wait_for(lambda one: one["kind"] == "focus", since, 4.0)
                since += [one["kind"] for one in self.heard()[since:]].index("focus")
                said = self.wait_for(lambda one: one["kind"] in {"button", "tool"}, since, 4.0)
                if said["button"] == button:
                    assert said["text"].startswith("Button: ")
                    self.kiosk.page.keyboard.press("Enter")
                    return
        raise AssertionError(f"{button} is not reached by Tab: {self.heard()[-20:]}")


def test_a_whole_way_by_ear_and_keys_alone(open_kiosk: Callable[..., Any], clips: Path) -> None:
    kiosk = open_kiosk()
    kiosk.server.sounds.folder = clips
    ear = Ear(kiosk)
    for at, (screen, button) in enumerate(FLOW):
        since = len(ear.heard())
        kiosk.show(screen)
        if at == 0:
            kiosk.page.keyboard.press("Tab")  # the first key turns the voice on
            assert ear.wait_for(lambda one: one["kind"] == "page")["id"] == "page-speech-on"
        wanted = screen.title
        title = ear.wait_for(lambda one, wanted=wanted: one["id"] == wanted, since)
        assert title["voiced"]
        if screen.rows:
            ear.wait_for(lambda one: one["id"] == "page-hidden", since)
        if button:
            ear.press_until_named(button)
            assert kiosk.touched.get(timeout=PATIENCE_S) == button
    ear.wait_for(lambda one: one["id"] == "saved-cue", since)
    assert CANARY not in str(ear.heard())
    asked = [url for url in kiosk.requests if "/speak/" in url]
    assert asked == []


def started(open_kiosk: Callable[..., Any], clips: Path, screen: Screen) -> tuple[Any, Ear]:
    """A kiosk that reads aloud and has begun with this screen."""
    kiosk = open_kiosk()
    kiosk.server.sounds.folder = clips
    ear = Ear(kiosk)
    kiosk.show(FLOW[0][0])
    kiosk.page.keyboard.press("Tab")
    kiosk.show(screen)
    ear.wait_for(lambda one: one["id"] == screen.title)
    return kiosk, ear


def test_cues_that_flicker_are_not_said_and_the_one_that_stands_is(
    open_kiosk: Callable[..., Any], clips: Path
) -> None:
    face = FLOW[5][0]
    kiosk, ear = started(open_kiosk, clips, face)
    since = len(ear.heard())
    for cue in ["farther", "centre", "hold-still"] * 4:
        kiosk.show(replace(face, cue=f"face-cue-{cue}"))
    ear.wait_for(lambda one: one["id"] == "face-cue-hold-still", since)
    said = [one["id"] for one in ear.heard()[since:] if one["kind"] == "cue"]
    assert len(said) <= 3


def test_repeat_says_all_once_more_and_pause_holds_it(
    open_kiosk: Callable[..., Any], clips: Path
) -> None:
    notice = FLOW[2][0]
    kiosk, ear = started(open_kiosk, clips, notice)
    press = (
        "name => document.body.append(Object.assign(document.createElement('button'), {id: name}))"
    )
    for tool in ("repeat", "pause"):
        if not kiosk.page.locator(f'[data-tool="{tool}"]').count():
            kiosk.page.evaluate(f"{press}", tool)
            kiosk.page.evaluate("name => document.getElementById(name).dataset.tool = name", tool)
    click = 'name => document.querySelector(`[data-tool="${name}"]`).click()'
    since = len(ear.heard())
    kiosk.page.evaluate(click, "repeat")
    ear.wait_for(lambda one: one["id"] == "notice-title", since)
    kiosk.page.evaluate(click, "pause")
    kiosk.page.wait_for_timeout(600)
    held = len(ear.heard())
    kiosk.page.wait_for_timeout(900)
    assert len(ear.heard()) <= held + 1
    kiosk.page.evaluate(click, "pause")
    ear.wait_for(lambda one: one["button"] == "continue", held)


def test_in_headphones_a_row_is_spoken_once_and_its_value_is_never_in_the_log(
    open_kiosk: Callable[..., Any], clips: Path
) -> None:
    kiosk = open_kiosk()
    kiosk.server.sounds.folder = clips
    kiosk.server.sounds.headphones = "always"
    kiosk.page.reload()
    ear = Ear(kiosk)
    kiosk.show(FLOW[0][0])
    kiosk.page.keyboard.press("Tab")
    since = len(ear.heard())
    kiosk.show(FLOW[4][0])
    ear.wait_for(lambda one: one["id"] == "row-name", since)
    ear.wait_for(lambda one: one["button"] == "help", since)
    asked = [url for url in kiosk.requests if "/speak/" in url]
    assert len(asked) == 1
    assert CANARY not in str(ear.heard())


def test_a_language_without_clips_has_a_tone_and_captions(
    open_kiosk: Callable[..., Any], clips: Path
) -> None:
    kiosk, ear = started(open_kiosk, clips, FLOW[2][0])
    since = len(ear.heard())
    kiosk.show(replace(FLOW[2][0], language="so"))
    said = ear.wait_for(lambda one: one["id"] == "notice-title", since)
    assert not said["voiced"]
    assert said["text"] == Texts.load(languages=("so",)).say("so", "notice-title")


def test_the_next_traveller_is_not_read_to_unasked(
    open_kiosk: Callable[..., Any], clips: Path
) -> None:
    kiosk, ear = started(open_kiosk, clips, FLOW[2][0])
    kiosk.show(FLOW[0][0])
    since = len(ear.heard())
    kiosk.show(FLOW[1][0])
    kiosk.page.wait_for_timeout(1_000)
    assert ear.heard()[since:] == []
    assert not kiosk.page.evaluate("document.documentElement.classList.contains('speech')")


def test_the_clips_are_what_chromium_can_decode(
    open_kiosk: Callable[..., Any], clips: Path
) -> None:
    kiosk = open_kiosk()
    kiosk.server.sounds.folder = clips
    seconds = kiosk.page.evaluate(
        """async (address) => {
          const data = await (await fetch(address)).arrayBuffer();
          return (await new OfflineAudioContext(1, 1, 48000).decodeAudioData(data)).duration;
        }""",
        speech.address("en", "notice-title", {}),
    )
    assert 0.1 < seconds < 2
