"""The generator that the networks of the zone learn from: what it draws is what it says."""

import numpy as np
import pytest

from vision.mrz_decode import SIGNS as DECODED
from vision.mrz_strip import HEIGHT_PX, normalise
from vision.mrz_zone import CELL_PX, LOOK_PX, PAGE_PX
from vision.training.mrz_ink import SIGNS
from vision.training.mrz_line_samples import STRIP_PX, LineSamples
from vision.training.mrz_page_samples import PageSamples
from vision.training.mrz_text import line, window


def test_training_and_decoding_number_the_characters_alike():
    assert SIGNS == DECODED
    assert STRIP_PX[0] == HEIGHT_PX


@pytest.mark.parametrize("seed", range(50))
def test_texts_are_of_the_alphabet_and_as_long_as_asked(seed: int):
    rng = np.random.default_rng(seed)
    assert set(line(rng)) <= set(SIGNS)
    assert len(line(rng)) in {30, 36, 44}
    assert len(window(rng, 57)) == 57


def test_strips_hold_their_text_and_differ():
    samples, rng = LineSamples(), np.random.default_rng(3)
    drawn = [samples.draw(rng) for _ in range(8)]
    assert all(one.strip.shape == STRIP_PX and one.text for one in drawn)
    assert len({one.strip.tobytes() for one in drawn}) == len(drawn)
    again = LineSamples().draw(np.random.default_rng(3))
    assert again.text == drawn[0].text
    assert np.array_equal(again.strip, drawn[0].strip)


def test_the_zone_is_marked_where_print_is():
    samples, rng = PageSamples(), np.random.default_rng(4)
    for _ in range(6):
        page = samples.page(rng)
        assert page.picture.shape == (PAGE_PX, PAGE_PX)
        core, cosine, sine, _ = page.target
        assert core.shape == (PAGE_PX // CELL_PX, PAGE_PX // CELL_PX)
        assert 0 <= core.min() <= core.max() <= 1
        assert np.allclose(cosine**2 + sine**2, 1, atol=1e-5)
    look = samples.strip(rng)
    assert look.picture.shape == LOOK_PX
    assert look.target.shape == (4, LOOK_PX[0] // CELL_PX, LOOK_PX[1] // CELL_PX)


def test_normalised_strips_read_alike_in_any_light():
    rng = np.random.default_rng(5)
    strip = LineSamples().draw(rng).strip
    bright = strip.astype(np.float32)
    darker = np.clip(bright * 0.5 + 20, 0, 255).astype(np.uint8)
    usual, dark = normalise(strip), normalise(darker)
    assert abs(float(usual.mean())) < 0.3
    assert np.corrcoef(usual.ravel(), dark.ravel())[0, 1] > 0.97
