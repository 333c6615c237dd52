"""How long after the machine started a kiosk may not be ready yet; light, it waits beside it."""

import threading
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware_app import health
from firmware_app.engineer.report import progress

LOOK_S = 10.0
PORT = 8080


@dataclass(frozen=True, slots=True)
class Patience:
    """Until `until_s` after the machine's start; `up_s` says how long ago that is."""

    until_s: float
    up_s: Callable[[], float] = time.monotonic
    wait: Callable[[float], object] = threading.Event().wait

    def again(self, why: str) -> bool:
        """Wait a little, and say why; False where it is time for a verdict."""
        if self.up_s() >= self.until_s:
            return False
        progress(why)
        self.wait(LOOK_S)
        return True

    def for_page(self, config: Path) -> None:
        """Come back when the page of that kiosk.toml answers, or patience is over."""
        while not health.page_answers(_port(config)):
            if not self.again("no page answers yet"):
                return


NONE = Patience(0.0)
"""The verdict of now."""


def _port(config: Path) -> int:
    """Of the page; the self-test itself says what is wrong with the file."""
    try:
        port = tomllib.loads(config.read_text(encoding="utf-8-sig"))["page"]["port"]
    except (OSError, ValueError, LookupError, TypeError):
        return PORT
    return port if isinstance(port, int) and 0 < port < 65_536 else PORT
