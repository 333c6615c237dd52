"""The document step by camera: when it stops, what it says meanwhile, what it leaves behind.

The eye here is an honest small one: the test writes a zone's characters, how sure they are and one
piece of advice into the first pixels of a frame, and the eye reads them there.
"""

import queue
import threading
import time
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pytest

from drivers.camera.api import Frame
from drivers.device import DeviceInfo
from drivers.errors import DeviceGoneError
from firmware_app.domain.crossing import ReadMethod
from firmware_app.workers.device_worker import DeviceWorker
from firmware_app.workers.document import CUE_AGAIN, CUE_PRESENT, PortraitWorker
from firmware_app.workers.document_camera import (
    DOUBTFUL_S,
    PRINTED_FRAMES,
    CameraDocumentWorker,
    Try,
    cue_for,
)
from firmware_app.workers.mrz_eyes import judge
from firmware_app.workers.session import Session
from firmware_app.workflow.vocabulary import (
    DocumentAdvice,
    DocumentArrived,
    DocumentUnreadable,
    PortraitTaken,
)
from vision.errors import ImageError, ModelMissingError
from vision.mrz_reading import MrzAdvice, MrzLine, MrzReading

TODAY = date(2026, 11, 22)
TD3 = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
OTHER = (
    "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<",
    "C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4",
)
MISPRINTED = (TD3[0], TD3[1][:9] + "7" + TD3[1][10:])
ADVICE = list(MrzAdvice)
NOWHERE = np.zeros((4, 2), np.float32)


