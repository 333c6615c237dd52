"""A whole copy of the database while members write: SQLite's online backup, or pg_dump."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mqtt.central.errors import CentralError, DiskFullError
from mqtt.central.postgres_cluster import find_program
from mqtt.central.settings import CentralSettings
from mqtt.central.store_sqlite import Store
from mqtt.files import sync_folder


class BackupError(CentralError):
    """No copy was made."""

    mend = "Name a new file in a folder that you may write and that has room."


def back_up(settings: CentralSettings, target: Path) -> int:
    """Write the copy, synced, mode 0600; gives its size in bytes. Raises BackupError."""
    if target.exists():
        raise BackupError(f"{target} exists.")
    part = target.with_name(f".{target.name}.part")
    try:
        with _alone(part):
            return _backed_up(settings, part, target)
    except DiskFullError:
        raise BackupError(f"{target}: No space left on device.") from None
    except OSError as error:
        raise BackupError(f"{target}: {error.strerror}.") from None


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """An empty `part` for one process at a time; what a killed one left is written over."""
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), part.stat()):
            raise BackupError("another backup has just been there.")
        os.truncate(descriptor, 0)
        yield
    except BlockingIOError:
        raise BackupError("another backup is writing that file.") from None
    finally:
        os.close(descriptor)


def _backed_up(settings: CentralSettings, part: Path, target: Path) -> int:
    try:
        if settings.is_postgres:
            _dump(settings.file.database, part)
        else:
            with Store(settings.database, read_only=True) as store:
                store.backup(part)
        _sync(part)
        part.replace(target)
        sync_folder(target.parent)
        return target.stat().st_size
    finally:
        part.unlink(missing_ok=True)


def _dump(url: str, part: Path) -> None:
    program = find_program("pg_dump")
    if program is None:
        raise BackupError("pg_dump, a program of PostgreSQL, is not installed.")
    with part.open("wb") as file:
        done = subprocess.run(  # noqa: S603 - the program that we looked up, a URL from our file
            [program, "--format=custom", "--compress=0", f"--dbname={url}"],
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode:
        last = "".join(done.stderr.strip().splitlines()[-1:])
        raise BackupError(f"pg_dump: {last}")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
