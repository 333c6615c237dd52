"""The face step: mirror picture, one cue at a time, a random head turn, the comparison."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.camera.api import Camera, Frame
from drivers.deadline import Deadline
from drivers.errors import DeviceError
from firmware_app import log
from firmware_app.domain.biometrics import (
    Comparison,
    FaceSample,
    Liveness,
    LivenessDecision,
    Quality,
)
from firmware_app.workers.cues import Cues
from firmware_app.workers.described import capture_device, model, why_missing
from firmware_app.workers.device_worker import DeviceWorker, Job
from firmware_app.workers.eyes import Eyes
from firmware_app.workers.pictures import small_jpeg
from firmware_app.workers.session import Pixels, Session
from firmware_app.workflow.vocabulary import Event, FaceAdvice, FaceFailed, FaceTaken
from vision.errors import VisionError
from vision.face_pipeline import FaceLook
from vision.face_quality import QUALITY_METHOD, QUALITY_VERSION, Advice
from vision.face_template import FaceTemplate, compare
from vision.face_threshold import FALSE_MATCH_RATE, THRESHOLD
from vision.head_turn import METHOD, SIDES, VERSION, Decision, HeadTurn, Phase, Sight

ALGORITHM = "cosine"
REFERENCE = "document_portrait"
PREVIEW_LONGEST_PX = 480
PREVIEW_QUALITY = 65
FACE_LONGEST_PX = 320
CUE_DONE = "face-cue-well-done"
CUE_HERE = "face-cue-look-here"


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """The best frontal frame so far."""

    pixels: Pixels
    look: FaceLook
    template: FaceTemplate
    quality: int


@dataclass(slots=True)
class FaceWorker:
    """Turns frames into one FaceTaken, or into the cue that helps."""

    device: DeviceWorker[Camera]
    post: Callable[[Event], None]
    session: Session
    eyes: Eyes
    try_limit_s: float
    head_turn: bool = True
    choose: Callable[[tuple[str, ...]], str] = field(default=secrets.choice)

    def look(self) -> None:
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
        challenge = self._challenge()
        cues = Cues(lambda cue, turn: self.post(FaceAdvice(cue, turn)))
        first: _Taken | None = None
        while True:
            frame = camera.grab(deadline)
            preview = small_jpeg(frame.pixels, PREVIEW_LONGEST_PX, PREVIEW_QUALITY)
            self.session.keep_preview(token, preview)
            look = self._look(frame)
            if look is None:
                continue
            if not self.head_turn and look.advice is None:
                self._finish(camera, self._take(frame, look), challenge, token)
                return
            before, restarts = challenge.phase, challenge.restarts
            phase = challenge.feed(_sight(look, frame), frontal=look.advice is None)
            if phase is Phase.TURN and before is Phase.FRONTAL:
                first = self._take(frame, look)
            elif phase is Phase.DONE and first is not None:
                last = self._take(frame, look)
                if self._same_person(first, last):
                    cues.say(CUE_DONE, at_once=True)
                    self._finish(camera, max(first, last, key=_quality), challenge, token)
                    return
                challenge = self._challenge()
            if challenge.restarts > restarts:
                cues.say(CUE_HERE, at_once=True)  # the turn is asked for anew, not in silence
            self._cue(cues, challenge, look)

    def _challenge(self) -> HeadTurn:
        return HeadTurn("left" if self.choose(SIDES) == "left" else "right")

    def _look(self, frame: Frame) -> FaceLook | None:
        try:
            return self.eyes.look(frame.pixels)
        except VisionError as error:
            log.say("frame_unusable", device=self.device.name, what=str(error))
            return None

    def _take(self, frame: Frame, look: FaceLook) -> _Taken:
        template = self.eyes.template(frame.pixels, look)
        return _Taken(frame.pixels, look, template, look.face.quality if look.face else 0)

    def _same_person(self, first: _Taken, last: _Taken) -> bool:
        return compare(first.template, last.template) >= THRESHOLD

    def _cue(self, cues: Cues, challenge: HeadTurn, look: FaceLook) -> None:
        if challenge.phase is Phase.TURN:
            cues.say(f"face-cue-turn-{challenge.side}", challenge.side, at_once=True)
        elif challenge.phase is Phase.RETURN:
            cues.say(CUE_HERE, at_once=True)
        elif look.advice is not None:
            cues.say(f"face-cue-{look.advice.value.replace('_', '-')}")

    def _finish(self, camera: Camera, taken: _Taken, challenge: HeadTurn, token: int) -> None:
        self.session.keep_face(token, small_jpeg(taken.pixels, FACE_LONGEST_PX))
        sample = FaceSample(
            template=taken.template.to_int8(),
            quality=Quality(QUALITY_METHOD, QUALITY_VERSION, taken.quality),
            device=capture_device(camera.info),
            model=model(self.eyes.face_model),
        )
        self.post(FaceTaken(sample, _liveness(challenge), self._comparison(taken.template)))

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


def _quality(taken: _Taken) -> int:
    return taken.quality


def _sight(look: FaceLook, frame: Frame) -> Sight | None:
    if look.face is None or look.advice is Advice.TWO_FACES:
        return None
    return Sight(
        yaw_deg=look.face.pose.yaw_deg,
        centre_px=look.face.box.centre,
        width_px=look.face.box.longest_px,
        points=look.face.mesh.points,
        at_s=frame.at_s,
    )


def _liveness(challenge: HeadTurn) -> Liveness:
    verdict = challenge.verdict()
    decision = {
        Decision.LIVE: LivenessDecision.LIVE,
        Decision.NOT_SURE: LivenessDecision.NOT_SURE,
        Decision.ATTACK: LivenessDecision.ATTACK,
    }[verdict.decision]
    asked = (f"turn_{challenge.side}",) if challenge.phase is Phase.DONE else ()
    return Liveness(METHOD, VERSION, asked, verdict.scores, decision)
