"""The document step: arms the reader, parses and checks its lines, finds the portrait."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from drivers.camera.api import Camera
from drivers.deadline import Deadline
from drivers.document_reader.api import DocumentReader
from drivers.document_reader.mrz_lines import MrzLines
from drivers.errors import DeviceError, DeviceTimeoutError
from firmware_app import log
from firmware_app.domain.crossing import Document, ReadMethod
from firmware_app.domain.document_checks import Evidence, check_document
from firmware_app.domain.mrz import Mrz, MrzError, parse
from firmware_app.domain.mrz_repair import Doubt, parse_settled
from firmware_app.domain.mrz_shapes import ANY
from firmware_app.workers.device_worker import DeviceWorker, Job, is_away
from firmware_app.workers.pictures import small_jpeg
from firmware_app.workers.session import Pixels, Session
from firmware_app.workflow.vocabulary import (
    DocumentArrived,
    DocumentUnreadable,
    Event,
    PortraitTaken,
)
from vision.errors import VisionError

CUE_AGAIN = "document-cue-unreadable-try-again"
CUE_PRESENT = "document-cue-present"
PORTRAIT_LIMIT_S = 6.0
PORTRAIT_TRIES = 5

Post = Callable[[Event], None]


@dataclass(slots=True)
class DocumentWorker:
    """Turns the reader's lines into a Document, or into the cue that helps.

    instead: another way to read for when the reader is away.
    """

    device: DeviceWorker[DocumentReader]
    post: Post
    today: Callable[[], date]
    try_limit_s: float
    clock_doubt_days: Callable[[], int]
    instead: Callable[[], None] | None = None

    def read(self) -> None:
        """One try; by `instead`, where there is such a way, while the reader is away."""
        if self.instead is not None and self.device.away_s:
            self.instead()
        else:
            self.device.ask(Job(self._work, self._give_up, self.try_limit_s))

    def _work(self, reader: DocumentReader, deadline: Deadline) -> None:
        found = reader.read(deadline)
        if found.hint:
            log.say("reader_set_differently", device=self.device.name, what=found.hint)
        today = self.today()
        try:
            mrz = read_out(found, today)
        except MrzError as error:
            log.say("document_unreadable", device=self.device.name, what=str(error))
            self.post(DocumentUnreadable(CUE_AGAIN))
            return
        if not mrz.all_hold:
            log.say("document_check_digit_wrong", device=self.device.name)
        evidence = Evidence(clock_uncertain_days=self.clock_doubt_days())
        checks = check_document(mrz, today, evidence)
        self.post(DocumentArrived(Document(mrz, checks, ReadMethod.SERIAL)))

    def _give_up(self, error: DeviceError) -> None:
        if self.instead is not None and is_away(error):
            self.instead()
            return
        cue = CUE_PRESENT if isinstance(error, DeviceTimeoutError) else CUE_AGAIN
        self.post(DocumentUnreadable(cue, device_gone=is_away(error)))


def read_out(found: MrzLines, today: date) -> Mrz:
    """Parse what a reader sent; only characters that it could not read are settled by the rest.

    Raises MrzError.
    """
    unread = tuple(Doubt(line, column, ANY) for line, column in found.doubts)
    return parse_settled(found.lines, unread, today=today) if unread else parse(found.lines, today)


@dataclass(slots=True)
class PortraitWorker:
    """Looks at the document's page while it lies on the reader."""

    device: DeviceWorker[Camera]
    post: Post
    session: Session
    find_portrait: Callable[[Pixels], Pixels | None]

    def take(self) -> None:
        """Look a few times; say whether a portrait was found. The one before is forgotten."""
        token = self.session.new_document()
        self.device.ask(
            Job(
                lambda camera, deadline: self._work(camera, deadline, token),
                lambda _error: self.post(PortraitTaken(found=False)),
                PORTRAIT_LIMIT_S,
            )
        )

    def _work(self, camera: Camera, deadline: Deadline, token: int) -> None:
        """First on the frame in which a camera read the document: it may be gone by now."""
        portrait = self._on_page_read()
        tries_left = PORTRAIT_TRIES
        while portrait is None and tries_left:
            portrait = self._found(camera.grab(deadline).pixels)
            tries_left -= 1
        if portrait is not None:
            self.session.keep_portrait(token, portrait, small_jpeg(portrait))
        self.post(PortraitTaken(found=portrait is not None))

    def _on_page_read(self) -> Pixels | None:
        page = self.session.take_page()
        if page is None:
            return None
        try:
            portrait = self._found(page)
            return None if portrait is None else portrait.copy()
        finally:
            page.fill(0)

    def _found(self, pixels: Pixels) -> Pixels | None:
        try:
            return self.find_portrait(pixels)
        except VisionError as error:
            log.say("portrait_unreadable", device=self.device.name, what=str(error))
            return None
