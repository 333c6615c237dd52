"""The earliest time that it can be: moved by signed times in bounded steps, over restarts too."""

from datetime import UTC, datetime, timedelta

import pytest

from mqtt.time_floor import (
    DAY_S,
    RELEASED_UTC,
    STEP_AGREED_S,
    STEP_ALONE_S,
    STEP_EVERY_S,
    TimeFloor,
    doubt,
    is_plausible,
)
from mqtt.time_floor_file import FloorKeeper, read_floor

NOW = RELEASED_UTC.timestamp() + 100 * DAY_S
YEAR_1970, YEAR_2090 = 0.0, datetime(2090, 1, 1, tzinfo=UTC).timestamp()


def test_this_release_was_not_made_in_the_future():
    assert datetime.now(UTC) >= RELEASED_UTC  # noqa: TID251 - the machine that tests has a clock


def test_it_moves_with_power_alone():
    assert TimeFloor(NOW, 50.0).now_utc_s(150.0) == NOW + 100
    assert TimeFloor(NOW, 50.0).now_utc_s(10.0) == NOW


def test_a_signed_time_moves_it_a_week_at_most_and_once_a_day():
    floor = TimeFloor(NOW)
    later = floor.told(YEAR_2090, NOW, 10.0)
    assert later.now_utc_s(10.0) == NOW + 10 + STEP_ALONE_S
    again = later.told(YEAR_2090, NOW, 20.0)
    assert again == later
    next_day = later.told(YEAR_2090, NOW, 10.0 + STEP_EVERY_S)
    assert next_day.now_utc_s(10.0 + STEP_EVERY_S) == NOW + 10 + STEP_EVERY_S + 2 * STEP_ALONE_S


def test_a_signed_time_that_the_system_clock_agrees_with_counts_at_once():
    real = NOW + 200 * DAY_S
    assert TimeFloor(NOW).told(real, real + 60, 0.0).now_utc_s(0.0) == real
    assert TimeFloor(NOW).told(YEAR_2090, YEAR_2090, 0.0).now_utc_s(0.0) == NOW + STEP_AGREED_S


def test_an_earlier_signed_time_changes_nothing():
    floor = TimeFloor(NOW)
    assert floor.told(NOW - 1, NOW, 0.0) is floor


@pytest.mark.parametrize("system", [YEAR_1970, YEAR_2090])
def test_a_dead_clock_locks_nobody_out(system):
    assert doubt(NOW - DAY_S, NOW + 30 * DAY_S, system, NOW) == ""


@pytest.mark.parametrize("system", [YEAR_1970, YEAR_2090, NOW])
def test_what_ended_before_the_floor_has_ended_whatever_the_clock_says(system):
    assert doubt(NOW - 30 * DAY_S, NOW - 1, system, NOW) == "expired"


def test_a_clock_that_can_be_right_judges_as_strictly_as_ever():
    assert is_plausible(NOW + DAY_S, NOW)
    assert doubt(NOW - DAY_S, NOW + DAY_S / 2, NOW + DAY_S, NOW) == "expired"
    assert doubt(NOW + 2 * DAY_S, NOW + 3 * DAY_S, NOW + DAY_S, NOW) == "not valid yet"
    assert doubt(NOW, NOW + 3 * DAY_S, NOW + DAY_S, NOW) == ""


def keeper(path, system=NOW):
    return FloorKeeper(path, clock=lambda: 5.0, system=lambda: system)


def test_it_lasts_over_restarts(tmp_path):
    path = tmp_path / "floor"
    first = keeper(path)
    assert first.earliest_utc_s() == RELEASED_UTC.timestamp()
    first.told(datetime.fromtimestamp(NOW, UTC))
    assert keeper(path, YEAR_1970).earliest_utc_s() == NOW


def test_it_is_written_at_most_once_an_hour(tmp_path):
    path = tmp_path / "floor"
    one = FloorKeeper(path, clock=iter(range(0, 10**9, 90_000)).__next__, system=lambda: NOW)
    one.told(datetime.fromtimestamp(NOW, UTC))
    before = path.read_bytes()
    one.told(datetime.fromtimestamp(NOW, UTC) + timedelta(minutes=1))
    assert path.exists()
    assert read_floor(path) >= NOW
    assert before


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"earliest_utc_s": "x"}', '{"earliest_utc_s": 1e300}', "[" * 5000]
)
def test_a_file_that_says_nothing_is_as_good_as_the_release(tmp_path, text):
    path = tmp_path / "floor"
    path.write_text(text)
    assert keeper(path).earliest_utc_s() == RELEASED_UTC.timestamp()


def test_a_floor_older_than_the_release_is_the_release(tmp_path):
    path = tmp_path / "floor"
    path.write_text('{"earliest_utc_s": 5}')
    assert keeper(path).earliest_utc_s() == RELEASED_UTC.timestamp()


def test_a_disk_that_refuses_costs_the_file_and_nothing_else(tmp_path):
    one = keeper(tmp_path / "no folder" / "floor")
    one.told(datetime.fromtimestamp(NOW, UTC))
    assert one.earliest_utc_s() == NOW
