"""Builds the workers: each device's thread, and what is asked of it.

What a device alone needs is imported where the post has that device: a small board's start is long.
"""

# ruff: noqa: PLC0415 (see above)

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from drivers import registry
from drivers.camera.api import Camera
from drivers.chip.api import ContactlessReader
from drivers.document_reader.api import DocumentReader
from drivers.fingerprint.api import FingerScanner
from drivers.lamp.api import Lamp
from firmware_app import clock
from firmware_app.config import Config
from firmware_app.errors import SetupError
from firmware_app.workers.device_worker import DeviceWorker, Report
from firmware_app.workers.document import DocumentWorker, PortraitWorker
from firmware_app.workers.eyes import Eyes
from firmware_app.workers.face import FaceWorker, Passive
from firmware_app.workers.lamp import LampWorker
from firmware_app.workers.liveness import Challenges
from firmware_app.workers.presence import PresenceWorker
from firmware_app.workers.session import Session
from firmware_app.workers.store import StoreWorker
from firmware_app.workflow.commands import (
    Command,
    LeaveChallenge,
    LookForFace,
    ReadChip,
    ReadDocument,
    ScanFinger,
    TakePortrait,
    WatchForMotion,
)
from firmware_app.workflow.events import Event
from vision.errors import ModelError
from vision.liveness import ChallengeKind, Limits

if TYPE_CHECKING:
    from drivers.chip.csca import CscaStore
    from firmware_app.workers.chip import ChipWorker
    from firmware_app.workers.document_camera import CameraDocumentWorker
    from firmware_app.workers.finger import FingerWorker

AWAY_LIMIT_S = 20.0
"""So long a device may be away, as after a reset, before the kiosk says that it is closed."""


@dataclass(frozen=True, slots=True)
class Openers:
    """How a device's name and URL become a device; the registry's way unless told otherwise."""

    document_reader: Callable[[str, str], DocumentReader] = registry.open_document_reader
    camera: Callable[[str, str], Camera] = registry.open_camera
    finger_scanner: Callable[[str, str], FingerScanner] = registry.open_finger_scanner
    chip_reader: Callable[[str, str], ContactlessReader] = registry.open_chip_reader
    lamp: Callable[[str, str], Lamp] = registry.open_lamp


AnyDevice = (
    DeviceWorker[DocumentReader]
    | DeviceWorker[Camera]
    | DeviceWorker[FingerScanner]
    | DeviceWorker[ContactlessReader]
)


@dataclass(slots=True)
class Workers:
    """Every worker of the kiosk."""

    document: "DocumentWorker | CameraDocumentWorker | None"
    chip: "ChipWorker | None"
    portrait: PortraitWorker | None
    face: FaceWorker
    presence: PresenceWorker
    finger: "FingerWorker | None"
    store: StoreWorker
    lamp: LampWorker | None

    def do(self, command: Command) -> None:
        """One thing asked of a device; nothing where this post has no such device."""
        match command:
            case ReadDocument() if self.document is not None:
                self.document.read()
            case ReadChip() if self.chip is not None:
                self.chip.read(command)
            case TakePortrait() if self.portrait is not None:
                self.portrait.take()
            case WatchForMotion():
                self.presence.watch()
            case LookForFace() | LeaveChallenge():
                self.face.do(command)
            case ScanFinger() if self.finger is not None:
                self.finger.scan(command)
            case _:
                return

    def missing(self, *, by_hand: bool) -> str:
        """Why nobody could cross here: what every traveller needs is away for long; else empty."""
        if self.face.device.away_s > AWAY_LIMIT_S:
            return "camera_away"
        return "" if by_hand or self.reads_documents() else "document_reader_away"

    def reads_documents(self) -> bool:
        """Whether a device can: the reader, or else the camera above the page."""
        if self.document is None:
            return False
        readers = (self.document, self.portrait)
        return any(one.device.away_s <= AWAY_LIMIT_S for one in readers if one is not None)

    def reports(self) -> dict[str, Report]:
        """How it stands with each device, by its name in kiosk.toml."""
        lamp = [] if self.lamp is None else [self.lamp.device]
        return {one.name: one.report for one in (*self.devices(), *lamp)}

    def devices(self) -> list[AnyDevice]:
        """The device threads, for start and stop; one that two steps share is named once."""
        workers = (self.face, self.document, self.portrait, self.chip, self.finger)
        threads = [worker.device for worker in workers if worker is not None]
        return list({id(one): one for one in threads}.values())


