"""`kiosk update fetch` and `take`: an announced bundle, or one of a stick, made ready to be put in.

Run by border-kiosk-update.service as a user of its own, who may write nothing but `fetched/`. That
a bundle is ready means its hash or stick, RAUC's signature and its version were good; whoever puts
it in asks RAUC once more.
"""

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from random import SystemRandom

import msgspec

from firmware_app.engineer.report import progress
from firmware_app.engineer.update_https import (
    Download,
    LinkError,
    NotTheBundleError,
    Pace,
    SupersededError,
    context,
)
from firmware_app.engineer.update_programs import ran
from firmware_app.release import system_version
from firmware_app.services.update_files import (
    Board,
    Fetched,
    Ledger,
    Places,
    Source,
    Wanted,
    load,
    save,
)
from firmware_app.services.update_rules import compared
from mqtt.delivery import Backoff
from mqtt.files import locked, sync_folder

TRIES = 6  # in a row without a byte; then the timer comes again
BACKOFF = Backoff(first_s=5.0, longest_s=300.0)
SPARE_BYTES = 64 * 1024 * 1024  # of the data partition, for the crossings
KEYRING = Path("/etc/rauc/keyring.pem")
RAUC_LIMIT_S = 300.0
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def start_id() -> str:
    """Names this start of the machine: what RAUC refused of a stick has one try in each."""
    return BOOT_ID.read_text(encoding="ascii")[:8]


class NoRoomError(LinkError):
    """The data partition would be too full for crossings; tried again."""

    mend = "Wait for the link to empty the outbox, or bring the update by stick after that."


@dataclass(frozen=True, slots=True)
class Tools:
    """What the work is done with; `wait` is how long to wait between tries and pieces."""

    running: Callable[[], str] = system_version
    wait: Callable[[float], object] = threading.Event().wait
    rauc: str = "rauc"
    keyring: Path = KEYRING
    spare_bytes: int = SPARE_BYTES
    start_id: Callable[[], str] = start_id


