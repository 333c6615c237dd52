"""Paper and tablets in the laboratory: a picture on a flat or bent sheet that somebody moves."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np

from vision.evaluate.attack_head import (
    GRID,
    HEIGHT_PX,
    PIVOT_PX,
    STEP,
    WIDTH_PX,
    Maps,
    Rendered,
    Stance,
    projected,
)
from vision.image import Bgr8, Float32

PAPER_NEAR = 0.9
TABLET_NEAR = 0.04  # of the display's light, thrown back by the glass
ROUNDS = 14
FARTHEST_RAD = 1.4  # around the cylinder, to each side
NOWHERE_PX = 4000.0  # no place of the sheet is seen there


@dataclass(frozen=True)
class Sheet:
    """A sheet before a room. Unmoved, its picture lies as it lies on the canvas (480, 640).

    half_px: half its width and height; bend_px: radius of the upright cylinder that it is bent
    around, towards the lens (None: flat); hole: places (480, 640), 0-1, where one looks through.
    """

    half_px: tuple[float, float]
    bend_px: float | None = None
    near: float = PAPER_NEAR
    hole: Float32 | None = None

    def maps(self, stance: Stance) -> Maps:
        """Which place of the sheet is seen at each place of the picture."""
        if self.bend_px is None:
            return _flat(stance)
        across, down = GRID.columns - PIVOT_PX[0], GRID.rows - PIVOT_PX[1]
        (a, b), (c, d) = _linear(stance)
        back = 1 / max(a * d - b * c, 0.05)
        for _ in range(ROUNDS):  # Newton's way, with the slope at the sheet's middle
            columns, rows = projected(self._places(across, down), stance)
            right, below = (
                np.clip(off, -120, 120) for off in (GRID.columns - columns, GRID.rows - rows)
            )
            across = across + (d * right - b * below) * back
            down = down + (a * below - c * right) * back
        columns, rows = projected(self._places(across, down), stance)
        found = np.hypot(GRID.columns - columns, GRID.rows - rows) < STEP
        found &= np.abs(across) < (FARTHEST_RAD - 0.02) * self.bend_px
        beside = np.where(GRID.columns < PIVOT_PX[0] + stance.right_px, -NOWHERE_PX, NOWHERE_PX)
        return Maps(
            np.where(found, across + PIVOT_PX[0], beside).astype(np.float32),
            (down + PIVOT_PX[1]).astype(np.float32),
        )

    def over(self, room: Rendered, picture: Bgr8, maps: Maps, stance: Stance) -> Rendered:
        """The sheet with that picture on it before a room."""
        columns, rows = maps.full()
        seen = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        alpha = cv2.remap(self._outline, columns, rows, cv2.INTER_LINEAR)
        pixels = cv2.blendLinear(seen, room.pixels, alpha, 1 - alpha)
        small = cv2.resize(alpha, room.near.shape[::-1], interpolation=cv2.INTER_AREA)
        facing = max(0.2, float(np.cos(np.radians(stance.yaw_deg))))
        near = room.near + (self.near * facing * stance.nearness - room.near) * small
        return Rendered(np.asarray(pixels, np.uint8), near.astype(np.float32))

    @cached_property
    def _outline(self) -> Float32:
        """1 where the sheet is, 0 beside it and in its holes, softly."""
        outline = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
        (half_x, half_y), (x, y) = self.half_px, PIVOT_PX
        top, left = max(0, round(y - half_y)), max(0, round(x - half_x))
        outline[top : round(y + half_y), left : round(x + half_x)] = 1
        outline[[0, -1]] = 0
        outline[:, [0, -1]] = 0
        if self.hole is not None:
            outline *= 1 - self.hole
        return np.asarray(cv2.GaussianBlur(outline, (0, 0), 0.8), np.float32)

    def _places(self, across: Float32, down: Float32) -> Float32:
        """Places (3, ...) of the sheet's points in space before it is turned."""
        if self.bend_px is None:
            return np.asarray(np.stack([across, down, np.zeros_like(across)]), np.float32)
        angle = np.clip(across / self.bend_px, -FARTHEST_RAD, FARTHEST_RAD)
        right, near = self.bend_px * np.sin(angle), self.bend_px * (np.cos(angle) - 1)
        return np.asarray(np.stack([right, down, near]), np.float32)


