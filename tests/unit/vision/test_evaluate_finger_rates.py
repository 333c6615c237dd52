"""Error rates of fingers: counted by hand, resampled, and against quality."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.evaluate.finger_rates import (
    REJECTED,
    area,
    error_versus_reject,
    finger_errors,
    reject,
)
from vision.evaluate.pair_rates import difference, mean_interval
from vision.evaluate.rates import Ranked, Scores, equal_error_rate

GENUINE = np.array([10.0, 9.0, 8.0, 3.0])
IMPOSTOR = np.array([1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 2.0, 5.0, 8.5, 0.0])
SCORES = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=12).map(np.array)


def of_fingers(fingers, impressions, score):
    """Scores of all pictures; score(finger, finger, picture, picture), the lower picture first."""
    person = np.repeat(np.arange(fingers), impressions)
    size = len(person)
    alike = np.zeros((size, size))
    for row in range(size):
        for column in range(row + 1, size):
            value = score(person[row], person[column], row, column)
            alike[row, column] = alike[column, row] = value
    return Scores(alike, person)


def test_the_rates_at_each_threshold_are_those_counted_by_hand():
    errors = Ranked.of(GENUINE, IMPOSTOR).errors()
    seen = dict(zip(errors.thresholds, zip(errors.fmr, errors.fnmr, strict=True), strict=True))
    assert seen[0.0] == (1.0, 0.0)
    assert seen[3.0] == (0.3, 0.0)
    assert seen[5.0] == pytest.approx((0.2, 0.25))
    assert seen[8.5] == pytest.approx((0.1, 0.5))
    assert seen[np.inf] == (0.0, 1.0)
    # 0.2 and 0.25 at 5.0 differ least
    assert errors.equal_rate == pytest.approx(0.225)
    assert equal_error_rate(GENUINE, IMPOSTOR) == errors.equal_rate


@pytest.mark.parametrize(
    ("target", "threshold", "fnmr"),
    [(0.0, 9.0, 0.5), (0.1, 8.0, 0.25), (0.2, 5.0, 0.25), (0.25, 5.0, 0.25), (1.0, 0.0, 0.0)],
)
def test_fnmr_is_read_at_the_lowest_threshold_that_keeps_the_fmr(target, threshold, fnmr):
    assert Ranked.of(GENUINE, IMPOSTOR).errors().at_fmr(target) == (threshold, fnmr)


def test_where_different_fingers_score_highest_only_an_infinite_threshold_keeps_the_fmr():
    errors = Ranked.of(np.array([1.0]), np.array([2.0])).errors()
    assert errors.at_fmr(0.0) == (np.inf, 1.0)


@given(SCORES, SCORES)
def test_rates_fall_and_rise_and_a_pair_of_weight_two_is_a_pair_twice(genuine, impostor):
    ranked = Ranked.of(genuine, impostor)
    errors = ranked.errors()
    assert (np.diff(errors.fmr) <= 0).all()
    assert (np.diff(errors.fnmr) >= 0).all()
    assert 0 <= errors.equal_rate <= 1
    weights = np.arange(len(genuine)) % 3 + 1.0
    weighed = ranked.errors(weights, np.ones(len(impostor)))
    repeated = Ranked.of(np.repeat(genuine, weights.astype(int)), impostor).errors()
    assert np.allclose(weighed.fnmr, repeated.fnmr)
    assert np.array_equal(weighed.thresholds, repeated.thresholds)


def test_ten_fingers_of_eight_make_280_and_2880_pairs():
    found = finger_errors(of_fingers(10, 8, lambda a, b, *_: float(a == b)), np.ones(80))
    assert (found.genuine_pairs, found.impostor_pairs) == (280, 2880)
    assert (found.eer, found.eer_interval) == (0.0, (0.0, 0.0))
    assert [one.fnmr for one in found.at_fmr] == [0.0, 0.0]
    assert (reject([found.genuine]).area, reject([found.genuine]).falls) == (None, None)


def test_28_and_2_false_matches_of_2880_are_allowed():
    """Impostors score 0, 1, 2 ... 2879; genuine pairs 2850.5 and 2876.5, half each."""
    order = iter(range(2880))

    def score(one, other, row, column):
        if one != other:
            return float(next(order))
        return 2850.5 if column % 2 else 2876.5

    found = finger_errors(of_fingers(10, 8, score), np.ones(80))
    lower, higher = found.at_fmr
    assert (lower.false_matches, higher.false_matches) == (28, 2)
    # 2851 ... 2879 are 29, one too many: the threshold is above 2850.5 and half are refused
    assert lower.threshold == 2852.0
    assert lower.fnmr == pytest.approx(160 / 280)
    assert higher.threshold == 2878.0
    assert higher.fnmr == 1.0


def test_intervals_hold_the_rate_and_come_from_the_same_dice():
    dice = np.random.default_rng(3)
    hard = dice.normal(0, 1, 6)

    def score(one, other, *_):
        return float(dice.normal(2 + hard[one], 1) if one == other else dice.normal(0, 1))

    scores = of_fingers(6, 4, score)
    found, again = (finger_errors(scores, np.ones(24)) for _ in range(2))
    low, high = found.eer_interval
    assert 0 < low < found.eer < high < 0.5
    assert found.eer_interval == again.eer_interval
    for one in found.at_fmr:
        assert one.interval[0] <= one.fnmr <= one.interval[1]
    assert mean_interval([found.drawn_eer, found.drawn_eer]) == pytest.approx(found.eer_interval)


def test_the_same_system_twice_differs_by_nothing():
    dice = np.random.default_rng(5)
    scores = of_fingers(5, 3, lambda a, b, *_: dice.normal(1.5 * (a == b), 1))
    drawn = finger_errors(scores, np.ones(15)).drawn_eer
    same = difference([drawn], [drawn])
    assert (same.mean, same.interval, same.better) == (0.0, (0.0, 0.0), 0.5)


def test_a_worse_system_is_worse_in_the_paired_bootstrap():
    dice = np.random.default_rng(7)
    scores = of_fingers(8, 4, lambda a, b, *_: dice.normal(3.0 * (a == b), 1))
    noisy = of_fingers(
        8, 4, lambda a, b, row, column: scores.alike[row, column] + dice.normal(0, 3)
    )
    ours, theirs = (finger_errors(one, np.ones(32)).drawn_eer for one in (scores, noisy))
    better, worse = difference([ours], [theirs]), difference([theirs], [ours])
    assert better.interval[0] > 0
    assert better.better > 0.99
    assert worse.mean == pytest.approx(-better.mean)
    assert worse.better == pytest.approx(1 - better.better)


def test_two_fingers_leave_draws_without_a_pair_of_two():
    scores = of_fingers(2, 2, lambda a, b, *_: float(a == b))
    found = finger_errors(scores, np.ones(4))
    assert np.isnan(found.drawn_eer).any()
    assert found.eer_interval == (0.0, 0.0)
    assert np.isfinite(difference([found.drawn_eer], [found.drawn_eer]).mean)


def test_rejecting_the_worst_first_is_counted_by_hand():
    """Ten pairs, the two of lowest quality are wrong: 20 %, 1 of 9, nothing from there."""
    quality, wrong = np.arange(10.0), np.array([1.0, 1.0] + [0.0] * 8)
    (rates,) = error_versus_reject(wrong, quality, np.ones((1, 10)))
    assert rates == pytest.approx([0.2, 1 / 9, 0, 0, 0, 0])
    assert area(rates[None])[0] == pytest.approx((0.1 + 1 / 9) / (5 * 0.2))


@pytest.mark.parametrize(
    ("quality", "least", "most"), [((0, 0), 1, 1), ((0, 9), 0, 0.7), ((9, 0), 1.3, 2)]
)
def test_the_area_tells_what_quality_foretells(quality, least, most):
    """Every other pair is refused; its quality is the first, that of the others the second."""
    wrong = np.array([1.0, 0.0] * 10)
    rates = error_versus_reject(wrong, np.array(quality * 10, float), np.ones((1, 20)))
    assert rates.shape == (1, len(REJECTED))
    assert least - 1e-9 <= area(rates)[0] <= most + 1e-9


def test_pairs_of_one_quality_at_the_cut_go_in_part():
    (rates,) = error_versus_reject(np.array([1.0, 0, 0, 0]), np.zeros(4), np.ones((1, 4)))
    assert rates == pytest.approx([0.25] * 6)


def test_the_reject_curve_of_a_set_takes_the_worse_of_both_pictures():
    """One bad picture of each finger; its pairs fail and nothing else does."""
    quality = np.array([90.0, 80.0, 5.0] * 4)
    scores = of_fingers(
        4, 3, lambda a, b, row, column: 10.0 if a == b and column % 3 != 2 else float(a != b)
    )
    genuine = finger_errors(scores, quality).genuine
    one, two = reject([genuine]), reject([genuine, genuine])
    assert one.fnmr[0] == pytest.approx(8 / 12)
    assert one.fnmr[-1] == pytest.approx(2 / 6)
    assert one.falls
    assert one.area_interval[0] <= one.area <= one.area_interval[1]
    assert two.fnmr == pytest.approx(one.fnmr), "the same set twice is no other set"
