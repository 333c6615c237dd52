"""The document step by camera: frames in, one cue at a time, a document out, doubts included."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from drivers.camera.api import Camera, Frame
from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceTimeoutError
from firmware_app import log
from firmware_app.domain.crossing import Document, ReadMethod
from firmware_app.domain.document_checks import Evidence, check_document
from firmware_app.workers.cues import Cues
from firmware_app.workers.device_worker import DeviceWorker, Job, is_away
from firmware_app.workers.document import CUE_AGAIN, CUE_PRESENT, Post
from firmware_app.workers.mrz_eyes import FrameReader, Judged, judge
from firmware_app.workers.session import Session
from firmware_app.workflow.vocabulary import DocumentAdvice, DocumentArrived, DocumentUnreadable
from vision.errors import ImageError, VisionError
from vision.model_store import give_back_memory
from vision.mrz_reading import MrzAdvice, same_document

CUE_HOLD_STILL = "document-cue-hold-still"
CUE_GAP_S = 1.0
SURE_FRAMES = 2
"""A sure reading counts when the next frame says the same: names have no check digit."""
PRINTED_FRAMES = 8
"""So many frames that read alike, each character sure: what is wrong there is printed so."""
DOUBTFUL_S = 6.0
"""So long after the check digits first held, what is doubtful still is handed over as doubtful."""


@dataclass(slots=True, repr=False)
class Try:
    """What one try has seen so far: pure but for its memory, so that when to stop can be tested."""

    best: Judged | None = None
    frame: Frame | None = None
    _last: tuple[str, ...] = ()
    _alike: int = 0
    _held_at_s: float | None = None

    def take(self, judged: Judged, frame: Frame) -> bool:
        """One combined reading more; whether it is enough to stop."""
        if not judged.lines:
            return False
        self._alike = self._alike + 1 if judged.lines == self._last else 1
        self._last = judged.lines
        if self.best is None or not same_document(self.best.lines, judged.lines):
            self.best, self.frame, self._held_at_s = judged, frame, None
        elif _rank(judged) >= _rank(self.best):
            self.best, self.frame = judged, frame
        if judged.holds and self._held_at_s is None:
            self._held_at_s = frame.at_s
        return self._enough(judged, frame.at_s)

    def _enough(self, judged: Judged, now_s: float) -> bool:
        if judged.sure:
            return self._alike >= SURE_FRAMES
        if judged.legible and self._alike >= PRINTED_FRAMES:
            return True
        return self._held_at_s is not None and now_s - self._held_at_s >= DOUBTFUL_S


@dataclass(slots=True)
class CameraDocumentWorker:
    """Reads the document before the page camera, in the thread that also looks for its portrait."""

    device: DeviceWorker[Camera]
    post: Post
    session: Session
    open_frames: Callable[[], FrameReader]
    today: Callable[[], date]
    try_limit_s: float
    clock_doubt_days: Callable[[], int]
    cue_gap_s: float = field(default=CUE_GAP_S)

    def read(self) -> None:
        """One try."""
        token = self.session.token
        self.device.ask(
            Job(
                lambda camera, deadline: self._work(camera, deadline, token),
                self._give_up,
                self.try_limit_s,
            )
        )

    def _work(self, camera: Camera, deadline: Deadline, token: int) -> None:
        try:
            frames = self.open_frames()
        except VisionError as error:
            log.say("models_unusable", "error", what=str(error), mend=error.mend)
            self.post(DocumentUnreadable(CUE_AGAIN, device_gone=True))
            return
        seen = Try()
        try:
            self._look(camera, deadline, frames, seen)
        except DeviceTimeoutError:
            if seen.best is None:
                raise
        finally:
            frames.clear()
            give_back_memory()
        self._hand_over(seen, token)

    def _look(self, camera: Camera, deadline: Deadline, frames: FrameReader, seen: Try) -> None:
        """Frame after frame until it is enough; raises DeviceTimeoutError where it never is."""
        cues = Cues(
            lambda cue, _turn: self.post(DocumentAdvice(cue)), self.cue_gap_s, time.monotonic()
        )
        today = self.today()
        while True:
            frame = camera.grab(deadline)
            try:
                judged = judge(frames.add(frame.pixels), today)
            except ImageError as error:
                log.say("frame_unusable", device=self.device.name, what=str(error))
                continue
            if seen.take(judged, frame):
                return
            cues.say(cue_for(judged))

    def _hand_over(self, seen: Try, token: int) -> None:
        best, frame = seen.best, seen.frame
        if best is None or best.mrz is None or frame is None:
            log.say("document_unreadable", device=self.device.name, what=best.note if best else "")
            self.post(DocumentUnreadable(CUE_AGAIN))
            return
        if best.note:
            log.say("document_read_with_doubts", device=self.device.name, what=best.note)
        evidence = Evidence(self.clock_doubt_days(), best.confidence)
        checks = check_document(best.mrz, self.today(), evidence)
        document = Document(best.mrz, checks, ReadMethod.CAMERA, best.confidence)
        self.session.keep_page(token, frame.pixels)
        self.post(DocumentArrived(document))

    def _give_up(self, error: DeviceError) -> None:
        cue = CUE_PRESENT if isinstance(error, DeviceTimeoutError) else CUE_AGAIN
        self.post(DocumentUnreadable(cue, device_gone=is_away(error)))


def cue_for(judged: Judged) -> str:
    """The message that helps most now."""
    if not judged.advice:
        return CUE_HOLD_STILL
    first = judged.advice[0]
    if first is MrzAdvice.NO_ZONE:
        return CUE_PRESENT
    return f"document-cue-{first.value.replace('_', '-')}"


def _rank(judged: Judged) -> int:
    """How far a reading came: nothing, a zone, one that holds, a sure one."""
    return sum((judged.mrz is not None, judged.holds, judged.sure))
