"""The word that hands events to other systems: `kiosk-central export`."""

import argparse
import sys
from pathlib import Path

from mqtt.central.command import EXAMPLE, EXIT_OK, Commands, command, with_config
from mqtt.central.export import ExportError, Wanted, rows, write_ndjson, write_parquet
from mqtt.central.settings import CentralSettings
from mqtt.events import Kind


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`export`."""
    what = "write events as NDJSON or Parquet; `event` in each row is PERSONAL data"
    example = f"{EXAMPLE} --out crossings.ndjson --kind crossing --after 1200"
    export = with_config(command(commands, "export", _export, what, example))
    export.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    export.add_argument("--format", choices=("ndjson", "parquet"), default="ndjson")
    export.add_argument("--after", type=int, default=0, metavar="ARRIVAL", help="what came later")
    export.add_argument("--since", default="", metavar="UTC", help="received then or later (ISO)")
    export.add_argument("--until", default="9999", metavar="UTC", help="received before (ISO)")
    kinds = [kind.value for kind in Kind]
    export.add_argument("--kind", action="append", default=[], choices=kinds, help="may repeat")
    words = "leave out `event` of each row that is of a person"
    export.add_argument("--impersonal", action="store_true", help=words)


def _export(args: argparse.Namespace) -> int:
    kinds = frozenset(args.kind)
    wanted = Wanted(args.after, args.since, args.until, kinds, impersonal=args.impersonal)
    with CentralSettings.load(args.config).store(read_only=True) as store:
        if args.format == "ndjson":
            count, last = write_ndjson(rows(store, wanted), args.out)
        elif args.out is None:
            raise ExportError("Parquet goes to a file: name one with --out.")
        else:
            count, last = write_parquet(rows(store, wanted), args.out)
    personal = "" if args.impersonal or not count else " They hold personal data."
    sys.stderr.write(f"{count} events, the last of arrival {last or args.after}.{personal}\n")
    return EXIT_OK
