"""Writes the pictures of README: every screen as Chromium draws it, into docs/screens/.

Run it as `.venv/bin/python tests/browser/make_screens.py [folder [name ...]]`. The traveller is the
specimen of ICAO Doc 9303 and the camera's picture is drawn, so nobody's data are in the pictures.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from firmware_app.domain.biometrics import Finger
from firmware_app.domain.crossing import Document, Party, ReadMethod, Stored, Visit
from firmware_app.domain.languages import LANGUAGES
from firmware_app.domain.mrz import parse
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Outcome, Policy
from firmware_app.domain.typed_document import TypedField, TypedSoFar
from firmware_app.ui.screen import Screen
from firmware_app.ui.screens import screen
from firmware_app.ui.screens_setup import CUES, setup_screen
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
    Called,
    ChooseDirection,
    ChooseLanguage,
    ChooseTransport,
    Companions,
    ConfirmDocument,
    Go,
    Idle,
    NextPerson,
    OutOfService,
    ReadNotice,
    Review,
    Saved,
    Saving,
    SeeOfficer,
    State,
    StillThere,
    TypeDocument,
    WhyNoFinger,
)
from vision.liveness_colours import PALETTE

SPECIMEN = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TODAY = date(2012, 1, 15)
STORED = Stored("example", "K7QM-2X9D-4T83", referred=False, adult=True)
SECOND = "B2WD-7R4N-1C56"
CHECK_HINT = "typing-hint-check"
PARTS: dict[str, Any] = {  # what a family and a call leave on any screen
    "face-turn": {"person": 2, "persons": 3},
    "question-stay": {"person": 2, "persons": 3, "called": True},
}
TRANSPORTS = (
    "on-foot",
    "car",
    "bus",
    "truck",
    "motorbike",
    "bicycle",
    "train",
    "ship",
    "aircraft",
    "other",
)
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
SEVEN: ViewportSize = {"width": 1024, "height": 600}
PICTURE_PX = 800
LIMIT_BYTES = 150_000
MOMENT_MS = 4_800
FREEZE = "at => document.getAnimations().forEach(a => { a.pause(); a.currentTime = at; })"


def states(language: str, pictures_only: bool = False) -> dict[str, State]:
    """One state for each screen, by the name of its picture."""
    party = Party((STORED,), language, pictures_only)
    typed = TypedSoFar(((TypedField.NUMBER, "L89B902C8"),))
    document = Document(parse(SPECIMEN, TODAY), (), ReadMethod.SERIAL)
    visit = Visit("example", language, pictures_only=pictures_only)
    known = replace(visit, document=document, transport="bus")
    return {
        "attract": Idle(awake=True),
        "attract-calm": Idle(),
        "language": ChooseLanguage(visit),
        "notice": ReadNotice(visit),
        "notice-more": ReadNotice(visit, more=True),
        "direction": ChooseDirection(visit),
        "transport": ChooseTransport(visit),
        "typing-offer": TypeDocument(visit),
        "typing-kind": TypeDocument(visit, TypedField.KIND),
        "typing-state": TypeDocument(visit, TypedField.ISSUING_STATE),
        "typing-number": TypeDocument(visit, TypedField.NUMBER, typed, (2, 7), CHECK_HINT),
        "typing-digit": TypeDocument(visit, TypedField.NUMBER_DIGIT, typed),
        "typing-birth": TypeDocument(visit, TypedField.BIRTH, query="1208"),
        "typing-sex": TypeDocument(visit, TypedField.SEX),
        "typing-surname": TypeDocument(visit, TypedField.SURNAME, query="ERIKS"),
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
        "saved": Saved(party),
        "companions": Companions(party),
        "next-person": NextPerson(party),
        "go": Go(party),
        "go-officer": Go(replace(party, stored=(replace(STORED, referred=True),))),
        "go-family": Go(replace(party, stored=(STORED, replace(STORED, code=SECOND)))),
        "officer": SeeOfficer(language, pictures_only),
        "warning": StillThere(ConfirmDocument(known)),
        "called": Called(ConfirmDocument(known)),
        "out-of-service": OutOfService("example"),
    }


def gallery(language: str, pictures_only: bool = False) -> dict[str, Screen]:
    """Every screen of the kiosk in one language, as the product makes it."""
    terms = Terms(
        TODAY,
        Policy(),
        tuple(LANGUAGES),
        QUESTIONS,
        directions=("ENTRY", "EXIT"),
        transports=TRANSPORTS,
        group_size_max=5,
        wakes_on_motion=True,
        authority="UTO",
        retention_days=30,
        states_first=("GHA", "ETH", "KEN", "JOR", "MLI", "TUN"),
        contact="data@border.example",
    )
    served = {
        name: replace(screen(state, terms), **PARTS.get(name, {}))
        for name, state in states(language, pictures_only).items()
    }
    before = {
        f"setup-{stage}": replace(
            setup_screen(stage, "S3" if stage == "failed" else "", language),
            pictures_only=pictures_only,
        )
        for stage in CUES
    }
    return served | before


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


def read_qr(png: bytes) -> str:
    """What a phone reads from a picture of the glass; empty where it reads nothing."""
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return str(cv2.QRCodeDetector().detectAndDecode(pixels)[0])


@contextmanager
def kiosk_page(
    browser: Browser, size: ViewportSize, inches: float = 0.0
) -> Iterator[tuple[PageServer, Page]]:
    """A served page in Chromium with touch, as large as `size`, on a glass of so many inches."""
    face = drawn_face()
    server = PageServer(
        "127.0.0.1", 0, Texts.load(), lambda _button, _text=None: None, lambda: face
    )
    server.diagonal_inch = inches
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
    now = server._current.now()
    assert now is not None
    page.wait_for_selector(f'#kiosk[data-serial="{now.serial}"]')
    if shown.live:
        page.wait_for_selector("canvas[data-pictures]")
    page.evaluate(FREEZE, MOMENT_MS)
    pixels = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    scale = PICTURE_PX / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert cv2.imwrite(str(path), small, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert path.stat().st_size < LIMIT_BYTES, path.name


@dataclass(frozen=True, slots=True)
class Series:
    """Some screens in one language on one glass; `tools` are touched first."""

    language: str
    size: ViewportSize
    suffix: str = ""
    wanted: frozenset[str] | None = None
    inches: float = 0.0
    pictures_only: bool = False
    tools: tuple[str, ...] = ()


PLAN = (
    Series("en", KIOSK),
    Series("fr", KIOSK, "-fr", frozenset({"notice", "document", "face", "go"})),
    Series(
        "ar",
        KIOSK,
        "-ar",
        frozenset(
            {"language", "face", "question-purpose", "typing-state", "typing-birth", "saved"}
        ),
    ),
    Series("am", KIOSK, "-am", frozenset({"typing-state", "confirm"})),
    Series(
        "en",
        UPRIGHT,
        "-upright",
        frozenset({"attract", "document", "face", "transport", "typing-number", "go"}),
    ),
    Series(
        "en",
        SEVEN,
        "-7-inch",
        frozenset({"attract", "face", "confirm", "transport", "typing-number", "typing-surname"}),
        7.0,
    ),
    Series(
        "en",
        KIOSK,
        "-pictures",
        frozenset(
            {"notice", "direction", "document", "confirm", "question-purpose", "review", "go"}
        ),
        pictures_only=True,
    ),
    Series("en", KIOSK, "-seat", frozenset({"question-purpose", "confirm"}), tools=("seat",)),
    Series("en", KIOSK, "-bigger", frozenset({"notice", "confirm"}), tools=("bigger",)),
    Series("en", KIOSK, "-contrast", frozenset({"confirm", "saved"}), tools=("contrast",)),
)


def write(folder: Path, names: set[str] | None = None) -> list[Path]:
    """Write the pictures, or those in `names`: English every screen, the others key screens."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for series in PLAN:
            with kiosk_page(browser, series.size, series.inches) as (server, page):
                written += _series(server, page, series, folder, names)
        browser.close()
    return written


def _series(
    server: PageServer, page: Page, series: Series, folder: Path, names: set[str] | None
) -> list[Path]:
    shown = gallery(series.language, series.pictures_only)
    server.show(shown["language"])
    page.wait_for_selector('#kiosk[data-screen="language"]')
    for tool in series.tools:
        page.tap(f'[data-tool="{tool}"]')
    written = []
    for name, screen_of_it in shown.items():
        path = folder / f"{name}{series.suffix}.png"
        if (series.wanted is None or name in series.wanted) and (not names or path.stem in names):
            take(server, page, screen_of_it, path)
            written.append(path)
    return written


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/screens")
    for picture in write(target, set(sys.argv[2:])):
        print(picture, picture.stat().st_size, "bytes")
