"""The face step: mirror picture, one cue at a time, random challenges, the comparison."""

import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from drivers.camera.api import Camera, Frame
from drivers.deadline import Deadline
from drivers.errors import DeviceError, DeviceGoneError, DeviceTimeoutError
from firmware_app import log
from firmware_app.domain.biometrics import Comparison, FaceSample, Quality
from firmware_app.workers.described import capture_device, model, why_missing
from firmware_app.workers.device_worker import DeviceWorker, Job
from firmware_app.workers.eyes import Eyes
from firmware_app.workers.liveness import Challenges, on_screen, told
from firmware_app.workers.pictures import small_jpeg
from firmware_app.workers.session import Pixels, Session
from firmware_app.workflow.face_ask import FaceAsk
from firmware_app.workflow.vocabulary import (
    Event,
    FaceAdvice,
    FaceFailed,
    FaceTaken,
    LeaveChallenge,
    LookForFace,
)
from vision.errors import VisionError
from vision.face_detect import Box
from vision.face_pipeline import FaceLook
from vision.face_quality import QUALITY_METHOD, QUALITY_VERSION, Advice
from vision.face_template import FaceTemplate, compare
from vision.face_threshold import FALSE_MATCH_RATE, THRESHOLD
from vision.face_token import token_portrait
from vision.face_track import FaceTracker
from vision.liveness import Ask, Choose, LivenessTest, Phase
from vision.liveness_sight import see

ALGORITHM = "cosine"
REFERENCE = "document_portrait"
PREVIEW_LONGEST_PX = 480
PREVIEW_QUALITY = 65
FACE_LONGEST_PX = 320
CUE_DONE = "face-cue-well-done"
CUE_HERE = "face-cue-look-here"
FRAME_LIMIT_S = 3.0
TEMPLATE_GAP_S = 0.5
SOFT_LIMIT_S = 5.0
SOFT = frozenset(
    {
        Advice.BACK_LIGHT,
        Advice.UNEVEN_LIGHT,
        Advice.UNCOVER_FACE,
        Advice.TAKE_OFF_GLASSES,
        Advice.LOOK_AT_CAMERA,
    }
)
"""What not everybody can mend: asked for SOFT_LIMIT_S, then the quality in the event says it."""

Passive = Callable[[Pixels, Box], float]
"""A passive detector's score of one face, 0 attack to 1 live; chosen by configuration."""


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """A frontal frame and what is kept of it."""

    pixels: Pixels
    look: FaceLook
    template: FaceTemplate
    quality: int


@dataclass(slots=True)
class _Try:
    """One try: who is followed, what is asked, the best frontal frame so far."""

    tracker: FaceTracker
    test: LivenessTest
    best: _Taken | None = None
    shown: tuple[str, FaceAsk] | None = None
    described_at_s: float = 0.0
    soft_since_s: float | None = None
    still: Pixels | None = None
    still_since_s: float = 0.0

    @property
    def done(self) -> bool:
        """Whether nothing is left to ask and there is something to send."""
        return self.test.done and self.best is not None

    def is_ready(self, look: FaceLook, at_s: float) -> bool:
        """Whether this frame is fit; what cannot be mended holds nobody up for long."""
        if look.advice not in SOFT:
            self.soft_since_s = None
            return look.face is not None and look.advice is None
        self.soft_since_s = at_s if self.soft_since_s is None else self.soft_since_s
        return at_s - self.soft_since_s > SOFT_LIMIT_S


