"""What files need to survive a power cut: a synced folder, and a way aside instead of deletion."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make new names in `folder` last; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace the file whole or not at all, on the disk when this returns; raises OSError."""
    write_whole(path, (data,), mode)


def write_whole(path: Path, pieces: Iterable[bytes], mode: int = 0o600) -> None:
    """The same of many pieces, which need not be in memory at once."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as error:
        with suppress(OSError):  # the first error says more
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in {None, str(beside)}:
            error.filename = str(path)
        raise
    sync_folder(path.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process and one thread at a time in the block; the empty file `path` stays. OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def append_durably(path: Path, line: bytes) -> None:
    """Add one line, on the disk when this returns; one torn before it is ended first. OSError."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else b"\n" + line
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def move_aside(path: Path) -> Path:
    """Rename the file and its log to the first free name; nothing is ever deleted."""
    number = 1
    while (aside := path.with_name(f"{path.name}.unreadable-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


def file_identity(path: Path) -> tuple[int, int]:
    """Which file stands there, by device and inode; raises OSError where none does."""
    found = path.stat()
    return found.st_dev, found.st_ino


def read_back(path: Path) -> Iterator[bytes]:
    """The file from its medium, not from memory, as far as the kernel lets go of it."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := file.read(1 << 20):
            yield piece


def make_folder(folder: Path, mode: int = 0o755) -> None:
    """The folder and those above it, each for the owner of the one above it. Raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=mode, exist_ok=True)
        give_like_folder(folder)


def give_like_folder(path: Path) -> None:
    """Give the file to the owner of its folder, where root made it; else leave it. Raises OSError.

    An engineer works as root, the kiosk does not.
    """
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
