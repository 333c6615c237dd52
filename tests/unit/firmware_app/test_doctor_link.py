"""What the engineer is told of the clock's floor and of the line."""

import json

import msgspec
import pytest

from firmware_app.engineer import doctor_link
from mqtt.link_report import LinkReport, ReportFile, report_path
from mqtt.time_floor_file import floor_path, system_utc_s

DAY_S = 86_400.0


class _Storage(msgspec.Struct):
    outbox: object


class _Config(msgspec.Struct):
    storage: _Storage
    relay_socket: object


@pytest.fixture
def config(tmp_path):
    return _Config(_Storage(tmp_path / "outbox.sqlite3"), tmp_path / "relay.sock")


def test_a_clock_before_the_floor_is_bad_and_names_the_file(config):
    path = floor_path(config.storage.outbox)
    path.write_text(json.dumps({"earliest_utc_s": system_utc_s() + 40 * DAY_S}))
    verdict, what, mend = doctor_link.clock_and_floor(config)
    assert verdict == "bad"
    assert "before" in what
    assert str(path) in mend


def test_a_clock_above_the_floor_says_no_earlier_than_when(config):
    verdict, what, _ = doctor_link.clock_and_floor(config)
    assert verdict in {"good", "unsure"}
    assert "20" in what


def test_without_a_running_kiosk_nothing_is_said_of_the_line(config):
    assert doctor_link.link(config) is None


@pytest.mark.parametrize("up", [True, False])
def test_the_line_is_told_with_its_bytes_a_crossing(config, up):
    report = LinkReport(up=up, why="broker_down", crossings=10, events=20, line_out_bytes=250_000)
    ReportFile(report_path(config.relay_socket)).write(report, 0.0)
    verdict, what, mend = doctor_link.link(config)
    assert verdict == ("good" if up else "bad")
    assert "25.0 kB a crossing" in what
    assert ("broker_down" in what) == (not up)
    assert bool(mend) == (not up)
