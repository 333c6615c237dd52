"""The words that tell kiosks what to do: `kiosk-central command send` and `command list`."""

import argparse
import json
from collections.abc import Callable
from hashlib import file_digest, sha256
from pathlib import Path

import msgspec

from mqtt.bundles import KEYS
from mqtt.central.clock import utc_now
from mqtt.central.command import EXIT_OK, Commands, command, say, with_json
from mqtt.central.command_desk import CommandDesk, CommandDeskError, Sent
from mqtt.central.keys_rooms import CentreRoom
from mqtt.central.registry import Registry
from mqtt.commands import (
    KIOSKS_LIMIT,
    Configure,
    Order,
    Ping,
    RequestSupport,
    Resend,
    Rotate,
    Update,
    UpdateList,
)
from mqtt.keys import load_private_key

MakeOrder = Callable[[argparse.Namespace], Order]


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`command send` and `command list`."""
    what = "signed commands to kiosks, and what they answered"
    parser = command(commands, "command", _list, what, "send site/centre --kiosk demo-1 ping")
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    send = command(kinds, "send", _send, "sign a command; the sink brings it to the kiosks")
    send.epilog = (
        "example: kiosk-central command send centre --kiosk uto-hamile-1"
        " resend --epoch 01920000-0000-7000-8000-0000000000e0 --first 3 --last 9"
    )
    send.add_argument("centre", type=Path, help="the folder of central.toml and its keys")
    to = send.add_mutually_exclusive_group(required=True)
    to.add_argument("--kiosk", action="append", default=[], metavar="ID", help="more than once")
    to.add_argument("--group", default="", metavar="NAME", help="kiosks that name this group")
    to.add_argument("--all", action="store_true", help="each kiosk of the registry")
    orders = send.add_subparsers(required=True, metavar="ORDER")
    _add_orders(orders)
    listed = with_json(command(kinds, "list", _list, "each command and the answers", "centre"))
    listed.epilog = "example: kiosk-central command list centre --json"
    listed.add_argument("centre", type=Path, help="the folder of central.toml and its keys")


def _add_orders(orders: "Commands[argparse.ArgumentParser]") -> None:
    resend = _order(orders, "resend", _resend, "send places of a chain again", "--epoch E ...")
    resend.add_argument("--epoch", required=True, metavar="UUID", help="of the chain")
    resend.add_argument("--first", type=int, required=True, metavar="N", help="first place")
    resend.add_argument("--last", type=int, required=True, metavar="N", help="last place")
    _order(orders, "rotate", lambda _: Rotate(), "ask for new keys and certificates", "")
    configure = _order(
        orders, "configure", _configure, "judge, stage or apply a kiosk.toml", "stage kiosk.toml"
    )
    configure.add_argument("step", choices=("dry_run", "stage", "apply"), help="in this order")
    configure.add_argument("file", type=Path, help="the whole kiosk.toml that is wanted")
    update = _order(orders, "update-list", _update, "bring a bundle that the root signed", "keys")
    update.add_argument("name", help="`keys`, or the name of a list")
    update.add_argument("--bundle", type=Path, metavar="FILE", help="default: NAME.bundle there")
    system = _order(
        orders,
        "update",
        _system,
        "announce a new system: fetched from the URL, put in while nobody is served",
        "--bundle border-kiosk-1.3.0-pi4.raucb --version 1.3.0"
        " --url https://centre.example:8443/border-kiosk-1.3.0-pi4.raucb",
    )
    system.add_argument(
        "--bundle", type=Path, required=True, metavar="FILE", help="what lies there"
    )
    system.add_argument("--version", required=True, help="as the bundle names it")
    system.add_argument("--url", required=True, help="https; port 443 or 8443 leaves a kiosk")
    system.add_argument("--older", action="store_true", help="also onto a newer one: a way back")
    _order(orders, "support", lambda _: RequestSupport(), "ask for impersonal facts", "")
    _order(orders, "ping", lambda _: Ping(), "ask for an answer and nothing else", "")


def _order(
    orders: "Commands[argparse.ArgumentParser]", name: str, make: MakeOrder, what: str, example: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = orders.add_parser(
        name,
        help=what,
        description=what,
        epilog=f"example: kiosk-central command send centre --all {name} {example}".rstrip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(make=make)
    return parser


def _send(args: argparse.Namespace) -> int:
    room = CentreRoom(args.centre)
    desk = CommandDesk(room.folder / "commands")
    known = Registry.load(room.registry).keys
    kiosks = sorted(set(args.kiosk or known))
    if unknown := sorted(set(kiosks) - set(known)):
        raise CommandDeskError(f"the registry does not know {', '.join(unknown)}.")
    try:
        order = args.make(args)
        signer = load_private_key(room.commands.private)
    except FileNotFoundError as error:
        raise CommandDeskError(f"{error.filename} is not there.") from None
    except (OSError, ValueError) as error:
        raise CommandDeskError(str(error)) from None
    most = len(kiosks) if args.group else KIOSKS_LIMIT
    for at in range(0, max(len(kiosks), 1), max(most, 1)):
        sent = desk.send(order, kiosks[at : at + most], signer, utc_now(), args.group)
        say(f"command {sent.number} ({sent.what}) to {len(sent.kiosks)} kiosks, id {sent.id}")
    say(f"the running sink sends it; for the answers: kiosk-central command list {args.centre}")
    return EXIT_OK


def _list(args: argparse.Namespace) -> int:
    found = CommandDesk(args.centre / "commands").all()
    if args.json:
        rows = [msgspec.to_builtins(one) for one in found]
        say(json.dumps([{**row, "signed": len(row["signed"]) // 2} for row in rows], indent=2))
    else:
        for one in found:
            say(_text(one))
    return EXIT_OK


def _text(one: Sent) -> str:
    lines = [f"{one.number} {one.what} of {one.issued_at:%Y-%m-%d %H:%M}, {len(one.kiosks)} kiosks"]
    for kiosk, answer in sorted(one.answers.items()):
        why = f" ({answer.why})" if answer.why else ""
        facts = "".join(f" {name}={value}" for name, value in sorted(answer.facts.items()))
        lines.append(f"  {kiosk}: {answer.outcome.value}{why}{facts}")
    silent = len(one.kiosks) - len(one.answers)
    return "\n".join(lines + ([f"  {silent} without an answer"] if silent else []))


def _resend(args: argparse.Namespace) -> Order:
    return Resend(epoch=args.epoch, first=args.first, last=args.last)


def _configure(args: argparse.Namespace) -> Order:
    text = args.file.read_text(encoding="utf-8")
    digest = sha256(text.encode()).digest()
    return Configure(step=args.step, sha256=digest, toml="" if args.step == "apply" else text)


def _system(args: argparse.Namespace) -> Order:
    with args.bundle.open("rb") as file:
        digest = file_digest(file, "sha256").digest()
    return Update(
        version=args.version,
        url=args.url,
        size=args.bundle.stat().st_size,
        sha256=digest,
        older=args.older,
    )


def _update(args: argparse.Namespace) -> Order:
    path = args.bundle or args.centre / f"{args.name}.bundle"
    if args.name != KEYS and args.bundle is None:
        raise ValueError("a list is named with --bundle.")
    return UpdateList(name=args.name, bundle=path.read_bytes())
