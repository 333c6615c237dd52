"""Room on the outbox's partition: what a cap needs, what is free, the ballast for a full disk."""

import os
from dataclasses import dataclass
from pathlib import Path

from mqtt.errors import OutboxRoomError
from mqtt.files import sync_folder
from mqtt.outbox_file import Opener, open_file

LOG_BYTES = 8 * 1024 * 1024
"""What the write-ahead log beside the file takes at most, beyond `max_bytes`."""
LOW_BYTES = 1024 * 1024
"""With less free on the partition, others have filled it: the ballast goes."""


@dataclass(frozen=True, slots=True)
class Disk:
    """How the outbox uses its medium, and whether there is a second one.

    mirror: the file on the second medium, with the same rows; alone: whether travellers are served
    while it is away. ballast_bytes: set aside for the day on which others fill the partition.
    """

    high_water_pct: float = 90.0
    ballast_bytes: int = 0
    mirror: Path | None = None
    alone: bool = False
    opener: Opener = open_file


def needed_bytes(max_bytes: int, ballast_bytes: int) -> int:
    """What the outbox may take of its partition in all."""
    return max_bytes + LOG_BYTES + ballast_bytes


def check_partition(folder: Path, max_bytes: int, ballast_bytes: int) -> None:
    """Raise OutboxRoomError where the cap cannot fit, however empty the partition were."""
    found = os.statvfs(folder)
    size_bytes = found.f_blocks * found.f_frsize
    wanted_bytes = needed_bytes(max_bytes, ballast_bytes)
    if wanted_bytes > size_bytes:
        mb = 1024 * 1024
        what = f"cap, log and ballast take {wanted_bytes // mb} MB, the partition of {folder} has"
        raise OutboxRoomError(f"{what} {size_bytes // mb} MB.")


def free_bytes(folder: Path) -> int:
    """What this user may still write on the partition; raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@dataclass(slots=True)
class Ballast:
    """A file of zeros that is given up when the partition is full, so that the outbox can go on.

    It is made again when there is twice its room; until then no traveller starts.
    """

    path: Path
    size_bytes: int

    @property
    def is_whole(self) -> bool:
        """Whether it lies there in full; true where none is asked for."""
        try:
            return self.size_bytes == 0 or self.path.stat().st_size == self.size_bytes
        except OSError:
            return False

    def spare(self) -> None:
        """Give it up where others have filled the partition; raises OSError."""
        if self.size_bytes and free_bytes(self.path.parent) < LOW_BYTES:
            self.path.unlink(missing_ok=True)

    def restore(self) -> None:
        """Make it where it is not, and where there is room; a disk that refuses is no error here.

        It keeps its blocks (posix_fallocate): a sparse file would set nothing aside.
        """
        if self.is_whole:
            return
        beside = self.path.with_name(f"{self.path.name}.new")
        try:
            if free_bytes(self.path.parent) < 2 * self.size_bytes + LOW_BYTES:
                return
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, self.size_bytes)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            beside.rename(self.path)
            sync_folder(self.path.parent)
        except OSError:
            beside.unlink(missing_ok=True)
