"""A whole copy of the database while members write: SQLite's online backup, or pg_dump."""

import os
import subprocess
from pathlib import Path

from mqtt.central.errors import CentralError
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
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        if settings.is_postgres:
            _dump(settings.file.database, part)
        else:
            with Store(settings.database, read_only=True) as store:
                store.backup(part)
        _sync(part)
        part.replace(target)
        sync_folder(target.parent)
        return target.stat().st_size
    except OSError as error:
        raise BackupError(f"{target}: {error.strerror}.") from None
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
