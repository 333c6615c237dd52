"""The word that prints what is stored: `kiosk-central show`."""

import argparse
import json
import signal
import threading
from collections.abc import Iterator

from mqtt.central.command import EXAMPLE, EXIT_OK, Commands, command, say, with_config, with_json
from mqtt.central.errors import NoSuchEventError, SlipError
from mqtt.central.settings import CentralSettings
from mqtt.central.show import as_json, as_text
from mqtt.central.store import CentralStore, StoredEvent
from mqtt.reference import NoReferenceError, id_ending

FOLLOW_S = 0.5
SLICE = 200


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`show`."""
    what = "print what is stored (personal data)"
    show = with_json(with_config(command(commands, "show", _show, what, f"{EXAMPLE} --last")))
    show.add_argument(
        "reference", nargs="?", metavar="REFERENCE", help="of one event, as the traveller has it"
    )
    show.add_argument("--last", action="store_true", help="only the newest crossing")
    show.add_argument("--follow", action="store_true", help="go on printing until Ctrl-C")


def _show(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    with settings.store(read_only=True) as store:
        found = _found(store, args)
        if args.json:
            _print_json(found)
            return EXIT_OK
        after = store.last_arrival() if args.last or args.reference else 0
        for one in found:
            say(as_text(one))
            after = max(after, one.arrival)
        if args.follow:
            _follow(store, after)
    return EXIT_OK


def _found(store: CentralStore, args: argparse.Namespace) -> Iterator[StoredEvent]:
    """Raises CentralError for a reference with a slip, or one that no event has."""
    if args.reference:
        return iter(_of_reference(store, args.reference))
    if not args.last:
        return _all(store)
    newest = store.last("crossing")
    return iter([newest] if newest else [])


def _of_reference(store: CentralStore, text: str) -> list[StoredEvent]:
    try:
        found = store.with_id_ending(id_ending(text))
    except NoReferenceError as error:
        raise SlipError(str(error)) from error
    if not found:
        raise NoSuchEventError("no event has that reference.")
    return found


def _all(store: CentralStore) -> Iterator[StoredEvent]:
    """In slices: a centre holds more than fits into memory."""
    after = 0
    while found := store.events(after, SLICE):
        yield from found
        after = found[-1].arrival


def _print_json(found: Iterator[StoredEvent]) -> None:
    """One JSON array, written as it comes."""
    separator = "["
    for one in found:
        text = json.dumps(as_json(one), indent=2, ensure_ascii=False)
        say(f"{separator}\n{text}")
        separator = ","
    say("[]" if separator == "[" else "]")


def _follow(store: CentralStore, after: int) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.wait(FOLLOW_S):
        for one in store.events(after, SLICE):
            say(as_text(one))
            after = one.arrival
