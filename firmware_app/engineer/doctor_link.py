"""What `kiosk doctor` says of the clock's floor and of the line to the centre."""

from datetime import UTC, datetime
from typing import Literal

from firmware_app import clock
from firmware_app.config import Config
from mqtt.link_report import read, report_path
from mqtt.time_floor import RELEASED_UTC, STEP_ALONE_S
from mqtt.time_floor_file import floor_path, read_floor, system_utc_s

Told = tuple[Literal["good", "bad", "unsure"], str, str]
"""Verdict, what was seen, mend."""

CLOCK_MEND = "Set it with `timedatectl`, fit an RTC, or let chrony reach a time server."
FLOOR_MEND = (
    "If the clock is right, deliver one event: its receipt moves the floor. If the floor is wrong,"
    " stop the kiosk and remove {path}: the release's own floor stands then."
)


def clock_and_floor(config: Config) -> Told:
    """How good the system clock is, and whether it lies above the floor."""
    path = floor_path(config.storage.outbox)
    floor_s, system_s = max(read_floor(path), RELEASED_UTC.timestamp()), system_utc_s()
    day = datetime.fromtimestamp(floor_s, UTC).date().isoformat()
    if system_s < floor_s:
        what = f"the system clock lies before {day}, the earliest that it can be"
        return "bad", what, f"{CLOCK_MEND} {FLOOR_MEND.format(path=path)}"
    found = clock.quality()
    if found.source == "ntp":
        return "good", f"steered, within {found.uncertainty_ms} ms; no earlier than {day}", ""
    if system_s > floor_s + STEP_ALONE_S:
        what = f"nothing steers the clock, and it is more than a week past {day}, its floor"
        return "unsure", what, f"{CLOCK_MEND} {FLOOR_MEND.format(path=path)}"
    return "unsure", f"nothing steers the clock; no earlier than {day}", CLOCK_MEND


def link(config: Config) -> Told | None:
    """What the running kiosk counted on its line; None where none runs."""
    report = read(report_path(config.relay_socket))
    if report is None:
        return None
    if report.up:
        return "good", report.words(), ""
    mend = "Read `journalctl -u border-kiosk-publish`: it names the cause; docs/delivery.md."
    return "bad", report.words(), mend
