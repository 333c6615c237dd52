"""What the minutiae network takes, and what its planes say."""

import math

import numpy as np
import pytest

from vision.finger_planes import CELL_PX, LIMIT, Found, normalised, peaks


def _planes(*minutiae: tuple[float, float, float, float, bool]) -> np.ndarray:
    """Planes of 20x30 cells that say these minutiae: x, y, degrees, logit, ending."""
    planes = np.zeros((20, 30, 6), np.float32)
    planes[..., 0] = -8
    for x_px, y_px, turn_deg, logit, ending in minutiae:
        x, y, turn = (x_px + 0.5) / CELL_PX, (y_px + 0.5) / CELL_PX, math.radians(turn_deg)
        planes[int(y), int(x)] = (
            logit,
            0.8 * math.cos(turn),
            0.8 * math.sin(turn),
            x - int(x) - 0.5,
            y - int(y) - 0.5,
            3.0 if ending else -3.0,
        )
    return planes


def test_a_minutia_is_told_to_a_fraction_of_a_pixel() -> None:
    (one,) = peaks(_planes((41.3, 22.8, 210.0, 2.0, True)), 0.35)
    assert one.x_px == pytest.approx(41.3, abs=0.01)
    assert one.y_px == pytest.approx(22.8, abs=0.01)
    assert one.direction_deg % 360 == pytest.approx(210.0, abs=0.1)
    assert one.sure == pytest.approx(1 / (1 + math.exp(-2)), abs=1e-3)
    assert one.ending


def test_the_surest_come_first_and_the_unsure_not_at_all() -> None:
    told = _planes((20, 20, 0, 0.0, True), (60, 20, 90, 3.0, False), (90, 60, 90, -3.0, True))
    assert [(round(m.x_px), m.ending) for m in peaks(told, 0.35)] == [(60, False), (20, True)]


def test_two_that_lie_within_a_ridge_are_one() -> None:
    told = _planes((40, 40, 0, 2.0, True), (45, 40, 10, 3.0, True), (60, 40, 0, 1.0, True))
    assert [round(m.x_px) for m in peaks(told, 0.35)] == [45, 60]


def test_contrast_and_light_do_not_count() -> None:
    rows, columns = np.mgrid[0:120, 0:160]
    ridges = np.cos(columns * 0.7)
    strong = np.rint(128 + 100 * ridges).astype(np.uint8)
    weak = np.rint(120 + 40 * ridges + rows * 0.3).astype(np.uint8)
    one, other = normalised(strong), normalised(weak)
    inner = (slice(20, -20), slice(20, -20))
    assert np.abs(one[inner] / one[inner].std() - other[inner] / other[inner].std()).mean() < 0.1


@pytest.mark.parametrize("level", [0, 7, 255])
def test_a_flat_picture_is_nothing(level: int) -> None:
    assert not normalised(np.full((64, 80), level, np.uint8)).any()


def test_no_number_is_lost_on_any_picture() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        level, spread = random.integers(0, 256), random.uniform(0, 200)
        wild = level + spread * random.standard_normal((48, 56))
        told = normalised(np.clip(wild, 0, 255).astype(np.uint8))
        assert np.isfinite(told).all()
        assert np.abs(told).max() <= LIMIT


def test_planes_of_noise_give_distinct_places() -> None:
    planes = np.random.default_rng(1).standard_normal((30, 30, 6)).astype(np.float32)
    told: list[Found] = peaks(planes, 0.35)
    assert len(told) > 5
    apart = min(
        math.hypot(a.x_px - b.x_px, a.y_px - b.y_px) for i, a in enumerate(told) for b in told[:i]
    )
    assert apart > 6
