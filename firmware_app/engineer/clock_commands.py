"""`kiosk time-floor`: sets a clock that lies before what is known, as the board starts.

The unit runs this module alone: the whole start waits for it, and `kiosk` loads ten times as much.
"""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.report import emit
from firmware_app.errors import SetupError
from mqtt.time_floor import RELEASED_UTC
from mqtt.time_floor_file import floor_path, read_floor, system_utc_s

EXAMPLE = "kiosk time-floor --outbox /var/lib/border-kiosk/outbox.sqlite3"
NO_RIGHT = "Run it as root, or in a unit with CAP_SYS_TIME (border-kiosk-time-floor.service)."


def add_time_floor(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add
) -> None:
    """The word time-floor."""
    what = "set a clock that is earlier than this release or the last receipt"
    floor = add(commands, "time-floor", what, EXAMPLE, _time_floor, ("json",))
    floor.add_argument(
        "--outbox", type=Path, required=True, metavar="FILE", help="the floor lies beside it"
    )
    floor.add_argument("--dry-run", action="store_true", help="only say what would be done")


def _time_floor(chosen: argparse.Namespace) -> int:
    return time_floor(chosen.outbox, dry_run=chosen.dry_run, as_json=chosen.json)


def time_floor(outbox: Path, *, dry_run: bool, as_json: bool) -> int:
    """Move the system clock forward to the floor where it lies before it; never back.

    Raises SetupError where this process may not.
    """
    floor_s = max(RELEASED_UTC.timestamp(), read_floor(floor_path(outbox)))
    system_s = system_utc_s()
    behind = system_s < floor_s
    if behind and not dry_run:
        try:
            time.clock_settime(time.CLOCK_REALTIME, floor_s)
        except PermissionError as error:
            raise SetupError("this process may not set the clock.", NO_RIGHT) from error
    said = {"system": _text(system_s), "floor": _text(floor_s), "moved": behind and not dry_run}
    was = "was before" if behind else "is not before"
    words = f"The clock ({said['system']}) {was} the floor ({said['floor']})."
    emit(said, words + (" It was set." if said["moved"] else ""), as_json=as_json)
    return 0


def _text(utc_s: float) -> str:
    return datetime.fromtimestamp(utc_s, UTC).isoformat(timespec="seconds")


def main() -> int:
    """For the unit: `python3 -m firmware_app.engineer.clock_commands OUTBOX`."""
    parser = argparse.ArgumentParser("time-floor", description=__doc__)
    parser.add_argument("outbox", type=Path, help="the floor lies beside it")
    try:
        return time_floor(parser.parse_args().outbox, dry_run=False, as_json=False)
    except SetupError as error:
        print(f"time-floor: {error}\n  mend: {error.mend}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
