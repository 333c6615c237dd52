"""The word that measures what the centre takes: `kiosk-central bench`."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from mqtt.central.bench import Rates, make_load, measure_postgres, measure_sqlite
from mqtt.central.bench_noise import Flood, measure_noise
from mqtt.central.command import EXIT_FOUND, EXIT_OK, Commands, command, progress, say, with_json

MEASURE = {"sqlite": measure_sqlite, "postgresql": measure_postgres}


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`bench`."""
    what = "measure how many events a second this machine takes, in a throw-away database"
    bench = with_json(command(commands, "bench", _bench, what, "--database postgresql --members 2"))
    bench.add_argument("--database", choices=sorted(MEASURE), default="sqlite")
    bench.add_argument("--members", type=int, default=1, metavar="N")
    bench.add_argument("--events", type=int, default=2000, metavar="N")
    bench.add_argument("--bytes", type=int, default=20_000, metavar="N", help="of one event")
    bench.add_argument(
        "--noise", type=int, metavar="N", help="instead: N messages that nobody signed (SQLite)"
    )
    bench.add_argument("--folder", type=Path, help="on the disk to be measured; default: /tmp")


def _bench(args: argparse.Namespace) -> int:
    if args.noise is not None:
        flood = measure_noise(args.noise, args.folder, progress)
        progress("")
        say(json.dumps(asdict(flood), indent=2) if args.json else _flood_text(flood))
        return EXIT_OK if flood.kept + flood.refused == flood.messages else EXIT_FOUND
    progress(f"sealing {args.events} events")
    load = make_load(args.events, args.bytes)
    progress(f"{args.database}: {args.members} members")
    rates = MEASURE[args.database](load, args.members, args.folder)
    progress("")
    say(json.dumps(asdict(rates), indent=2) if args.json else _text(rates))
    return EXIT_FOUND if rates.lost or rates.doubled else EXIT_OK


def _text(rates: Rates) -> str:
    load = f"{rates.events} events of {rates.event_bytes} bytes"
    p50, p99 = rates.commit_p50_ms, rates.commit_p99_ms
    cpu = f"{rates.member_cpu_ms:.2f} ms members, {rates.database_cpu_ms:.2f} ms database server"
    return f"""{rates.database}, {rates.members} members, {load}:
  judge, commit, receipt  {rates.events_per_s:8.0f} events/s
  commit alone            {rates.commits_per_s:8.0f} events/s of one member
  commit of a batch       {p50:8.1f} ms at the median, {p99:.1f} ms at the 99th percentile
  CPU for each event          {cpu}
  judging one event       {rates.judge_ms:8.2f} ms of CPU
  lost {rates.lost}, doubled {rates.doubled}"""


def _flood_text(flood: Flood) -> str:
    return f"""{flood.messages} messages that nobody signed, under the topics of eight kiosks:
  kept {flood.kept}, refused for want of room {flood.refused}, {flood.keep_per_s:.0f} a second
  lines of alarm          {flood.alarm_lines:8d}
  a look at the site      {flood.look_s:8.3f} s
  rejudge                 {flood.rejudge_s:8.1f} s: {flood.opened} opened, {flood.left} left
  database                {flood.database_mb:8.0f} MB
  memory, peak            {flood.memory_mb:8.0f} MB"""
