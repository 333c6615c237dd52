"""The words of `kiosk selftest`."""

import argparse

from firmware_app.engineer.chip_commands import Add


def add_selftest(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk selftest`: what border-kiosk-health.service runs."""
    what = "could a traveller be served now: devices, page, sealing, outbox, clock; exit code 5: no"
    example = "kiosk selftest --json | jq .good"
    add(commands, "selftest", what, example, _selftest, ("config", "json"))


def _selftest(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import selftest  # noqa: PLC0415 - `kiosk version` need not load it

    return selftest.selftest(chosen.config, as_json=chosen.json)
