"""Writes the pictures of README: every screen as Chromium draws it, into docs/screens/.

Run it as `.venv/bin/python tests/browser/make_screens.py [folder [name ...]]`. The traveller is the
specimen of ICAO Doc 9303 and the camera's picture is drawn, so nobody's data are in the pictures.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from firmware_app.domain.biometrics import Finger
from firmware_app.domain.crossing import Document, Party, ReadMethod, Stored, Visit
from firmware_app.domain.mrz import parse
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Outcome, Policy
from firmware_app.ui.screen import Screen
from firmware_app.ui.screens import screen
from firmware_app.ui.server import PageServer
from firmware_app.ui.texts import Texts
from firmware_app.workflow.face_ask import FaceAsk
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.vocabulary import (
    AskQuestion,
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    ChooseLanguage,
    ConfirmDocument,
    Go,
    Idle,
    OutOfService,
    ReadNotice,
    Review,
    Saved,
    Saving,
    SeeOfficer,
    State,
    StillThere,
    WhyNoFinger,
)
from vision.liveness_colours import PALETTE

SPECIMEN = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TODAY = date(2012, 1, 15)
CODE = "K7-4M2"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
KIOSK: ViewportSize = {"width": 1920, "height": 1080}
UPRIGHT: ViewportSize = {"width": 1080, "height": 1920}
PICTURE_PX = 960
LIMIT_BYTES = 150_000
MOMENT_MS = 4_800
FREEZE = "at => document.getAnimations().forEach(a => { a.pause(); a.currentTime = at; })"


def _party(language: str, *, referred: bool = False) -> Party:
    return Party((Stored("example", CODE, referred, adult=True),), language)


def states(language: str) -> dict[str, State]:
    """One state for each screen, by the name of its picture."""
    document = Document(parse(SPECIMEN, TODAY), (), ReadMethod.SERIAL)
    visit = Visit("example", language)
    known = replace(visit, document=document)
    return {
        "attract": Idle(),
        "language": ChooseLanguage(visit),
        "notice": ReadNotice(visit),
        "document": AwaitDocument(visit, 3),
        "document-again": AwaitDocument(visit, 2, "document-cue-unreadable-try-again"),
        "reading": AwaitChip(known, 40),
        "confirm": ConfirmDocument(known),
        "face": AwaitFace(known, 3, "face-cue-closer"),
        "face-turn": AwaitFace(known, 3, "face-cue-turn-left", FaceAsk("turn_left", None, 33)),
        "face-eyes": AwaitFace(
            known, 3, "face-cue-blink", FaceAsk("blink", None, 33), left_one=True
        ),
        "face-colours": AwaitFace(known, 3, "face-cue-colours", FaceAsk("colours", PALETTE[2], 66)),
        "face-done": AwaitFace(known, 3, "face-cue-well-done"),
        "finger": AwaitFinger(known, Finger.RIGHT_INDEX, 3),
        "finger-left-thumb": AwaitFinger(known, Finger.LEFT_THUMB, 3, "finger-cue-press"),
        "finger-why": WhyNoFinger(known, Finger.RIGHT_INDEX, 3),
        "question-purpose": AskQuestion(known, 0),
        "question-stay": AskQuestion(known, 1),
        "review": Review(known),
        "saving": Saving(known, Outcome.COMPLETED),
        "saved": Saved(_party(language)),
        "go": Go(_party(language)),
        "go-officer": Go(_party(language, referred=True)),
        "officer": SeeOfficer(language),
        "warning": StillThere(ConfirmDocument(known)),
        "out-of-service": OutOfService("example"),
    }


def gallery(language: str) -> dict[str, Screen]:
    """Every screen of the kiosk in one language, as the product makes it."""
    terms = Terms(TODAY, Policy(), ("en", "fr", "ar"), QUESTIONS)
    return {name: screen(state, terms) for name, state in states(language).items()}


def drawn_face(width: int = 640, height: int = 480, shift_px: int = 0) -> bytes:
    """A drawn traveller before a wall as JPEG, `shift_px` off the middle."""
    canvas = np.full((height, width, 3), (176, 190, 196), np.uint8)
    canvas[:, : width // 3] = (160, 176, 184)
    middle = width // 2 + shift_px
    ink, skin, coat = (58, 48, 40), (138, 170, 210), (96, 86, 44)
    cv2.ellipse(canvas, (middle, height + 40), (190, 170), 0, 0, 360, coat, -1, cv2.LINE_AA)
    cv2.rectangle(canvas, (middle - 34, 280), (middle + 34, 360), (116, 148, 190), -1)
    cv2.ellipse(canvas, (middle, 200), (104, 128), 0, 0, 360, ink, -1, cv2.LINE_AA)
    cv2.ellipse(canvas, (middle, 224), (86, 112), 0, 0, 360, skin, -1, cv2.LINE_AA)
    cv2.ellipse(canvas, (middle, 150), (90, 46), 0, 180, 360, ink, -1, cv2.LINE_AA)
    for side in (-34, 34):
        cv2.circle(canvas, (middle + side, 214), 8, ink, -1, cv2.LINE_AA)
        cv2.ellipse(canvas, (middle + side, 194), (18, 6), 0, 180, 360, ink, 4, cv2.LINE_AA)
    cv2.ellipse(canvas, (middle, 270), (30, 14), 0, 10, 170, (70, 80, 150), 5, cv2.LINE_AA)
    done, jpeg = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert done
    return jpeg.tobytes()


@contextmanager
def kiosk_page(browser: Browser, size: ViewportSize) -> Iterator[tuple[PageServer, Page]]:
    """A served page in Chromium with touch, as large as `size`."""
    face = drawn_face()
    server = PageServer("127.0.0.1", 0, Texts.load(), lambda _button: None, lambda: face)
    server.start()
    try:
        context = browser.new_context(viewport=size, has_touch=True)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{server.port}/")
        yield server, page
        context.close()
    finally:
        server.stop()


def take(server: PageServer, page: Page, shown: Screen, path: Path) -> None:
    """Show one screen, hold its animations at one moment, and write it as a small PNG."""
    server.show(shown)
    page.wait_for_selector(f'#kiosk[data-screen="{shown.name}"]')
    if shown.live:
        page.wait_for_selector("canvas[data-pictures]")
    page.evaluate(FREEZE, MOMENT_MS)
    pixels = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    scale = PICTURE_PX / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert cv2.imwrite(str(path), small, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert path.stat().st_size < LIMIT_BYTES, path.name


def write(folder: Path, names: set[str] | None = None) -> list[Path]:
    """Write the pictures, or those in `names`: English every screen, the others key screens."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = [
        ("en", KIOSK, "", None),
        ("fr", KIOSK, "-fr", {"notice", "document", "face", "go"}),
        ("ar", KIOSK, "-ar", {"language", "document", "face", "question-purpose", "saved"}),
        ("en", UPRIGHT, "-upright", {"attract", "document", "face", "question-purpose"}),
    ]
    written = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for language, size, suffix, wanted in plan:
            with kiosk_page(browser, size) as (server, page):
                for name, shown in gallery(language).items():
                    path = folder / f"{name}{suffix}.png"
                    if (wanted is None or name in wanted) and (not names or path.stem in names):
                        take(server, page, shown, path)
                        written.append(path)
        browser.close()
    return written


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/screens")
    for picture in write(target, set(sys.argv[2:])):
        print(picture, picture.stat().st_size, "bytes")
