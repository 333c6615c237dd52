"""The laboratory's rates against counts made by hand and intervals from published tables."""

import pytest

from vision.evaluate.attack_rates import (
    Decisions,
    Rate,
    clopper_pearson,
    cue_trials,
    halves,
)
from vision.liveness import Decision, Verdict


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (10, 10, 0.6915, 1.0),
        (1, 20, 0.0013, 0.2487),
        (5, 50, 0.0333, 0.2181),
        (0, 150, 0.0, 0.0243),
        (50, 1000, 0.0373, 0.0654),
    ],
)
def test_intervals_are_the_exact_ones(count: int, of: int, low: float, high: float) -> None:
    assert clopper_pearson(count, of) == pytest.approx((low, high), abs=6e-5)


def test_of_nothing_nothing_is_known() -> None:
    assert Rate.counted(0, 0) == Rate(0, 0, 0.0, 0.0, 100.0)


def test_decisions_are_counted() -> None:
    made = [Decision.LIVE] * 3 + [Decision.NOT_SURE] * 2 + [Decision.ATTACK]
    found = Decisions.of(Verdict(one, (), ()) for one in made)
    assert (found.live, found.not_sure, found.attack) == (3, 2, 1)
    assert (found.called_live.count, found.called_live.pct) == (3, 50.0)
    assert (found.refused.count, found.refused.of) == (3, 6)


def test_nobody_is_in_both_halves() -> None:
    one, other = halves(["d", "a", "c", "b", "a"])
    assert one == {"a", "c"}
    assert other == {"b", "d"}


def test_a_cues_threshold_comes_from_one_half_and_its_rates_from_the_other() -> None:
    scores = [("live", "a", {"relief": 0.5 + number / 100}) for number in range(20)]
    scores += [("print", "a", {"relief": 0.1})]
    scores += [("live", "b", {"relief": value}) for value in (0.4, 0.6, 0.7, 0.8)]
    scores += [("print", "b", {"relief": value}) for value in (0.1, 0.2, 0.55)]
    scores += [("print", "b", {"identity": 1.0})]  # not measured: not counted
    (trial,) = cue_trials(scores, "live")
    assert trial.above
    assert trial.threshold == pytest.approx(0.51)  # one of twenty may be refused
    assert (trial.refused.count, trial.refused.of) == (1, 4)
    assert (trial.passed["print"].count, trial.passed["print"].of) == (1, 3)


def test_a_cue_may_be_low_for_live_and_one_that_is_the_same_for_all_says_nothing() -> None:
    scores = [
        (species, person, {"moire": moire, "bands": 0.0})
        for person in ("a", "b")
        for species, moire in (("live", 1.0), ("tablet", 5.0))
    ]
    (trial,) = cue_trials(scores, "live")
    assert not trial.above
    assert trial.passed["tablet"].count == 0
    assert trial.refused.count == 0


def test_one_person_alone_has_no_halves() -> None:
    scores = [("live", "a", {"relief": 1.0}), ("print", "a", {"relief": 0.1})]
    assert cue_trials(scores, "live") == ()
