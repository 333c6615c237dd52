"""While break-glass stands nobody can start at the running kiosk; the centre hears of both ends."""

import json
import threading
import time

import pytest

from firmware_app.health import page_answers
from firmware_app.services import break_glass as glass
from firmware_app.services.break_glass import GlassWatch, Record, record_path
from mqtt.central.mosquitto import free_port
from mqtt.time_floor_file import powered_s
from tests.peers.own_kiosk import running_kiosk, write_kiosk_file

LIMIT_S = 60.0
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def until(done):
    at_end_s = time.monotonic() + LIMIT_S
    while not done():
        assert time.monotonic() < at_end_s
        threading.Event().wait(0.05)


def test_nobody_starts_meanwhile_and_both_ends_are_sealed_events(tmp_path, capfd):
    path = write_kiosk_file(tmp_path, {"page.port": free_port(), "policy.type_document": True})
    room = tmp_path / "room"
    room.mkdir()
    standing = {
        "number": 7,
        "kiosk": "x",
        "until_powered_s": powered_s() + 600,
        "not_after": "2026-11-23T12:00:00+00:00",
        "reason": "reader dead",
        "key": "0",
    }
    with running_kiosk(path) as kiosk:
        kiosk._glass = GlassWatch(record_path(kiosk.config), room)

        def shown():
            now = kiosk._page._current.now()
            return (now.screen.name, now.screen.cue) if now else ("", "")

        until(lambda: page_answers(kiosk.config.page.port) and shown()[0] == "attract")
        glass.keep(record_path(kiosk.config), Record(root="r", number=7))
        (room / "standing.json").write_text(json.dumps(standing))
        until(lambda: shown() == ("out-of-service", "out-of-service-cue-maintenance"))
        glass.close(room)
        until(lambda: shown()[0] == "attract")
        until(lambda: glass.read_record(record_path(kiosk.config)).told_ended == 7)

        until(lambda: kiosk._outbox.levels(time.monotonic()).ready >= 3)  # the epoch's start, both

    said = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[:1] == "{"]
    stored = [one["what"] for one in said if one["event"] == "alarm_stored"]
    assert stored == ["alarm.break_glass_taken", "alarm.break_glass_ended"]
