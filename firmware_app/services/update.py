"""The kiosk's part of an update: notes what the centre announced, says what became of it.

It has no network and may write no slot: others fetch the bundle and put it in (docs/updates.md).
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from firmware_app import log
from firmware_app.config import Config
from firmware_app.errors import KioskError
from firmware_app.release import system_version
from firmware_app.services.keys import Keys
from firmware_app.services.update_files import (
    Board,
    Places,
    Progress,
    Source,
    Wanted,
    load,
    progress,
    save,
)
from firmware_app.services.update_rules import compared
from firmware_app.workers.commands import Later
from mqtt.commands import Command, Outcome, Update
from mqtt.files import write_durably

Facts = dict[str, str]


class UpdateError(KioskError):
    """An announced system is not for this kiosk."""

    mend = "Compare version and URL with what is published; `--older` is the way back."


class OlderUpdateError(UpdateError):
    """It is older than what runs, or has no version."""


@dataclass(slots=True)
class UpdateDesk:
    """What is wanted, durable beside the outbox; `look` is asked once a second."""

    config: Config
    keys: Keys
    places: Places
    running: Callable[[], str] = system_version
    _wanted: Wanted | None = None
    _told: dict[str, Progress] = field(default_factory=dict)
    _marks: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config, keys: Keys) -> "UpdateDesk | None":
        """None where kiosk.toml has no [update]."""
        told = config.update
        return None if told is None else cls(config, keys, Places(told.board, told.room, told.door))

    def start(self) -> None:
        """Lay the board for the others; travellers are served without it."""
        self._wanted = load(self._own, Wanted)
        try:
            self._lay()
        except OSError as error:
            mend = "See that [update] board of kiosk.toml names a folder that the kiosk may make."
            log.say("update_board", "error", what=f"{error.filename}: {error.strerror}", mend=mend)

    def announce(self, command: Command, order: Update) -> Facts:
        """Note it, on the disk when this returns, for whoever fetches; raises UpdateError, OSError.

        Done twice, it does what doing it once does. The version that runs takes back what waits.
        """
        running = self.running()
        beside = compared(running, order.version)
        if beside == "no_version" or (beside == "older" and not order.older):
            what = f"{order.version} is not newer than {running}, which runs."
            raise OlderUpdateError(what)
        self._wanted = None if beside == "same" else _wanted(command, order)
        write_durably(self._own, msgspec.json.encode(self._wanted))
        self._lay()
        step = "running" if beside == "same" else "announced"
        return {"step": step, "version": order.version, "running": running}

    def closed(self) -> str:
        """Why no traveller may start now: "update" while the door is asked to be shut."""
        return "update" if self.places.door.exists() else ""

    def look(self, later: Callable[[Later], None], *, waiting_rows: int) -> None:
        """Say what is new, and let the download step aside while crossings wait for the line."""
        self._set(self.places.delivering, there=waiting_rows > 0)
        for source, found in self._progress().items():
            if self._told.get(source) == found:
                continue
            self._told[source] = found
            said = " ".join(filter(None, (source, found.step, found.why, found.what)))
            log.say("update", "error" if found.bad else "info", what=said, version=found.version)
            if self._wanted is not None and source == "centre":
                later(self._answer(self._wanted, found))
        newest = self._told.get("centre")
        over = newest is not None and newest.over and newest.order == self._order
        self._set(self.places.waits, there=self._order is not None and not over)

    def facts(self) -> Facts:
        """The running system, and how far the newest updates have come; impersonal."""
        told = {"system": self.running()}
        for source, found in self._progress().items():
            told[f"update_{source}"] = f"{found.version} {found.step} {found.why}".rstrip()
        return told

    @property
    def _order(self) -> str | None:
        return self._wanted.order if self._wanted else None

    def _progress(self) -> dict[Source, Progress]:
        order = self._order
        found: dict[Source, Progress | None] = {
            "centre": progress(self.places, "centre", order) if order else None,
            "stick": progress(self.places, "stick"),
        }
        return {source: one for source, one in found.items() if one is not None}

    def _answer(self, wanted: Wanted, found: Progress) -> Later:
        facts = {"step": found.step, "version": found.version, "running": self.running()}
        outcome = Outcome.FAILED if found.bad else Outcome.DONE
        return Later(
            wanted.order,
            wanted.number,
            outcome,
            found.why or None,
            facts | ({"what": found.what} if found.what else {}),
        )

    def _set(self, mark: Path, *, there: bool) -> None:
        """A mark on the board, written only where it changes."""
        if self._marks.get(mark.name) == there:
            return
        try:
            if there:
                mark.touch(0o644)
            else:
                mark.unlink(missing_ok=True)
        except OSError:  # a courtesy to the download, no more
            return
        self._marks[mark.name] = there

    def _lay(self) -> None:
        told = self.config.update
        if told is None:
            return
        found = self.keys.store.keys() if self.keys.store is not None else None
        authorities = found.tls_authorities if found else ()
        self.places.board.mkdir(mode=0o755, parents=True, exist_ok=True)
        board = Board(
            port=self.config.page.port,
            authorities=tuple(ssl.DER_cert_to_PEM_cert(one) for one in authorities),
            quiet=told.quiet,
            idle_s=told.idle_s,
            patience_h=told.patience_h,
            rate_kb_s=told.rate_kb_s,
            wanted=self._wanted,
        )
        save(self.places.notice, board)

    @property
    def _own(self) -> Path:
        return self.config.storage.outbox.with_name("update.wanted")


def _wanted(command: Command, order: Update) -> Wanted:
    return Wanted(
        order=command.id,
        number=command.number,
        version=order.version,
        url=order.url,
        size=order.size,
        sha256=order.sha256.hex(),
        older=order.older,
    )
