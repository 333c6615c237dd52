"""Scores of readings: what counts as exact, as a confident error, and how errors are counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.evaluate.mrz import Trial, distance, spread, summary

A, B, C = "P<UTOERIKSSON", "L898902C36UTO", "OTHER"
TEXT = st.text("AB<", max_size=12)


def trial(read, printed=(A, B), taken_ms=10.0, *, sure=False):
    return Trial("a.png", printed, read, taken_ms, sure)


@pytest.mark.parametrize(
    ("read", "lines", "errors"),
    [
        ((A, B), 2, 0),
        ((A, B[:-1] + "0"), 1, 1),
        ((A,), 1, len(B) + 1),
        ((), 0, len(A) + len(B)),
        ((B, A), 0, None),
    ],
)
def test_lines_count_by_their_place_and_characters_by_edits(read, lines, errors):
    one = trial(read)
    assert one.lines_correct == lines
    assert one.correct == (lines == 2)
    assert errors is None or one.character_errors == errors


def test_a_line_too_many_is_not_correct_though_each_printed_line_is():
    one = trial((A, B, C), sure=True)
    assert one.lines_correct == 2
    assert not one.correct
    assert one.confident_error


def test_only_a_wrong_reading_that_nothing_flagged_is_a_confident_error():
    assert trial((A, C), sure=True).confident_error
    assert not trial((A, C)).confident_error
    assert not trial((A, B), sure=True).confident_error


def test_the_sum_counts_what_could_not_be_tried_as_wrong_and_as_no_time():
    missing = Trial("b.png", (A, B), (), None, note="damaged.")
    found = summary([trial((A, B), taken_ms=30.0, sure=True), trial((A, C), sure=True), missing])
    assert (found.pictures, found.fully_correct, found.lines, found.lines_correct) == (3, 1, 6, 3)
    assert (found.median_ms, found.p90_ms) == (20.0, 28.0)
    assert (found.confident_errors, found.not_tried) == (("a.png",), ("b.png",))
    low, high = found.fully_correct_interval
    assert 0 < low < 1 / 3 < high < 1
    wrong = distance(f"{A}\n{C}", f"{A}\n{B}") + len(A) + len(B)
    assert found.character_error_pct == round(100 * wrong / (3 * (len(A) + len(B))), 3)


def test_nothing_tried_is_no_division_by_nothing():
    found = summary([])
    assert (found.character_error_pct, found.median_ms) == (0.0, 0.0)
    assert spread([]) == (0.0, 0.0)


def test_a_trial_shows_no_character_of_the_document():
    assert "ERIKSSON" not in repr(trial((A, B)))


@given(TEXT, TEXT, TEXT)
def test_the_distance_is_a_metric(one, two, three):
    assert (distance(one, two) == 0) == (one == two)
    assert distance(one, two) == distance(two, one)
    assert distance(one, three) <= distance(one, two) + distance(two, three)
    assert abs(len(one) - len(two)) <= distance(one, two) <= max(len(one), len(two))
