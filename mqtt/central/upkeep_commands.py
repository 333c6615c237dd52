"""The words that keep a centre in order: `purge`, `recipients`, `backup`, `migrate`."""

import argparse
import json
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

from mqtt.central.backup import back_up
from mqtt.central.clock import utc_now
from mqtt.central.command import (
    EXAMPLE,
    EXIT_OK,
    Commands,
    command,
    progress,
    say,
    with_config,
    with_json,
)
from mqtt.central.errors import CentralError
from mqtt.central.recipients import KeyUse, key_use
from mqtt.central.settings import CentralSettings
from mqtt.central.store import CentralStore, Purge, Retention

QUIET_LONGEST = timedelta(days=366)


class PurgeClockError(CentralError):
    """The clock of this machine may be wrong; nothing was purged."""

    mend = "Set the clock, or name the day: `kiosk-central purge --today DATE`."


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`purge`, `recipients`, `backup`, `migrate`."""
    what = "take away content whose retention ended; the chains stay whole"
    purge = command(commands, "purge", _purge, what, f"{EXAMPLE} --dry-run")
    with_json(with_config(purge))
    purge.add_argument("--dry-run", action="store_true", help="only count what is due")
    purge.add_argument("--today", type=date.fromisoformat, metavar="DATE", help="default: now, UTC")
    what = "which recipient key opens what is stored (reads key ids, opens nothing)"
    with_json(with_config(command(commands, "recipients", _recipients, what)))
    what = "a whole copy of the database, while members go on"
    backup = with_config(command(commands, "backup", _backup, what, f"{EXAMPLE} --out c.backup"))
    backup.add_argument("--out", type=Path, required=True, metavar="FILE", help="must not exist")
    what = "make the database, or bring it to this release"
    with_config(command(commands, "migrate", _migrate, what))


def _purge(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    today = args.today or utc_now().date()
    days = settings.file.retention_days
    retention = Retention(today, today - timedelta(days=days) if days else None)
    with settings.store(read_only=args.dry_run) as store:
        if args.today is None:
            _check_clock(store, today)
        found = store.due(retention) if args.dry_run else _purge_all(store, retention)
    if args.json:
        say(json.dumps({"dry_run": args.dry_run, **asdict(found)}, indent=2))
        return EXIT_OK
    verb = "would go" if args.dry_run else "are gone"
    what = f"{found.events} events and {found.quarantined} quarantined messages"
    say(f"The content of {what} ({found.bytes} bytes) {verb}.")
    return EXIT_OK


def _check_clock(store: CentralStore, today: date) -> None:
    """Nothing came for a year: that is a clock rather than a border, and a purge is for good."""
    newest = store.events(store.last_arrival() - 1, 1)
    if newest and today > date.fromisoformat(newest[0].received_utc[:10]) + QUIET_LONGEST:
        at = newest[0].received_utc[:10]
        raise PurgeClockError(f"it is {today} here, and the last event came on {at}.")


def _purge_all(store: CentralStore, retention: Retention) -> Purge:
    taken = Purge()
    while (part := store.purge(retention, utc_now())) != Purge():
        taken += part
        progress(f"{taken.events} events, {taken.quarantined} quarantined messages")
    store.scrub()
    progress("")
    return taken


def _recipients(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    keys = settings.recipient_keys()
    with settings.store(read_only=True) as store:
        found, unreadable = key_use(store, keys, lambda count: progress(f"{count} ciphertexts"))
    progress("")
    if args.json:
        rows = [asdict(one) for one in found]
        say(json.dumps({"keys": rows, "opened_by_none_of_ours": unreadable}, indent=2))
        return EXIT_OK
    for one in found:
        say(_use_text(one))
    say(f"{unreadable} ciphertexts open with none of the keys that are here.")
    return EXIT_OK


def _use_text(one: KeyUse) -> str:
    here = "here" if one.held else "not here"
    span = f", {one.first_utc[:10]} to {one.last_utc[:10]}" if one.events else ""
    return f"{one.kid} ({here}): {one.events} ciphertexts, {one.alone} with it alone{span}"


def _backup(args: argparse.Namespace) -> int:
    size = back_up(CentralSettings.load(args.config), args.out)
    say(f"{args.out}: {size} bytes, on the disk. Keys and registry are not in it: see the guide.")
    return EXIT_OK


def _migrate(args: argparse.Namespace) -> int:
    with CentralSettings.load(args.config).store() as store:
        say(f"The database is of this release; {store.last_arrival()} events.")
    return EXIT_OK
