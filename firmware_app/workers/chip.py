"""The chip step: opens the chip with the zone's lines, proves it, keeps the signed portrait."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from drivers.chip import face_record, passive_auth
from drivers.chip.api import Channel, ChipReading, ContactlessReader, MrzSecret
from drivers.chip.csca import CscaStore
from drivers.chip.errors import ChipDataError, ChipProtocolError
from drivers.chip.files import FileId
from drivers.chip.passive_result import GroupResult, PassiveResult, Verdict
from drivers.chip.reader import ChipReader
from drivers.chip.sod import signed_groups
from drivers.deadline import Deadline
from drivers.errors import CancelledError, DeviceError, DeviceTimeoutError
from firmware_app import log
from firmware_app.domain.crossing import Document, ReadMethod
from firmware_app.domain.document_checks import Evidence, check_document
from firmware_app.domain.document_checks_chip import ChipEvidence
from firmware_app.domain.mrz import Mrz
from firmware_app.domain.mrz_layouts import named as layout_named
from firmware_app.workers import chip_evidence
from firmware_app.workers.device_worker import DeviceWorker, Job
from firmware_app.workers.pictures import small_jpeg
from firmware_app.workers.session import Pixels, Session
from firmware_app.workflow.vocabulary import ChipDone, ChipProgress, Event, ReadChip
from vision.errors import VisionError
from vision.picture_file import decode_portrait

WANTED = frozenset({FileId.DG1, FileId.DG2, FileId.DG11, FileId.DG12})
PLACE_LIMIT_S = 4.0
"""So long a chip is waited for: it lies there already, or the document has none."""
READ_LIMIT_S = 25.0
NO_DATE = "<<<<<<"


class Portraits(Protocol):
    """Finds the face in a chip's portrait, as on a page: `Eyes`."""

    def find_portrait(self, page: Pixels) -> Pixels | None:
        """The face with a margin, None where there is none. Raises VisionError."""


@dataclass(slots=True)
class ChipWorker:
    """Turns the chip of the document that lies there into checks, and into a portrait."""

    device: DeviceWorker[ContactlessReader]
    post: Callable[[Event], None]
    session: Session
    eyes: Portraits
    authorities: CscaStore
    today: Callable[[], date]
    now: Callable[[], datetime]
    clock_doubt_days: Callable[[], int]

    def read(self, command: ReadChip) -> None:
        """One reading. Whatever happens the way goes on: the checks tell what was not proven."""
        document = command.document
        token = self.session.new_document()
        self.device.ask(
            Job(
                lambda device, deadline: self._work(device, deadline, document, token),
                lambda error: self._without(document, error),
                READ_LIMIT_S + PLACE_LIMIT_S,
            )
        )

    def _work(
        self, device: ContactlessReader, deadline: Deadline, document: Document, token: int
    ) -> None:
        try:
            channel = device.connect(deadline.sooner(PLACE_LIMIT_S))
        except DeviceTimeoutError:
            self._done(document, chip_evidence.NO_CHIP, portrait=False)
            return
        try:
            reading = self._read(channel, deadline, document.mrz)
            passive = self._judge(reading)
        except CancelledError:
            raise
        except DeviceError as error:
            log.say("chip_unread", device=self.device.name, what=error.what, mend=error.mend)
            self._done(document, chip_evidence.unread(error), portrait=False)
            return
        finally:
            channel.close()
        _say(self.device.name, reading, passive)
        found = _is_believable(passive) and self._keep_portrait(reading, token)
        document = replace(
            document,
            chip=chip_evidence.record(reading, passive),
            person=chip_evidence.person(reading, passive),
        )
        self._done(document, chip_evidence.evidence(reading, passive), portrait=found)

    def _read(self, channel: Channel, deadline: Deadline, mrz: Mrz) -> ChipReading:
        good = passive_auth.card_security_judge(self.authorities, self.now)
        rules = ChipReader(signed_groups, card_security_good=good)
        return rules.read(
            channel,
            secret_of(mrz),
            WANTED,
            deadline,
            lambda percent: self.post(ChipProgress(percent)),
        )

    def _judge(self, reading: ChipReading) -> PassiveResult:
        """Passive authentication. A store that is spoilt judges nothing."""
        sod = reading.files.get(FileId.SOD, b"")
        try:
            return passive_auth.check(sod, reading.files, self.authorities, self.now())
        except ChipDataError as error:
            raise ChipProtocolError(self.device.name, str(error)) from error

    def _keep_portrait(self, reading: ChipReading, token: int) -> bool:
        """The portrait of DG2 takes the place of the one on the page."""
        try:
            faces = face_record.faces(reading.files[FileId.DG2])
            portrait = self.eyes.find_portrait(decode_portrait(faces.images[0].picture))
        except KeyError:
            return False
        except (ChipDataError, VisionError) as error:
            log.say("chip_portrait_unreadable", device=self.device.name, what=str(error))
            return False
        if portrait is None:
            return False
        kept = portrait.copy()
        self.session.keep_portrait(token, kept, small_jpeg(kept))
        return True

    def _without(self, document: Document, error: DeviceError) -> None:
        """The reader itself is away."""
        log.say("chip_unread", device=self.device.name, what=error.what)
        self._done(document, chip_evidence.NO_READER, portrait=False)

    def _done(self, document: Document, chip: ChipEvidence, *, portrait: bool) -> None:
        typed = document.read_method is ReadMethod.TYPED
        evidence = Evidence(self.clock_doubt_days(), document.confidence, chip=chip, typed=typed)
        checks = check_document(document.mrz, self.today(), evidence)
        self.post(ChipDone(replace(document, checks=checks), portrait))


def _is_believable(passive: PassiveResult) -> bool:
    """Whether a known state signed DG2; else the page's portrait stays the one that counts.

    A forger signs his own chip well: an unknown issuer's portrait would be the forger's.
    """
    whole = passive.groups.get(FileId.DG2) is GroupResult.MATCHES
    return whole and passive.verdict is Verdict.VALID


def secret_of(mrz: Mrz) -> MrzSecret:
    """What opens the chip (Doc 9303-11, 4.3.2): number, birth and expiry, sign by sign as printed.

    Dates come from the lines: an unknown day may be printed as fillers or as 00, and only the one
    of both that is printed opens the chip. A number of more than nine characters is taken whole.
    Without lines (a person typed) an unknown part counts as fillers.
    """
    if not mrz.lines:
        return MrzSecret.of(mrz.number, _printed(mrz.birth), _printed(mrz.expiry) or NO_DATE)
    layout = layout_named(mrz.layout)
    birth = layout.birth.of(mrz.lines)
    expiry = layout.expiry.of(mrz.lines) if layout.expiry else NO_DATE
    return MrzSecret.of(mrz.number, birth, expiry)


def _printed(day: str) -> str:
    """YYYY-MM-DD as the zone prints it."""
    return (day[2:4] + day[5:7] + day[8:10]).replace("X", "<")


def _say(name: str, reading: ChipReading, passive: PassiveResult) -> None:
    """How it went, nothing of whose it is."""
    log.say(
        "chip_read",
        device=name,
        what=f"{reading.access}; {passive.verdict}; chip {reading.chip.result}",
    )
