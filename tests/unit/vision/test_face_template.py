"""Templates: 192 numbers of length one, and what their 192 bytes keep of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.face_geometry import fit
from vision.face_template import NUMBERS, FaceTemplate, aligned, compare

SEEDS = st.integers(0, 2**32 - 1)


def _template(seed: int, weight: float = 1.0) -> FaceTemplate:
    numbers = np.random.default_rng(seed).normal(size=NUMBERS).astype(np.float32)
    numbers[0] *= weight
    return FaceTemplate(numbers / np.float32(np.linalg.norm(numbers)))


@given(SEEDS, st.floats(0.1, 20))
def test_the_bytes_keep_the_direction(seed, weight):
    made = _template(seed, weight)
    assert compare(made, FaceTemplate.from_int8(made.to_int8())) > 0.999


@given(SEEDS)
def test_the_bytes_times_the_scale_are_the_numbers(seed):
    made = _template(seed)
    back = np.frombuffer(made.to_int8(), np.int8) * made.scale
    assert np.abs(back - made.numbers).max() <= made.scale * 0.501


@given(SEEDS, SEEDS)
def test_comparing_is_symmetric_and_one_with_itself(one, other):
    first, second = _template(one), _template(other)
    assert compare(first, second) == pytest.approx(compare(second, first), abs=1e-6)
    assert compare(first, first) == pytest.approx(1.0, abs=1e-5)


@given(st.binary(max_size=400).filter(lambda data: len(data) != NUMBERS))
def test_bytes_of_another_length_are_refused(data):
    with pytest.raises(ValueError, match="192 bytes"):
        FaceTemplate.from_int8(data)


@given(st.binary(min_size=NUMBERS, max_size=NUMBERS))
def test_any_192_bytes_are_a_template_of_finite_numbers(data):
    made = FaceTemplate.from_int8(data)
    assert np.isfinite(made.numbers).all()
    assert np.linalg.norm(made.numbers) == pytest.approx(1.0 if any(data) else 0.0, abs=1e-5)


def test_it_shows_nothing_of_itself_and_cannot_be_written():
    made = FaceTemplate.from_int8(bytes(range(NUMBERS)))
    assert repr(made) == "FaceTemplate(192 numbers)"
    with pytest.raises(ValueError, match="read-only"):
        made.numbers[0] = 0


@given(st.floats(-3, 3), st.floats(0.2, 5), st.floats(-500, 500), st.floats(-500, 500))
def test_a_fit_finds_the_turn_the_scale_and_the_shift_that_were_made(angle, scale, right, down):
    source = np.array([[0, 0], [10, 0], [10, 5], [3, 8]], np.float32)
    turn = scale * complex(np.cos(angle), np.sin(angle))
    moved = (source[:, 0] + 1j * source[:, 1]) * turn + complex(right, down)
    found = fit(source, np.stack([moved.real, moved.imag], axis=1).astype(np.float32))
    assert abs(found.turn - turn) < 1e-3
    assert abs(found.inverse().after(found).turn - 1) < 1e-9


def test_a_cut_of_a_face_beyond_the_picture_is_black_not_an_error():
    points = np.random.default_rng(2).uniform(5000, 5100, (468, 3)).astype(np.float32)
    made = aligned(np.full((64, 64, 3), 200, np.uint8), points)
    assert made.shape == (112, 112, 3)
    assert not made.any()
