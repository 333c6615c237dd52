"""The word that makes a throw-away site: `kiosk-central init-site`."""

import argparse
from pathlib import Path

from mqtt.central.command import EXIT_OK, Commands, command, say
from mqtt.central.site import DEFAULT_PORT, init_site


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`init-site`."""
    what = "make a throw-away site"
    init = command(commands, "init-site", _init_site, what, "site --kiosk demo-1")
    init.add_argument("folder", type=Path, help="where; made if it is not there")
    init.add_argument("--kiosk", required=True, metavar="ID", help="letters, digits, hyphens")
    init.add_argument("--port", type=int, default=DEFAULT_PORT, help="of the broker on loopback")
    init.add_argument("--profile", default="demo", help="what the registry accepts")


def _init_site(args: argparse.Namespace) -> int:
    site = init_site(args.folder, args.kiosk, port=args.port, profile=args.profile)
    say(f"Site of {args.kiosk}: {site.folder}")
    say(f"next: mosquitto -c {site.broker.configuration}")
    say(f"then: kiosk-central serve --config {site.configuration}")
    return EXIT_OK
