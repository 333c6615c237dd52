"""The filter: quiet at rest, close behind in motion, indifferent to the frame rate."""

import numpy as np
import pytest

from vision.face_smooth import OneEuro


def turned(rate_hz: float, yaw_at, seed: int = 1, noise: float = 0.0) -> tuple[list, list]:
    """True and smoothed yaw over two seconds."""
    filtered, random = OneEuro(1.5, 0.15), np.random.default_rng(seed)
    true, found = [], []
    for number in range(round(2 * rate_hz)):
        at_s = number / rate_hz
        true.append(yaw_at(at_s))
        seen = np.array([true[-1] + random.normal(0, noise)])
        found.append(float(filtered.feed(seen, at_s)[0]))
    return true, found


def test_at_rest_it_halves_the_trembling():
    _, found = turned(15, lambda _: 0.0, noise=1.0)
    assert np.std(found[5:]) < 0.6


@pytest.mark.parametrize("rate_hz", [5, 15, 30])
def test_a_turn_of_100_degrees_a_second_lags_by_less_than_a_frame_or_30_ms(rate_hz):
    true, found = turned(rate_hz, lambda at_s: 100 * max(0.0, at_s - 1))
    lag_s = (true[-1] - found[-1]) / 100
    assert 0 <= lag_s < max(0.03, 1 / rate_hz)


def test_what_stands_still_is_reached():
    _, found = turned(15, lambda at_s: 20.0 if at_s > 0.5 else 0.0)
    assert found[-1] == pytest.approx(20, abs=0.2)


def test_a_time_that_runs_backwards_starts_anew():
    filtered = OneEuro(1.0, 0.1)
    filtered.feed(np.array([0.0]), 5.0)
    assert filtered.feed(np.array([50.0]), 4.0)[0] == 50.0
    assert np.isfinite(filtered.feed(np.array([51.0]), 4.0)).all()
