"""Makes the simulated traveller's portrait and its depth map from a portrait photograph.

usage: python -m vision.training.traveller_relief PORTRAIT FOLDER LEFT,TOP,WIDTH,HEIGHT
The shipped pair was made from skimage/data/astronaut.png of scikit-image (NASA, public domain) with
the cut 64,0,320,240. The depth is that of the face mesh, drawn out over hair and ears.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vision.face_pipeline import FacePipeline
from vision.image import Bgr8
from vision.model_store import ModelStore

SIZE = (640, 480)
DEPTH_FACTOR = 1.4  # the mesh's depth is shallow: with this the mesh sees a turn nearly as asked
HAIR_ROUNDS = 1500
SOFT_EDGE_PX = 90.0

Plane = npt.NDArray[np.float32]


def face_depth(points: Plane) -> Plane:
    """Depth towards the camera of each place in the face, 0 elsewhere; points (468, 3)."""
    towards = np.clip(np.percentile(points[:, 2], 97) - points[:, 2], 0, None) * DEPTH_FACTOR
    plane = np.zeros(SIZE[::-1], np.float32)
    subdivision = cv2.Subdiv2D((0, 0, *SIZE))
    for point in points[:, :2]:
        subdivision.insert((float(point[0]), float(point[1])))
    for triangle in np.asarray(subdivision.getTriangleList()).reshape(-1, 3, 2):
        if (triangle >= 0).all() and (triangle < SIZE).all():
            nearest = [((points[:, :2] - corner) ** 2).sum(axis=1).argmin() for corner in triangle]
            _fill(plane, points[nearest, :2], towards[nearest])
    return plane


def _fill(plane: Plane, corners: Plane, values: Plane) -> None:
    edges = np.column_stack([corners, np.ones(3)])
    if abs(np.linalg.det(edges)) < 1e-6:
        return
    low, high = np.floor(corners.min(axis=0)).astype(int), np.ceil(corners.max(axis=0)).astype(int)
    columns, rows = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
    places = np.stack([columns.ravel(), rows.ravel(), np.ones(columns.size)])
    shares = np.linalg.inv(edges.T) @ places
    inside = (shares >= -1e-3).all(axis=0)
    plane[rows.ravel()[inside], columns.ravel()[inside]] = (values @ shares)[inside]


def drawn_out(depth: Plane, head: Bgr8) -> Plane:
    """The face's depth, falling softly to nothing at the head's outline."""
    known = depth > 0
    spread = depth.copy()
    for _ in range(HAIR_ROUNDS):
        spread = np.where(known, depth, np.where(head > 0, cv2.blur(spread, (9, 9)), 0))
    inner = cv2.erode(known.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    mixed = np.where(inner, cv2.GaussianBlur(depth, (0, 0), 2), cv2.GaussianBlur(spread, (0, 0), 5))
    return np.asarray(cv2.GaussianBlur(mixed.astype(np.float32), (0, 0), 2), np.float32)


def main(portrait: Path, folder: Path, cut: str) -> None:
    """Write head.jpg and head_depth.png into `folder`."""
    left, top, width, height = (int(part) for part in cut.split(","))
    whole = np.asarray(cv2.imread(str(portrait)), np.uint8)
    shown = cv2.resize(
        whole[top : top + height, left : left + width], SIZE, interpolation=cv2.INTER_CUBIC
    )
    face = FacePipeline(ModelStore()).look(np.asarray(shown, np.uint8)).face
    if face is None:
        sys.exit("no face in the cut: name another LEFT,TOP,WIDTH,HEIGHT.")
    middle = (round(face.box.centre.real), round(face.box.centre.imag - face.box.height_px * 0.32))
    radii = (round(face.box.width_px * 0.81), round(face.box.height_px * 0.94))
    head = np.zeros(SIZE[::-1], np.uint8)
    cv2.ellipse(head, middle, radii, 0, 0, 360, (255,), -1)
    depth = drawn_out(face_depth(face.mesh.points), head)
    beyond = np.clip(1 - cv2.distanceTransform(255 - head, cv2.DIST_L2, 5) / SOFT_EDGE_PX, 0, 1)
    share = beyond * beyond * (3 - 2 * beyond) * 255
    planes = np.dstack([np.clip(depth, 0, 255), share, np.zeros_like(share)])
    half = cv2.resize(planes, (SIZE[0] // 2, SIZE[1] // 2), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(folder / "head.jpg"), shown, [cv2.IMWRITE_JPEG_QUALITY, 88])
    cv2.imwrite(str(folder / "head_depth.png"), half.round().astype(np.uint8))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
