"""The simulated traveller's head: one portrait turned in three dimensions by its depth map.

`pictures/` holds the portrait (NASA, public domain) and, beside it, a picture whose blue channel is
the depth of each place towards the camera in pixels and whose green channel says how much a place
moves with the head (255: all, 0: background). A turn shifts each place by its depth; the picture is
read back along that shift. Two more pictures show the same head with eyes closed and with its mouth
open; vision/training/traveller_expressions.py makes them anew.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

PICTURES = Path(__file__).parent / "pictures"
WIDTH_PX, HEIGHT_PX = 640, 480
NECK_PX = (328.0, 260.0)
ROUNDS = 5
STEP = 2  # the relief is half as fine as the portrait
DISPLAY_SHARE = 0.25  # of the face's light, when the display is white
PAGE_LIGHT = (0.5**2.2,) * 3  # what the portrait itself is lit by: a grey page
GAMMA = 2.2

Colour = tuple[int, int, int]
"""Red, green, blue, 0-255."""

Pixels = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the head points, in degrees, and how near it is (1: as in the portrait).

    Positive yaw: to the person's own left, which is the right of an unmirrored picture. Positive
    pitch: chin up. Positive roll: leaned to the person's own left shoulder.
    """

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    nearness: float = 1.0


@dataclass(frozen=True, slots=True)
class Manner:
    """Eyes closed and mouth open, each 0 to 1; the display's colour (None: grey)."""

    eyes_closed: float = 0.0
    mouth_open: float = 0.0
    light: Colour | None = None


AT_REST = Manner()


