"""Rows without a receipt into courier files on a stick: read beside the owner, changing nothing."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from mqtt import courier, files, outbox_sql
from mqtt.courier import Cargo, Manifest
from mqtt.envelope import claimed_statement, to_wire
from mqtt.errors import EnvelopeError, OutboxCorruptError, OutboxCourierError
from mqtt.outbox_file import Connection, read_beside, typed_errors
from mqtt.outbox_room import free_bytes

PART_BYTES = 64 * 1024 * 1024
"""Of one file: below what any stick's file system takes, and no long read beside the owner."""
SPARE_BYTES = 1024 * 1024
PART_ROWS = 20_000
OnPart = Callable[[int, int], None]
"""Rows on the stick so far, rows that wait in all."""


@dataclass(slots=True)
class Exported:
    """What one stick took; `left` rows wait for another one.

    remembered: whether the next stick can go on where this one ended; not so where the outbox's own
    partition is full or may not be written, which keeps no row from the stick.
    """

    waiting: int
    rows: int = 0
    files: list[Path] = field(default_factory=list)
    unreadable: int = 0
    remembered: bool = True

    @property
    def left(self) -> int:
        """Rows that the stick had no room for."""
        return self.waiting - self.rows - self.unreadable


@dataclass(slots=True)
class Ledger:
    """Which rows earlier sticks took, beside the outbox: the statements' hashes, 32 bytes each."""

    path: Path
    known: set[bytes] = field(default_factory=set)

    @classmethod
    def open(cls, path: Path, *, resume: bool) -> "Ledger":
        """Go on with it, or begin a new one."""
        try:
            data = path.read_bytes() if resume else b""
        except OSError:
            data = b""
        return cls(path, {data[at : at + 32] for at in range(0, len(data) // 32 * 32, 32)})

    def add(self, digests: list[bytes]) -> bool:
        """Remember them; whether that could be written."""
        self.known.update(digests)
        try:
            files.write_whole(self.path, sorted(self.known))
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class _Chosen:
    row_id: int
    digest: bytes


@dataclass(slots=True)
class _Part:
    """The rows of one file: as many as fit, all of one moment of the outbox."""

    rows: list[_Chosen] = field(default_factory=list)
    seen: int = 0
    size_bytes: int = 0


def export(
    outbox: Path, folder: Path, *, resume: bool = False, on_part: OnPart = lambda _rows, _all: None
) -> Exported:
    """Write `folder`/<kiosk>-<file>-<part>.courier until all rows are there or the stick is full.

    Events first, pictures last, as over the air. `resume`: not the rows that earlier sticks took
    since the last export without it. Each file is there in full or not at all, and is read back.
    A file that was set aside is read as far as it reads. Raises OutboxCourierError,
    OutboxCorruptError, OutboxDiskError.
    """
    with typed_errors(), closing(read_beside(outbox)) as db:
        kiosk = db.execute(outbox_sql.GET, ("kiosk",)).fetchone()
        if kiosk is None:
            raise OutboxCourierError(f"{outbox} belongs to no kiosk yet: there is nothing in it.")
        for unfinished in folder.glob(f".{kiosk[0]}-*{courier.EVENTS_SUFFIX}.*new"):
            unfinished.unlink()
        ledger = Ledger.open(outbox.with_name(outbox.name + ".exported"), resume=resume)
        chosen = [one for one in _waiting(db) if one.digest not in ledger.known]
        exported = Exported(len(chosen))
        file_id = str(uuid4())
        while chosen:
            db.execute("BEGIN")
            part = _fitting(db, chosen, folder)
            if part.rows:
                manifest = _manifest(part, str(kiosk[0]), file_id, len(exported.files) + 1)
                exported.files.append(_write(db, manifest, part.rows, folder))
                exported.remembered = ledger.add([one.digest for one in part.rows])
            if db.in_transaction:  # a damaged file may have ended it
                db.execute("ROLLBACK")
            del chosen[: part.seen]
            exported.rows += len(part.rows)
            exported.unreadable += part.seen - len(part.rows)
            on_part(exported.rows, exported.waiting)
            if not part.seen:
                break
        return exported


def _waiting(db: Connection) -> list[_Chosen]:
    """All rows without a receipt; of a damaged file those that can be listed."""
    found: list[_Chosen] = []
    try:
        with typed_errors():
            found.extend(_Chosen(*row) for row in db.execute(outbox_sql.WAITING))
    except OutboxCorruptError:
        if not found:
            raise
    return found


def _fitting(db: Connection, chosen: list[_Chosen], folder: Path) -> _Part:
    """The first rows that fit one file and the stick; raises OSError."""
    room_bytes = min(PART_BYTES, free_bytes(folder) - SPARE_BYTES)
    part = _Part()
    for one in chosen[:PART_ROWS]:
        wire = _wire(db, one)
        if wire is not None:
            room_bytes -= len(wire) + courier.HEAD_BYTES
            if room_bytes < 0:
                break
            part.rows.append(one)
            part.size_bytes += len(wire)
        part.seen += 1
    return part


def _manifest(part: _Part, kiosk: str, file_id: str, number: int) -> Manifest:
    return Manifest(
        cargo=Cargo.EVENTS,
        kiosk=kiosk,
        file=file_id,
        part=number,
        rows=len(part.rows),
        bytes=part.size_bytes,
    )


def _write(db: Connection, manifest: Manifest, rows: list[_Chosen], folder: Path) -> Path:
    path = folder / manifest.name
    wires = (_wire(db, one) or b"" for one in rows)
    try:
        files.write_whole(path, courier.write(manifest, wires), mode=0o644)
        _check(path)
    except (courier.CourierError, ValueError) as error:
        raise OutboxCourierError(f"{path.name}: {error}") from None
    except OSError as error:
        raise OutboxCourierError(f"{path}: {error.strerror}.") from None
    return path


def _check(path: Path) -> None:
    """Read the file back from the stick; some sticks take more than they keep."""
    reader = courier.Reader()
    for piece in files.read_back(path):
        if any(one.data is None for one in reader.feed(piece)):
            raise OutboxCourierError(f"{path.name} reads back other than it was written.")
    reader.end()


def _wire(db: Connection, one: _Chosen) -> bytes | None:
    """None where the row is gone, or is not what was signed: pages of a damaged file lie."""
    try:
        with typed_errors():
            row = db.execute(outbox_sql.ROW_BYTES, (one.row_id,)).fetchone()
        if row is None or sha256(row[0]).digest() != one.digest:
            return None
        statement, ciphertext = row
        sealed = claimed_statement(statement).sha256 == sha256(ciphertext).digest()
    except (OutboxCorruptError, EnvelopeError):
        return None
    return to_wire(statement, ciphertext) if sealed else None
