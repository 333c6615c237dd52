"""Cuts the power of an outbox at every write and sync, and looks at what is left.

power_disk.py says what a cut may leave. The product opens that disk with Python's own sqlite3, and
everything that it had promised before the cut must be there.

Long form: .venv/bin/python tests/delivery/power_cuts.py --count 1000 --seconds 3600
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from power_disk import Medium, Note, NotedVfs, Notes, Promise
from power_work import CAP_BYTES, KIOSK, Owner, random_work, seal, short_work

from mqtt.envelope import Sealed
from mqtt.outbox import Disk, Outbox
from mqtt.outbox_file import read_beside

MEMORY = Path("/dev/shm")


# ---- what must hold afterwards -----------------------------------------------------------------


@dataclass
class Owed:
    """What the promises up to a cut say of the rows on the disk."""

    saved: dict[tuple[str, int], Sealed] = field(default_factory=dict)
    receipted: set[tuple[str, int]] = field(default_factory=set)
    may_be_gone: set[tuple[str, int]] = field(default_factory=set)
    gone: set[tuple[str, int]] = field(default_factory=set)

    def take(self, note: Note) -> None:
        if not isinstance(note, Promise):
            return
        places = [(one.epoch, one.sequence) for one in note.rows]
        match note.what:
            case "saved":
                self.saved.update(zip(places, note.rows, strict=True))
            case "receipted":
                self.receipted.update(places)
            case "erasing":
                self.may_be_gone |= self.receipted
            case "erased":
                self.gone |= self.may_be_gone


def check_disk(folder: Path, owed: Owed, disk: Disk, dice: random.Random) -> None:
    """Open as the kiosk would at its next start; raises AssertionError for a broken promise."""
    path = folder / "outbox.db"
    with Outbox(path, kiosk=KIOSK, max_bytes=CAP_BYTES, disk=disk) as outbox:
        assert outbox.corrupt is None, outbox.corrupt
        assert outbox.mirror is None or outbox.mirror.in_step, outbox.mirror
        check_rows(path, owed)
        if disk.mirror is not None:
            check_rows(disk.mirror, owed)
        head = outbox.head()
        if owed.saved:
            last = list(owed.saved.values())[-1]
            assert head is not None
            assert head.epoch != last.epoch or head.sequence > last.sequence
        outbox.commit([seal(outbox.epoch_head(str(uuid4())), 100, dice)], 0.0)
        assert outbox.head().sequence == 2


def check_rows(path: Path, owed: Owed) -> None:
    db = read_beside(path)
    words = "SELECT epoch, sequence, state, statement, ciphertext FROM row JOIN bytes USING(row_id)"
    found = {(epoch, sequence): rest for epoch, sequence, *rest in db.execute(words)}
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    for place, sealed in owed.saved.items():
        if place not in found:
            assert place in owed.may_be_gone, f"{place} was promised and is gone"
            continue
        state, statement, ciphertext = found[place]
        assert (statement, ciphertext) == (sealed.statement, sealed.ciphertext), place
        assert place not in owed.gone, f"{place} was erased and is back"
        assert place not in owed.receipted or state == "receipted", f"{place} is sent anew"


# ---- the proof ---------------------------------------------------------------------------------


@dataclass
class Proof:
    """Walks through notes and tries the disk at each place; counts what it did."""

    root: Path
    places: dict[Path, Path] = field(default_factory=dict)  # folder at work -> folder to try in
    disk: Disk = field(default_factory=Disk)
    boundaries: int = 0
    disks: int = 0
    _seen: set[bytes] = field(default_factory=set)

    def every_place(
        self, notes: list[Note], before: dict[str, bytes | None], owed: Owed, seed: int
    ) -> None:
        """Cut before each operation, and after the last."""
        dice = random.Random(seed)
        medium = Medium(dict(before))
        for note in [*notes, None]:
            if not isinstance(note, Promise):
                self.boundaries += 1
                for image in medium.images(dice):
                    self.try_disk(image, owed, dice)
            if note is not None:
                medium.take(note)
                owed.take(note)

    def one_place(self, notes: list[Note], dice: random.Random) -> None:
        """Cut somewhere, with any of the ways."""
        cut = dice.randint(0, len(notes))
        medium, owed = Medium({}), Owed()
        for note in notes[:cut]:
            medium.take(note)
            owed.take(note)
        self.boundaries += 1
        self.try_disk(dice.choice(list(medium.images(dice))), owed, dice)

    def try_disk(self, image: dict[str, bytes | None], owed: Owed, dice: random.Random) -> None:
        name = fingerprint(image, owed)
        if name in self._seen:
            return
        self._seen.add(name)
        self.disks += 1
        for there in self.places.values():
            shutil.rmtree(there, ignore_errors=True)
            there.mkdir(parents=True)
        for file, content in image.items():
            at = Path(file)
            if content is not None:
                (self.places[at.parent] / at.name).write_bytes(content)
        for file in [path for there in self.places.values() for path in there.iterdir()]:
            file.chmod(0o600)
        check_disk(next(iter(self.places.values())), owed, self.disk, dice)


def fingerprint(image: dict[str, bytes | None], owed: Owed) -> bytes:
    known = sha256(repr((len(owed.saved), len(owed.receipted), len(owed.gone))).encode())
    for file in sorted(image):
        content = image[file]
        known.update(file.encode() + (b"-" if content is None else sha256(content).digest()))
    return known.digest()


def contents(*folders: Path) -> dict[str, bytes | None]:
    files = [path for folder in folders for path in folder.iterdir()]
    return {str(path): path.read_bytes() for path in files if ".lock" not in path.name}


def prove_work(root: Path, vfs: NotedVfs, work: Callable[[Owner], None], seed: int) -> Proof:
    """Every cut in `work`, which starts with an empty folder."""
    folder = fresh(root / "work")
    notes = vfs.notes = Notes()
    owner = Owner(folder, notes, random.Random(seed))
    work(owner)
    owner.close()
    proof = Proof(root, {folder: root / "cut"})
    proof.every_place(notes.all, {}, Owed(), seed)
    return proof


def prove_start(root: Path, vfs: NotedVfs, seed: int) -> Proof:
    """Every cut in a start after a crash: log read back, sent rows set due, a new epoch."""
    folder = fresh(root / "work")
    notes = vfs.notes = Notes()
    owner = Owner(folder, notes, random.Random(seed))
    short_work(owner)
    owner.send(2)
    owed = Owed()
    for note in notes.all:
        owed.take(note)
    before = contents(folder)
    owner.die()
    for file, content in before.items():
        Path(file).write_bytes(content)
    again = vfs.notes = Notes()
    owner = replace(owner, notes=again)
    owner.open()
    owner.begin_epoch()
    owner.close()
    proof = Proof(root, {folder: root / "cut"})
    proof.every_place(again.all, before, owed, seed)
    return proof


def prove_mirror(root: Path, second: Path, vfs: NotedVfs, seed: int) -> Proof:
    """Every cut with a mirror on `second`: both media hold what was promised, and agree."""
    folder, there = fresh(root / "work"), fresh(second / "work")
    notes = vfs.notes = Notes()
    owner = Owner(folder, notes, random.Random(seed), Disk(mirror=there / "mirror.db"))
    owner.open(checkpoint_pages=12)
    owner.begin_epoch()
    owner.put(900, attachments=1)
    owner.receive(2)
    owner.erase()
    owner.put(700)
    owner.close()
    places = {folder: root / "cut", there: second / "cut"}
    proof = Proof(root, places, Disk(mirror=second / "cut" / "mirror.db"))
    proof.every_place(notes.all, {}, Owed(), seed)
    return proof


def prove_random(root: Path, vfs: NotedVfs, seeds: Iterable[int]) -> Proof:
    """One cut at any place of any work, for each seed."""
    folder = root / "work"
    proof = Proof(root, {folder: root / "cut"})
    for seed in seeds:
        fresh(folder)
        notes = vfs.notes = Notes()
        dice = random.Random(seed)
        owner = Owner(folder, notes, dice)
        random_work(owner)
        owner.close()
        try:
            proof.one_place(notes.all, dice)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    return proof


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="random cuts, default: 1000")
    parser.add_argument("--seconds", type=float, default=3600, help="no new one after so long")
    parser.add_argument("--seed", type=int, default=1, help="of the first random cut")
    words = parser.parse_args()
    vfs = NotedVfs()
    until_s = time.monotonic() + words.seconds

    def seeds() -> Iterator[int]:
        for number in range(words.count):
            if time.monotonic() > until_s:
                print(f"time is up after {number} random cuts")
                return
            if number % 100 == 0:
                print(f"  {number} of {words.count} random cuts", file=sys.stderr)
            yield words.seed + number

    base = MEMORY if os.access(MEMORY, os.W_OK) else None
    with (
        tempfile.TemporaryDirectory(dir=base) as memory,
        tempfile.TemporaryDirectory() as second,
    ):
        root = Path(memory)
        tell("put, mark, receipt, erase", prove_work(root, vfs, short_work, 1))
        tell("any work", prove_work(root, vfs, random_work, 7))
        tell("start after a crash", prove_start(root, vfs, 2))
        if root.stat().st_dev != Path(second).stat().st_dev:
            tell("with a mirror", prove_mirror(root, Path(second), vfs, 3))
        tell("random cuts", prove_random(root, vfs, seeds()))
    return 0


def tell(what: str, proof: Proof) -> None:
    print(f"{what}: {proof.boundaries} places, {proof.disks} different disks, nothing lost")


if __name__ == "__main__":
    sys.exit(main())
