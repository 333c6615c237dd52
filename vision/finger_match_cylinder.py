"""What surrounds each minutia, told so that a shift or turn of the finger changes nothing of it.

After the minutia cylinder code of Cappelli, Ferrara and Maltoni (2010): a grid of cells around the
minutia, turned with it; each cell says how many neighbours are near and how their directions
differ from the minutia's own. Cells that lie off the print say nothing.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.finger_match_points import Floats, Points, apart, wrapped

RADIUS_PX = 75.0
CELLS = 8
SECTIONS = 6
SPREAD_PX = 10.0
SPREAD_RAD = 2 * math.pi / 9
OFF_PRINT_PX = 50.0
"""So far out of the hull of all minutiae the print is still thought to go on."""
FULL = 1.0
"""More neighbours than this in one cell say no more."""
PRESENT = 0.3
"""What a bit of the packed form stands for."""
_CENTRES = ((np.arange(CELLS) + 0.5) / CELLS * 2 - 1).astype(np.float32) * np.float32(RADIUS_PX)
_ACROSS, _UP = np.meshgrid(_CENTRES, _CENTRES, indexing="ij")
_ROUND = _ACROSS**2 + _UP**2 <= RADIUS_PX**2
_TURNS = (np.arange(SECTIONS, dtype=np.float32) + 0.5) * np.float32(
    2 * math.pi / SECTIONS
) - np.float32(math.pi)
GRID = int(_ROUND.sum())
BITS = GRID * SECTIONS
BYTES = -(-BITS // 8)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cylinders:
    """For n minutiae: cells (n, GRID * SECTIONS) from 0 to 1, and which of the GRID are valid."""

    cells: Floats
    valid: Floats

    def packed(self) -> npt.NDArray[np.uint8]:
        """(n, BYTES): which cells hold a neighbour."""
        return np.packbits(self.cells > math.sqrt(PRESENT), axis=1)


def cylinders(here: Points) -> Cylinders:
    """Describe each minutia by its neighbours."""
    if not len(here):
        empty = np.zeros((0, GRID), np.float32)
        return Cylinders(np.zeros((0, BITS), np.float32), empty)
    dx, dy = apart(here.x, here.x), apart(here.y, here.y)
    cos, sin = np.cos(here.turn)[:, None], np.sin(here.turn)[:, None]
    across = _near((dx * cos + dy * sin)[..., None] - _CENTRES, SPREAD_PX)
    up = _near((dy * cos - dx * sin)[..., None] - _CENTRES, SPREAD_PX)
    turned = wrapped(apart(here.turn, here.turn)[..., None] + _TURNS)
    section = _near(turned, SPREAD_RAD)
    own = np.arange(len(here))
    across[own, own] = 0
    filled = _filled(across, up, section)
    valid = _valid(here, cos, sin)
    cells = np.sqrt(np.minimum(filled, FULL)) * valid[:, :, None]
    return Cylinders(cells.reshape(len(here), BITS), valid)


def alike(one: Cylinders, other: Cylinders) -> Floats:
    """(n, m) from 0 to 1: how alike two minutiae's surroundings are where both are on the print."""
    both = one.cells @ other.cells.T
    first = _energy(one) @ other.valid.T
    second = one.valid @ _energy(other).T
    difference = np.sqrt(np.maximum(first + second - 2 * both, 0))
    return np.asarray(
        1 - difference / np.maximum(np.sqrt(first) + np.sqrt(second), 1e-3), np.float32
    )


def _near(away: Floats, spread: float) -> Floats:
    return np.asarray(np.exp(np.square(away) * np.float32(-0.5 / spread**2)), np.float32)


def _filled(across: Floats, up: Floats, section: Floats) -> Floats:
    """(n, GRID, SECTIONS): the sum over all neighbours of nearness in place times in direction."""
    count = len(across)
    joined = (up[..., None] * section[:, :, None, :]).reshape(count, count, CELLS * SECTIONS)
    grid = np.matmul(across.transpose(0, 2, 1), joined)
    return np.asarray(grid.reshape(count, CELLS, CELLS, SECTIONS)[:, _ROUND], np.float32)


def _valid(here: Points, cos: Floats, sin: Floats) -> Floats:
    """(n, GRID): 1 where a cell is on the print, which is the hull of all minutiae and a rim."""
    across, up = _ACROSS[_ROUND], _UP[_ROUND]
    x = here.x[:, None] + across * cos - up * sin
    y = here.y[:, None] + across * sin + up * cos
    corners = cv2.convexHull(np.stack((here.x, here.y), 1), clockwise=False)[:, 0]
    side = np.roll(corners, -1, 0) - corners
    length = np.maximum(np.hypot(side[:, 0], side[:, 1]), np.float32(1e-3))
    out = np.stack((side[:, 1], -side[:, 0])) / length
    outside = np.stack((x, y), 2) @ out - (corners.T * out).sum(0)
    return np.asarray(outside.max(2) <= OFF_PRINT_PX, np.float32)


def _energy(of: Cylinders) -> Floats:
    """(n, GRID)."""
    square = np.square(of.cells).reshape(len(of.cells), GRID, SECTIONS)
    return np.asarray(square.sum(2), np.float32)
