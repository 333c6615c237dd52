"""`kiosk time-floor`: what it says of this clock, and that it never asks for more than it may."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from firmware_app.__main__ import main
from mqtt.time_floor_file import floor_path


def test_a_clock_that_is_late_enough_is_left_alone(tmp_path, capsys):
    before_s = time.clock_gettime(time.CLOCK_REALTIME)
    assert main(["time-floor", "--outbox", str(tmp_path / "outbox.sqlite3"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["moved"] is False
    assert said["system"] >= said["floor"]
    assert 0 <= time.clock_gettime(time.CLOCK_REALTIME) - before_s < 30


UNIT = Path(__file__).parents[3] / "systemd" / "border-kiosk-time-floor.service"
MODULE = "firmware_app.engineer.clock_commands"


@pytest.mark.parametrize("words", [["firmware_app", "time-floor", "--outbox"], [MODULE]])
def test_a_receipts_time_counts_and_who_may_not_set_a_clock_is_told_so(tmp_path, words):
    outbox = tmp_path / "outbox.sqlite3"
    soon_s = time.clock_gettime(time.CLOCK_REALTIME) + 30
    floor_path(outbox).write_text(json.dumps({"earliest_utc_s": soon_s}))
    without_the_right = ["setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time"]
    kiosk = [sys.executable, "-m", *words, str(outbox)]
    command = [*without_the_right, *kiosk] if os.geteuid() == 0 else kiosk
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "may not set the clock" in done.stderr
    assert "CAP_SYS_TIME" in done.stderr


def test_the_unit_runs_that_module_alone_and_it_loads_little():
    assert f"ExecStart=/usr/lib/border-kiosk/bin/python3 -m {MODULE} /var/lib" in UNIT.read_text()
    heavy = "any(name in sys.modules for name in ('numpy', 'cryptography', 'firmware_app.config'))"
    words = [sys.executable, "-c", f"import sys, {MODULE}; sys.exit({heavy})"]
    assert subprocess.run(words, check=False).returncode == 0
