"""What counts as a picture, and what is read off its greys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.errors import ImageError
from vision.image import (
    LONGEST_SIDE_PX,
    check_bgr8,
    check_gray8,
    exposure,
    sharpness,
    to_bgr8,
    to_gray8,
    within,
)

NO_PICTURES = {
    "nothing": None,
    "a list": [[0, 0, 0]],
    "floats": np.zeros((64, 64, 3)),
    "sixteen bits": np.zeros((64, 64, 3), np.uint16),
    "grey": np.zeros((64, 64), np.uint8),
    "alpha": np.zeros((64, 64, 4), np.uint8),
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "empty": np.zeros((0, 64, 3), np.uint8),
    "too long": np.zeros((16, LONGEST_SIDE_PX + 1, 3), np.uint8),
}


@pytest.mark.parametrize("pixels", NO_PICTURES.values(), ids=NO_PICTURES)
def test_what_is_no_bgr8_is_refused(pixels):
    with pytest.raises(ImageError):
        check_bgr8(pixels)


def test_too_many_pixels_are_refused_without_a_copy():
    endless = np.broadcast_to(np.uint8(0), (12_000, 12_000, 3))
    with pytest.raises(ImageError, match="too large"):
        check_bgr8(endless)


def test_a_checked_picture_is_contiguous():
    turned = np.zeros((64, 32, 3), np.uint8)[::-1].transpose(1, 0, 2)
    assert check_bgr8(turned).flags.c_contiguous


def test_a_colour_picture_is_no_gray8():
    with pytest.raises(ImageError):
        check_gray8(np.zeros((64, 64, 3), np.uint8))


def test_grey_there_and_back_is_the_same():
    gray = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(to_gray8(to_bgr8(gray)), gray)


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 300))
def test_within_keeps_the_bound_and_a_pixel_at_least(height, width, longest_px):
    small = within(np.zeros((height, width, 3), np.uint8), longest_px)
    assert max(small.shape[:2]) <= max(longest_px, 1)
    assert min(small.shape[:2]) >= 1


def test_within_leaves_a_small_picture_alone():
    pixels = np.zeros((20, 30, 3), np.uint8)
    assert within(pixels, 30) is pixels


def test_sharpness_falls_with_blur_and_is_nothing_on_a_flat_picture():
    noise = np.random.default_rng(3).integers(0, 256, (256, 256), np.uint8)
    soft = within(noise, 32)
    assert sharpness(np.full((64, 64), 90, np.uint8)) == 0
    assert sharpness(noise) > 4 * sharpness(soft)


def test_exposure_counts_the_ends():
    gray = np.full((10, 10), 100, np.uint8)
    gray[:2], gray[2:5] = 15, 240
    found = exposure(gray)
    assert (found.dark_pct, found.bright_pct) == (20.0, 30.0)
    assert found.mean == pytest.approx(125.0)
