"""The program border-kiosk-officer: the officer's page, beside the kiosk and apart from it."""

import signal
import sys

from firmware_app import log
from firmware_app.officer import settings as settings_of
from firmware_app.officer.server import HERE, OfficerServer
from firmware_app.officer.settings import LANGUAGES, OfficerSetupError
from firmware_app.ui.texts import Texts
from mqtt.no_core import write_no_core

EXIT_CONFIGURATION = 78  # sysexits(3): systemd need not try again


def main(words: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 78 where the configuration can never work."""
    write_no_core()
    try:
        told = settings_of.settings(settings_of.parser().parse_args(words))
        texts = Texts.load(HERE / "locales", LANGUAGES)
        server = OfficerServer(told, texts)
        for number in (signal.SIGTERM, signal.SIGINT):
            # before uvicorn listens to them itself, and once more when it has ended at one
            signal.signal(number, lambda _number, _frame: server.stop())
        log.say("officer_page_started", url=told.origin)
        server.run()
    except OfficerSetupError as error:
        log.say("cannot_start", "error", what=str(error), mend=error.mend)
        return EXIT_CONFIGURATION
    log.say("officer_page_stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
