"""The centre's commands: numbered, signed, kept until each kiosk has answered or they expire.

One file a command in the folder `commands`, and one to which its answers are appended, so that any
member of the sink, and the command line, see the same; what is due is sent again, since a command
is done once however often it comes.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec

from mqtt.central.errors import CentralError
from mqtt.central.registry import Registry
from mqtt.commands import Command, Order, Result, read_result, sign_command
from mqtt.errors import CommandError
from mqtt.files import append_durably, locked, write_durably
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


_State = tuple[tuple[int, int] | None, tuple[int, int] | None]


@dataclass(slots=True)
class CommandDesk:
    """The folder of commands; any number of processes, one at a time in it."""

    folder: Path
    _sent_at_s: dict[tuple[str, int], float] = field(default_factory=dict)
    _seen: dict[Path, tuple[_State, Sent]] = field(default_factory=dict)

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
        sent = self._read(path)
        if sent is None or sent.id != result.command or kiosk not in sent.kiosks:
            raise CommandError("an answer to no command of ours.")
        if sent.answers.get(kiosk) != result:
            self._append(path, sent, result)
        return result

    def _append(self, path: Path, sent: Sent, result: Result) -> None:
        """Also to what we have read, unless another member wrote in between."""
        with self._locked():
            same = self._seen[path][0][1] == _state(_answers(path))
            append_durably(_answers(path), msgspec.json.encode(result))
            if same:
                sent.answers[result.kiosk] = result
                self._seen[path] = ((_state(path), _state(_answers(path))), sent)

    def all(self) -> list[Sent]:
        """Every command that is kept, by number."""
        found = (self._read(path) for path in sorted(self.folder.glob("*.json")))
        return [one for one in found if one is not None]

    def tidy(self, now: datetime) -> int:
        """Remove commands that expired long ago; how many. Any member may, at the same time."""
        over = {one.number for one in self.all() if one.expires_at + ANSWERED_KEPT <= now}
        for number in over:
            path = self._path(number)
            for file in (path, _answers(path)):
                file.unlink(missing_ok=True)
            self._seen.pop(path, None)
        self._sent_at_s = {key: at for key, at in self._sent_at_s.items() if key[1] not in over}
        return len(over)

    def _read(self, path: Path) -> Sent | None:
        """One command with its answers, read anew where a file changed; None where it is none."""
        state = (_state(path), _state(_answers(path)))
        seen = self._seen.get(path)
        if seen is not None and seen[0] == state:
            return seen[1]
        try:
            sent = msgspec.json.decode(path.read_bytes(), type=Sent)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return None
        sent = msgspec.structs.replace(sent, answers=_read_answers(_answers(path)))
        self._seen[path] = (state, sent)
        return sent

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

    def _locked(self) -> AbstractContextManager[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return locked(self.folder / ".lock")


def _answers(path: Path) -> Path:
    return path.with_suffix(".answers")


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _read_answers(path: Path) -> dict[str, Result]:
    """The newest answer of each kiosk; a line that was torn by a power cut comes again."""
    answers = {}
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            one = msgspec.json.decode(line, type=Result)
        except (msgspec.DecodeError, msgspec.ValidationError):
            continue
        answers[one.kiosk] = one
    return answers
