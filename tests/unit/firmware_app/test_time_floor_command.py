"""`kiosk time-floor`: what it says of this clock, and that it never asks for more than it may."""

import json
import os
import subprocess
import sys
import time

from firmware_app.__main__ import main
from mqtt.time_floor_file import floor_path


def test_a_clock_that_is_late_enough_is_left_alone(tmp_path, capsys):
    before_s = time.clock_gettime(time.CLOCK_REALTIME)
    assert main(["time-floor", "--outbox", str(tmp_path / "outbox.sqlite3"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["moved"] is False
    assert said["system"] >= said["floor"]
    assert 0 <= time.clock_gettime(time.CLOCK_REALTIME) - before_s < 30


def test_a_receipts_time_counts_and_who_may_not_set_a_clock_is_told_so(tmp_path):
    outbox = tmp_path / "outbox.sqlite3"
    soon_s = time.clock_gettime(time.CLOCK_REALTIME) + 8
    floor_path(outbox).write_text(json.dumps({"earliest_utc_s": soon_s}))
    without_the_right = ["setpriv", "--bounding-set=-sys_time", "--inh-caps=-sys_time"]
    kiosk = [sys.executable, "-m", "firmware_app", "time-floor", "--outbox", str(outbox)]
    command = [*without_the_right, *kiosk] if os.geteuid() == 0 else kiosk
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "may not set the clock" in done.stderr
    assert "CAP_SYS_TIME" in done.stderr
