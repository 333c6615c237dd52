"""The word that drives a fleet of light kiosks: `kiosk-central simulate`."""

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from mqtt.central.command import EXIT_FOUND, EXIT_OK, Commands, command, progress, say, with_json
from mqtt.central.mosquitto import free_port
from mqtt.central.simulate import Figures, Load, SimulatedSite
from mqtt.central.simulated_kiosk import RESEND_AFTER_S

KILLED_RESEND_S = 3.0


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`simulate`."""
    what = "drive light kiosks against a throw-away broker and members (exit 1: any was lost)"
    example = "--kiosks 200 --rate 100 --seconds 30 --members 2 --database postgresql"
    simulate = with_json(command(commands, "simulate", _simulate, what, example))
    simulate.add_argument("--kiosks", type=int, default=50, metavar="N")
    simulate.add_argument("--rate", type=float, default=50.0, metavar="R", help="events/s of all")
    simulate.add_argument("--seconds", type=float, default=20.0, metavar="S")
    simulate.add_argument("--bytes", type=int, default=20_000, metavar="N", help="of one event")
    simulate.add_argument("--members", type=int, choices=(1, 2), default=1)
    simulate.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    words = "kill -9 a member or PostgreSQL so often, at random moments"
    simulate.add_argument("--kills", type=int, default=0, metavar="N", help=words)
    simulate.add_argument("--folder", type=Path, help="made, and left; default: a temporary one")


def _simulate(args: argparse.Namespace) -> int:
    postgres = args.database == "postgresql"
    load = Load(
        args.kiosks,
        args.rate,
        args.seconds,
        args.bytes,
        args.members,
        postgres,
        args.kills,
        KILLED_RESEND_S if args.kills else RESEND_AFTER_S,
    )
    with tempfile.TemporaryDirectory() as room:
        Path(room).chmod(0o755)
        progress(f"making {args.kiosks} kiosks")
        with SimulatedSite(args.folder or Path(room) / "site", load, free_port()) as site:
            figures = site.run(lambda sent: progress(f"{sent} events"))
    progress("")
    say(json.dumps(asdict(figures), indent=2) if args.json else _text(figures))
    return EXIT_OK if figures.clean else EXIT_FOUND


def _text(one: Figures) -> str:
    load, rate = one.load, one.events / one.seconds
    database = "PostgreSQL" if load.postgres else "SQLite"
    each = one.bytes / one.events
    waits = (one.receipt_p50_ms, one.receipt_p95_ms, one.receipt_p99_ms)
    p50, p95, p99 = (f"{wait:.0f}" for wait in waits)
    site = f"{load.kiosks} kiosks, {load.members} members, {database}"
    wrong = f"lost {one.lost}, doubled {one.doubled}, broken chains {one.broken_chains}"
    return f"""{site}, {load.rate:g} events/s asked:
  sent       {one.events} events of {each:.0f} bytes in {one.seconds:.1f} s: {rate:.1f} events/s
  receipt    after {p50} ms (median), {p95} ms (95 %), {p99} ms (99 %); {one.receipts} receipts
  CPU        members {one.member_cpu_ms:.2f} ms, broker {one.broker_cpu_ms:.2f} ms for each event
  {wrong}, sent anew {one.resent}; killed {one.killed} times"""
