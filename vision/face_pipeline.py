"""From a picture to what is seen of a face, its template, and the portrait on a document."""

from dataclasses import dataclass

import numpy as np

from vision.errors import ImageError
from vision.face_detect import FAR, Box, DetectedFace, FaceDetector
from vision.face_geometry import half
from vision.face_iris import EyeFollower, EyeReader, Eyes
from vision.face_mesh import FaceMesher, Mesh, Pose
from vision.face_portrait import PortraitFinder
from vision.face_pose import FaceCamera, head_pose
from vision.face_quality import Advice, Components, FaceLimits, Need, needs, score
from vision.face_quality_measures import Measures, measure
from vision.face_template import FaceTemplate, FaceTemplater
from vision.image import Bgr8, check_bgr8, exposure, to_gray8
from vision.model_store import ModelCard, ModelStore

LEAST_PRESENCE = 0.5
COMPANY_SHARE = 0.6
"""A face of this share of the nearest one's width stands as near; people far behind do not."""
SAME_OVERLAP = 0.3
DARK_P95, BURNT_PCT, LONG_ENOUGH_PX = 30, 90, 320


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SeenFace:
    """The chosen face: all in pixels of the picture that was given.

    quality: the unified one; components: what it is the least of, and more; eyes: lids and irises.
    """

    box: Box
    eye_distance_px: float
    pose: Pose
    quality: int
    mesh: Mesh
    eyes: Eyes
    components: Components
    measures: Measures

    def __repr__(self) -> str:
        """Say how it stands, never what it looks like."""
        return f"SeenFace({self.pose}, quality={self.quality})"


@dataclass(frozen=True, slots=True, eq=False)
class FaceLook:
    """One look at one picture. `advice` None: fit for a template. `face` None: none was found.

    advice: judged on this picture alone, without hysteresis; needs: all that is not as it should
    be, the first of it is `advice`; faces: how many were found, near: how many of them as near as
    the chosen one; cue: what the screen should say, held steady over time: only a FaceTracker
    knows it, a single look repeats `advice`.
    """

    advice: Advice | None
    faces: int
    face: SeenFace | None
    near: int = 0
    needs: tuple[Need, ...] = ()
    cue: Advice | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who else is in the picture: how many faces, how many as near, the next one's share."""

    faces: int = 1
    near: int = 1
    second_share: float = 0.0

    @staticmethod
    def of(found: tuple[DetectedFace, ...], chosen: Box) -> "Crowd":
        """Hold all faces against the chosen one; what lies on it is the chosen one itself."""
        width_px = max(chosen.longest_px, 1e-6)
        others = [
            face.box.longest_px / width_px
            for face in found
            if face.box.overlap(chosen) < SAME_OVERLAP
        ]
        near = 1 + sum(share >= COMPANY_SHARE for share in others)
        return Crowd(1 + len(others), near, max(others, default=0.0))


class FacePipeline:
    """Detectors, mesh, eyes and template network together; each is loaded once."""

    def __init__(
        self,
        models: ModelStore,
        limits: FaceLimits | None = None,
        camera: FaceCamera | None = None,
    ) -> None:
        """Load five models. Raises ModelError."""
        self.limits = limits or FaceLimits()
        self._camera = camera or FaceCamera()
        self._near, self._far = FaceDetector(models), FaceDetector(models, FAR)
        self._mesher = FaceMesher(models)
        self._eyes = EyeReader(models)
        self._templater = FaceTemplater(models)
        self._portraits = PortraitFinder(self._near, self._mesher)

    @property
    def template_model(self) -> ModelCard:
        """Name, version and sha256 of what makes the templates, for the event."""
        return self._templater.card

    def look(self, pixels: Bgr8) -> FaceLook:
        """Judge one picture. Raises ImageError where it is no picture; a poor one is advice."""
        checked = check_bgr8(pixels)
        found = self.find(checked)
        if found:
            chosen = choose(found, checked)
            mesh = self.lay(checked, chosen)
            if mesh is not None:
                return self.judge(checked, mesh, Crowd.of(found, chosen.box))
        return without_face(checked)

    def template(self, pixels: Bgr8, look: FaceLook) -> FaceTemplate:
        """Describe the face of this look at this same picture. Raises ImageError without one."""
        if look.face is None:
            raise ImageError("no face was seen in it.")
        return self._templater.make(check_bgr8(pixels), look.face.mesh.points)

    def find_portrait(self, page: Bgr8) -> Bgr8 | None:
        """The largest face on a picture of a document, upright, with room around; None without.

        Feed it to `look` and `template` like any picture. Raises ImageError.
        """
        return self._portraits.find(check_bgr8(page))

    def find(self, pixels: Bgr8) -> tuple[DetectedFace, ...]:
        """All faces, the largest first: near ones, or, where there is none, far ones."""
        return self._near.find(pixels) or self._far.find(pixels)

    def lay(self, pixels: Bgr8, face: DetectedFace) -> Mesh | None:
        """The mesh of a face that was found; None where a closer look sees none."""
        return _present(self._mesher.lay(pixels, face))

    def follow(self, pixels: Bgr8, last: Mesh) -> Mesh | None:
        """The mesh where it was on the frame before; None where it is lost."""
        return _present(self._mesher.follow(pixels, last))

    def eye_follower(self) -> EyeFollower:
        """A fresh one, for the eyes of one face over its frames."""
        return EyeFollower(self._eyes)

    def judge(self, pixels: Bgr8, mesh: Mesh, crowd: Crowd, lids: Eyes | None = None) -> FaceLook:
        """Measure the face of this mesh, and say what is to be mended; without `lids` read them."""
        size = (pixels.shape[1], pixels.shape[0])
        pose = head_pose(mesh.points, size, self._camera)
        lids = lids or self._eyes.read(pixels, mesh.points)
        seen = measure(pixels, mesh, pose, lids, crowd.second_share)
        scored = score(seen)
        face = SeenFace(
            box=seen.box,
            eye_distance_px=seen.eye_distance_px,
            pose=pose,
            quality=scored.unified,
            mesh=mesh,
            eyes=lids,
            components=scored,
            measures=seen,
        )
        lacking = needs(seen, scored, self.limits)
        advice = lacking[0].advice if lacking else None
        return FaceLook(advice, crowd.faces, face, crowd.near, lacking, advice)


def choose(found: tuple[DetectedFace, ...], pixels: Bgr8) -> DetectedFace:
    """The nearest face, and of two as near the one in the middle: half the size at the edge."""
    height, width = pixels.shape[:2]
    middle = complex(width, height) / 2

    def weight(face: DetectedFace) -> float:
        aside = abs(face.box.centre - middle) / abs(middle)
        return face.box.longest_px * (1 - min(aside, 1.0) / 2)

    return max(found, key=weight)


def without_face(pixels: Bgr8) -> FaceLook:
    """Why there may be none: a dark or burnt picture says so."""
    while max(pixels.shape[:2]) >= 2 * LONG_ENOUGH_PX and min(pixels.shape[:2]) > 1:
        pixels = half(pixels)
    grey = to_gray8(pixels)
    advice = Advice.NO_FACE
    if float(np.percentile(grey, 95)) < DARK_P95:
        advice = Advice.MORE_LIGHT
    elif exposure(grey).bright_pct > BURNT_PCT:
        advice = Advice.LESS_LIGHT
    return FaceLook(advice, 0, None, 0, (Need(advice, 100),), advice)


def _present(mesh: Mesh) -> Mesh | None:
    return mesh if mesh.presence >= LEAST_PRESENCE else None
