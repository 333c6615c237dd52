"""Traces that a screen or a sheet leaves in one frame: moire, refresh bands, a straight rim."""

from dataclasses import dataclass

from vision.face_detect import Box
from vision.image import Bgr8


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Scores of one frame, each 0 (nothing) and up.

    moire: how far the strongest fine periodic pattern on the face stands above its neighbours;
    bands: light that varies from row to row beside what the picture explains;
    rim: share of the face's surroundings that a straight edge follows on more than one side.
    """

    moire: float = 0.0
    bands: float = 0.0
    rim: float = 0.0


def artefacts(pixels: Bgr8, box: Box) -> Artefacts:
    """Look for them on and around the face in `box`."""
    _ = pixels, box
    return Artefacts()
