"""The centre's commands: numbered, signed, kept until each kiosk has answered or they expire.

One file a command in the folder `commands`, so that any member of the sink, and the command line,
see the same; what is due is sent again, since a command is done once however often it comes.
"""

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec

from mqtt.central.errors import CentralError
from mqtt.central.registry import Registry
from mqtt.commands import Command, Order, Result, read_result, sign_command
from mqtt.errors import CommandError
from mqtt.files import write_durably
from mqtt.groups import KioskId, Utc
from mqtt.keys import Signer

AGAIN_AFTER_S = 300.0
LIFE = timedelta(days=7)
ANSWERED_KEPT = timedelta(days=90)


class CommandDeskError(CentralError):
    """A command cannot be made or kept."""

    mend = "Compare it with `kiosk-central command send --help`; nothing was sent."


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One command as it is kept: to whom it goes, its signed bytes (hex), the answers so far."""

    id: str
    number: int
    what: str
    kiosks: list[KioskId]
    issued_at: Utc
    expires_at: Utc
    signed: str
    group: str = ""
    answers: dict[str, Result] = {}


@dataclass(slots=True)
class CommandDesk:
    """The folder of commands; any number of processes, one at a time in it."""

    folder: Path
    _sent_at_s: dict[tuple[str, int], float] = field(default_factory=dict)

    def send(
        self, order: Order, kiosks: Iterable[str], signer: Signer, now: datetime, group: str = ""
    ) -> Sent:
        """Number, sign and keep a command; the sink publishes it. Raises CommandDeskError.

        With a `group` it goes to all of `kiosks`, and those that are in the group do it.
        """
        to = sorted(set(kiosks))
        if not to:
            raise CommandDeskError("a command to nobody.")
        number = self._next_number(now)
        issued = now.replace(microsecond=0)
        command_id = str(uuid4())
        try:
            command = Command(
                id=command_id,
                number=number,
                issued_at=issued,
                expires_at=issued + LIFE,
                order=order,
                kiosks=() if group else tuple(to),
                group=group or None,
            )
            signed = sign_command(command, signer)
        except ValueError as error:
            raise CommandDeskError(str(error)) from None
        what = str(type(order).__struct_config__.tag)
        sent = Sent(command_id, number, what, to, issued, issued + LIFE, signed.hex(), group)
        self._write(sent)
        return sent

    def due(self, now: datetime, monotonic_s: float) -> list[tuple[str, bytes]]:
        """Kiosk and bytes of what is to be published now: unanswered, not expired, oldest first.

        So that numbers rise on their way: kiosks refuse a lower one after a higher one.
        """
        found = []
        for sent in self.all():
            if now >= sent.expires_at:
                continue
            for kiosk in sent.kiosks:
                key = (kiosk, sent.number)
                last_s = self._sent_at_s.get(key, -AGAIN_AFTER_S)
                if kiosk not in sent.answers and monotonic_s - last_s >= AGAIN_AFTER_S:
                    self._sent_at_s[key] = monotonic_s
                    found.append((kiosk, bytes.fromhex(sent.signed)))
        return found

    def take_result(self, kiosk: str, data: bytes, registry: Registry) -> Result:
        """Keep the answer of the topic's kiosk; raises CommandError for one that is not its own."""
        result = read_result(data, registry.keys.get(kiosk, ()))
        if result.kiosk != kiosk:
            raise CommandError("an answer of another kiosk than the topic's.")
        path = self._path(result.number)
        with self._locked():
            sent = _read(path)
            if sent is None or sent.id != result.command or kiosk not in sent.kiosks:
                raise CommandError("an answer to no command of ours.")
            answers = {**sent.answers, kiosk: result}
            self._write(msgspec.structs.replace(sent, answers=answers))
        return result

    def all(self) -> list[Sent]:
        """Every command that is kept, by number."""
        found = (_read(path) for path in sorted(self.folder.glob("*.json")))
        return [one for one in found if one is not None]

    def tidy(self, now: datetime) -> int:
        """Remove commands that expired long ago; how many."""
        over = [one for one in self.all() if one.expires_at + ANSWERED_KEPT <= now]
        for one in over:
            self._path(one.number).unlink(missing_ok=True)
        return len(over)

    def _next_number(self, now: datetime) -> int:
        """One more than the last, and never below the clock: a lost file does not set it back."""
        with self._locked():
            counter = self.folder / "number"
            last = int(counter.read_text()) if counter.exists() else 0
            number = max(last + 1, int(now.timestamp()))
            write_durably(counter, str(number).encode())
            return number

    def _write(self, sent: Sent) -> None:
        text = msgspec.json.format(msgspec.json.encode(sent), indent=1)
        write_durably(self._path(sent.number), text)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:012d}.json"

    def _locked(self) -> "_Lock":
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _Lock(self.folder / ".lock")


@dataclass(slots=True)
class _Lock:
    path: Path
    _descriptor: int = -1

    def __enter__(self) -> None:
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _read(path: Path) -> Sent | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Sent)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError):
        return None
