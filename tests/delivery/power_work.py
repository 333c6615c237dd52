"""What an outbox does while its power is cut or its disk refuses: each step notes its promise."""

import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from power_disk import Notes, OverApsw

from mqtt.contract import specimen
from mqtt.envelope import Assurance, Head, Kind, Profile, Sealed, Sealer
from mqtt.errors import OutboxError
from mqtt.outbox import Disk, Outbox
from mqtt.receipts import Receipt, ReceiptEntry, ReceiptLevel

KIOSK = specimen.KIOSK
CAP_BYTES = 64 * 2**20
KEY = ec.generate_private_key(ec.SECP256R1())
SEALER = Sealer(KEY, (KEY.public_key(),), Profile.DEMO, Assurance.SOFTWARE)


@dataclass
class Owner:
    """A kiosk's outbox at work over the noted disk; every promise is noted."""

    folder: Path
    notes: Notes
    dice: random.Random
    disk: Disk = field(default_factory=Disk)
    now_s: float = 0.0
    outbox: Outbox | None = None
    kept: list[Sealed] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.folder / "outbox.db"

    def open(self, checkpoint_pages: int = 512) -> None:
        self.outbox = Outbox(
            self.path, kiosk=KIOSK, max_bytes=CAP_BYTES, disk=replace(self.disk, opener=OverApsw)
        )
        if checkpoint_pages != 512:  # so that few rows reach the checkpoint that many would
            self.outbox._db.execute(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}").fetchall()

    def begin_epoch(self) -> None:
        epoch = str(UUID(bytes=self.dice.randbytes(16), version=4))
        self._commit(lambda _head: [seal(self.outbox.epoch_head(epoch), 300, self.dice)])

    def put(self, size_bytes: int, attachments: int = 0) -> None:
        def rows(head: Head | None) -> list[Sealed]:
            found = [seal(head, size_bytes, self.dice)]
            for _ in range(attachments):
                found.append(seal(found[-1].next_head, size_bytes, self.dice, Kind.ATTACHMENT))
            return found

        self._commit(rows)

    def _commit(self, rows: Callable[[Head | None], list[Sealed]]) -> None:
        self.now_s += 1
        sealed = self.outbox.append(rows, self.now_s)
        self.notes.promise("saved", sealed)
        self.kept += sealed

    def send(self, count: int) -> None:
        self.now_s += 1
        rows = self.outbox.batch(count, self.now_s)
        self.outbox.mark_sent([row.row_id for row in rows], self.now_s)

    def receive(self, count: int) -> None:
        self.now_s += 1
        chosen = self.dice.sample(self.kept, min(count, len(self.kept)))
        if chosen:
            self.outbox.receipted(receipt_for(chosen), self.now_s)
            self.notes.promise("receipted", chosen)

    def erase(self) -> None:
        self.now_s += 1
        self.notes.promise("erasing", ())
        self.outbox.erase(self.now_s, 0.0)
        self.notes.promise("erased", ())

    def resend(self) -> None:
        self.now_s += 100
        self.outbox.due_again(self.now_s)

    def close(self) -> None:
        self.outbox.close()
        self.outbox = None

    def die(self) -> None:
        """As a killed process: nothing more is written, and its locks are gone."""
        notes, self.notes.fail_at = self.notes, self.notes.operations
        notes.fails, kept = 10**9, list(notes.all)
        with suppress(OutboxError):
            self.outbox.close()
        notes.all[:], notes.fail_at = kept, -1
        self.outbox = None


def short_work(owner: Owner) -> None:
    """Start-up of a new file, put, mark, receipt, erase, put again, checkpoints on the way."""
    owner.open(checkpoint_pages=12)
    owner.begin_epoch()
    owner.put(900)
    owner.put(5_000, attachments=1)
    owner.send(3)
    owner.receive(2)
    owner.put(9_000)
    owner.erase()
    owner.resend()
    owner.put(700, attachments=2)
    owner.receive(3)
    owner.erase()
    owner.put(2_000)


def random_work(owner: Owner) -> None:
    """Any order of the same steps, with restarts and rows of up to 60 KB."""
    dice = owner.dice
    owner.open(dice.choice((8, 40, 512)))
    owner.begin_epoch()
    for _ in range(dice.randint(3, 25)):
        match dice.randrange(8):
            case 0 | 1 | 2:
                owner.put(dice.choice((200, 4_000, 20_000, 60_000)), dice.choice((0, 0, 1, 3)))
            case 3:
                owner.send(dice.randint(1, 6))
            case 4:
                owner.receive(dice.randint(1, 4))
            case 5:
                owner.erase()
            case 6:
                owner.resend()
            case _:
                owner.close()
                owner.open(dice.choice((8, 40, 512)))
                owner.begin_epoch()


def seal(head: Head, size_bytes: int, dice: random.Random, kind: Kind | None = None) -> Sealed:
    natural = Kind.EPOCH_START if head.sequence == 1 else Kind.CROSSING
    return SEALER.seal(
        dice.randbytes(size_bytes),
        head=head,
        kind=kind or natural,
        event_id=f"01920000-0000-7000-8000-{head.sequence:012x}",
        at_utc=specimen.CAPTURED_AT,
    )


def receipt_for(rows: Iterable[Sealed]) -> Receipt:
    entries = tuple(ReceiptEntry(one.epoch, one.sequence, one.statement_sha256) for one in rows)
    return Receipt(KIOSK, ReceiptLevel.COMMITTED, entries, datetime(2026, 3, 1, tzinfo=UTC))
