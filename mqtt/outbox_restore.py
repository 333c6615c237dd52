"""An outbox begun again from its mirror: the card is new, was set back, or does not read."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mqtt import files, outbox_sql
from mqtt.errors import OutboxCorruptError, OutboxForeignError, OutboxLostError
from mqtt.outbox_file import copy_whole, read_beside, typed_errors
from mqtt.outbox_table import get
from mqtt.owner_lock import OwnerLock


@dataclass(frozen=True, slots=True)
class Restored:
    """How many rows came back, and where the file that stood there is now."""

    rows: int
    aside: Path | None


def restore(outbox: Path, mirror: Path, kiosk: str) -> Restored:
    """Copy the mirror to the outbox's place; what stood there is set aside, never deleted.

    Raises OutboxBusyError while the kiosk runs, OutboxForeignError, OutboxCorruptError (the mirror
    does not read), OutboxLostError (there is no mirror), OutboxDiskError.
    """
    if not mirror.exists():
        raise OutboxLostError(f"{mirror} is not there.")
    with typed_errors():
        lock = OwnerLock.take(outbox.with_name(outbox.name + ".lock"))
        try:
            files.give_like_folder(lock.path)
            rows = _check(mirror, kiosk)
            beside = outbox.with_name(f".{outbox.name}.restored")
            beside.unlink(missing_ok=True)
            copy_whole(mirror, beside)
            files.give_like_folder(beside)
            aside = files.move_aside(outbox) if outbox.exists() else None
            beside.rename(outbox)
            files.sync_folder(outbox.parent)
        finally:
            lock.release()
    return Restored(rows, aside)


def _check(mirror: Path, kiosk: str) -> int:
    with closing(read_beside(mirror)) as db:
        owner = get(db, "kiosk")
        if owner != kiosk:
            raise OutboxForeignError(f"{mirror} belongs to kiosk {owner}.")
        verdict = str(db.execute("PRAGMA integrity_check(1)").fetchone()[0])
        if verdict != "ok":
            raise OutboxCorruptError(f"{mirror} is not readable.")
        return sum(count for _, count in db.execute(outbox_sql.COUNTS))
