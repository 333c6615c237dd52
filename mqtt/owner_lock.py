"""One owner for one file: an flock that the kernel lets go when the process dies."""

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mqtt.errors import OutboxBusyError


@dataclass(slots=True)
class OwnerLock:
    """Holds `path` locked from `take` to `release`."""

    path: Path
    _descriptor: int

    @classmethod
    def take(cls, path: Path) -> "OwnerLock":
        """Lock at once or raise OutboxBusyError; the file itself stays, empty."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise OutboxBusyError(f"{path} is held by another process.") from None
        return cls(path, descriptor)

    def release(self) -> None:
        """Let go; safe to call twice."""
        with suppress(OSError):
            os.close(self._descriptor)
        self._descriptor = -1
