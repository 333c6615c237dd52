"""The words of `kiosk keys`: status, enrol, rotate."""

import argparse
from pathlib import Path

from firmware_app.engineer.chip_commands import Add


def add_keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk keys status`, `enrol` and `rotate`; docs/keys.md has the whole ceremony."""
    example = "kiosk keys status --config /etc/border-kiosk/kiosk.toml"
    keys = add(commands, "keys", "this kiosk's keys and certificates", example, _status)
    kinds = keys.add_subparsers(dest="what", required=True, metavar="WHAT")
    add(
        kinds,
        "status",
        "which keys, where they live, until when, what is due; never a key itself",
        "kiosk keys status --json | jq .due",
        _status,
        ("config", "json"),
    )
    enrol = add(
        kinds,
        "enrol",
        "the first keys: made here, certified by the centre for a one-time token",
        "kiosk keys enrol --token BKE1:uto-hamile-1:...",
        _enrol,
        ("config", "json"),
    )
    enrol.add_argument("--token", metavar="TOKEN", help="of `kiosk-central keys enrol`; - reads it")
    rotate = add(
        kinds,
        "rotate",
        "new keys, certified by the centre because the present ones ask",
        "kiosk keys rotate --if-due",
        _rotate,
        ("config", "json"),
    )
    rotate.add_argument(
        "--if-due",
        action="store_true",
        help="only past two thirds of the certificate's life, or where the centre asked",
    )
    for one in (enrol, rotate):
        one.add_argument("--url", default="", help="of the enrolment desk; default: the token's")
        one.add_argument(
            "--request", type=Path, metavar="FILE", help="no link: write the request there instead"
        )
        one.add_argument(
            "--answer", type=Path, metavar="FILE", help="no link: take the answer from there"
        )


def _status(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import keys  # noqa: PLC0415 - `kiosk version` need not load it

    return keys.status(chosen.config, as_json=chosen.json)


def _enrol(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import keys  # noqa: PLC0415

    how = keys.Way(chosen.url, chosen.request, chosen.answer)
    return keys.enrol(chosen.config, chosen.token, how, as_json=chosen.json)


def _rotate(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import keys  # noqa: PLC0415

    how = keys.Way(chosen.url, chosen.request, chosen.answer)
    return keys.rotate(chosen.config, how, if_due=chosen.if_due, as_json=chosen.json)
