"""A disk that notes what reaches it, and every state that a power cut could leave it in.

The product's own code and SQL run over apsw with a VFS that notes each write, truncation, sync and
deletion. From those notes the disk is built as a power cut could have left it: what was not synced
is there, gone, torn inside a write, or garbage, file by file.

apsw's files offer no shared memory, so the connection locks the file for itself alone
(locking_mode); the shared memory is no part of the disk, so what is written is the same.
"""

import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from mqtt.envelope import Sealed

SECTOR = 512
VFS = "kiosk-power"

# ---- the disk, and what is noted of it ------------------------------------------------------


@dataclass(frozen=True)
class Write:
    file: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True)
class Sync:
    file: str


@dataclass(frozen=True)
class Delete:
    file: str


@dataclass(frozen=True)
class Promise:
    """Something that the outbox has told its caller, or that the caller has begun."""

    what: str  # saved, receipted, erasing, erased
    rows: tuple[Sealed, ...]


Note = Write | Truncate | Sync | Delete | Promise


@dataclass
class Notes:
    """All that reaches the disk, in order; `fail_at` makes that operation fail with `error`."""

    all: list[Note] = field(default_factory=list)
    operations: int = 0
    fail_at: int = -1
    fails: int = 1
    error: int = apsw.SQLITE_IOERR_FSYNC

    def take(self, note: Note) -> None:
        if not isinstance(note, Promise):
            number = self.operations
            self.operations += 1
            if self.fail_at <= number < self.fail_at + self.fails and self.fail_at >= 0:
                raise apsw.exception_for(self.error)
        self.all.append(note)

    def promise(self, what: str, rows: Iterable[Sealed]) -> None:
        self.take(Promise(what, tuple(rows)))


class NotedFile(apsw.VFSFile):
    def __init__(self, vfs: "NotedVfs", name: object, flags: list[int]) -> None:
        super().__init__("", name, flags)
        said = name if isinstance(name, str) else name.filename()
        self._name, self._notes = said, vfs.notes

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - apsw's name
        self._notes.take(Write(self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802 - apsw's name
        self._notes.take(Truncate(self._name, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802 - apsw's name
        self._notes.take(Sync(self._name))


class NotedVfs(apsw.VFS):
    """The Unix VFS with notes; it syncs nothing itself, as nobody cuts this machine's power."""

    def __init__(self) -> None:
        self.notes = Notes()
        super().__init__(VFS, "")

    def xOpen(self, name: object, flags: list[int]) -> NotedFile:  # noqa: N802 - apsw's name
        return NotedFile(self, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802 - apsw's name
        self.notes.take(Delete(name))
        super().xDelete(name, syncdir)


class Rows:
    """apsw's cursor with the few words of sqlite3's that the outbox uses."""

    def __init__(self, db: apsw.Connection, cursor: apsw.Cursor) -> None:
        self._cursor = cursor
        self.rowcount, self.lastrowid = db.changes(), db.last_insert_rowid()

    def fetchone(self) -> object:
        with as_sqlite3():
            return self._cursor.fetchone()

    def fetchall(self) -> list[object]:
        with as_sqlite3():
            return self._cursor.fetchall()

    def __iter__(self) -> Iterator[object]:
        with as_sqlite3():
            yield from self._cursor


class OverApsw:
    """apsw's connection with the few words of sqlite3's that the outbox uses."""

    def __init__(self, path: Path) -> None:
        with as_sqlite3():
            self._db = apsw.Connection(str(path), vfs=VFS)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()

    @property
    def in_transaction(self) -> bool:
        return self._db.in_transaction

    def execute(self, words: str, values: Iterable[object] = ()) -> Rows:
        with as_sqlite3():
            return Rows(self._db, self._db.execute(words, tuple(values)))

    def executemany(self, words: str, rows: Iterable[Iterable[object]]) -> None:
        with as_sqlite3():
            self._db.executemany(words, [tuple(row) for row in rows])

    def executescript(self, words: str) -> None:
        self.execute(words)

    def close(self) -> None:
        with as_sqlite3():
            self._db.close(force=True)


@contextmanager
def as_sqlite3() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        told = sqlite3.OperationalError(str(error))
        told.sqlite_errorcode = error.extendedresult
        raise told from error


# ---- what a cut may leave -------------------------------------------------------------------

Pending = list[Write | Truncate]


@dataclass
class Medium:
    """What is surely on the disk, and what may be, file by file; None: no such file."""

    sure: dict[str, bytes | None]
    pending: dict[str, Pending] = field(default_factory=dict)
    deleted: dict[str, bytes] = field(default_factory=dict)

    def take(self, note: Note) -> None:
        match note:
            case Write(file=file) | Truncate(file=file):
                self.deleted.pop(file, None)
                self.pending.setdefault(file, []).append(note)
            case Sync(file=file):
                self.deleted.clear()  # a journal commits names in order
                self.sure[file] = applied(self.sure.get(file) or b"", self.pending.pop(file, []))
            case Delete(file=file):
                left = applied(self.sure.get(file) or b"", self.pending.pop(file, []))
                self.deleted[file] = left
                self.sure[file] = None
            case Promise():
                pass

    def images(self, dice: random.Random) -> Iterator[dict[str, bytes | None]]:
        """Every way of leaving that is tried: all gone, all there, and seven in between."""
        ways: list[Callable[[str, Pending], Pending]] = [
            lambda _file, _pending: [],
            lambda _file, pending: pending,
            lambda _file, pending: pending[-1:],
            lambda _file, pending: pending[:-1],
            lambda _file, pending: [*pending[:-1], *torn(pending[-1:], dice, garbage=False)],
            lambda _file, pending: [*pending[:-1], *torn(pending[-1:], dice, garbage=True)],
            lambda file, pending: pending if file.endswith("-wal") else [],
            lambda file, pending: [] if file.endswith("-wal") else pending,
            lambda _file, pending: torn(pending, dice, garbage=True),
        ]
        for choose in ways:
            yield self.left(choose)
        if self.deleted:
            yield {**self.left(ways[0]), **self.deleted}

    def left(self, choose: Callable[[str, Pending], Pending]) -> dict[str, bytes | None]:
        image = dict(self.sure)
        for file, pending in self.pending.items():
            if kept := choose(file, pending):
                image[file] = applied(image.get(file) or b"", kept)
        return image


def applied(content: bytes, notes: Pending) -> bytes:
    now = bytearray(content)
    for note in notes:
        if isinstance(note, Truncate):
            del now[note.size :]
            continue
        now.extend(bytes(max(0, note.offset - len(now))))
        now[note.offset : note.offset + len(note.data)] = note.data
    return bytes(now)


def torn(notes: Pending, dice: random.Random, *, garbage: bool) -> Pending:
    """Some whole, some not at all, some with some of their sectors, in any order of arrival."""
    kept: Pending = []
    for note in notes:
        if isinstance(note, Truncate):
            if dice.random() < 0.5:
                kept.append(note)
            continue
        for at in range(0, len(note.data), SECTOR):
            piece = note.data[at : at + SECTOR]
            fate = dice.random()
            if fate < 0.5:
                kept.append(Write(note.file, note.offset + at, piece))
            elif garbage and fate < 0.6:
                kept.append(Write(note.file, note.offset + at, dice.randbytes(len(piece))))
    return kept
