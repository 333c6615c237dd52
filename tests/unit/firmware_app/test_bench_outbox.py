"""What a commit and an envelope cost, beside bare SQLite in the same run."""

import pytest

from firmware_app.engineer.bench_outbox import (
    COMMIT_RATIO_TARGET,
    Spread,
    measure_commits,
    measure_seals,
    measure_start,
)


@pytest.mark.slow
def test_a_commit_costs_what_bare_sqlite_costs(tmp_path):
    found = measure_commits(tmp_path, count=60)
    assert (found.count, found.event_bytes) == (60, 20_000)
    assert found.p50_ratio <= COMMIT_RATIO_TARGET  # p99 of so few is the machine's mood


def test_an_envelope_adds_no_more_than_asked_for():
    for recipients in (1, 2):
        found = measure_seals(count=3, recipients=recipients)
        assert 0 < found.added_bytes <= found.allowed_bytes


def test_a_spread_is_in_milliseconds():
    assert Spread.of([0.001] * 98 + [0.005, 0.01]) == Spread(1.0, 5.0, 10.0)
    assert Spread.of([0.002]) == Spread(2.0, 2.0, 2.0)


def test_a_start_is_measured_with_every_row_there(tmp_path):
    found = measure_start(tmp_path, rows=150, event_bytes=20_000)
    assert found.file_bytes > 150 * 20_000
    assert found.open_s > 0 < found.check_s
    assert list(tmp_path.glob("*.db")) == []
