"""Courier files at the centre: rows in by the intake, exactly once; receipts for the way back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from mqtt import courier, files
from mqtt.central.errors import CentralError
from mqtt.central.intake import Intake
from mqtt.central.store import Outcome
from mqtt.courier import Cargo, Carried, CourierError, Manifest
from mqtt.envelope import read_wire
from mqtt.errors import EnvelopeError
from mqtt.keys import PublicKey

BATCH = 200
PIECE_BYTES = 1 << 20


class CourierFileError(CentralError):
    """A courier file cannot be read, or is not for this centre; nothing of it was stored."""

    mend = "Export again at the kiosk, which keeps every row until its receipt; use another stick."


class CourierKioskError(CourierFileError):
    """The file's kiosk is not in the registry."""

    mend = "Enrol the kiosk first, then import the file again; the kiosk keeps every row till then."


@dataclass(slots=True)
class Imported:
    """What became of one file; `why` where it could not be read to its end.

    foreign: rows that no key of the kiosk's verifies; damaged: rows altered on the way. Neither
    is stored nor receipted, so the kiosk keeps them.
    """

    manifest: Manifest
    new: int = 0
    again: int = 0
    forks: int = 0
    quarantined: int = 0
    refused: int = 0
    foreign: int = 0
    damaged: int = 0
    why: str = ""
    receipts: Path | None = None

    @property
    def whole(self) -> bool:
        """All that the file carries is stored, or was before."""
        return not (self.why or self.foreign or self.damaged or self.refused)


@dataclass(slots=True)
class CourierDesk:
    """Takes one file after the other; the same rows may come by any way and any number of times."""

    intake: Intake
    _receipts: list[bytes] = field(default_factory=list)
    _waiting: list[bytes] = field(default_factory=list)

    def take(self, path: Path, receipts_folder: Path) -> Imported:
        """Store every row that its kiosk signed; write the receipts file into `receipts_folder`.

        Raises CourierFileError where not even the manifest holds, CourierKioskError, StoreError: a
        batch that was committed before has its receipts in the next file, after another import.
        """
        self._receipts, self._waiting = [], []
        reader = courier.Reader()
        imported: Imported | None = None
        try:
            for carried in _rows(path, reader):
                imported = imported or self._begun(reader)
                self._row(carried, imported)
            imported = imported or self._begun(reader)
            reader.end()
        except CourierError as error:
            if imported is None:
                raise CourierFileError(f"{path.name}: {error}") from None
            imported.why = str(error)
        self._commit(imported)
        imported.receipts = self._write(imported.manifest, receipts_folder)
        return imported

    def _begun(self, reader: courier.Reader) -> Imported:
        manifest = reader.manifest
        if manifest is None:
            raise courier.CourierCutError("it ends before its manifest does.")
        if manifest.cargo is not Cargo.EVENTS:
            raise CourierError("it carries receipts, which are for a kiosk.")
        if not self.intake.registry.keys.get(manifest.kiosk):
            raise CourierKioskError(f"the registry does not know the kiosk {manifest.kiosk}.")
        return Imported(manifest)

    def _row(self, carried: Carried, imported: Imported) -> None:
        kiosk = imported.manifest.kiosk
        if carried.data is None:
            imported.damaged += 1
        elif not _signed_by(carried.data, kiosk, self.intake.registry.keys[kiosk]):
            imported.foreign += 1
        else:
            self._waiting.append(carried.data)
            if len(self._waiting) >= BATCH:
                self._commit(imported)

    def _commit(self, imported: Imported) -> None:
        if not self._waiting:
            return
        before = dict(self.intake.counts)
        kiosk = imported.manifest.kiosk
        self._receipts += self.intake.take([(kiosk, wire) for wire in self._waiting]).values()
        self._waiting = []
        after = self.intake.counts
        imported.new += after[Outcome.NEW] - before[Outcome.NEW]
        imported.again += after[Outcome.AGAIN] - before[Outcome.AGAIN]
        imported.forks += after[Outcome.FORK] - before[Outcome.FORK]
        imported.quarantined += after[Outcome.QUARANTINED] - before[Outcome.QUARANTINED]
        imported.refused += after[Outcome.REFUSED] - before[Outcome.REFUSED]

    def _write(self, manifest: Manifest, folder: Path) -> Path | None:
        if not self._receipts:
            return None
        back = Manifest(
            cargo=Cargo.RECEIPTS,
            kiosk=manifest.kiosk,
            file=str(uuid4()),
            part=manifest.part,
            rows=len(self._receipts),
            bytes=sum(len(one) for one in self._receipts),
        )
        path = folder / back.name
        try:
            files.write_whole(path, courier.write(back, self._receipts), mode=0o644)
        except OSError as error:
            raise CourierFileError(f"{path}: {error.strerror}.") from None
        return path


def _rows(path: Path, reader: courier.Reader) -> Iterator[Carried]:
    """Row by row, whatever the size of the file; raises CourierError, CourierFileError."""
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield from reader.feed(piece)
    except OSError as error:
        raise CourierFileError(f"{path}: {error.strerror}.") from None


def _signed_by(wire: bytes, kiosk: str, keys: tuple[PublicKey, ...]) -> bool:
    for key in keys:
        try:
            read_wire(wire, {kiosk: key}.get)
        except EnvelopeError:
            continue
        return True
    return False
