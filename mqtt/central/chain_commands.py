"""The words about chains and the quarantine: `kiosk-central audit` and `rejudge`."""

import argparse
import json
from dataclasses import asdict

from mqtt.central.audit import Audit, audit
from mqtt.central.command import (
    EXIT_FOUND,
    EXIT_OK,
    Commands,
    alias,
    command,
    progress,
    say,
    with_config,
    with_json,
)
from mqtt.central.rejudge import rejudge
from mqtt.central.settings import CentralSettings
from mqtt.notice import tell_stderr


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`audit` (`verify` until version 0.1) and `rejudge`."""
    what = "check that each chain is whole; needs no decryption key (exit 1: not whole)"
    parser = with_json(with_config(command(commands, "audit", _audit, what)))
    alias(commands, "verify", parser)
    what = "judge the quarantine anew, after a mend"
    with_config(command(commands, "rejudge", _rejudge, what))


def _audit(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    registry = settings.registry()
    with settings.store(read_only=True) as store:
        heads, kiosks = store.heads(), store.kiosks()
        audits = [
            audit(name, store.statements(name), registry.every_key(name), heads.get(name))
            for name in kiosks
        ]
        waiting = sum(one.messages for one in store.quarantine_use().values())
    whole = all(one.whole for one in audits)
    if args.json:
        rows = [{**asdict(one), "whole": one.whole} for one in audits]
        say(json.dumps({"whole": whole, "quarantined": waiting, "kiosks": rows}, indent=2))
    else:
        for one in audits:
            say(_audit_text(one))
        say(f"quarantined: {waiting}")
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
    with settings.store() as store:
        intake = settings.intake(store, tell_stderr)
        opened, left = rejudge(store, intake, _tell_progress)
    progress("")
    say(f"{opened} opened and stored, {left} left in quarantine.")
    return EXIT_OK


def _tell_progress(opened: int, left: int) -> None:
    progress(f"{opened + left} judged, {opened} opened")
