"""The words of `kiosk selftest`."""

import argparse

from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.typed_words import seconds


def add_selftest(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk selftest`: what border-kiosk-health.service runs."""
    what = "could a traveller be served now: devices, page, sealing, outbox, clock; exit code 5: no"
    example = "kiosk selftest --json | jq .good"
    parser = add(commands, "selftest", what, example, _selftest, ("config", "json"))
    parser.add_argument(
        "--settle",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="so long after the start of this machine what is bad is looked at again, not told"
        " (default: never)",
    )


def _selftest(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer.selftest_patience import Patience  # noqa: PLC0415

    patience = Patience(chosen.settle)
    if chosen.settle:
        patience.for_page(chosen.config)
    from firmware_app.engineer import selftest  # noqa: PLC0415 - a kiosk that starts needs the room

    return selftest.selftest(chosen.config, as_json=chosen.json, patience=patience)
