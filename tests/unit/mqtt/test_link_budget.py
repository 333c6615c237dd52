"""Bytes under way follow the measured line; one event may always go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt.link_budget import AHEAD_S, FIRST_BYTES, LinkBudget

PICTURE, TEXT = 20_000, 2_000


def drive(budget, size_bytes, rate_bytes_per_s, seconds, most=40):
    """A line of that rate; gives the most that was under way, after the first quarter."""
    now_s, row, waiting, top = 0.0, 0, [], 0
    while now_s < seconds:
        for _ in range(budget.rows(most - len(waiting))):
            row += 1
            budget.offered(row, size_bytes, now_s)
            waiting.append(row)
        now_s += size_bytes / rate_bytes_per_s
        budget.answered(waiting.pop(0), now_s)
        if now_s > seconds / 4:
            top = max(top, budget.under_way_bytes)
    return top


@pytest.mark.parametrize(("size_bytes", "kbit_s"), [(PICTURE, 64), (PICTURE, 256), (TEXT, 64)])
def test_a_thin_line_holds_a_few_seconds(size_bytes, kbit_s):
    budget, rate = LinkBudget(), kbit_s * 125
    top = drive(budget, size_bytes, rate, 60)
    assert budget.is_thin
    assert budget.rate_bytes_per_s == pytest.approx(rate, rel=0.2)
    assert rate < top <= AHEAD_S * rate * 1.1 + size_bytes


def test_a_fast_line_is_never_held_back():
    budget = LinkBudget()
    assert drive(budget, PICTURE, 50e6, 1.0) >= 39 * PICTURE
    assert not budget.is_thin


def test_the_words_of_the_configuration():
    assert LinkBudget("fast").rows(40) == 40
    assert LinkBudget("thin").rows(40) == 1
    assert LinkBudget("thin").is_thin
    assert LinkBudget("auto").rows(40) == FIRST_BYTES // PICTURE


def test_a_large_event_has_longer_to_be_answered():
    budget = LinkBudget()
    drive(budget, TEXT, 8_000, 30)
    budget.line_lost()
    assert budget.answer_limit_s(60.0) == 60.0
    drive(budget, TEXT, 1_000, 30)
    budget.offered(-1, 250_000, 31.0)
    assert budget.answer_limit_s(60.0) > 500


@given(st.lists(st.tuples(st.sampled_from("oagl"), st.integers(0, 5)), max_size=60))
def test_whatever_happens_one_event_may_go_when_nothing_is_under_way(steps):
    budget = LinkBudget()
    for number, (what, row) in enumerate(steps):
        match what:
            case "o":
                budget.offered(row, 1 + 50_000 * row, number / 10)
            case "a":
                budget.answered(row, number / 10)
            case "g":
                budget.gone([row])
            case _:
                budget.line_lost()
    budget.gone(list(range(6)))
    assert budget.under_way_bytes == 0
    assert budget.rows(40) >= 1
