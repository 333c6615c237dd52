"""What a liveness test is fed: one sight of one face as numbers (pure)."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Points = npt.NDArray[np.float32]
"""float32 (n, 3): right, down, depth (smaller is nearer), in pixels."""
Fingerprint = npt.NDArray[np.uint8]

LINEAR = np.where(
    np.arange(256) <= 10,
    np.arange(256) / 255 / 12.92,
    ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4,
).astype(np.float32)
"""What each of 0-255 of a display or a picture (sRGB) means in light, 0-1."""


class Described(Protocol):
    """A face as numbers of length 1, such as vision.face_template.FaceTemplate."""

    @property
    def numbers(self) -> Float32:
        """Whose product with another's is how alike the faces are, -1 to 1."""


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Scores of one frame, each 0 (nothing) and up.

    moire: how far the strongest fine periodic pattern on the face stands above its neighbours
    (log10 of power); bands: the same for light that varies from row to row; rim: on how many of the
    four sides of the face a straight edge runs, 0 to 1.
    """

    moire: float = 0.0
    bands: float = 0.0
    rim: float = 0.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sight:
    """One look at one face; personal data, RAM only.

    at_s: the frame's own time, monotonic; yaw, pitch, roll: degrees, signs of face_mesh.Pose;
    centre_px, width_px: of the face's box; points: mesh (468, 3) float32 in pixels;
    eyes_open: (left, right), height over width, about 0.3 open and 0.1 shut;
    mouth_open: gap between the lips over the mouth's width, 0 shut;
    skin_bgr: (3, 3) mean linear light (0-1) of forehead, right and left cheek by blue, green, red;
    around_bgr: (3,) the same of the room beside the head; fingerprint: uint8 (72, 96), the frame
    made small: two frames of a camera never have the same; artefacts: None where they were not
    looked for; passive: score of a passive detector,
    0 attack to 1 live, None where there is none.
    """

    at_s: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    centre_px: complex
    width_px: float
    points: Points
    eyes_open: tuple[float, float]
    mouth_open: float
    skin_bgr: Float32
    around_bgr: Float32
    fingerprint: Fingerprint
    artefacts: Artefacts | None
    template: Described | None = None
    passive: float | None = None

    def __repr__(self) -> str:
        """Say when, never what."""
        return f"Sight(at_s={self.at_s:.3f})"


def linear_light(colour: tuple[int, ...]) -> Float32:
    """What 0-255 of a display or a picture (sRGB) means in light, 0-1."""
    return np.asarray(LINEAR[list(colour)], np.float32)
