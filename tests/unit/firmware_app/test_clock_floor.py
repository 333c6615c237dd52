"""The appliance's clock above its floor: never earlier, and honest about it."""

from datetime import UTC, datetime

import pytest

from firmware_app import clock

DAY_S = 86_400.0


@pytest.fixture
def floor():
    yield clock.keep_floor
    clock.keep_floor(None)


def now_utc_s():
    return datetime.now(UTC).timestamp()  # noqa: TID251 - compared with the clock under test


def test_a_clock_behind_the_floor_gives_the_floor_and_says_so(floor):
    floor(lambda: now_utc_s() + 30 * DAY_S)
    assert clock.utc_now().timestamp() == pytest.approx(now_utc_s() + 30 * DAY_S, abs=5)
    assert clock.quality().source == "floor"
    assert clock.quality().uncertain_days >= 365  # so that no document is called expired by it


def test_a_clock_just_above_the_floor_is_what_the_kernel_says_it_is(floor):
    without = clock.quality()
    floor(lambda: now_utc_s() - DAY_S)
    assert clock.quality().source == without.source
    assert clock.utc_now().timestamp() == pytest.approx(now_utc_s(), abs=5)


def test_an_unsteered_clock_far_above_the_floor_is_doubted_all_the_way_back(floor):
    if clock.quality().source == "ntp":
        pytest.skip("this machine's kernel says that its clock is steered")
    floor(lambda: now_utc_s() - 100 * DAY_S)
    assert clock.quality().source == "rtc"
    assert 99 <= clock.quality().uncertain_days <= 102
