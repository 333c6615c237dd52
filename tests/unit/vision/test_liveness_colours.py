"""The colours that the display shows: safe to look at, and all of them random."""

import itertools
import random

import pytest

from vision.liveness import Limits
from vision.liveness_colours import PALETTE, draw_colours
from vision.liveness_seen import linear_light

FLASHES_PER_S = 3.0


@pytest.mark.parametrize("colour", PALETTE, ids=str)
def test_none_is_a_saturated_red(colour):
    """WCAG 2.2, "general flash and red flash thresholds": R / (R + G + B) below 0.8."""
    red, green, blue = (float(light) for light in linear_light(colour))
    assert red / (red + green + blue) < 0.8


def test_even_if_every_change_were_a_flash_there_are_fewer_than_three_a_second():
    """A flash is a pair of opposing changes (WCAG 2.2, 2.3.1)."""
    assert 1 / Limits().hold_s / 2 < FLASHES_PER_S / 2
    assert Limits().hold_s >= 0.5


def test_no_colour_follows_itself_and_each_comes_as_often():
    drawn = draw_colours(random.Random(4).randrange, 6000)
    assert all(one != other for one, other in itertools.pairwise(drawn))
    assert min(drawn.count(colour) for colour in PALETTE) > 800


def test_the_whole_sequence_is_shown_in_less_than_four_seconds():
    limits = Limits()
    assert limits.colour_count * limits.hold_s + limits.tail_s < 4.0
