"""A recorded clip of a field test goes through the shipped liveness test, as it was asked then."""

from collections.abc import Iterable
from dataclasses import dataclass

from vision.evaluate.attack_laboratory import Eye
from vision.face_pipeline import FacePipeline
from vision.face_track import FaceTracker
from vision.image import Bgr8
from vision.liveness import ChallengeKind, LivenessTest, Verdict
from vision.liveness_colours import Colour

TimedFrame = tuple[float, Bgr8]


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for while a clip was taken, in order, and the colours that were shown."""

    kinds: tuple[ChallengeKind, ...]
    colours: tuple[Colour, ...] = ()


def judge_clip(frames: Iterable[TimedFrame], plan: Plan, pipeline: FacePipeline) -> Verdict:
    """Feed every frame (seconds, picture) in order; a still is a clip of one frame.

    Without a plan everything is asked for, in one order that nobody was told: what was not filmed
    for it is not obeyed and so not live, but its frames can still show an attack.
    """
    test = LivenessTest(plan.kinds or tuple(ChallengeKind), plan.colours)
    eye = Eye(FaceTracker(pipeline))
    for at_s, pixels in frames:
        test.feed(*eye.look(pixels, at_s))
    return test.verdict()
