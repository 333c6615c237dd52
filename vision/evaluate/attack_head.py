"""A head in three dimensions made from one portrait: turned, moved, lit by a display (attack lab).

The portrait is laid so that its eyes stand at fixed places, which lets one head wear another's
face. Depth is the mesh's own, drawn out over hair and ears; the picture is read back along the way
each place goes, as the demo's traveller is (drivers/camera/puppet.py), here with a camera's
perspective.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from vision.evaluate.attack_expression import REST, Expression, MovableFace
from vision.face_geometry import Points, fit
from vision.face_mesh import eyes
from vision.image import Bgr8, Float32
from vision.training.traveller_relief import face_depth

WIDTH_PX, HEIGHT_PX = 640, 480
STEP = 4  # maps are a quarter as fine as the picture
DISTANCE_PX = 772.0  # from lens to face: 640 px see 45 degrees
EYES = np.array([[275.0, 210.0], [365.0, 210.0]], np.float32)  # the person's right eye, left eye
DEPTH_SHARE = 0.85  # with a camera's perspective the depth of an unmoved picture is too much
PIVOT_PX = (320.0, 240.0)
GAMMA = 2.2

Channels = npt.NDArray[np.float64]
"""(3,) by blue, green, red."""


@dataclass(frozen=True, slots=True)
class Stance:
    """Where the head points (degrees, signs of face_mesh.Pose), stands (px), how near it is."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    right_px: float = 0.0
    down_px: float = 0.0
    nearness: float = 1.0
    expression: Expression = REST


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """A picture (480, 640, 3) and how much of the display's light comes to each place, (120, 160).

    Nothing of the display's light is in the picture yet: see `lit`.
    """

    pixels: Bgr8
    near: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """From where each place of the picture is taken: (120, 160) columns and rows, in pixels."""

    columns: Float32
    rows: Float32

    def rolled(self, before: "Maps", share: float) -> "Maps":
        """Row by row as a shutter that rolls sees it: the top is `share` of a frame older."""
        older = (share * np.linspace(1, 0, len(self.rows), dtype=np.float32))[:, None]
        return Maps(
            self.columns + older * (before.columns - self.columns),
            self.rows + older * (before.rows - self.rows),
        )

    def full(self) -> tuple[Float32, Float32]:
        """The same at the picture's own size."""
        return _large(self.columns), _large(self.rows)


