"""Makes the simulated traveller's closed eyes and open mouth from their portrait.

usage: python -m vision.training.traveller_expressions FOLDER
FOLDER holds head.jpg (see traveller_relief); head_eyes_closed.jpg and head_mouth_open.jpg are
written beside it. Nothing but the portrait's own pixels moves, along the mesh that was laid on it.
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from vision.evaluate.attack_expression import Expression, MovableFace
from vision.face_pipeline import FacePipeline
from vision.model_store import ModelStore

MADE = {
    "head_eyes_closed.jpg": Expression(eyes_closed=1.0),
    "head_mouth_open.jpg": Expression(mouth_open=1.0),
}


def main(folder: Path) -> None:
    """Write both pictures into `folder`."""
    portrait = np.asarray(cv2.imread(str(folder / "head.jpg")), np.uint8)
    face = FacePipeline(ModelStore()).look(portrait).face
    if face is None:
        sys.exit("no face in head.jpg.")
    movable = MovableFace(portrait, face.mesh.points)
    for name, expression in MADE.items():
        quality = [cv2.IMWRITE_JPEG_QUALITY, 88]
        cv2.imwrite(str(folder / name), movable.show(expression), quality)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
