"""The kiosk-central command: its words stand in the *_commands.py files beside it."""

import argparse
import sys

from mqtt.broker import BrokerSetupError
from mqtt.central import (
    bench_commands,
    chain_commands,
    courier_commands,
    export_commands,
    fleet_commands,
    key_commands,
    officer_commands,
    order_commands,
    serve_commands,
    show_commands,
    simulate_commands,
    site_commands,
    upkeep_commands,
)
from mqtt.central.command import EXIT_OK, EXIT_STOPPED, EXIT_TROUBLE, Run
from mqtt.central.errors import CentralError
from mqtt.errors import KeyFileError
from mqtt.no_core import write_no_core

FILE_MEND = "Check that the folder exists, belongs to you and has room; then say it again."
GROUPS = (
    serve_commands,
    show_commands,
    chain_commands,
    courier_commands,
    bench_commands,
    simulate_commands,
    export_commands,
    fleet_commands,
    upkeep_commands,
    site_commands,
    key_commands,
    order_commands,
    officer_commands,
)


def main(words: list[str] | None = None) -> int:
    """Run one command; 0 well, 1 the chain is not whole, 2 something to mend."""
    write_no_core()
    args = _parser().parse_args(words)
    run: Run = args.command
    try:
        return run(args)
    except (CentralError, BrokerSetupError, KeyFileError) as error:
        sys.stderr.write(f"kiosk-central: {error} {error.mend}\n")
        return EXIT_TROUBLE
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return EXIT_OK
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"kiosk-central: {where}{error.strerror or error}. {FILE_MEND}\n")
        return EXIT_TROUBLE
    except KeyboardInterrupt:
        return EXIT_STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kiosk-central", description="The reference central server of border kiosks."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