GRID = Maps(
    *(
        plane.astype(np.float32)
        for plane in np.meshgrid(
            np.arange(WIDTH_PX // STEP) * STEP + (STEP - 1) / 2,
            np.arange(HEIGHT_PX // STEP) * STEP + (STEP - 1) / 2,
        )
    )
)


@dataclass(frozen=True)
class Head:
    """One person. portrait: (480, 640, 3) with the eyes at EYES; points: its mesh, (468, 3)."""

    portrait: Bgr8
    points: Points
    _shown: dict[Expression, Bgr8] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, picture: Bgr8, lay: Callable[[Bgr8], Points | None]) -> "Head | None":
        """From any picture with one face; `lay` gives a picture's mesh. None where it finds none.

        The picture is turned, moved and enlarged; beyond its rim it goes on as its mirror image.
        """
        points = lay(picture)
        if points is None:
            return None
        to_stage = fit(np.stack(eyes(points)), EYES).matrix()
        size = (WIDTH_PX, HEIGHT_PX)
        laid = cv2.warpAffine(
            picture, to_stage, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        portrait = np.asarray(laid, np.uint8)
        found = lay(portrait)
        return None if found is None else cls(portrait, np.array(found, np.float32))

    def with_depth_of(self, other: "Head") -> "Head":
        """The same face on the other's shape: a mask that the other wears."""
        points = self.points.copy()
        points[:, 2] = other.points[:, 2]
        return Head(self.portrait, points)

    def shown(self, expression: Expression) -> Bgr8:
        """The portrait with another expression; in steps of a quarter, which are kept."""
        closed, opened = (
            round(share * 4) / 4 for share in (expression.eyes_closed, expression.mouth_open)
        )
        step = Expression(closed, opened)
        if step not in self._shown:
            self._shown[step] = MovableFace(self.portrait, self.points).show(step)
        return self._shown[step]

    def maps(self, stance: Stance) -> Maps:
        """The way back from each place of the turned head to the portrait."""
        across, down = self._goes(stance)
        columns, rows = GRID.columns, GRID.rows
        for _ in range(6):  # the place that moves here is found by asking again and again
            at = [(plane - (STEP - 1) / 2) / STEP for plane in (columns, rows)]
            columns = GRID.columns - cv2.remap(across, at[0], at[1], cv2.INTER_LINEAR)
            rows = GRID.rows - cv2.remap(down, at[0], at[1], cv2.INTER_LINEAR)
        return Maps(columns, rows)

    def view(self, stance: Stance, maps: Maps) -> Rendered:
        """The head as `maps` of it say, with the stance's expression."""
        columns, rows = maps.full()
        seen = cv2.remap(
            self.shown(stance.expression),
            columns,
            rows,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        at = [(plane - (STEP - 1) / 2) / STEP for plane in (maps.columns, maps.rows)]
        near = cv2.remap(self.near, at[0], at[1], cv2.INTER_LINEAR)
        return Rendered(np.asarray(seen, np.uint8), np.asarray(near, np.float32))

    @cached_property
    def near(self) -> Float32:
        """The share of the display's light at each place: falls off with the square of distance."""
        depth, share = self._relief
        away_px = np.where(share > 0.02, depth.max() - depth, 0)
        on_head = (DISTANCE_PX / (DISTANCE_PX + away_px)) ** 2
        behind = 0.07  # the wall, four times as far
        body = np.clip((GRID.rows - 330) / 60, 0, 1) * np.clip(
            1.4 - abs(GRID.columns - 320) / 190, 0, 1
        )
        rest = behind + (0.55 - behind) * body
        near = rest + (on_head - rest) * np.clip(share * 1.5 - 0.5, 0, 1)
        return np.asarray(cv2.GaussianBlur(near, (0, 0), 1.5), np.float32)

    @cached_property
    def _relief(self) -> tuple[Float32, Float32]:
        """Depth towards the camera in pixels, and the share of movement, both (120, 160)."""
        face = face_depth(self.points) * DEPTH_SHARE
        low, high = self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)
        middle, half = (low + high) / 2, (high - low) / 2
        middle[1] -= half[1] * 0.2  # hair above
        beyond = np.hypot(
            (GRID.columns - middle[0]) / (half[0] * 1.35),
            (GRID.rows - middle[1]) / (half[1] * 1.45),
        )
        share = np.clip(1 - (beyond - 1) / 0.45, 0, 1)
        share = share * share * (3 - 2 * share)
        return _drawn_out(face, beyond < 1.1), np.asarray(share, np.float32)

    def _goes(self, stance: Stance) -> tuple[Float32, Float32]:
        """How far each place of the portrait goes, in pixels right and down."""
        depth, share = self._relief
        lifted = (DISTANCE_PX - depth) / DISTANCE_PX
        places = np.stack(
            [(GRID.columns - PIVOT_PX[0]) * lifted, (GRID.rows - PIVOT_PX[1]) * lifted, depth]
        )
        columns, rows = projected(places, stance)
        return (columns - GRID.columns) * share, (rows - GRID.rows) * share


def projected(
    places: npt.NDArray[np.float32] | Channels, stance: Stance
) -> tuple[Float32, Float32]:
    """Where places (3, ...) right of, below, before the pivot come to lie in the picture."""
    yaw, pitch, roll = np.radians([stance.yaw_deg, stance.pitch_deg, stance.roll_deg])
    right, down, near = places
    right, near = right * np.cos(yaw) + near * np.sin(yaw), near * np.cos(yaw) - right * np.sin(yaw)
    down, near = (
        down * np.cos(pitch) - near * np.sin(pitch),
        (near * np.cos(pitch) + down * np.sin(pitch)),
    )
    right, down = (
        right * np.cos(roll) - down * np.sin(roll),
        right * np.sin(roll) + down * np.cos(roll),
    )
    scale = stance.nearness * DISTANCE_PX / np.maximum(DISTANCE_PX - stance.nearness * near, 1)
    columns = PIVOT_PX[0] + stance.right_px + right * scale
    rows = PIVOT_PX[1] + stance.down_px + down * scale
    return columns.astype(np.float32), rows.astype(np.float32)


def lit(rendered: Rendered, display: Channels, page: Channels) -> Bgr8:
    """Add the display's light to the room's, as the eye-like curve of a picture shows it.

    display, page: what the display adds where it is nearest, as a share of the room's light, now
    and when the portrait was taken.
    """
    near = rendered.near[:, :, None]
    gain = ((1 + near * display) / (1 + near * page)) ** (1 / GAMMA)
    large = _large(gain.astype(np.float32))
    shown = cv2.multiply(rendered.pixels, large, dtype=cv2.CV_8U)
    return np.asarray(shown, np.uint8)


def _large(plane: Float32) -> Float32:
    large = cv2.resize(plane, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)


def _drawn_out(face: Float32, head: npt.NDArray[np.bool_]) -> Float32:
    """The face's depth at the maps' size, falling softly to nothing at the head's outline."""
    size = (WIDTH_PX // STEP, HEIGHT_PX // STEP)
    depth = cv2.resize(face, size, interpolation=cv2.INTER_AREA)
    known = cv2.erode((depth > 1).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    spread = depth.copy()
    for _ in range(60):
        spread = np.where(known, depth, np.where(head, cv2.blur(spread, (5, 5)), 0))
    return np.asarray(cv2.GaussianBlur(spread.astype(np.float32), (0, 0), 1.4), np.float32)
