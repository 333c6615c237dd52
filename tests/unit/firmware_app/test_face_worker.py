"""The face worker before the simulated traveller: each challenge, its stand-ins, trouble."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from drivers.camera.simulated import leave_stage, open_simulated
from drivers.stage import send_cue
from drivers.url import Params
from firmware_app.domain.biometrics import Became, LivenessDecision, NotCaptured
from firmware_app.engineer.traveller import ACTS, OTHERS
from firmware_app.workers.device_worker import DeviceWorker
from firmware_app.workers.eyes import Eyes
from firmware_app.workers.face import FaceWorker
from firmware_app.workers.liveness import Challenges
from firmware_app.workers.session import Session
from firmware_app.workflow.vocabulary import (
    FaceAdvice,
    FaceFailed,
    FaceTaken,
    LeaveChallenge,
    LookForFace,
)
from vision.liveness import ChallengeKind, Limits

LONGEST_S = 60.0
AGAIN_S = 3.0  # as a person does who sees that it was not understood
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def eyes():
    return Eyes()


@dataclass
class Before:
    """A worker with its camera, and somebody before it who does as `acts` say."""

    worker: FaceWorker
    stage: object
    acts: dict = field(default_factory=lambda: ACTS)
    at_challenge: Callable[[], None] | None = None
    lit: bool = True
    advice: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _asked: str = ""
    _acted_at_s: float = 0.0
    _colour: object = None

    def take(self, event):
        """What the page shows, and what the body makes of it."""
        if not isinstance(event, FaceAdvice):
            self.ended.append(event)
            self.over.set()
            return
        self.advice.append(event)
        asked, colour = event.ask.challenge, event.ask.colour
        if colour != self._colour and self.lit:
            send_cue(self.stage, light=list(colour or (128, 128, 128)))
        new = asked != self._asked
        if asked and new and self.at_challenge is not None:
            self.at_challenge()
        elif asked and self.acts and (new or time.monotonic() - self._acted_at_s > AGAIN_S):
            self._acted_at_s = time.monotonic()
            send_cue(self.stage, **self.acts[asked])
        self._asked, self._colour = asked, colour

    def crossed(self):
        """How one try ends."""
        self.worker.device.start()
        self.worker.do(LookForFace())
        try:
            assert self.over.wait(LONGEST_S), "the try never ended"
        finally:
            self.worker.device.stop()
        return self.ended[0]


@pytest.fixture
def before(tmp_path, eyes):
    stage = tmp_path / "camera"

    def make(kinds, count, challenge_s=30.0, try_limit_s=40.0, **how):
        found = []
        device = DeviceWorker("camera", lambda: open_simulated("camera", stage, Params("", {})))
        worker = FaceWorker(
            device,
            lambda event: found[0].take(event),  # noqa: PLW0108 - it is not there yet
            Session(),
            eyes,
            try_limit_s,
            Challenges(tuple(kinds), count, Limits(challenge_s=challenge_s)),
        )
        found.append(Before(worker, stage, **how))
        return found[0]

    yield make
    leave_stage(stage)


def became(event):
    return [(one.code, one.became) for one in event.liveness.challenges]


@pytest.mark.parametrize("kind", list(ChallengeKind), ids=lambda kind: kind.value)
def test_a_traveller_who_obeys_is_live(before, kind):
    someone = before([kind], 1)
    event = someone.crossed()
    assert isinstance(event, FaceTaken)
    assert became(event) == [(kind.value, Became.OBEYED)]
    assert event.liveness.decision is LivenessDecision.LIVE, event.liveness.scores
    jpeg = dict(someone.worker.session.attachments())["live_face"]
    assert 2_000 < len(jpeg) <= 20_000


def test_the_last_cue_obeyed_and_the_face_taken_lie_less_than_four_seconds_apart(before):
    someone = before([ChallengeKind.OPEN_MOUTH], 1)
    asked_at_s = []
    someone.at_challenge = lambda: (
        asked_at_s.append(time.monotonic()),
        send_cue(someone.stage, mouth=True),
    )
    assert isinstance(someone.crossed(), FaceTaken)
    # what the mouth takes to open and close is within it
    assert time.monotonic() - asked_at_s[0] < 4.0 + 2.0


def test_whoever_cannot_do_one_gets_another_and_may_leave_the_rest(before):
    kinds = [ChallengeKind.BLINK, ChallengeKind.OPEN_MOUTH]
    someone = before(kinds, 1)
    leaving = iter([False, True])
    someone.at_challenge = lambda: someone.worker.do(LeaveChallenge(every=next(leaving)))
    event = someone.crossed()
    assert {code for code, _ in became(event)} == {"blink", "open_mouth"}
    assert [what for _, what in became(event)] == [Became.REPLACED, Became.SKIPPED]
    assert event.liveness.decision is LivenessDecision.NOT_SURE


def test_who_does_another_thing_than_asked_is_not_live(before):
    event = before([ChallengeKind.TURN_RIGHT], 1, 2.0, 6.0, acts=OTHERS).crossed()
    assert became(event) == [("turn_right", Became.NOT_OBEYED)] or not became(event)
    assert event.liveness.decision is not LivenessDecision.LIVE
    assert dict(event.liveness.scores)["wrong_moves"] >= 1


def test_a_display_whose_light_does_not_reach_the_face_is_not_live(before):
    event = before([ChallengeKind.COLOURS], 1, lit=False).crossed()
    assert became(event) == [("colours", Became.OBEYED)]
    assert event.liveness.decision is LivenessDecision.NOT_SURE
    assert dict(event.liveness.scores)["colour_match"] < 0.6


def test_a_camera_that_gives_no_more_pictures_is_told_within_seconds(before):
    someone = before([ChallengeKind.BLINK], 1, acts={})
    someone.at_challenge = lambda: send_cue(someone.stage, freeze=True)
    event = someone.crossed()
    assert event == FaceFailed(NotCaptured.DEVICE) or isinstance(event, FaceTaken)
    send_cue(someone.stage, freeze=False)
