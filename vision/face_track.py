"""One person's face over the frames of a camera: found once, followed, watched, smoothed.

Between frames the mesh is laid where it was; the detectors look at every `detect_every`th frame,
and at once when the face is lost. Nothing here reads a clock: each frame comes with its time.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from vision.face_cue import Cue, CuePatience, next_cue
from vision.face_detect import Box
from vision.face_iris import EyeFollower
from vision.face_mesh import Mesh, Pose
from vision.face_pipeline import (
    SAME_OVERLAP,
    Crowd,
    FaceLook,
    FacePipeline,
    SeenFace,
    choose,
    without_face,
)
from vision.face_smooth import OneEuro
from vision.image import Bgr8, check_bgr8


def _pose_filter() -> OneEuro:
    """Degrees."""
    return OneEuro(still_hz=1.5, per_speed=0.15)


def _box_filter() -> OneEuro:
    """Places in the picture's longer side."""
    return OneEuro(still_hz=1.5, per_speed=30.0)


@dataclass(frozen=True, slots=True)
class TrackLimits:
    """When to look anew. sure: presence below which the detectors are asked at once.

    longest_s: a face that was last seen longer ago is found anew; nearer: another face takes over
    when it is so many times larger.
    """

    detect_every: int = 8
    sure: float = 0.9
    longest_s: float = 0.7
    nearer: float = 1.25


@dataclass(slots=True)
class FaceTracker:
    """Feed it the frames of one camera in order; it gives what FacePipeline.look gives, and a cue.

    The pose and the box of its looks are smoothed (a turn of 100 degrees a second lags by less than
    a frame), an eye may be kept from the frame before (EyeFollower); all else is of the frame
    itself. `look.cue` is for the screen, `look.advice` for whether this very frame is fit.
    One tracker for each traveller and camera; not for two threads at once.
    """

    pipeline: FacePipeline
    limits: TrackLimits = field(default_factory=TrackLimits)
    patience: CuePatience = field(default_factory=CuePatience)
    _mesh: Mesh | None = None
    _at_s: float = 0.0
    _frames: int = 0
    _crowd: Crowd = field(default_factory=Crowd)
    _cue: Cue = field(default_factory=Cue)
    _pose: OneEuro = field(default_factory=_pose_filter)
    _box: OneEuro = field(default_factory=_box_filter)
    _eyes: EyeFollower = field(init=False)

    def __post_init__(self) -> None:
        self._eyes = self.pipeline.eye_follower()

    def feed(self, pixels: Bgr8, at_s: float) -> FaceLook:
        """Look at one frame. Raises ImageError where it is no picture; a poor one is advice."""
        checked = check_bgr8(pixels)
        mesh = self._follow(checked, at_s)
        self._frames += 1
        if mesh is None or mesh.presence < self.limits.sure or self._due():
            mesh = self._detect(checked, mesh)
        if mesh is None:
            self.lose()
            look = without_face(checked)
        else:
            lids = self._eyes.read(checked, mesh.points, at_s)
            look = self._smoothed(self.pipeline.judge(checked, mesh, self._crowd, lids), at_s)
        self._mesh, self._at_s = mesh, at_s
        self._cue = next_cue(self._cue, look.needs, at_s, self.patience)
        return replace(look, cue=self._cue.shown)

    def lose(self) -> None:
        """Forget the face; the next frame is searched anew."""
        self._mesh, self._frames, self._crowd = None, 0, Crowd()
        self._pose, self._box = _pose_filter(), _box_filter()
        self._eyes = self.pipeline.eye_follower()

    def _due(self) -> bool:
        return self._frames % self.limits.detect_every == 0

    def _follow(self, pixels: Bgr8, at_s: float) -> Mesh | None:
        if self._mesh is None or not 0 <= at_s - self._at_s <= self.limits.longest_s:
            return None
        return self.pipeline.follow(pixels, self._mesh)

    def _detect(self, pixels: Bgr8, followed: Mesh | None) -> Mesh | None:
        """Who is there; the followed face stays, unless a clearly nearer one has come."""
        found = self.pipeline.find(pixels)
        if not found:
            self._crowd = Crowd()
            return followed
        best = choose(found, pixels)
        if followed is not None and not self._takes_over(best.box, followed.box):
            self._crowd = Crowd.of(found, followed.box)
            return followed
        self.lose()
        self._crowd = Crowd.of(found, best.box)
        return self.pipeline.lay(pixels, best)

    def _takes_over(self, other: Box, followed: Box) -> bool:
        """Whether this is another face, and clearly the nearer one."""
        apart = other.overlap(followed) < SAME_OVERLAP
        return apart and other.longest_px > self.limits.nearer * followed.longest_px

    def _smoothed(self, look: FaceLook, at_s: float) -> FaceLook:
        if look.face is None:
            return look
        return replace(look, face=self._steady(look.face, at_s))

    def _steady(self, face: SeenFace, at_s: float) -> SeenFace:
        pose, box, longest_px = face.pose, face.box, max(face.measures.picture_px)
        turned = self._pose.feed(np.array([pose.yaw_deg, pose.pitch_deg, pose.roll_deg]), at_s)
        sides = np.array([box.left_px, box.top_px, box.width_px, box.height_px]) / longest_px
        laid = self._box.feed(sides, at_s) * longest_px
        return replace(face, pose=Pose(*turned.tolist()), box=Box(*laid.tolist()))
