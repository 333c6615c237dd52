"""Both networks find a minutia where it is, of its kind, in the direction of the standard."""

import math

import numpy as np
import pytest

from vision.finger_leader import LeaderFinder
from vision.finger_minutiae import MinutiaFinder, NetworkFinder
from vision.finger_segment import foreground
from vision.iso19794_2 import Minutia, MinutiaKind
from vision.model_store import ModelStore

SIDE_PX = 224
PERIOD_PX = 9.0


@pytest.fixture(scope="module", params=[NetworkFinder, LeaderFinder])
def finder(request: pytest.FixtureRequest) -> MinutiaFinder:
    opened: MinutiaFinder = request.param(ModelStore())
    return opened


def _one_minutia(turn_deg: float, kind: MinutiaKind) -> np.ndarray:
    """Straight ridges with one phase spiral: one ridge, or one valley, lies on one side only.

    It lies in the direction `turn_deg`, which is what ISO/IEC 19794-2 calls its direction.
    """
    down, right = np.mgrid[:SIDE_PX, :SIDE_PX].astype(np.float64)
    x, y = right - SIDE_PX / 2, SIDE_PX / 2 - down
    turn = math.radians(turn_deg)
    along = x * math.cos(turn) + y * math.sin(turn)
    across = y * math.cos(turn) - x * math.sin(turn)
    phase = 2 * np.pi * across / PERIOD_PX + np.arctan2(across, along)
    dark = np.cos(phase) * (1 if kind is MinutiaKind.ENDING else -1)
    oval = np.hypot(x, y) < 0.42 * SIDE_PX
    return np.where(oval, 128 - 100 * dark, 235).astype(np.uint8)


def _central(minutiae: tuple[Minutia, ...]) -> Minutia:
    near = [m for m in minutiae if math.hypot(m.x_px - SIDE_PX / 2, m.y_px - SIDE_PX / 2) < 12]
    assert len(near) == 1
    return near[0]


@pytest.mark.parametrize("kind", [MinutiaKind.ENDING, MinutiaKind.BIFURCATION])
@pytest.mark.parametrize("turn_deg", [0.0, 60.0, 135.0, 270.0])
def test_one_minutia(finder: MinutiaFinder, turn_deg: float, kind: MinutiaKind) -> None:
    picture = _one_minutia(turn_deg, kind)
    found = foreground(picture)
    assert found is not None
    seen = _central(finder.find(picture, found))
    assert seen.kind is kind
    apart = (seen.direction_deg - turn_deg + 180) % 360 - 180
    assert abs(apart) < 15
    assert seen.quality >= 60


def test_straight_ridges_have_no_minutia_inside(finder: MinutiaFinder) -> None:
    down, right = np.mgrid[:SIDE_PX, :SIDE_PX]
    oval = np.hypot(right - SIDE_PX / 2, down - SIDE_PX / 2) < 0.42 * SIDE_PX
    ridges = 128 - 100 * np.cos(2 * np.pi * down / PERIOD_PX)
    picture = np.where(oval, ridges, 235).astype(np.uint8)
    found = foreground(picture)
    assert found is not None
    inner = [
        m
        for m in finder.find(picture, found)
        if math.hypot(m.x_px - SIDE_PX / 2, m.y_px - SIDE_PX / 2) < 60
    ]
    assert inner == []
