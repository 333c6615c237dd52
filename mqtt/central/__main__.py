"""The kiosk-central command: run the sink, show what is stored, verify chains, make a test site."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from mqtt.broker import BrokerSetupError
from mqtt.central.audit import Audit, audit
from mqtt.central.errors import CentralError
from mqtt.central.rejudge import rejudge
from mqtt.central.settings import CentralSettings
from mqtt.central.show import as_json, as_text
from mqtt.central.site import DEFAULT_PORT, init_site
from mqtt.central.store_sqlite import Store, StoredEvent
from mqtt.errors import KeyFileError
from mqtt.notice import tell_stderr

EXIT_OK, EXIT_FOUND, EXIT_TROUBLE = 0, 1, 2
FOLLOW_S = 0.5


def main(words: list[str] | None = None) -> int:
    """Run one command; 0 well, 1 the chain is not whole, 2 something to mend."""
    args = _parser().parse_args(words)
    command: Callable[[argparse.Namespace], int] = args.command
    try:
        return command(args)
    except (CentralError, BrokerSetupError, KeyFileError) as error:
        print(f"kiosk-central: {error} {error.mend}", file=sys.stderr)
        return EXIT_TROUBLE
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return EXIT_OK


def _run(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    with Store(settings.database) as store:
        sink = settings.sink(store, tell_stderr, args.member)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sink.stopping.set())
        sink.run()
    return EXIT_OK


def _show(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    with Store(settings.database, read_only=True) as store:
        found = store.events(0, sys.maxsize)
        if args.last:
            found = [one for one in found if one.kind == "crossing"][-1:]
        if args.json:
            print(json.dumps([as_json(one) for one in found], indent=2, ensure_ascii=False))
            return EXIT_OK
        _print(found)
        if args.follow:
            _follow(store)
    return EXIT_OK


def _follow(store: Store) -> None:
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
        print(as_text(one), flush=True)


def _verify(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    registry = settings.registry()
    with Store(settings.database, read_only=True) as store:
        heads, kiosks = store.heads(), store.kiosks()
        audits = [
            audit(name, store.statements(name), registry.keys.get(name, ()), heads.get(name))
            for name in kiosks
        ]
        waiting = len(store.quarantined())
    whole = all(one.whole for one in audits)
    if args.json:
        rows = [{**asdict(one), "whole": one.whole} for one in audits]
        print(json.dumps({"whole": whole, "quarantined": waiting, "kiosks": rows}, indent=2))
    else:
        for one in audits:
            print(_audit_text(one))
        print(f"quarantined: {waiting}")
    return EXIT_OK if whole else EXIT_FOUND


def _audit_text(one: Audit) -> str:
    head = f"{one.kiosk}: {one.statements} statements in {one.epochs} epochs"
    if one.whole:
        return f"{head}, in order and complete."
    lines = [f"{head}, NOT whole:"]
    lines += [f"  missing: {gap.epoch} {gap.first} to {gap.last}" for gap in one.gaps]
    lines += [f"  forked at: {place}" for place in one.forks]
    lines += [f"  what came before is not stored: {place}" for place in one.unlinked]
    if one.bad_signatures:
        lines.append(f"  signatures that no key of the registry verifies: {one.bad_signatures}")
    if one.tail_missing:
        lines.append("  the kiosk's newest statement has not arrived")
    return "\n".join(lines)


def _rejudge(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    with Store(settings.database) as store:
        opened, left = rejudge(store, settings.intake(store, tell_stderr))
    print(f"{opened} opened and stored, {left} left in quarantine.")
    return EXIT_OK


def _init_site(args: argparse.Namespace) -> int:
    site = init_site(args.folder, args.kiosk, port=args.port, profile=args.profile)
    print(f"Site of {args.kiosk}: {site.folder}")
    print(f"next: mosquitto -c {site.broker.configuration}")
    print(f"then: kiosk-central run --config {site.configuration}")
    return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kiosk-central", description="The reference central server of border kiosks."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    example = "--config site/centre/central.toml"
    run = _command(commands, "run", _run, "take, store and receipt what kiosks send", example)
    run.add_argument("--member", help="certificate of this member, such as centre-2")
    show = _command(commands, "show", _show, "print what is stored", f"{example} --last")
    show.add_argument("--json", action="store_true", help="one JSON document")
    show.add_argument("--last", action="store_true", help="only the newest crossing")
    show.add_argument("--follow", action="store_true", help="go on printing until Ctrl-C")
    verify = _command(commands, "verify", _verify, "check that each chain is whole", example)
    verify.add_argument("--json", action="store_true", help="one JSON document")
    _command(commands, "rejudge", _rejudge, "judge the quarantine anew, after a mend", example)
    init = _command(
        commands, "init-site", _init_site, "make a throw-away site", "site --kiosk demo-1"
    )
    init.add_argument("folder", type=Path, help="where; made if it is not there")
    init.add_argument("--kiosk", required=True, metavar="ID", help="letters, digits, hyphens")
    init.add_argument("--port", type=int, default=DEFAULT_PORT, help="of the broker on loopback")
    init.add_argument("--profile", default="demo", help="what the registry accepts")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    action: Callable[[argparse.Namespace], int],
    what: str,
    example: str,
) -> argparse.ArgumentParser:
    words = f"example: kiosk-central {name} {example}"
    parser = commands.add_parser(name, help=what, description=what, epilog=words)
    if name != "init-site":
        parser.add_argument("--config", type=Path, required=True, help="central.toml")
    parser.set_defaults(command=action)
    return parser


if __name__ == "__main__":
    sys.exit(main())