@dataclass(slots=True)
class FaceWorker:
    """Turns frames into one FaceTaken, or into the cue that helps.

    choose: chance for the challenges; passive: joins its score to the others', where there is one.
    """

    device: DeviceWorker[Camera]
    post: Callable[[Event], None]
    session: Session
    eyes: Eyes
    try_limit_s: float
    challenges: Challenges = field(default_factory=Challenges)
    choose: Choose = field(default=secrets.randbelow)
    passive: Passive | None = None
    _leaving: deque[bool] = field(default_factory=deque)

    def do(self, command: LookForFace | LeaveChallenge) -> None:
        """One try; or leave the challenge of now, which the traveller cannot do, or all of them."""
        if isinstance(command, LeaveChallenge):
            self._leaving.append(command.every)
        else:
            self.look()

    def look(self) -> None:
        """One try."""
        token = self.session.token
        self._leaving.clear()
        self.device.ask(
            Job(
                lambda camera, deadline: self._work(camera, deadline, token),
                self._give_up,
                self.try_limit_s + self.challenges.longest_s,
            )
        )

    def _work(self, camera: Camera, deadline: Deadline, token: int) -> None:
        """Until done; with a face but half a test, what there is goes to a person.

        The challenges' time counts only once there is a face that could do them.
        """
        first = deadline.sooner(self.try_limit_s)
        attempt = _Try(self.eyes.tracker(), self.challenges.test(self.choose))
        try:
            while not attempt.done:
                frame = self._grab(camera, first if attempt.best is None else deadline)
                preview = small_jpeg(frame.pixels, PREVIEW_LONGEST_PX, PREVIEW_QUALITY)
                self.session.keep_preview(token, preview)
                self._check_moving(attempt, frame)
                self._advance(attempt, frame)
        except DeviceTimeoutError:
            if attempt.best is None:
                raise
        self._finish(camera, attempt, token)

    def _grab(self, camera: Camera, deadline: Deadline) -> Frame:
        """The next frame; a camera that gives none for a while counts as gone."""
        try:
            return camera.grab(deadline.sooner(FRAME_LIMIT_S))
        except DeviceTimeoutError:
            deadline.slice_s()
            raise DeviceGoneError(self.device.name, "the camera gives no pictures.") from None

    def _check_moving(self, attempt: _Try, frame: Frame) -> None:
        """No camera gives the same picture twice, for its noise; one that does hangs."""
        few = frame.pixels[::16, ::16]
        if attempt.still is None or not np.array_equal(few, attempt.still):
            attempt.still, attempt.still_since_s = few.copy(), frame.at_s
        elif self.challenges.count and frame.at_s - attempt.still_since_s > FRAME_LIMIT_S:
            raise DeviceGoneError(self.device.name, "the camera gives one picture all the time.")

    def _advance(self, attempt: _Try, frame: Frame) -> None:
        """One frame: look, feed the test, say what to do next."""
        while self._leaving:
            self.challenges.leave(attempt.test, self.choose, every=self._leaving.popleft())
        try:
            look = self.eyes.follow(attempt.tracker, frame.pixels, frame.at_s)
            ready = attempt.is_ready(look, frame.at_s)
            taken = self._take(attempt, frame, look) if ready else None
            passive = self._passively(taken)
        except VisionError as error:
            log.say("frame_unusable", device=self.device.name, what=str(error))
            return
        sight = see(
            frame.pixels,
            look,
            frame.at_s,
            None if taken is None else taken.template,
            passive,
            closely=taken is not None,
        )
        ask = attempt.test.feed(sight, ready)
        if not attempt.test.same_person:
            attempt.test, attempt.best = self.challenges.test(self.choose), None
        self._say(attempt, ask, look)

    def _passively(self, taken: _Taken | None) -> float | None:
        if self.passive is None or taken is None or taken.look.face is None:
            return None
        return self.passive(taken.pixels, taken.look.face.box)

    def _take(self, attempt: _Try, frame: Frame, look: FaceLook) -> _Taken | None:
        """Describe a fit frame now and then, and keep the best of them."""
        if attempt.best is not None and frame.at_s - attempt.described_at_s < TEMPLATE_GAP_S:
            return None
        attempt.described_at_s = frame.at_s
        template = self.eyes.template(frame.pixels, look)
        quality = look.face.quality if look.face else 0
        taken = _Taken(frame.pixels, look, template, quality)
        if attempt.best is None or quality > attempt.best.quality:
            attempt.best = taken
        return taken

    def _say(self, attempt: _Try, ask: Ask, look: FaceLook) -> None:
        """One cue at a time: the challenge, else the advice, else to look here."""
        cue = CUE_HERE
        if attempt.done:
            cue = CUE_DONE
        elif ask.phase is Phase.ACT and ask.kind is not None:
            cue = f"face-cue-{_dashed(ask.kind.value)}"
        elif ask.phase is not Phase.RETURN and look.cue is not None:
            cue = f"face-cue-{_dashed(look.cue.value)}"
        shown = (cue, on_screen(ask))
        if shown != attempt.shown:
            attempt.shown = shown
            self.post(FaceAdvice(*shown))

    def _finish(self, camera: Camera, attempt: _Try, token: int) -> None:
        best = attempt.best
        if best is None:
            return
        self.session.keep_face(token, _portrait(best))
        sample = FaceSample(
            template=best.template.to_int8(),
            quality=Quality(QUALITY_METHOD, QUALITY_VERSION, best.quality),
            device=capture_device(camera.info),
            model=model(self.eyes.face_model),
        )
        self.post(FaceTaken(sample, told(attempt.test), self._comparison(best.template)))

    def _comparison(self, live: FaceTemplate) -> Comparison | None:
        """Hold the live face against the document's portrait; None where there is none to use."""
        portrait = self.session.portrait()
        if portrait is None:
            return None
        try:
            look = self.eyes.look(portrait)
            if look.face is None:
                return None
            score = compare(live, self.eyes.template(portrait, look))
        except VisionError as error:
            log.say("portrait_unusable", device=self.device.name, what=str(error))
            return None
        return Comparison(
            reference=REFERENCE,
            score=round(score, 4),
            threshold=THRESHOLD,
            false_match_rate=FALSE_MATCH_RATE,
            algorithm=ALGORITHM,
            matched=score >= THRESHOLD,
        )

    def _give_up(self, error: DeviceError) -> None:
        self.post(FaceFailed(why_missing(error)))


def _portrait(taken: _Taken) -> bytes:
    """The token image for the event; the whole frame, small, where none can be made."""
    try:
        return token_portrait(taken.pixels, taken.look).jpeg
    except VisionError:
        return small_jpeg(taken.pixels, FACE_LONGEST_PX)


def _dashed(word: str) -> str:
    return word.replace("_", "-")
