"""What a kiosk has answered to commands, across restarts: the highest number, the last results."""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from mqtt import cbor
from mqtt.commands import RESULT_LIMIT_BYTES
from mqtt.files import write_durably

REMEMBERED = 64
_LIMIT_BYTES = 2 * REMEMBERED * RESULT_LIMIT_BYTES


class _File(msgspec.Struct, frozen=True):
    highest: int
    results: list[tuple[str, bytes]]


@dataclass(slots=True)
class CommandRecord:
    """One small file, replaced whole; of older results only the number remains.

    A file that does not read counts as an empty one: commands are idempotent, and expire.
    """

    path: Path
    highest: int = 0
    _results: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> "CommandRecord":
        """What earlier runs answered; raises OSError where the file cannot be read."""
        try:
            with path.open("rb") as file:
                data = file.read(_LIMIT_BYTES)
            fields = cbor.loads(data, limit_bytes=_LIMIT_BYTES)
            found = msgspec.convert(fields, _File, builtin_types=(bytes,))
        except (FileNotFoundError, cbor.CborError, msgspec.ValidationError):
            return cls(path)
        return cls(path, found.highest, dict(found.results))

    def answered(self, command_id: str) -> bytes | None:
        """The signed result that was given to this very command."""
        return self._results.get(command_id)

    def keep(self, command_id: str, number: int, result: bytes) -> None:
        """Remember, on the disk when this returns; raises OSError."""
        results = {**self._results, command_id: result}
        kept = list(results.items())[-REMEMBERED:]
        highest = max(self.highest, number)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        pairs = [[name, data] for name, data in kept]
        write_durably(self.path, cbor.dumps({"highest": highest, "results": pairs}))
        self.highest, self._results = highest, dict(kept)
