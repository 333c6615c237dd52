"""Every reason code of MQTT 5 that a broker may send has its meaning, and only 0 delivers."""

import pytest

from mqtt.delivery import Outcome, Window
from mqtt.reason_codes import ANSWERS, LINE_ENDS, NOBODY_SUBSCRIBED, OK, answer, line_end

PUBACK = {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}  # MQTT 5, table 3-4
CONNACK = {0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95}
CONNACK |= {0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F}  # table 3-1, all of them failures
DISCONNECT = {0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94}
DISCONNECT |= {0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2}


def test_no_code_of_the_standard_is_missing():
    assert set(ANSWERS) >= PUBACK
    assert set(LINE_ENDS) == CONNACK | DISCONNECT


@pytest.mark.parametrize("code", range(256))
def test_nothing_but_0_is_a_delivery_and_each_row_stays(code):
    window = Window()
    window.offer(1, 0.0)
    outcome = window.answered(1, code, 0.0)
    assert (outcome is Outcome.DELIVERED) == (code == OK)
    assert (outcome is Outcome.NOBODY) == (code == NOBODY_SUBSCRIBED)
    assert window.give_back(1e9, 60.0) == ([] if code == OK else [1])


@pytest.mark.parametrize("code", sorted(set(ANSWERS) - {OK}))
def test_each_refusal_names_its_mend_and_is_no_hammering(code):
    meant = answer(code)
    assert meant.mend
    assert meant.severity in {"warning", "error"}
    window = Window()
    window.offer(1, 0.0)
    window.answered(1, code, 0.0)
    assert window.give_back(0.0, 60.0) == ([1] if meant.holds == "line" else [])
    assert (window.room(0.0) == 0) == (meant.holds == "line")
    assert window.room(max(1.0, meant.least_wait_s)) == window.size


def test_quota_slows_down_more_than_a_missing_sink():
    for code, soonest_s in ((0x97, 10.0), (0x10, 1.0)):
        window = Window()
        window.offer(1, 0.0)
        window.answered(1, code, 0.0)
        assert window.room(soonest_s - 0.1) == 0
        assert window.room(soonest_s) > 0


def test_a_broker_that_refuses_row_after_row_is_not_sent_the_whole_outbox():
    window = Window()
    for row in range(3):
        window.offer(row, 0.0)
        window.answered(row, 0x80, 0.0)
    assert window.room(0.5) == 0


def test_one_bad_row_among_good_ones_stops_nobody():
    window = Window()
    for number in range(10):
        window.offer(0, 100.0 * number)
        window.answered(0, 0x99, 100.0 * number)
        window.offer(1 + number, 100.0 * number)
        assert window.answered(1 + number, 0, 100.0 * number) is Outcome.DELIVERED


@pytest.mark.parametrize("code", sorted(LINE_ENDS))
def test_each_end_of_the_line_has_words_and_no_wait_beyond_a_minute(code):
    meant = line_end(code)
    assert meant.name
    assert meant.mend
    assert meant.least_wait_s * 1.5 <= 60.0


def test_a_code_that_the_standard_lacks_is_an_unspecified_error():
    assert line_end(0xEE) is LINE_ENDS[0x80]
    assert answer(0x01) is ANSWERS[0x80]
