"""Motion wakes the screen: a head that comes, at any speed; never noise, light or a fly."""

import numpy as np
import pytest

from vision.presence import COLUMNS, ROWS, Presence, coarse

HEIGHT, WIDTH = 240, 320


@pytest.fixture
def chance():
    return np.random.default_rng(5)


def room(chance, light=1.0, noise=6.0):
    """A hall with edges and a window, as a camera sees it: shot noise on each pixel."""
    picture = np.full((HEIGHT, WIDTH, 3), 90.0)
    picture[:, 200:] = 140.0
    picture[30:90, 30:110] = 210.0
    picture = picture * light + chance.normal(0, noise, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def with_head(picture, left, radius=40, grey=60):
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    picture = picture.copy()
    picture[(rows - 120) ** 2 + (columns - left) ** 2 < radius**2] = grey
    return picture


def woken(pictures):
    presence = Presence()
    return any(presence.feed(picture) for picture in pictures)


def test_an_empty_hall_wakes_nobody_in_a_minute(chance):
    assert not woken(room(chance) for _ in range(150))


def test_evening_and_a_lamp_that_goes_on_wake_nobody(chance):
    assert not woken(room(chance, light) for light in np.linspace(1.0, 0.3, 60))
    assert not woken([*(room(chance, 0.6) for _ in range(5)), *(room(chance) for _ in range(5))])


@pytest.mark.parametrize("steps", [3, 8])
@pytest.mark.parametrize("light", [1.0, 0.4])
def test_somebody_who_comes_is_seen_within_their_way(chance, steps, light):
    way = np.linspace(-30, 160, steps + 1)
    assert woken(with_head(room(chance, light), left, grey=160) for left in way)


def test_one_odd_picture_and_a_fly_wake_nobody(chance):
    still = [room(chance) for _ in range(4)]
    assert not woken([*still, with_head(still[0], 160, radius=4), *still])
    assert not woken([room(chance), room(chance), np.zeros((HEIGHT, WIDTH, 3), np.uint8)])


def test_what_is_kept_is_a_few_averages(chance):
    kept = coarse(np.repeat(np.repeat(room(chance), 4, 0), 4, 1))
    assert kept.shape == (ROWS, COLUMNS)
