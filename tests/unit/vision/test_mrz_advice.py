"""What would help to read a zone: one picture's measures, the likeliest advice first."""

import numpy as np
import pytest

from vision.mrz_advice import advice_for, advice_without_zone
from vision.mrz_reading import MrzAdvice, MrzLine, MrzReading
from vision.mrz_zone import ZoneBox

QUAD = np.zeros((4, 2), np.float32)
NOISE = np.random.default_rng(0).integers(60, 200, (400, 600)).astype(np.uint8)


def reading(sure: float) -> MrzReading:
    return MrzReading("TD3", (MrzLine("AB", (sure, sure), "<<", (0.0, 0.0), QUAD),))


def box(angle_deg: float = 0.0, cap_px: float = 14.0, x: float = 300.0) -> ZoneBox:
    return ZoneBox((x, 300.0), 400.0, 60.0, float(np.radians(angle_deg)), cap_px, 50.0)


def test_a_sure_reading_needs_no_advice():
    assert advice_for(NOISE, box(180), reading(0.99)) == ()


@pytest.mark.parametrize(
    ("place", "advice"),
    [
        (box(180), MrzAdvice.UPSIDE_DOWN),
        (box(-170), MrzAdvice.UPSIDE_DOWN),
        (box(cap_px=4.0), MrzAdvice.CLOSER),
        (box(x=550.0), MrzAdvice.FARTHER),
        (box(x=50.0), MrzAdvice.FARTHER),
        (box(), MrzAdvice.HOLD_STILL),
    ],
    ids=["upside down", "nearly", "small", "cut right", "cut left", "nothing seen"],
)
def test_the_first_advice(place: ZoneBox, advice: MrzAdvice):
    assert advice_for(NOISE, place, reading(0.5))[0] is advice


def test_glare_on_the_zone():
    burnt = NOISE.copy()
    burnt[280:320, 200:300] = 255
    assert advice_for(burnt, box(), reading(0.5))[0] is MrzAdvice.GLARE


def test_blur_on_the_zone():
    smooth = np.tile(np.linspace(80, 180, 600).astype(np.uint8), (400, 1))
    assert advice_for(smooth, box(), reading(0.5)) == (MrzAdvice.HOLD_STILL,)


def test_detail_without_a_zone_is_the_wrong_page():
    assert advice_without_zone(NOISE) == (MrzAdvice.WRONG_PAGE,)
    assert advice_without_zone(np.full((300, 300), 90, np.uint8)) == (MrzAdvice.NO_ZONE,)
