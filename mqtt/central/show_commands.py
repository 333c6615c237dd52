"""The word that prints what is stored: `kiosk-central show`."""

import argparse
import json
import signal
import sys
import threading

from mqtt.central.command import EXAMPLE, EXIT_OK, Commands, command, say, with_config, with_json
from mqtt.central.settings import CentralSettings
from mqtt.central.show import as_json, as_text
from mqtt.central.store import CentralStore, StoredEvent

FOLLOW_S = 0.5


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`show`."""
    what = "print what is stored (personal data)"
    show = with_json(with_config(command(commands, "show", _show, what, f"{EXAMPLE} --last")))
    show.add_argument("--last", action="store_true", help="only the newest crossing")
    show.add_argument("--follow", action="store_true", help="go on printing until Ctrl-C")


def _show(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    with settings.store(read_only=True) as store:
        if args.last:
            newest = store.last("crossing")
            found = [newest] if newest is not None else []
        else:
            found = store.events(0, sys.maxsize)
        if args.json:
            say(json.dumps([as_json(one) for one in found], indent=2, ensure_ascii=False))
            return EXIT_OK
        _print(found)
        if args.follow:
            _follow(store)
    return EXIT_OK


def _follow(store: CentralStore) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    after = store.last_arrival()
    while not stopping.wait(FOLLOW_S):
        found = store.events(after)
        _print(found)
        after = found[-1].arrival if found else after


def _print(found: list[StoredEvent]) -> None:
    for one in found:
        say(as_text(one))
