"""The words about all kiosks at once: `kiosk-central fleet` and `gaps`."""

import argparse
import json
from dataclasses import asdict

from mqtt.central.audit import gaps_in
from mqtt.central.command import EXIT_FOUND, EXIT_OK, Commands, command, say, with_config, with_json
from mqtt.central.fleet import as_table, fleet
from mqtt.central.settings import CentralSettings


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`fleet` and `gaps`."""
    what = "each kiosk: online, how far it has come, its release, what is wrong"
    with_json(with_config(command(commands, "fleet", _fleet, what)))
    what = "the empty places in all chains (exit 1: there are some)"
    with_json(with_config(command(commands, "gaps", _gaps, what)))


def _fleet(args: argparse.Namespace) -> int:
    with CentralSettings.load(args.config).store(read_only=True) as store:
        states = fleet(store)
    if args.json:
        say(json.dumps([{**asdict(one), "alarms": one.alarms} for one in states], indent=2))
    else:
        say(as_table(states))
    return EXIT_OK


def _gaps(args: argparse.Namespace) -> int:
    rows = []
    with CentralSettings.load(args.config).store(read_only=True) as store:
        for one in store.epochs(with_gaps=True):
            gaps = gaps_in({one.epoch: store.sequences(one.kiosk, one.epoch)})
            last = {"last_event_utc": one.last_utc}
            rows += [{"kiosk": one.kiosk, **asdict(gap), **last} for gap in gaps]
    if args.json:
        say(json.dumps(rows, indent=2))
    else:
        for row in rows:
            say(f"{row['kiosk']} {row['epoch']} {row['first']} to {row['last']}")
        say(f"{len(rows)} gaps")
    return EXIT_FOUND if rows else EXIT_OK
