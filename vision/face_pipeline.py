"""From a picture to what is seen of a face, its template, and the portrait on a document."""

from dataclasses import dataclass

import numpy as np

from vision.errors import ImageError
from vision.face_detect import Box, DetectedFace, FaceDetector
from vision.face_mesh import FaceMesher, Mesh, Pose, eyes
from vision.face_portrait import PortraitFinder
from vision.face_pose import FaceCamera, head_pose
from vision.face_quality import (
    Advice,
    FaceLimits,
    Light,
    Measures,
    advise,
    light,
    measure_cut,
    quality,
)
from vision.face_template import FaceTemplate, FaceTemplater
from vision.image import Bgr8, check_bgr8, to_gray8, within
from vision.model_store import ModelCard, ModelStore

LONGEST_PX = 1280
LEAST_PRESENCE = 0.5


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SeenFace:
    """The largest face: all in pixels of the picture that was given."""

    box: Box
    eye_distance_px: float
    pose: Pose
    sharpness: float
    light: Light
    quality: int
    mesh: Mesh

    def __repr__(self) -> str:
        """Say how it stands, never what it looks like."""
        return f"SeenFace({self.pose}, quality={self.quality})"


@dataclass(frozen=True, slots=True, eq=False)
class FaceLook:
    """One look at one picture. `advice` None: fit for a template. `face` None: none was found."""

    advice: Advice | None
    faces: int
    face: SeenFace | None


class FacePipeline:
    """Detector, mesh and template network together; each is loaded once."""

    def __init__(
        self,
        models: ModelStore,
        limits: FaceLimits | None = None,
        camera: FaceCamera | None = None,
    ) -> None:
        """Load three models. Raises ModelError."""
        self.limits = limits or FaceLimits()
        self._camera = camera or FaceCamera()
        self._detector = FaceDetector(models)
        self._mesher = FaceMesher(models)
        self._templater = FaceTemplater(models)
        self._portraits = PortraitFinder(self._detector, self._mesher)

    @property
    def template_model(self) -> ModelCard:
        """Name, version and sha256 of what makes the templates, for the event."""
        return self._templater.card

    def look(self, pixels: Bgr8) -> FaceLook:
        """Judge one picture. Raises ImageError where it is no picture; a poor one is advice."""
        checked = check_bgr8(pixels)
        small = within(checked, LONGEST_PX)
        found = self._detector.find(small)
        if not found:
            return FaceLook(_without_face(small, self.limits), 0, None)
        return self._judge(checked, small, found)

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

    def _judge(self, pixels: Bgr8, small: Bgr8, found: tuple[DetectedFace, ...]) -> FaceLook:
        """Look closer at the largest of the faces that were found on the reduced picture."""
        grow = max(pixels.shape[:2]) / max(small.shape[:2])
        mesh = self._mesher.lay(small, found[0])
        if mesh.presence < LEAST_PRESENCE:
            return FaceLook(_without_face(small, self.limits), 0, None)
        mesh = mesh.grown(grow)
        seen = self._measure(pixels, found[0].box.grown(grow), mesh)
        face = SeenFace(
            seen.box,
            seen.eye_distance_px,
            seen.pose,
            seen.sharpness,
            seen.light,
            quality(seen),
            mesh,
        )
        advice = advise(seen, self.limits)
        if _has_company(found, self.limits):
            advice = Advice.TWO_FACES
        return FaceLook(advice, len(found), face)

    def _measure(self, pixels: Bgr8, box: Box, mesh: Mesh) -> Measures:
        right, left = eyes(mesh.points)
        sharp, lit = measure_cut(pixels, mesh.points)
        size = (pixels.shape[1], pixels.shape[0])
        return Measures(
            box=box,
            picture_px=size,
            eye_distance_px=float(np.linalg.norm(left - right)),
            pose=head_pose(mesh.points, size, self._camera),
            sharpness=sharp,
            light=lit,
        )


def _has_company(found: tuple[DetectedFace, ...], limits: FaceLimits) -> bool:
    """A second face that is nearly as large; people far behind do not count."""
    least_px = found[0].box.longest_px * limits.second_face_share
    return len(found) > 1 and found[1].box.longest_px >= least_px


def _without_face(pixels: Bgr8, limits: FaceLimits) -> Advice:
    """Why there may be none: a dark or burnt picture says so."""
    lit = light(to_gray8(pixels))
    if lit.p95 < limits.least_light_p95 / 2:
        return Advice.MORE_LIGHT
    return Advice.LESS_LIGHT if lit.burnt_pct > 90 else Advice.NO_FACE
