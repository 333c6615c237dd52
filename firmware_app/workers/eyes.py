"""The kiosk's eyes: every network, loaded once and shared by the device threads, one at a time."""

# ruff: noqa: PLC0415 (what only a scanner or a page camera needs is imported where it is asked)

import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from firmware_app import log
from firmware_app.workers.session import Pixels
from vision.errors import VisionError
from vision.face_pipeline import FaceLook, FacePipeline
from vision.face_pose import FaceCamera
from vision.face_quality import FaceLimits
from vision.face_template import FaceTemplate
from vision.face_track import FaceTracker
from vision.model_store import ModelCard, ModelStore

if TYPE_CHECKING:
    from vision.finger_pipeline import FingerLook, FingerPipeline, FingerTemplate
    from vision.mrz_frames import MrzFrames
    from vision.mrz_reader import MrzReader


@dataclass
class Eyes:
    """Face, finger and zone pipelines; each is loaded by whoever needs it first, or by `warm_up`.

    reads_zones, scans_fingers: whether this post's documents are read by camera, and whether it has
    a scanner, so that it is worth the memory; limits, camera: what is asked of a face, and the lens
    it is seen through.
    """

    models: ModelStore = field(default_factory=ModelStore)
    reads_zones: bool = False
    scans_fingers: bool = False
    limits: FaceLimits = field(default_factory=FaceLimits)
    camera: FaceCamera = field(default_factory=FaceCamera)
    _face_lock: threading.Lock = field(default_factory=threading.Lock)
    _finger_lock: threading.Lock = field(default_factory=threading.Lock)
    _zone_lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _face(self) -> FacePipeline:
        return FacePipeline(self.models, self.limits, self.camera)

    @cached_property
    def _finger(self) -> "FingerPipeline":
        from vision.finger_pipeline import FingerPipeline

        return FingerPipeline(self.models)

    @cached_property
    def _zone(self) -> "MrzReader":
        from vision.mrz_reader import MrzReader

        return MrzReader.open(self.models)

    def warm_up(self) -> None:
        """Load everything while the first screen already stands; a fault is said once."""
        try:
            with self._face_lock:
                _ = self._face
            if self.scans_fingers:
                with self._finger_lock:
                    _ = self._finger
            if self.reads_zones:
                self.zone_frames()
        except VisionError as error:
            log.say("models_unusable", "error", what=str(error), mend=error.mend)

    def look(self, pixels: Pixels) -> FaceLook:
        """Judge one camera picture."""
        with self._face_lock:
            return self._face.look(pixels)

    def tracker(self) -> FaceTracker:
        """A fresh follower of one traveller's face, for `follow`. Raises ModelError."""
        with self._face_lock:
            return FaceTracker(self._face)

    def follow(self, tracker: FaceTracker, pixels: Pixels, at_s: float) -> FaceLook:
        """Judge one camera picture as the next of a row; `at_s` is the frame's."""
        with self._face_lock:
            return tracker.feed(pixels, at_s)

    def template(self, pixels: Pixels, look: FaceLook) -> FaceTemplate:
        """The template of the face that `look` saw in `pixels`."""
        with self._face_lock:
            return self._face.template(pixels, look)

    def find_portrait(self, page: Pixels) -> Pixels | None:
        """The portrait on a document's page."""
        with self._face_lock:
            return self._face.find_portrait(page)

    def zone_frames(self) -> "MrzFrames":
        """A fresh reader of the frames of one document, for one thread. Raises ModelError."""
        from firmware_app.workers import mrz_eyes
        from vision.mrz_frames import MrzFrames

        with self._zone_lock:
            return MrzFrames(self._zone, mrz_eyes.shapes())

    @property
    def face_model(self) -> ModelCard:
        """What makes face templates."""
        with self._face_lock:
            return self._face.template_model

    def finger_look(self, pixels: Pixels, ppi: int) -> "FingerLook":
        """Cheap advice on one scanner picture."""
        with self._finger_lock:
            return self._finger.look(pixels, ppi)

    def finger_template(self, pixels: Pixels, ppi: int, position: int) -> "FingerTemplate":
        """The ISO record of one finger."""
        from vision.iso19794_2 import FingerPosition

        with self._finger_lock:
            return self._finger.extract(pixels, ppi, FingerPosition(position))

    @property
    def finger_model(self) -> ModelCard:
        """What makes finger templates."""
        with self._finger_lock:
            return self._finger.template_model

    def model_hashes(self) -> dict[str, bytes]:
        """SHA-256 of each network that is installed, by name, for the event."""
        return {name: bytes.fromhex(card.sha256) for name, card in self.models.cards().items()}