@dataclass(frozen=True, slots=True)
class Fetch:
    """The fetching user's work in `places.fetched`; one process at a time."""

    places: Places
    tools: Tools = Tools()

    def fetch(self) -> Fetched | None:
        """Bring what the board wants, as far as it goes now; None where nothing is wanted.

        Raises LinkError where it is to be tried again.
        """
        while True:
            try:
                return self._once()
            except SupersededError as error:
                progress(str(error))

    def _once(self) -> Fetched | None:
        board = load(self.places.notice, Board)
        with locked(self.places.fetched / ".lock"):
            wanted = board.wanted if board else None
            self._tidy(wanted)
            if board is None or wanted is None:
                return None
            before = load(self.places.said("centre"), Fetched)
            if before and before.order == wanted.order and self._settled(before):
                return before
            etag = before.etag if before and before.sha256 == wanted.sha256 else ""
            return self._work("centre", _of(wanted, etag), lambda: self._bring(board, wanted, etag))

    def take(self) -> Fetched | None:
        """Judge what root copied from a stick; None where there is nothing."""
        path = self.places.brought
        with locked(self.places.fetched / ".lock"):
            if not path.is_file():
                return None
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
            order = f"{digest}-{self.tools.start_id()}"
            before = load(self.places.said("stick"), Fetched)
            if before and before.order == order and before.step in {"ready", "failed"}:
                return before
            began = Fetched(
                order=order,
                step="fetching",
                version="",
                sha256=digest,
                size=path.stat().st_size,
            )
            return self._work("stick", began, lambda: self._judged(path, ""))

    def _settled(self, before: Fetched) -> bool:
        """Whether nothing is left to do: it failed, was put in, or lies there."""
        done = (load(self.places.ledger, Ledger) or Ledger()).of(before.order)
        there = self.places.whole(before.sha256).is_file()
        return before.step == "failed" or done is not None or (before.step == "ready" and there)

    def _work(self, source: Source, began: Fetched, work: Callable[[], str]) -> Fetched:
        """Say that it begins, do it, say what came of it."""

        def say(step: str, why: str = "", what: str = "", version: str = "") -> Fetched:
            before = load(self.places.said(source), Fetched)
            etag = before.etag if before and before.order == began.order else began.etag
            said = msgspec.structs.replace(
                began,
                step=step,
                why=why,
                what=what[:2000],
                version=version or began.version,
                etag=etag,
            )
            save(self.places.said(source), said)
            return said

        say("fetching")
        try:
            return say("ready", version=work())
        except NotTheBundleError as error:
            self.places.part(began.sha256).unlink(missing_ok=True)
            return say("failed", type(error).__name__, str(error))
        except LinkError as error:
            say("waits", type(error).__name__, str(error))
            raise

    def _bring(self, board: Board, wanted: Wanted, etag: str) -> str:
        """The version, once the bundle is whole and judged."""
        running = self.tools.running()
        if compared(running, wanted.version) == "older" and not wanted.older:
            raise NotTheBundleError(f"{wanted.version} is older than {running}, which runs.")
        pace = Pace(board.rate_kb_s, self.places.delivering, self.tools.wait)
        part = self.places.part(wanted.sha256)
        trusted = context(board.authorities)
        download = Download(wanted, part, trusted, pace, lambda: self._wants(wanted), etag)
        resumed = self._tries(download, wanted)
        whole = _is(part, wanted.sha256)
        if resumed and not whole:  # a power cut may have left a hole: once more, from zero
            part.unlink()
            self._tries(download, wanted)
            whole = _is(part, wanted.sha256)
        if not whole:
            raise NotTheBundleError("what came has another SHA-256 than was announced.")
        version = self._judged(part, wanted.version)
        part.replace(self.places.whole(wanted.sha256))
        sync_folder(self.places.fetched)
        return version

    def _tries(self, download: Download, wanted: Wanted) -> bool:
        """Until it is whole; whether a part was there before. Raises LinkError after `TRIES`."""
        resumed, failures = download.have > 0, 0
        while True:
            have = download.have
            self._room(wanted.size - have)
            try:
                download.go()
            except LinkError:
                resumed = True
                failures = 0 if download.have > have else failures + 1
                if failures >= TRIES:
                    raise
                self._remember(wanted, download.etag)
                self.tools.wait(BACKOFF.after_s(max(failures, 1), SystemRandom().random()))
            else:
                return resumed

    def _wants(self, wanted: Wanted) -> bool:
        """Whether the board still says so; one that is not there says nothing else."""
        board = load(self.places.notice, Board)
        return board is None or board.wanted == wanted

    def _remember(self, wanted: Wanted, etag: str) -> None:
        save(self.places.said("centre"), _of(wanted, etag))

    def _room(self, needed: int) -> None:
        free = shutil.disk_usage(self.places.fetched).free - self.tools.spare_bytes
        if free < needed:
            raise NoRoomError(f"{needed} bytes are needed, {max(free, 0)} are free for it.")

    def _judged(self, path: Path, announced: str) -> str:
        """The bundle's own version, signed; raises NotTheBundleError with RAUC's reason."""
        version = str(self._info(path).get("version", ""))
        if announced and version != announced:
            raise NotTheBundleError(f"the bundle says {version}, {announced} was announced.")
        if compared(self.tools.running(), version) == "no_version":
            raise NotTheBundleError(f"the bundle's version, {version!r}, is none like 1.2.0.")
        return version

    def _info(self, path: Path) -> dict[str, object]:
        words = (self.tools.rauc, "info", f"--keyring={self.tools.keyring}", "--output-format=json")
        done = ran((*words, str(path)), RAUC_LIMIT_S)
        if done.code:
            raise NotTheBundleError(done.reason)
        try:
            found = json.loads(done.said)
        except ValueError:
            raise NotTheBundleError("rauc says nothing that reads.") from None
        return found if isinstance(found, dict) else {}

    def _tidy(self, wanted: Wanted | None) -> None:
        """Remove what nobody wants any more: of other orders, and of one that was put in."""
        ledger = load(self.places.ledger, Ledger) or Ledger()
        over = wanted is None or _is_over(ledger, wanted.order)
        kept = set() if over or wanted is None else {wanted.sha256}
        for path in self.places.fetched.glob("*"):
            if path.suffix in {".part", ".raucb"} and path.stem not in kept:
                path.unlink(missing_ok=True)


def _is_over(ledger: Ledger, order: str) -> bool:
    done = ledger.of(order)
    return done is not None and done.step in {"running", "failed", "fell_back"}


def _of(wanted: Wanted, etag: str) -> Fetched:
    return Fetched(
        order=wanted.order,
        step="fetching",
        version=wanted.version,
        sha256=wanted.sha256,
        size=wanted.size,
        etag=etag,
    )


def _is(path: Path, digest: str) -> bool:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == digest