@dataclass(frozen=True, slots=True)
class Crew:
    """What every worker needs, and the workers that this post's configuration asks for."""

    config: Config
    openers: Openers
    session: Session
    eyes: Eyes
    post: Callable[[Event], None]

    def workers(self, store: StoreWorker) -> Workers:
        """All of them, none started. Raises SetupError."""
        page_camera = self._page_camera()
        face = self._face_worker()
        return Workers(
            document=self._document_worker(page_camera),
            chip=self._chip_worker(),
            portrait=self._portrait_worker(page_camera),
            face=face,
            presence=PresenceWorker(face.device, self.post),
            finger=self._finger_worker(),
            store=store,
            lamp=self._lamp_worker(),
        )

    def _page_camera(self) -> DeviceWorker[Camera] | None:
        """The thread that owns the camera above the page, whatever it is asked to look for."""
        url = self.config.devices.page_camera
        if not url:
            return None
        return DeviceWorker(
            "page_camera",
            lambda: self.openers.camera("page_camera", url),
            lambda: registry.is_there(url),
        )

    def _document_worker(
        self, page_camera: DeviceWorker[Camera] | None
    ) -> "DocumentWorker | CameraDocumentWorker | None":
        """What reads documents at this post; None where nothing does, and all are typed."""
        url, limit_s = self.config.devices.document_reader, self.config.policy.try_limit_s
        by_camera = None
        if page_camera is not None:
            from firmware_app.workers.document_camera import CameraDocumentWorker

            by_camera = CameraDocumentWorker(
                page_camera,
                self.post,
                self.session,
                self.eyes.zone_frames,
                today,
                limit_s,
                clock_doubt_days,
            )
        if self.config.devices.read_by_camera or not url:
            return by_camera
        device = DeviceWorker(
            "document_reader",
            lambda: self.openers.document_reader("document_reader", url),
            lambda: registry.is_there(url),
        )
        instead = by_camera.read if by_camera is not None else None
        return DocumentWorker(device, self.post, today, limit_s, clock_doubt_days, instead)

    def _chip_worker(self) -> "ChipWorker | None":
        url = self.config.devices.chip_reader
        if not url:
            return None
        from firmware_app.workers.chip import ChipWorker

        return ChipWorker(
            DeviceWorker("chip_reader", lambda: self.openers.chip_reader("chip_reader", url)),
            self.post,
            self.session,
            self.eyes,
            authorities(self.config.keys.authorities),
            today,
            clock.utc_now,
            clock_doubt_days,
        )

    def _portrait_worker(self, page_camera: DeviceWorker[Camera] | None) -> PortraitWorker | None:
        if page_camera is None:
            return None
        return PortraitWorker(page_camera, self.post, self.session, self.eyes.find_portrait)

    def _face_worker(self) -> FaceWorker:
        url = self.config.devices.camera
        device = DeviceWorker(
            "camera",
            lambda: self.openers.camera("camera", url),
            lambda: registry.is_there(url),
        )
        policy, liveness = self.config.policy, self.config.liveness
        challenges = Challenges(
            tuple(ChallengeKind(name) for name in liveness.challenges),
            liveness.count if policy.head_turn else 0,
            Limits(challenge_s=liveness.challenge_s),
        )
        return FaceWorker(
            device,
            self.post,
            self.session,
            self.eyes,
            policy.try_limit_s,
            challenges,
            passive=self._passive_score(),
        )

    def _passive_score(self) -> Passive | None:
        """The operator's own detector, where there is one. Raises SetupError."""
        wanted = self.config.liveness.passive_model
        if wanted is None:
            return None
        from vision.passive_pad import PassivePad

        try:
            return PassivePad(wanted.settings, self.eyes.models).score
        except ModelError as error:
            raise SetupError(str(error), error.mend) from error

    def _lamp_worker(self) -> LampWorker | None:
        url = self.config.devices.lamp
        if not url:
            return None
        return LampWorker(DeviceWorker("lamp", lambda: self.openers.lamp("lamp", url)))

    def _finger_worker(self) -> "FingerWorker | None":
        url = self.config.devices.finger_scanner
        if not url:
            return None
        from firmware_app.workers.finger import FingerWorker

        device = DeviceWorker(
            "finger_scanner", lambda: self.openers.finger_scanner("finger_scanner", url)
        )
        return FingerWorker(device, self.post, self.eyes, self.config.policy.try_limit_s)


def authorities(folder: Path | None) -> "CscaStore":
    """Whose signatures on chips are believed; nobody's where the post named no folder."""
    from drivers.chip.csca import CscaStore
    from drivers.chip.errors import ChipDataError

    try:
        return CscaStore.of(()) if folder is None else CscaStore.open(folder)
    except ChipDataError as error:
        raise SetupError(str(error), error.mend) from error


def today() -> date:
    """The day in UTC, as far as the clock can be trusted."""
    return clock.utc_now().date()


def clock_doubt_days() -> int:
    """By how many days it may be wrong."""
    return clock.quality().uncertain_days
