"""Tells systemd that the kiosk is ready and alive (sd_notify(3)), by what the kiosk itself shows.

Alive is: the main thread steps, the page answers, the store's thread lives. Where one of them
stands still, nothing is said, and systemd starts the service anew after WatchdogSec.
"""

import http.client
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

Signs = tuple[tuple[str, Callable[[], bool]], ...]

PAGE_LIMIT_S = 2.0
LOOK_S = 1.0
MAIN_THREAD_LIMIT_S = 10.0
LEAST_BEAT_S = 1.0


@dataclass(frozen=True, slots=True)
class Manager:
    """The service manager's ear; one without an address hears nothing."""

    address: str = ""
    beat_s: float = 0.0

    @classmethod
    def of(cls, environment: Mapping[str, str], pid: int) -> "Manager":
        """Whoever started process `pid`: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.

        beat_s is a third of the time after which it gives us up; 0: it does not wait for beats.
        """
        ours = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        limit = environment.get("WATCHDOG_USEC", "0")
        limit_s = int(limit) / 1e6 if ours and limit.isdecimal() else 0.0
        beat_s = max(LEAST_BEAT_S, limit_s / 3) if limit_s else 0.0
        return cls(environment.get("NOTIFY_SOCKET", ""), beat_s)

    def ready(self, status: str) -> None:
        """A traveller can start."""
        self._say(f"READY=1\nSTATUS={status}")

    def alive(self) -> None:
        """Nothing stands still."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """On the way out."""
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC
        with suppress(OSError), socket.socket(socket.AF_UNIX, kind) as line:
            line.connect(address)  # a manager that is gone will not miss us
            line.send(words.encode())


def started_by() -> Manager:
    """The manager of this process."""
    return Manager.of(os.environ, os.getpid())


def page_answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether the page's server says that it is well, within PAGE_LIMIT_S."""
    line = http.client.HTTPConnection(host, port, timeout=PAGE_LIMIT_S)
    try:
        line.request("GET", "/health")
        return line.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


@dataclass(slots=True)
class Pulse:
    """Beats for the manager as long as every sign of life is there; asked once a second or so."""

    manager: Manager
    signs: Signs
    _next_s: float = 0.0
    _missing: str = ""

    def keep(self, stopping: threading.Event, tell: Callable[[str], None]) -> None:
        """Beat until then, in a thread of its own; tells once of each sign that goes missing."""
        said = ""
        while not stopping.wait(LOOK_S):
            missing = self.beat(time.monotonic())
            if missing and missing != said:
                tell(missing)
            said = missing

    def beat(self, now_s: float) -> str:
        """Tell the manager when it is time; the name of the first sign that is missing, or ""."""
        if not self.manager.beat_s or now_s < self._next_s:
            return self._missing
        self._next_s = now_s + self.manager.beat_s
        self._missing = next((name for name, is_there in self.signs if not is_there()), "")
        if not self._missing:
            self.manager.alive()
        return self._missing
