"""The system clock in 1970 and in 2090: the line stands, and what has ended has ended."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.delivery import certificates
from tests.delivery.own_broker import running

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
DAY = timedelta(days=1)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed (apt: faketime)"),
]
AT = {"1970": "@1970-01-02 00:00:00", "2090": "@2090-06-01 12:00:00"}


def _at(year: str) -> tuple[str, ...]:
    """What starts a program whose wall clock, and only that, shows that year."""
    words = (f"LD_PRELOAD={FAKETIME}", f"FAKETIME={AT[year]}", "FAKETIME_DONT_FAKE_MONOTONIC=1")
    return ("env", *words)


@pytest.mark.parametrize("year", ["1970", "2090"])
def test_events_are_delivered_whatever_year_the_publishers_clock_shows(chain, year):
    chain.start_broker()
    chain.start_sink()
    chain.start_owner()
    chain.put(2, bytes(2000))
    publisher = chain.start_publisher(before=_at(year))
    chain.until_erased()
    (line,) = publisher.lines("broker_back")
    assert json.loads(line)["at"].startswith(year)  # its clock was as wrong as the test wants it


@pytest.mark.parametrize("year", ["1970", "2090"])
def test_a_certificate_that_ended_before_the_floor_is_refused_in_any_year(chain, tmp_path, year):
    span = certificates.NOW - 30 * DAY, certificates.NOW - DAY
    pair = certificates.make(
        chain.site, tmp_path / "late", "localhost", addresses=("127.0.0.1",), span=span
    )
    certificates.install_server(chain.site, pair)
    with running(chain.site):
        chain.start_owner()
        publisher = chain.start_publisher(before=_at(year))
        chain.until(lambda: publisher.lines("broker_clock"), "the refusal")
        assert chain.levels().sent == 0


def test_a_floor_that_the_owner_moved_refuses_what_it_let_in_before(chain, tmp_path):
    span = certificates.NOW - 30 * DAY, certificates.NOW + 2 * DAY
    pair = certificates.make(
        chain.site, tmp_path / "soon", "localhost", addresses=("127.0.0.1",), span=span
    )
    certificates.install_server(chain.site, pair)
    with running(chain.site):
        chain.start_sink()
        chain.start_owner()
        publisher = chain.start_publisher(before=_at("1970"))
        chain.until_erased()
        publisher.end()
        chain.earliest_utc_s = datetime.now(UTC).timestamp() + 3 * 86_400  # noqa: TID251 - real
        publisher = chain.start_publisher(before=_at("1970"))
        chain.until(lambda: publisher.lines("broker_clock"), "the refusal")
