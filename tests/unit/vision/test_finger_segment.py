"""Where the ridges are: found on a finger, not on noise; any size and resolution bounded."""

import numpy as np
import pytest

from drivers.fingerprint.synthetic import grow, impression
from vision.errors import ImageError
from vision.finger_segment import foreground, to_500_ppi


@pytest.fixture(scope="module")
def finger() -> np.ndarray:
    return impression(grow(11), 1)


def test_the_print_is_found_where_it_lies(finger: np.ndarray) -> None:
    page = np.full((600, 700), 240, np.uint8)
    page[150 : 150 + finger.shape[0], 250 : 250 + finger.shape[1]] = finger
    found = foreground(page)
    assert found is not None
    assert found.box.left >= 250 - 10
    assert found.box.top >= 150 - 10
    assert found.box.right <= 250 + finger.shape[1] + 10
    assert found.box.bottom <= 150 + finger.shape[0] + 10
    assert 180 < found.area_mm2 < 320
    assert found.clear_pct > 90


def _soft_noise() -> np.ndarray:
    noise = np.random.default_rng(1).normal(128, 60, (90, 95))
    return np.clip(np.kron(noise, np.ones((4, 4))), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((374, 388), 230, np.uint8),
        np.zeros((374, 388), np.uint8),
        np.random.default_rng(0).integers(0, 256, (374, 388), dtype=np.uint8),
        np.tile(np.linspace(0, 255, 388).astype(np.uint8), (374, 1)),
    ],
    ids=["blank", "black", "noise", "ramp"],
)
def test_no_print_is_found_where_none_is(picture: np.ndarray) -> None:
    assert foreground(picture) is None


def test_blocks_of_noise_are_not_clear_ridges() -> None:
    found = foreground(_soft_noise())
    assert found is None or found.clear_pct < 35


@pytest.mark.parametrize("ppi", [300, 569, 1000])
def test_other_resolutions_are_brought_to_500(finger: np.ndarray, ppi: int) -> None:
    height, width = (round(side * 500 / ppi) for side in finger.shape)
    assert to_500_ppi(finger, ppi).shape == (height, width)


@pytest.mark.parametrize(
    ("shape", "ppi"),
    [
        ((0, 0), 500),
        ((1, 1), 500),
        ((15, 300), 500),
        ((20, 20), 1200),
        ((1200, 300), 500),
        ((900, 900), 300),
        ((374, 388), 0),
        ((374, 388), 72),
        ((374, 388), 4000),
    ],
)
def test_what_no_scanner_gives_is_refused(shape: tuple[int, int], ppi: int) -> None:
    with pytest.raises(ImageError):
        to_500_ppi(np.zeros(shape, np.uint8), ppi)


def test_colour_and_floats_are_refused() -> None:
    for wrong in (np.zeros((300, 300, 3), np.uint8), np.zeros((300, 300), np.float32)):
        with pytest.raises(ImageError):
            to_500_ppi(wrong, 500)  # type: ignore[arg-type]  # that is what is tested
