"""How an outbox stands, read beside its owner: levels, ages, head, mirror, files set aside."""

import os
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mqtt import outbox_sql
from mqtt.envelope import Head
from mqtt.errors import OutboxError
from mqtt.outbox_drop import REFUSED_SUFFIX, drop_folder
from mqtt.outbox_file import Connection, read_beside, typed_errors
from mqtt.outbox_room import free_bytes
from mqtt.outbox_table import get, head_of, used_bytes

ASIDE = "{}.unreadable-*"


@dataclass(frozen=True, slots=True)
class Status:
    """One look at one file. Ages are powered seconds, as of the owner's last commit."""

    kiosk: str
    ready: int
    sent: int
    receipted: int
    erased: int
    oldest_waiting_s: float | None
    used_bytes: int
    file_bytes: int
    log_bytes: int
    free_bytes: int
    ballast_bytes: int
    owner_pid: int | None
    suspect: bool
    head: Head | None
    set_aside: tuple[Path, ...]
    receipts_waiting: int
    receipts_refused: int


def look(path: Path) -> Status:
    """Read it; raises OutboxError."""
    with typed_errors(), closing(read_beside(path)) as db:
        kiosk = str(get(db, "kiosk") or "")
        counts = dict(db.execute(outbox_sql.COUNTS).fetchall())
        drops = _names(drop_folder(path))
        aside = sorted(path.parent.glob(ASIDE.format(path.name)))
        return Status(
            kiosk=kiosk,
            ready=counts.get("ready", 0),
            sent=counts.get("sent", 0),
            receipted=counts.get("receipted", 0),
            erased=int(str(get(db, "erased") or 0)),
            oldest_waiting_s=_oldest_s(db),
            used_bytes=used_bytes(db),
            file_bytes=_size(path),
            log_bytes=_size(path.with_name(path.name + "-wal")),
            free_bytes=free_bytes(path.parent),
            ballast_bytes=_size(path.with_name(path.name + ".ballast")),
            owner_pid=owner_pid(path.with_name(path.name + ".lock")),
            suspect=get(db, "suspect") is not None,
            head=head_of(db, kiosk),
            set_aside=tuple(one for one in aside if one.suffix[-4:] not in {"-wal", "-shm"}),
            receipts_waiting=sum(not name.endswith(REFUSED_SUFFIX) for name in drops),
            receipts_refused=sum(name.endswith(REFUSED_SUFFIX) for name in drops),
        )


def mirror_words(path: Path, mirror: Path) -> tuple[bool, str]:
    """Whether the mirror holds what the outbox holds, and what is to be said of it."""
    try:
        ours, its = look(path), look(mirror)
    except OutboxError as error:
        return False, str(error)
    if path.parent.stat().st_dev == mirror.parent.stat().st_dev:
        return False, "lies on the medium of the outbox itself: the second one is not mounted"
    if its.kiosk != ours.kiosk:
        return False, f"belongs to kiosk {its.kiosk}"
    if its.head != ours.head:
        waiting = ours.ready + ours.sent - its.ready - its.sent
        return False, f"is not in step: about {max(0, waiting)} rows behind"
    return True, "in step"


def owner_pid(lock: Path) -> int | None:
    """Who holds the lock file, without taking it even for a moment; None where nobody does."""
    try:
        inode = lock.stat().st_ino
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:  # "1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF"
        words = line.split()
        if "FLOCK" in words and words[-3].rpartition(":")[2] == str(inode):
            pid = int(words[-4])
            return pid if pid > 0 else os.getpid()
    return None


def _oldest_s(db: Connection) -> float | None:
    (oldest_s,) = db.execute(outbox_sql.OLDEST_UNRECEIPTED).fetchone()
    clock_s = get(db, "clock_s")
    if oldest_s is None or not isinstance(clock_s, int | float):
        return None
    return max(0.0, clock_s - float(oldest_s))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _names(folder: Path) -> list[str]:
    try:
        return [one.name for one in folder.iterdir() if not one.name.startswith(".")]
    except OSError:
        return []
