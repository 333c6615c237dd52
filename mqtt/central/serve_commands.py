"""The word that takes what kiosks send: `kiosk-central serve`."""

import argparse
import signal
from contextlib import ExitStack

from mqtt.central.command import EXAMPLE, EXIT_OK, Commands, alias, command, with_config
from mqtt.central.metrics_http import MetricsServer
from mqtt.central.settings import CentralSettings
from mqtt.notice import tell_stderr


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`serve`, and `run`, its name until version 0.1."""
    what = "take, store and receipt what kiosks send, until Ctrl-C"
    serve = with_config(command(commands, "serve", _serve, what, f"{EXAMPLE} --member centre-2"))
    serve.add_argument("--member", help="certificate of this member, such as centre-2")
    alias(commands, "run", serve)


def _serve(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    with ExitStack() as stack:
        store = stack.enter_context(settings.store())
        sink = settings.sink(store, tell_stderr, args.member)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sink.stopping.set())
        if settings.metrics is not None:
            stack.enter_context(MetricsServer(settings.metrics, sink.intake.metrics.text))
        sink.run()
    return EXIT_OK