@dataclass(frozen=True)
class Puppet:
    """Renders the traveller; every picture is uint8 of (480, 640, 3)."""

    folder: Path = PICTURES

    @cached_property
    def portrait(self) -> Pixels:
        """The head as the camera sees it at rest."""
        return _read(self.folder / "head.jpg")

    @cached_property
    def _relief(self) -> tuple[Plane, Plane]:
        """Depth towards the camera in pixels, and the share of movement, both (240, 320)."""
        planes = _read(self.folder / "head_depth.png").astype(np.float32)
        return planes[:, :, 0], planes[:, :, 1] / 255

    @cached_property
    def _grid(self) -> tuple[Plane, Plane]:
        columns, rows = np.meshgrid(np.arange(0, WIDTH_PX, STEP), np.arange(0, HEIGHT_PX, STEP))
        return columns.astype(np.float32), rows.astype(np.float32)

    def head(self, pose: Pose, manner: Manner = AT_REST) -> Pixels:
        """The traveller, head turned; believable up to 35 degrees."""
        turned = self._turned(self._face(manner), pose)
        if pose.roll_deg == 0 and pose.nearness == 1:
            return turned
        matrix = cv2.getRotationMatrix2D(NECK_PX, -pose.roll_deg, pose.nearness)
        return _warped(turned, matrix)

    def flat_print(self, pose: Pose) -> Pixels:
        """A printed photograph of the traveller, turned as the flat sheet that it is."""
        half, tall = WIDTH_PX * 0.30, HEIGHT_PX * 0.42
        corners = np.array([[-half, -tall], [half, -tall], [half, tall], [-half, tall]])
        yaw = np.radians(pose.yaw_deg)
        distance = 1400 - corners[:, 0] * np.sin(yaw)
        middle = np.array([WIDTH_PX / 2, HEIGHT_PX / 2])
        seen = corners * np.array([np.cos(yaw), 1.0]) * (1400 / distance)[:, None] + middle
        source = (corners + np.array(NECK_PX)).astype(np.float32)
        matrix = cv2.getPerspectiveTransform(source, seen.astype(np.float32))
        desk = cv2.GaussianBlur(self.portrait[:, ::-1], (0, 0), 40)
        sheet = cv2.warpPerspective(self.portrait, matrix, (WIDTH_PX, HEIGHT_PX))
        area = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
        cv2.fillConvexPoly(area, seen.round().astype(np.int32), (255,))
        return np.where(area[:, :, None] > 0, sheet, desk).astype(np.uint8)

    def two_people(self, pose: Pose) -> Pixels:
        """The traveller and somebody as near beside them."""
        head = self.head(pose)
        shift = np.array([[0.8, 0, -125], [0, 0.8, 60]], np.float64)
        left = _warped(head, shift)
        right = _warped(head[:, ::-1].copy(), shift + np.array([[0, 0, 250], [0, 0, 0]]))
        half = WIDTH_PX // 2
        return np.hstack([left[:, :half], right[:, half:]])

    def nobody(self) -> Pixels:
        """The place before the camera without a person."""
        wide = np.asarray(cv2.GaussianBlur(self.portrait[:, :120], (0, 0), 12), np.uint8)
        return np.asarray(cv2.resize(wide, (WIDTH_PX, HEIGHT_PX)), np.uint8)

    def _face(self, manner: Manner) -> Pixels:
        """The head at rest, with eyes, mouth and light as they are now."""
        face = self.portrait
        for share, other in (
            (manner.eyes_closed, self._eyes_closed),
            (manner.mouth_open, self._mouth_open),
        ):
            if share > 0:
                moved = cv2.subtract(other, self.portrait, dtype=cv2.CV_16S)
                mixed = cv2.add(face, (moved * share).astype(np.int16), dtype=cv2.CV_8U)
                face = np.asarray(mixed, np.uint8)
        return self._lit(face, manner.light)

    def _lit(self, face: Pixels, light: Colour | None) -> Pixels:
        """The display's light comes to the room's: most on the face, little on what is behind."""
        if light is None:
            return face
        near = self._nearness * DISPLAY_SHARE
        gains = [
            ((1 + near * (level / 255) ** GAMMA) / (1 + near * page)) ** (1 / GAMMA)
            for level, page in zip(reversed(light), PAGE_LIGHT, strict=True)
        ]
        gain = cv2.resize(np.dstack(gains).astype(np.float32), (WIDTH_PX, HEIGHT_PX))
        return np.asarray(np.clip(face * gain, 0, 255), np.uint8)

    @cached_property
    def _eyes_closed(self) -> Pixels:
        return _read(self.folder / "head_eyes_closed.jpg")

    @cached_property
    def _mouth_open(self) -> Pixels:
        return _read(self.folder / "head_mouth_open.jpg")

    @cached_property
    def _nearness(self) -> Plane:
        """How much of the display's light comes to each place, 0.1 behind to 1 on the face."""
        depth, _ = self._relief
        near = 0.1 + 0.9 * np.clip(depth / np.percentile(depth[depth > 0], 60), 0, 1)
        return np.asarray(cv2.GaussianBlur(near, (0, 0), 3), np.float32)

    def _turned(self, face: Pixels, pose: Pose) -> Pixels:
        if pose.yaw_deg == 0 and pose.pitch_deg == 0:
            return face.copy()
        shift_x, shift_y = self._shifts(pose)
        columns, rows = self._grid
        from_x, from_y = columns, rows
        for _ in range(ROUNDS):  # the place that moves here is found by asking again and again
            at_x, at_y = from_x / STEP, from_y / STEP
            from_x = columns - cv2.remap(shift_x, at_x, at_y, cv2.INTER_LINEAR)
            from_y = rows - cv2.remap(shift_y, at_x, at_y, cv2.INTER_LINEAR)
        size = (WIDTH_PX, HEIGHT_PX)
        found = cv2.remap(
            face,
            cv2.resize(from_x, size),
            cv2.resize(from_y, size),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(found, np.uint8)

    def _shifts(self, pose: Pose) -> tuple[Plane, Plane]:
        """Where each place of the portrait goes, in pixels right and down."""
        depth, share = self._relief
        columns, rows = self._grid
        yaw, pitch = np.radians(pose.yaw_deg), np.radians(pose.pitch_deg)
        right = (columns - NECK_PX[0]) * (np.cos(yaw) - 1) + depth * np.sin(yaw)
        down = (rows - NECK_PX[1]) * (np.cos(pitch) - 1) - depth * np.sin(pitch)
        return (right * share).astype(np.float32), (down * share).astype(np.float32)


def _warped(pixels: Pixels, matrix: npt.NDArray[np.float64] | cv2.typing.MatLike) -> Pixels:
    size = (WIDTH_PX, HEIGHT_PX)
    return np.asarray(
        cv2.warpAffine(pixels, np.asarray(matrix), size, borderMode=cv2.BORDER_REFLECT), np.uint8
    )


def _read(path: Path) -> Pixels:
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(pixels, np.uint8)
