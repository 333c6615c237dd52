"""Whom a member believes and what it can open, read anew when the files change, without a stop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mqtt.central.errors import CentralError
from mqtt.central.registry import Registry, room
from mqtt.errors import KeyFileError
from mqtt.keys import PrivateKey, load_private_key
from mqtt.notice import Notice

Seen = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """The registry, and every private key that events may be sealed for."""

    registry: Registry
    recipient_keys: Sequence[PrivateKey]


@dataclass(slots=True)
class TrustFiles:
    """registry.toml with registry.d, named keys, and the monthly `recipient-*.key` beside them."""

    registry: Path
    named_keys: Sequence[Path]
    _seen: Seen = field(default=(), init=False)

    def load(self) -> Trust:
        """Read all; raises RegistryError, KeyFileError, OSError (a named key is not there)."""
        self._seen = self._look()
        return Trust(Registry.load(self.registry), [load_private_key(one) for one in self._keys()])

    def renewed(self) -> Trust | Notice | None:
        """None where nothing changed; a notice where the change does not read (the old holds)."""
        if self._look() == self._seen:
            return None
        try:
            return self.load()
        except (CentralError, KeyFileError) as error:
            what = f"{error} What was read before holds."
            return Notice("trust_unread", "error", what, error.mend)
        except OSError as error:
            what = f"{error.filename}: {error.strerror}. What was read before holds."
            return Notice("trust_unread", "error", what, "Put the file back, or take it out of it.")

    def _keys(self) -> list[Path]:
        """The newest month first: most events are sealed for it, and each key tried costs time."""
        months = sorted(self.registry.parent.glob("recipient-*.key"), reverse=True)
        return [*self.named_keys, *(one for one in months if one not in self.named_keys)]

    def _look(self) -> Seen:
        files = [self.registry, *self._keys(), *sorted(room(self.registry).glob("*.json"))]
        found = []
        for path in files:
            try:
                state = path.stat()
            except OSError:
                continue
            found.append((str(path), state.st_mtime_ns, state.st_size))
        return tuple(found)