def _flat(stance: Stance) -> Maps:
    """The way back to a flat sheet: four corners say all of it."""
    corners = np.array([[-200, -200], [200, -200], [200, 200], [-200, 200]], np.float32)
    places = np.vstack([corners.T, np.zeros((1, 4), np.float32)])
    seen = np.stack(projected(places, stance), axis=1)
    sheet = corners + np.array(PIVOT_PX, np.float32)
    back = cv2.getPerspectiveTransform(seen, sheet)
    spots = np.stack([GRID.columns, GRID.rows], axis=2)
    found = np.asarray(cv2.perspectiveTransform(spots, back), np.float32)
    return Maps(found[:, :, 0].copy(), found[:, :, 1].copy())


def _linear(stance: Stance) -> Float32:
    """How the sheet's middle moves with a step along it, (2, 2)."""
    steps = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    still = np.zeros((3, 1))
    columns, rows = projected(np.hstack([still, steps]), stance)
    slope = np.stack([columns[1:] - columns[0], rows[1:] - rows[0]])
    return np.asarray(slope, np.float32)


def printed(picture: Bgr8, dice: np.random.Generator) -> Bgr8:
    """The picture as a printer gives it: less contrast, paler black, a cast, grain."""
    black, white = dice.uniform(18, 40), dice.uniform(225, 245)
    cast = dice.uniform(0.95, 1.0, 3)
    steps = (black + np.arange(256)[:, None] / 255 * (white - black)) * cast
    shown = cv2.LUT(picture, np.clip(steps, 0, 255).astype(np.uint8)[None])
    grain = dice.normal(0, dice.uniform(1, 4), shown.shape[:2]).astype(np.int16)
    return np.asarray(cv2.add(shown, np.dstack([grain] * 3), dtype=cv2.CV_8U), np.uint8)


@dataclass(frozen=True, slots=True)
class Screen:
    """A tablet's screen: how strong its dots show, its refresh bands, its black, its cast."""

    dots: float
    pitch_px: float
    bands: float
    black: float
    cast: tuple[float, float, float]

    @classmethod
    def drawn(cls, dice: np.random.Generator) -> "Screen":
        """One tablet, held at one distance."""
        return cls(
            dots=dice.uniform(0.01, 0.06),
            pitch_px=dice.uniform(2.1, 3.4),
            bands=dice.uniform(0.0, 0.04),
            black=dice.uniform(6, 20),
            cast=(dice.uniform(0.98, 1.08), dice.uniform(0.97, 1.02), dice.uniform(0.92, 1.0)),
        )

    def shows(self, picture: Bgr8, half_px: tuple[float, float], rim_px: float) -> Bgr8:
        """The picture on the screen of a tablet of that half size, black around it."""
        steps = (self.black + np.arange(256)[:, None] * (1 - self.black / 255)) * self.cast
        seen = cv2.LUT(picture, np.clip(steps, 0, 255).astype(np.uint8)[None])
        lit = cv2.multiply(seen, _raster(self.dots, self.pitch_px), dtype=cv2.CV_8U)
        framed = np.full_like(picture, 14)
        (x, y), wide, tall = PIVOT_PX, half_px[0] - rim_px, half_px[1] - rim_px
        inside = (
            slice(max(0, round(y - tall)), min(HEIGHT_PX, round(y + tall))),
            slice(max(0, round(x - wide)), min(WIDTH_PX, round(x + wide))),
        )
        framed[inside] = np.asarray(lit, np.uint8)[inside]
        return framed


@lru_cache(maxsize=2)
def _raster(dots: float, pitch_px: float) -> Float32:
    """How bright each place is by the screen's dots, which beat with the camera's."""
    wave = 2 * np.pi / pitch_px
    columns = np.sin(np.arange(WIDTH_PX) * wave)[None, :]
    rows = np.sin(np.arange(HEIGHT_PX) * wave)[:, None]
    raster = (1 + dots * (columns + rows)).astype(np.float32)
    return np.dstack([raster] * 3)
