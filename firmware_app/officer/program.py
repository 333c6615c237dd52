"""The program border-kiosk-officer: the officer's page, beside the kiosk and apart from it."""

import signal
import sys
from types import FrameType

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
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _ended)  # uvicorn stops at them, then raises them once more
        log.say("officer_page_started", url=told.origin)
        OfficerServer(told, texts).run()
    except OfficerSetupError as error:
        log.say("cannot_start", "error", what=str(error), mend=error.mend)
        return EXIT_CONFIGURATION
    log.say("officer_page_stopped")
    return 0


def _ended(_number: int, _frame: FrameType | None) -> None:
    """Nothing more: the server has ended in good order."""


if __name__ == "__main__":
    sys.exit(main())