def shown(lines=(), sure=99, advice=None, face=0):
    """A frame: codes in the first rows, how sure in percent, advice, and a face's grey value."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    for row, line in enumerate(lines):
        pixels[row, : len(line), 0] = [ord(sign) for sign in line]
    pixels[40, 0] = sure
    pixels[41, 0] = 255 if advice is None else ADVICE.index(advice)
    pixels[42:, :] = face
    return pixels


def line(text, sure):
    """A line of which the sixth character, the first of the name, is as sure as that."""
    confidence = tuple(sure if column == 5 else 0.99 for column in range(len(text)))
    return MrzLine(text, confidence, " " * len(text), (0.0,) * len(text), NOWHERE)


def read(pixels):
    """What stands in such a frame; only the names are ever less than sure."""
    sure, advice = pixels[40, 0, 0] / 100, pixels[41, 0, 0]
    texts = ["".join(chr(sign) for sign in row if sign) for row in pixels[:3, :, 0]]
    lines = tuple(line(text, sure if row == 0 else 0.99) for row, text in enumerate(texts) if text)
    return MrzReading("", lines, () if advice == 255 else (ADVICE[advice],))


@dataclass
class Eye:
    """Remembers the last zone, as MrzFrames does."""

    seen: int = 0
    cleared: int = 0
    _lines: tuple = ()

    def add(self, pixels):
        self.seen += 1
        if pixels.shape[0] < 48:
            raise ImageError("too small.")
        reading = read(pixels)
        self._lines = reading.lines or self._lines
        return MrzReading("", self._lines, reading.advice)

    def clear(self):
        self.cleared += 1
        self._lines = ()


@dataclass
class Film:
    """A camera that plays frames, the last one for ever, as fast as it is asked."""

    frames: list
    info: DeviceInfo = field(default=DeviceInfo("make", "model", "1", ""))
    threads: set = field(default_factory=set)
    closed: int = 0

    def grab(self, deadline):
        self.threads.add(threading.get_ident())
        deadline.slice_s()
        threading.Event().wait(0.005)
        picture = self.frames.pop(0) if len(self.frames) > 1 else self.frames[0]
        if isinstance(picture, Exception):
            raise picture
        return Frame(picture, time.monotonic())

    def close(self):
        self.closed += 1


def find_grey_face(page):
    """The portrait is whatever stands in the last rows, where it is not black."""
    return page[42:] if page[42:].any() else None


class Post:
    """The worker, its camera, what it said and what it keeps."""

    def __init__(self, *frames, try_limit_s=3.0, cue_gap_s=0.0, open_frames=None):
        self.film, self.eye = Film(list(frames)), Eye()
        self.said, self.session = queue.Queue(), Session()
        self.device = DeviceWorker("page_camera", lambda: self.film)
        self.worker = CameraDocumentWorker(
            self.device,
            self.said.put,
            self.session,
            open_frames or (lambda: self.eye),
            lambda: TODAY,
            try_limit_s,
            lambda: 0,
            cue_gap_s,
        )
        self.portrait = PortraitWorker(self.device, self.said.put, self.session, find_grey_face)
        self.device.start()

    def until(self, wanted, limit_s=5.0):
        """The first event of that kind, and the cues before it."""
        cues = []
        while True:
            event = self.said.get(timeout=limit_s)
            if isinstance(event, wanted):
                return event, cues
            cues.append(event.cue)


@pytest.fixture
def post():
    made = []

    def make(*frames, **options):
        made.append(Post(*frames, **options))
        return made[-1]

    yield make
    for one in made:
        one.device.stop()


def test_a_document_is_read_in_two_frames_that_agree_and_its_cues_help_until_then(post):
    here = post(
        shown(advice=MrzAdvice.NO_ZONE),
        shown(advice=MrzAdvice.WRONG_PAGE),
        shown(TD3, sure=50, advice=MrzAdvice.GLARE),
        shown(TD3),
    )
    here.worker.read()
    arrived, cues = here.until(DocumentArrived)
    assert arrived.document.mrz.lines == TD3
    assert arrived.document.read_method is ReadMethod.CAMERA
    assert arrived.document.confidence.least == 0.99
    assert cues == [
        "document-cue-present",
        "document-cue-wrong-page",
        "document-cue-glare",
    ]
    assert here.eye.seen == 4
    assert here.eye.cleared == 1


def test_one_sure_frame_alone_is_not_enough(post):
    here = post(shown(TD3), shown(OTHER))
    here.worker.read()
    assert here.until(DocumentArrived)[0].document.mrz.surname == "MUSTERMANN"


def test_every_advice_is_one_cue():
    cues = {advice: cue_for(judge(MrzReading("", (), (advice,)), TODAY)) for advice in MrzAdvice}
    assert len(set(cues.values())) == len(MrzAdvice)
    assert cues[MrzAdvice.UPSIDE_DOWN] == "document-cue-upside-down"
    assert cue_for(judge(MrzReading("", ()), TODAY)) == "document-cue-hold-still"


def test_what_the_screen_says_stays_long_enough_to_be_read(post):
    glare, near = shown(advice=MrzAdvice.GLARE), shown(advice=MrzAdvice.CLOSER)
    here = post(*[glare, near] * 40, try_limit_s=0.7, cue_gap_s=0.3)
    here.worker.read()
    unreadable, cues = here.until(DocumentUnreadable)
    assert unreadable == DocumentUnreadable(CUE_PRESENT)
    assert 1 <= len(cues) <= 2, "the cue of the try before stays a while, then one at a time"


def test_a_wrong_digit_that_is_printed_so_is_handed_over_before_the_time_is_over(post):
    here = post(shown(MISPRINTED))
    here.worker.read()
    arrived, _ = here.until(DocumentArrived)
    assert not arrived.document.mrz.all_hold
    assert arrived.document.mrz.lines == MISPRINTED, "reported as printed, not mended"
    assert here.eye.seen == PRINTED_FRAMES


def test_after_the_try_the_best_is_given_with_its_doubts(post):
    here = post(shown(TD3, sure=40, advice=MrzAdvice.HOLD_STILL), try_limit_s=0.4)
    here.worker.read()
    arrived, cues = here.until(DocumentArrived)
    assert arrived.document.confidence.doubtful == ((0, 5),)
    checks = {check.code: check.result for check in arrived.document.checks}
    assert checks["mrz.read_confidence"] == "failed"
    assert cues == ["document-cue-hold-still"]


@pytest.mark.parametrize("lines", [("NO ZONE AT ALL", "BUT TWO LINES"), ()])
def test_what_is_no_zone_is_unreadable_after_the_try(post, lines):
    here = post(shown(lines), try_limit_s=0.3)
    here.worker.read()
    unreadable, _ = here.until(DocumentUnreadable)
    assert unreadable == DocumentUnreadable(CUE_AGAIN if lines else CUE_PRESENT)
    assert here.eye.cleared == 1


def test_a_frame_that_is_no_picture_is_passed_over(post):
    here = post(shown(TD3)[:8], shown(TD3))
    here.worker.read()
    assert here.until(DocumentArrived)[0].document.mrz.lines == TD3


def test_a_camera_that_comes_back_reads_on_and_one_that_stays_away_says_so(post):
    here = post(DeviceGoneError("page_camera", "gone."), shown(TD3))
    here.worker.read()
    assert here.until(DocumentArrived)[0].document.mrz.lines == TD3
    lost = post(DeviceGoneError("page_camera", "gone."), try_limit_s=0.5)
    lost.worker.read()
    assert lost.until(DocumentUnreadable)[0].device_gone


def test_without_its_network_the_traveller_is_not_kept(post):
    def missing():
        raise ModelMissingError("mrz-line", "no file.")

    here = post(shown(TD3), open_frames=missing)
    here.worker.read()
    assert here.until(DocumentUnreadable)[0].device_gone


def test_a_try_that_is_taken_back_says_nothing_more_and_keeps_nothing(post):
    here = post(shown(advice=MrzAdvice.NO_ZONE))
    here.worker.read()
    here.until(DocumentAdvice)
    here.device.cancel()
    here.session.wipe()
    assert _soon(lambda: here.eye.cleared == 1)
    here.film.frames[:] = [shown(TD3)]
    assert here.said.empty()
    assert here.session.take_page() is None


def test_the_portrait_comes_from_the_frame_that_was_read_though_the_document_is_gone(post):
    here = post(shown(TD3, face=90), shown(TD3, face=90), shown())
    here.worker.read()
    here.until(DocumentArrived)
    here.portrait.take()
    assert here.until(PortraitTaken)[0].found
    assert (here.session.portrait() == 90).all(), "what was kept is not overwritten with the page"
    assert len(here.film.threads) == 1, "one thread owns the camera"


def test_a_page_without_a_portrait_is_looked_at_once_more_live(post):
    here = post(shown(TD3), shown(TD3), shown(face=70))
    here.worker.read()
    here.until(DocumentArrived)
    here.portrait.take()
    assert here.until(PortraitTaken)[0].found
    assert (here.session.portrait() == 70).all()


def test_the_page_is_overwritten_at_the_end_of_the_visit():
    session = Session()
    page = shown(TD3, face=90)
    session.keep_page(session.token, page)
    kept = session._page
    assert kept is not page, "a camera may use its own array again"
    session.wipe()
    assert not kept.any()
    assert session.take_page() is None
    session.keep_page(session.token - 1, page)
    assert session.take_page() is None, "what comes after the wipe lands nowhere"


def test_another_document_in_the_same_try_starts_anew():
    seen = Try()
    seen.take(judge(read(shown(TD3, sure=50)), TODAY), Frame(shown(), 1.0))
    seen.take(judge(read(shown(OTHER, sure=50)), TODAY), Frame(shown(), 2.0))
    assert seen.best.mrz.surname == "MUSTERMANN"


def test_a_better_reading_of_the_same_document_is_kept_through_worse_ones():
    seen = Try()
    for lines, sure in ((TD3, 50), (MISPRINTED, 50)):
        assert not seen.take(judge(read(shown(lines, sure)), TODAY), Frame(shown(), 1.0))
    assert seen.best.holds
    doubtful = judge(read(shown(TD3, 50)), TODAY)
    assert not seen.take(doubtful, Frame(shown(), 1.0 + DOUBTFUL_S / 2))
    assert seen.take(doubtful, Frame(shown(), 1.0 + DOUBTFUL_S)), "long enough"


def _soon(true):
    until_s = time.monotonic() + 3
    while not true() and time.monotonic() < until_s:
        threading.Event().wait(0.01)
    return true()
