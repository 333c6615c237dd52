"""The word that takes what kiosks send: `kiosk-central serve`."""

import argparse
import signal

from mqtt.central.command import EXAMPLE, EXIT_OK, Commands, alias, command, with_config
from mqtt.central.settings import CentralSettings
from mqtt.central.store_sqlite import Store
from mqtt.notice import tell_stderr


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`serve`, and `run`, its name until version 0.1."""
    what = "take, store and receipt what kiosks send, until Ctrl-C"
    serve = with_config(command(commands, "serve", _serve, what, f"{EXAMPLE} --member centre-2"))
    serve.add_argument("--member", help="certificate of this member, such as centre-2")
    alias(commands, "run", serve)


def _serve(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    with Store(settings.database) as store:
        sink = settings.sink(store, tell_stderr, args.member)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sink.stopping.set())
        sink.run()
    return EXIT_OK
