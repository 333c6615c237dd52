"""The words of `kiosk break-glass`: make, deputy, show; take, status, serve, session."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from firmware_app.engineer.chip_commands import Add

CONFIG = Path("/var/lib/border-kiosk/kiosk.toml")
ROOM = Path("/run/border-kiosk-break-glass")
PORT = "0.0.0.0:2222"
Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives this type no public name


def add_break_glass(commands: "Commands[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk break-glass`; docs/security.md says what it is worth."""
    group = add(
        commands,
        "break-glass",
        "an engineer's way into a production kiosk: by a signed token, for some hours",
        "kiosk break-glass status",
        _status,
    )
    kinds = group.add_subparsers(dest="what", required=True, metavar="WHAT")
    _add_make(kinds, add)
    _add_deputy(kinds, add)
    what, example = "what a token says of itself", "kiosk break-glass show uto-1.breakglass"
    shown = add(kinds, "show", what, example, _show, ("json",))
    shown.add_argument("file", type=Path)
    _add_at_kiosk(kinds, add)


def _add_make(kinds: "Commands[argparse.ArgumentParser]", add: Add) -> None:
    made = add(
        kinds,
        "make",
        "sign a token for one kiosk and one engineer's SSH key, at the root's or deputy's machine",
        "kiosk break-glass make --kiosk uto-hamile-2 --key engineer.pub --hours 4 "
        '--reason "reader dead, case 4711" --deputy deputy.key --grant deputy.grant',
        _make,
        ("json",),
    )
    made.add_argument("--kiosk", required=True, metavar="ID")
    made.add_argument("--key", type=Path, required=True, metavar="FILE.pub", help="SSH, ed25519")
    made.add_argument("--hours", type=float, default=4.0, help="default: 4, at most 24")
    made.add_argument("--from", dest="begins", type=_time, metavar="TIME", help="UTC; default: now")
    made.add_argument("--reason", required=True, metavar="TEXT", help="for the journal; no names")
    made.add_argument("--out", type=Path, metavar="FILE", help="default: KIOSK.breakglass")
    made.add_argument("--deputy", type=Path, metavar="KEY", help="who signs, instead of the root")
    made.add_argument("--grant", type=Path, metavar="FILE", help="what the root signed for him")
    _add_root(made)


def _add_deputy(kinds: "Commands[argparse.ArgumentParser]", add: Add) -> None:
    deputy = add(
        kinds,
        "deputy",
        "first make a deputy's key; then, where the root is, sign the grant for its public half",
        "kiosk break-glass deputy --key deputy.key && kiosk break-glass deputy "
        "--key deputy.key.pub.pem --root /media/ROOT --days 90 --out deputy.grant",
        _deputy,
    )
    deputy.add_argument("--key", type=Path, required=True, metavar="FILE")
    deputy.add_argument("--days", type=float, default=90.0, help="default: 90, at most 190")
    deputy.add_argument("--kiosks", default="", metavar="PREFIX", help="only ids that begin so")
    deputy.add_argument("--out", type=Path, default=Path("deputy.grant"), metavar="FILE")
    _add_root(deputy)


def _add_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, metavar="DIR", help="of the root: a stick")
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="of the root's key")


def _add_at_kiosk(kinds: "Commands[argparse.ArgumentParser]", add: Add) -> None:
    taken = add(
        kinds,
        "take",
        "at the kiosk: verify a token and open the door; exit code 6: there is none",
        "kiosk break-glass take --from /media/stick",
        _take,
        ("json",),
    )
    taken.add_argument(
        "--from", dest="places", type=Path, action="append", required=True, metavar="PATH"
    )
    what, example = "whether it stands open; exit code 6: closed", "kiosk break-glass status --json"
    status = add(kinds, "status", what, example, _status, ("json",))
    what = "run the SSH server while a token stands (border-kiosk-break-glass.service)"
    serve = add(kinds, "serve", what, "kiosk break-glass serve", _serve)
    serve.add_argument("--listen", default=PORT, metavar="ADDRESS:PORT", help=f"default: {PORT}")
    what = "what the SSH server starts for each login: SSH_ORIGINAL_COMMAND, by a list"
    session = add(
        kinds, "session", what, "SSH_ORIGINAL_COMMAND=help kiosk break-glass session", _session
    )
    for one in (taken, serve, session):
        one.add_argument("--config", type=Path, default=CONFIG, help=f"default: {CONFIG}")
    for one in (taken, status, serve, session):
        one.add_argument("--room", type=Path, default=ROOM, help=f"default: {ROOM}")


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a time such as 2026-11-22T18:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _make(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import break_glass  # noqa: PLC0415 - `kiosk version` need not load it

    signing = break_glass.Signing(chosen.root, chosen.passphrase_file, chosen.deputy, chosen.grant)
    wanted = break_glass.Wanted(
        chosen.kiosk, chosen.key, chosen.hours, chosen.begins, chosen.reason
    )
    return break_glass.make(wanted, signing, chosen.out, as_json=chosen.json)


def _deputy(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import break_glass  # noqa: PLC0415

    signing = break_glass.Signing(chosen.root, chosen.passphrase_file) if chosen.root else None
    span = chosen.days, chosen.kiosks
    return break_glass.deputy(chosen.key, signing, chosen.out, span)


def _show(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import break_glass  # noqa: PLC0415

    return break_glass.show(chosen.file, as_json=chosen.json)


def _take(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import break_glass_door  # noqa: PLC0415

    return break_glass_door.take(chosen.config, chosen.places, chosen.room, as_json=chosen.json)


def _status(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import break_glass_door  # noqa: PLC0415

    return break_glass_door.status(chosen.room, as_json=chosen.json)


def _serve(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import break_glass_door  # noqa: PLC0415

    return break_glass_door.serve(chosen.config, chosen.room, chosen.listen)


def _session(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import break_glass_session  # noqa: PLC0415

    return break_glass_session.session(chosen.config, chosen.room, break_glass_session.said())
