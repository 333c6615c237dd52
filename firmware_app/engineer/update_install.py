"""`kiosk update install`: puts a ready bundle in while nobody is served, then starts it on trial.

Run as root by border-kiosk-install.service, because RAUC obeys root alone. It believes nothing of a
bundle: RAUC checks signature and blocks while it writes the slot that does not run. A start that
ended in the old system again is noted as what it is, and that bundle is not tried again.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from firmware_app import clock
from firmware_app.engineer.report import progress
from firmware_app.engineer.update_programs import ran
from firmware_app.release import system_version
from firmware_app.services.update_files import (
    Board,
    Fetched,
    Installed,
    Ledger,
    Places,
    Source,
    Step,
    load,
    save,
)
from firmware_app.services.update_rules import (
    QuietHours,
    Rules,
    Seen,
    compared,
    may_close,
    may_install,
    may_restart,
)

LOOK_S = 2.0
PAGE_LIMIT_S = 5.0
DOOR_LIMIT_S = 7200.0  # longer than any visit
DOWN_LIMIT_S = 600.0
RAUC_LIMIT_S = 7200.0
SHORT_S = 60.0
BEGUN: frozenset[Step] = frozenset({"installed", "restarting", "trial"})
SLOTS = "/usr/lib/border-kiosk/boot-slots"
RESTART = ("systemctl", "--no-block", "start", "border-kiosk-restart.service")
Health = Callable[[int], "tuple[str, float] | None"]


def page_shows(port: int) -> tuple[str, float] | None:
    """The screen of the traveller's page, and for how many seconds; None where no page answers."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PAGE_LIMIT_S)
    try:
        line.request("GET", "/health")
        found = json.loads(line.getresponse().read(65_536))
        return str(found["screen"]), float(found["shown_s"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        line.close()


@dataclass(frozen=True, slots=True)
class Machine:
    """What the work is done with: RAUC, the boot backend, the page, clocks."""

    running: Callable[[], str] = system_version
    rauc: Sequence[str] = ("rauc", "install")
    on_trial: Sequence[str] = (SLOTS, "on-trial")
    restart: Sequence[str] = RESTART
    page: Health = page_shows
    wait: Callable[[float], object] = threading.Event().wait
    monotonic_s: Callable[[], float] = time.monotonic
    utc_now: Callable[[], datetime] = clock.utc_now


@dataclass(slots=True)
class Install:
    """One process at a time; the ledger is on the disk before each step that it names."""

    places: Places
    machine: Machine = field(default_factory=Machine)
    _silent_at_s: float | None = None

    def run(self) -> Ledger:
        """All that can be done now; comes back when nothing waits to be put in."""
        self._judge_start()
        while (found := self._next()) is not None:
            one, path = found
            self._put_in(one, path)
        return self._ledger()

    # ---- what an earlier start came to ------------------------------------------------------

    def _judge_start(self) -> None:
        for one in self._ledger().orders:
            if one.step in BEGUN:
                self._judge(one)

    def _judge(self, one: Installed) -> None:
        """A bundle that was written: it runs, it is on trial, it fell back, or it has to start."""
        runs = compared(self.machine.running(), one.version) == "same"
        if runs:
            while self._on_trial():
                self._note(one, "trial")
                self.machine.wait(LOOK_S * 5)
            self._note(one, "running")
        elif one.step == "installed":
            self._start(one)
        else:
            why = "the old system started again: the new one was not found good in its time"
            self._note(one, "fell_back", "fell_back", why)

    def _on_trial(self) -> bool:
        return not ran(self.machine.on_trial, SHORT_S).code

    # ---- what waits --------------------------------------------------------------------------

    def _next(self) -> tuple[Fetched, Path] | None:
        """A stick's before the centre's: somebody stands there and waits."""
        sources: tuple[Source, ...] = ("stick", "centre")
        for source in sources:
            said = load(self.places.said(source), Fetched)
            if said is None or said.step != "ready" or self._is_over(said):
                continue
            if source == "centre" and not self._wants(said):
                continue
            path = self._path(source, said)
            if path.is_file():
                return said, path
        return None

    def _wants(self, said: Fetched) -> bool:
        """Whether the centre still wants it; where the kiosk has not said anything, it does."""
        board = load(self.places.notice, Board)
        return board is None or (board.wanted is not None and board.wanted.order == said.order)

    def _path(self, source: Source, said: Fetched) -> Path:
        return self.places.brought if source == "stick" else self.places.whole(said.sha256)

    def _is_over(self, said: Fetched) -> bool:
        """Put in before, or its very bytes fell back or run; a broken off writing begins anew."""
        before = self._ledger().of(said.order)
        if before is not None and before.step != "installing":
            return True
        return any(
            one.step in {"fell_back", "running"} and one.order.startswith(said.sha256)
            for one in self._ledger().orders
        )

    # ---- putting it in ------------------------------------------------------------------------

    def _put_in(self, said: Fetched, path: Path) -> None:
        one = Installed(order=said.order, step="installing", version=said.version)
        if compared(self.machine.running(), said.version) == "same":
            self._note(one, "running")
            return
        self._until(may_install)
        if path != self.places.brought and not self._wants(said):
            return  # taken back while it waited
        self._note(one, "installing")
        if why := self._write(path):
            running = self.machine.running()
            if compared(running, said.version) == "older":  # RAUC says no more than that a rule did
                why += f" | {said.version} is older than {running}"
            self._note(one, "failed", "rauc", why)
            return
        self._note(one, "installed")
        self._start(one)

    def _write(self, path: Path) -> str:
        """RAUC writes the other slot; "" or its own reason."""
        done = ran((*self.machine.rauc, str(path)), RAUC_LIMIT_S)
        return done.reason if done.code else ""

    def _start(self, one: Installed) -> None:
        """Behind a shut door, when the last visit is over; the trial begins with it."""
        while True:
            self._until(may_close)
            with self._door_shut():
                if self._nobody_left():
                    self._restart(one)
                    return

    def _restart(self, one: Installed) -> None:
        self._note(one, "restarting")
        done = ran(self.machine.restart, SHORT_S)
        if not done.code:
            self.machine.wait(DOWN_LIMIT_S)
        why = done.reason if done.code else "the machine did not go down"
        self._note(one, "failed", "restart", why)

    @contextmanager
    def _door_shut(self) -> Iterator[None]:
        self.places.door.touch()
        try:
            yield
        finally:
            self.places.door.unlink(missing_ok=True)

    def _nobody_left(self) -> bool:
        shut_at_s = self.machine.monotonic_s()
        while self.machine.monotonic_s() - shut_at_s < DOOR_LIMIT_S:
            if may_restart(self._seen(shut_at_s)):
                return True
            self.machine.wait(LOOK_S)
        return False

    def _until(self, may: Callable[[Seen, Rules], bool]) -> None:
        began_s = self.machine.monotonic_s()
        while not may(self._seen(began_s), self._rules()):
            self.machine.wait(LOOK_S)

    def _seen(self, began_s: float) -> Seen:
        board, now_s = load(self.places.notice, Board), self.machine.monotonic_s()
        found = self.machine.page(board.port if board else 8080)
        if found is not None:
            self._silent_at_s = None
        elif self._silent_at_s is None:
            self._silent_at_s = now_s
        screen, since_s = found or (None, now_s - (self._silent_at_s or now_s))
        return Seen(screen, since_s, now_s - began_s, self.machine.utc_now().time())

    def _rules(self) -> Rules:
        board = load(self.places.notice, Board)
        if board is None:
            return Rules()
        return Rules(board.idle_s, board.patience_h * 3600, QuietHours.of(board.quiet))

    def _ledger(self) -> Ledger:
        return load(self.places.ledger, Ledger) or Ledger()

    def _note(self, one: Installed, step: Step, why: str = "", what: str = "") -> None:
        before = self._ledger()
        now = Installed(order=one.order, step=step, version=one.version, why=why, what=what[:2000])
        if before.of(one.order) != now:
            save(self.places.ledger, before.plus(now))
            progress(f"{one.version}: {step} {what}".rstrip())
