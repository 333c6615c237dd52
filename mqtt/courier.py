"""A file that travels by hand: sealed rows to the centre, signed receipts back (pure).

Layout: MAGIC, then records. A record is its length (4 bytes, big-endian), the SHA-256 of its bytes,
its bytes. The first record is the manifest, deterministic CBOR; then as many as the manifest says.
Nothing in a courier file is readable without the centre's private key, and each row is signed by
its kiosk: the hashes find damage on the way, they prove nothing of who wrote the file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta

from mqtt import cbor
from mqtt.errors import WireError
from mqtt.events import EVENT_LIMIT_BYTES
from mqtt.groups import KioskId, Uuid

MAGIC = b"\x89BKC1\r\n\x1a"
ROWS_LIMIT = 100_000
ROW_LIMIT_BYTES = EVENT_LIMIT_BYTES + 16 * 1024  # a sealed event, or a receipt
MANIFEST_LIMIT_BYTES = 1024
HEAD_BYTES = 4 + 32
EVENTS_SUFFIX, RECEIPTS_SUFFIX = ".courier", ".receipts"


class CourierError(WireError):
    """No courier file, or one that was damaged; what came before the damage may be used."""

    mend = "Export again at the kiosk, which keeps every row until its receipt; use another stick."


class CourierCutError(CourierError):
    """The file ends before what its manifest says: a stick pulled out, or a copy that failed."""


class Cargo(StrEnum):
    """What a file carries: `border/v1/+/events` payloads, or those of `.../receipts`."""

    EVENTS = "events"
    RECEIPTS = "receipts"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says of itself, before its rows; `bytes` counts their bytes without heads."""

    version: Annotated[int, Meta(ge=1, le=1)] = 1
    cargo: Cargo
    kiosk: KioskId
    file: Uuid
    part: Annotated[int, Meta(ge=1, le=ROWS_LIMIT)]
    rows: Annotated[int, Meta(ge=1, le=ROWS_LIMIT)]
    bytes: Annotated[int, Meta(ge=1, le=ROWS_LIMIT * ROW_LIMIT_BYTES)]

    @property
    def name(self) -> str:
        """The file's name, without anything personal in it."""
        suffix = EVENTS_SUFFIX if self.cargo is Cargo.EVENTS else RECEIPTS_SUFFIX
        return f"{self.kiosk}-{self.file[:8]}-{self.part:04d}{suffix}"


@dataclass(frozen=True, slots=True)
class Carried:
    """Row `number` of a file, from 1; `data` is None where it is not what was written."""

    number: int
    data: bytes | None


def write(manifest: Manifest, rows: Iterable[bytes]) -> Iterator[bytes]:
    """The file, piece by piece; raises ValueError where the rows are not those of the manifest."""
    fields = msgspec.to_builtins(manifest)
    msgspec.convert(fields, Manifest)
    yield MAGIC + record(cbor.dumps(fields))
    count = size_bytes = 0
    for row in rows:
        count, size_bytes = count + 1, size_bytes + len(row)
        yield record(row)
    if (count, size_bytes) != (manifest.rows, manifest.bytes):
        raise ValueError("other rows than the manifest says.")


def record(data: bytes) -> bytes:
    """Length, hash, bytes."""
    return len(data).to_bytes(4, "big") + sha256(data).digest() + data


@dataclass(slots=True)
class Reader:
    """Bytes of a file in, rows out; holds less than one record. Raises only CourierError.

    A row that was altered comes as damaged, and the next ones still come; where the lengths
    themselves are altered, nothing after them can be told apart.
    """

    manifest: Manifest | None = None
    _held: bytearray = field(default_factory=bytearray)
    _begun: bool = False
    _number: int = 0
    _error: CourierError | None = None

    def feed(self, data: bytes) -> list[Carried]:
        """What has become whole; an error comes after the rows before it."""
        if self._error is not None:
            raise self._error
        self._held += data
        carried: list[Carried] = []
        try:
            while (one := self._next()) is not None:
                carried += one
        except CourierError as error:
            if not carried:
                raise
            self._error = error
        return carried

    def _next(self) -> list[Carried] | None:
        """One step: a row, or none yet, or the start or the manifest (no row)."""
        if not self._begun:
            if not MAGIC.startswith(self._held[: len(MAGIC)]):
                raise CourierError("no courier file.")
            if len(self._held) < len(MAGIC):
                return None
            del self._held[: len(MAGIC)]
            self._begun = True
        found = self._record()
        if found is None:
            return None
        holds, data = found
        if self.manifest is None:
            self.manifest = _manifest(data)
            return []
        self._number += 1
        return [Carried(self._number, data if holds else None)]

    def end(self) -> Manifest:
        """No more bytes come; raises CourierCutError where some are missing."""
        if self._error is not None:
            raise self._error
        if self.manifest is None:
            raise CourierCutError("it ends before its manifest does.")
        if self._number < self.manifest.rows:
            what = f"it ends after {self._number} of {self.manifest.rows} rows."
            raise CourierCutError(what)
        return self.manifest

    def _record(self) -> tuple[bool, bytes] | None:
        """Whether its hash holds, and its bytes; None where it is not yet whole."""
        if self.manifest is not None and self._number == self.manifest.rows:
            if self._held:
                raise CourierError("bytes after the last row.")
            return None
        if len(self._held) < HEAD_BYTES:
            return None
        size = int.from_bytes(self._held[:4], "big")
        limit = MANIFEST_LIMIT_BYTES if self.manifest is None else ROW_LIMIT_BYTES
        if not 0 < size <= limit:
            raise CourierError(f"row {self._number + 1} says that it has {size} bytes.")
        if len(self._held) < HEAD_BYTES + size:
            return None
        data = bytes(self._held[HEAD_BYTES : HEAD_BYTES + size])
        holds = sha256(data).digest() == self._held[4:HEAD_BYTES]
        if self.manifest is None and not holds:
            raise CourierError("its manifest was altered.")
        del self._held[: HEAD_BYTES + size]
        return holds, data


def _manifest(data: bytes) -> Manifest:
    try:
        fields = cbor.loads(data, limit_bytes=MANIFEST_LIMIT_BYTES)
        return msgspec.convert(fields, Manifest)
    except (cbor.CborError, msgspec.ValidationError):
        raise CourierError("a manifest of another release, or none.") from None
