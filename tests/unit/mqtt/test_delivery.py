"""The in-flight window, the meaning of the broker's answers, and the waits."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mqtt.delivery import Backoff, Outcome, Window, meaning

LIMIT_S = 60.0


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (0x00, Outcome.DELIVERED),
        (0x10, Outcome.NOBODY),
        (0x87, Outcome.REFUSED),
        (0x97, Outcome.REFUSED),
        (0x80, Outcome.REFUSED),
        (0x01, Outcome.REFUSED),
    ],
)
def test_only_reason_0_is_a_delivery(reason, outcome):
    assert meaning(reason) is outcome


def test_waits_double_up_to_the_longest_and_are_spread():
    backoff = Backoff(1.0, 60.0)
    assert [backoff.after_s(n) for n in (1, 2, 3, 7, 1000)] == [1.0, 2.0, 4.0, 60.0, 60.0]
    assert backoff.after_s(3, spread=0.0) == 2.0


def test_nobody_subscribed_pauses_the_line_and_the_row_is_due_again():
    window = Window()
    window.offer(1, 0.0)
    assert window.answered(1, 0x10, 0.0) is Outcome.NOBODY
    assert window.room(0.5) == 0
    assert window.room(1.0) == window.size
    assert window.give_back(1.0, LIMIT_S) == [1]


def test_the_refusals_of_one_window_count_as_one_failure():
    window = Window()
    for row in range(20):
        window.offer(row, 0.0)
    for row in range(20):
        window.answered(row, 0x10, 0.1)
    assert window.room(1.2) == window.size


def test_a_bad_row_waits_longer_each_time_and_stops_no_other():
    window = Window()
    waits = []
    now_s = 0.0
    for _ in range(3):
        window.offer(1, now_s)
        window.answered(1, 0x80, now_s)
        assert window.room(now_s) == window.size
        since_s = now_s
        while not window.give_back(now_s, LIMIT_S):
            now_s += 0.5
        waits.append(now_s - since_s)
    assert waits == [1.0, 2.0, 4.0]


def test_an_answer_to_nothing_in_flight_changes_nothing():
    window = Window()
    assert window.answered(7, 0, 0.0) is Outcome.STALE
    assert window.give_back(1e9, LIMIT_S) == []


def test_a_row_without_an_answer_is_due_again():
    window = Window()
    window.offer(1, 0.0)
    assert window.give_back(59.0, LIMIT_S) == []
    assert window.give_back(60.0, LIMIT_S) == [1]


def test_more_than_the_window_is_refused():
    window = Window(size=1)
    window.offer(1, 0.0)
    with pytest.raises(ValueError, match="room"):
        window.offer(2, 0.0)


class AnyLink(RuleBasedStateMachine):
    """Each row is always due, in flight, held, or delivered once; a kind broker gets all."""

    def __init__(self):
        super().__init__()
        self.window = Window(size=5)
        self.due = list(range(31))
        self.held: set[int] = set()
        self.delivered: list[int] = []
        self.now_s = 0.0

    def back(self, rows):
        self.held.difference_update(rows)
        self.due.extend(rows)

    @rule()
    def offer(self):
        while self.due and self.window.room(self.now_s) > 0:
            self.window.offer(self.due.pop(0), self.now_s)

    @rule(row=st.integers(0, 30), reason=st.sampled_from([0, 0x10, 0x87, 0x99]))
    def answer(self, row, reason):
        outcome = self.window.answered(row, reason, self.now_s)
        if outcome is Outcome.DELIVERED:
            self.delivered.append(row)
        elif outcome is not Outcome.STALE:
            self.held.add(row)

    @rule(wait_s=st.integers(0, 70))
    def wait(self, wait_s):
        self.now_s += wait_s
        self.back(self.window.give_back(self.now_s, LIMIT_S))

    @rule()
    def lose_the_link(self):
        self.back(self.window.line_lost())

    @invariant()
    def never_more_than_the_window(self):
        assert len(self.window.in_flight) <= 5

    @invariant()
    def nothing_is_lost_or_doubled(self):
        everywhere = [*self.due, *self.window.in_flight, *self.held, *self.delivered]
        assert sorted(everywhere) == list(range(31))

    def teardown(self):
        for _ in range(20):
            self.wait(61)
            self.offer()
            for row in self.window.in_flight:
                self.answer(row, 0)
        assert sorted(self.delivered) == list(range(31))


TestAnyLink = AnyLink.TestCase
