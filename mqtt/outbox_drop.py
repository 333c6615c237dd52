"""Receipts that came back by hand: laid into a folder, taken from it by the outbox's owner."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mqtt import courier, files
from mqtt.courier import Cargo, CourierError
from mqtt.errors import OutboxCourierError, ReceiptError
from mqtt.keys import PublicKey
from mqtt.outbox import Outbox
from mqtt.receipts import OnAlarm, Receipt, ReceiptAlarm, no_alarm, verify_receipt

FILE_LIMIT_BYTES = 64 * 1024 * 1024
MANIFEST_BYTES = len(courier.MAGIC) + courier.HEAD_BYTES + courier.MANIFEST_LIMIT_BYTES
REFUSED_SUFFIX = ".refused"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A receipts file that was read: how many entries it has, how many it had signed wrongly."""

    entries: int
    receipts: tuple[Receipt, ...]
    refused: int
    foreign: int = 0  # the centre's, for another kiosk


def drop_folder(outbox: Path) -> Path:
    """Where the owner looks."""
    return outbox.with_name(outbox.name + ".receipts")


def is_for(path: Path, kiosk: str) -> bool:
    """Whether the file says that it is for this kiosk; true for what does not say for whom.

    So a stick may go round several kiosks. Raises OutboxCourierError.
    """
    reader = courier.Reader()
    try:
        with path.open("rb") as file, suppress(CourierError):
            reader.feed(file.read(MANIFEST_BYTES))
    except OSError as error:
        raise OutboxCourierError(f"{path}: {error.strerror}.") from None
    return reader.manifest is None or reader.manifest.kiosk == kiosk


def read_receipts(path: Path, kiosk: str, keys: Sequence[PublicKey]) -> Dropped:
    """The receipts of a courier file that the centre signed for this kiosk.

    Raises OutboxCourierError for a file that is none, is cut or is for another kiosk.
    """
    reader = courier.Reader()
    found: list[Receipt] = []
    refused = foreign = 0
    try:
        if path.stat().st_size > FILE_LIMIT_BYTES:
            raise OutboxCourierError(f"{path.name} is too large to be a file of receipts.")
        for carried in reader.feed(path.read_bytes()):
            try:
                receipt = verify_receipt(carried.data or b"", keys)
            except ReceiptError:
                refused += 1
                continue
            if receipt.kiosk == kiosk:
                found.append(receipt)
            else:
                foreign += 1
        manifest = reader.end()
    except CourierError as error:
        raise OutboxCourierError(f"{path.name}: {error}") from None
    except OSError as error:
        raise OutboxCourierError(f"{path}: {error.strerror}.") from None
    if manifest.cargo is not Cargo.RECEIPTS or manifest.kiosk != kiosk:
        raise OutboxCourierError(f"{path.name} is not a file of receipts for {kiosk}.")
    return Dropped(sum(len(one.entries) for one in found), tuple(found), refused, foreign)


def drop(path: Path, outbox: Path) -> Path:
    """Lay a copy where the owner finds it, readable by him; raises OutboxCourierError."""
    folder = drop_folder(outbox)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        there = folder / path.name
        files.write_whole(there, [path.read_bytes()], mode=0o600)
        for one in (folder, there):
            files.give_like_folder(one)
    except OSError as error:
        raise OutboxCourierError(f"{folder}: {error.strerror}.") from None
    return there


def take_dropped(
    outbox: Outbox,
    path: Path,
    keys: Sequence[PublicKey],
    now_s: float,
    on_alarm: OnAlarm = no_alarm,
) -> list[tuple[str, int, str]]:
    """The owner's part: apply each file, then remove it. Gives name, rows marked, what is wrong.

    A file that cannot be used is kept under another name. Raises OutboxError; the file is then
    tried again the next time.
    """
    told = []
    for file in _waiting(drop_folder(path)):
        marked, why = 0, ""
        try:
            dropped = read_receipts(file, outbox.kiosk, keys)
        except OutboxCourierError as error:
            why = str(error)
        else:
            marked = sum(outbox.receipted(receipt, now_s) for receipt in dropped.receipts)
            alarms = _alarms(outbox, dropped)
            why = f"{len(alarms)} receipts are not the centre's for this kiosk." if alarms else ""
            for alarm in alarms:
                on_alarm(alarm)
        with suppress(OSError):
            file.rename(file.with_name(file.name + REFUSED_SUFFIX)) if why else file.unlink()
        told.append((file.name, marked, why))
    return told


def _alarms(outbox: Outbox, dropped: Dropped) -> list[ReceiptAlarm]:
    strange = sum(outbox.is_strange(receipt) for receipt in dropped.receipts)
    return [
        *[ReceiptAlarm.FORGED] * dropped.refused,
        *[ReceiptAlarm.FOREIGN] * dropped.foreign,
        *[ReceiptAlarm.REPLAYED] * strange,
    ]


def _waiting(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob(f"[!.]*{courier.RECEIPTS_SUFFIX}"))
    except OSError:
        return []
