"""The states' authorities (CSCA) that this kiosk trusts: found by key or name, kept on disk.

On disk are one file of certificates one after another and one index of lines, so that a start reads
both and parses nothing; a certificate is parsed when a document asks for it. Whoever may write the
folder decides whom the kiosk trusts: it belongs to root, and to the service for reading only.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from drivers.chip import certificates, revocation
from drivers.chip.certificates import Certificate
from drivers.chip.errors import ChipDataError
from drivers.chip.revocation import RevocationList

INDEX, FORMAT = "index.tsv", "border-kiosk-csca 1"
REVOKED = "revoked"
MOST_INDEX_BYTES, MOST_STORE_BYTES = 16 << 20, 64 << 20
MOST_ENTRIES = 20_000
READ_AGAIN = 3


class StoreError(ChipDataError):
    """The folder of trusted authorities is not what was written there."""

    mend = "Import the master lists anew with `kiosk csca import` into an empty folder."


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a certificate lies in the file, and by what it is found."""

    at: int
    size: int
    sha256: str
    subject_print: str
    key_id: str
    country: str
    root: bool


@dataclass(slots=True, repr=False)
class CscaStore:
    """Trusted certificates by key identifier and by subject. Not for two threads at once."""

    _data: bytes
    _entries: tuple[_Entry, ...]
    _revoked: Path | None = None
    _by_key: dict[str, list[_Entry]] = field(init=False, default_factory=dict)
    _by_subject: dict[str, list[_Entry]] = field(init=False, default_factory=dict)
    _names: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        """Two ways to find each."""
        for entry in self._entries:
            self._by_key.setdefault(entry.key_id, []).append(entry)
            self._by_subject.setdefault(entry.subject_print, []).append(entry)
        self._names = frozenset(entry.sha256 for entry in self._entries)

    def __repr__(self) -> str:
        """How many."""
        return f"CscaStore({len(self)} certificates)"

    def __len__(self) -> int:
        """How many certificates."""
        return len(self._entries)

    @property
    def countries(self) -> frozenset[str]:
        """Those that have an authority here."""
        return frozenset(entry.country for entry in self._entries)

    def by_key_id(self, key_id: bytes) -> tuple[Certificate, ...]:
        """Those whose subject key identifier is that. Raises StoreError."""
        return tuple(map(self._read, self._by_key.get(key_id.hex(), ()))) if key_id else ()

    def by_subject(self, subject_print: str) -> tuple[Certificate, ...]:
        """Those of that subject. Raises StoreError."""
        return tuple(map(self._read, self._by_subject.get(subject_print, ())))

    def holds(self, certificate: Certificate) -> bool:
        """Whether this very certificate is in it."""
        return certificate.sha256 in self._names

    def revocations(self, issuer_print: str) -> tuple[RevocationList, ...]:
        """The lists that are kept of that issuer, signature unproven. Raises StoreError."""
        if self._revoked is None or not issuer_print.isalnum():
            return ()
        path = self._revoked / f"{issuer_print}.crl"
        if not path.exists():
            return ()
        try:
            return (revocation.parse(_bytes(path, revocation.MOST_BYTES)),)
        except ChipDataError as error:
            raise StoreError(f"{path.name}: {error}") from error

    def each(self) -> Iterator[Certificate]:
        """All of them, parsed one by one. Raises StoreError."""
        return map(self._read, self._entries)

    @property
    def vouching(self) -> "CscaStore":
        """The authorities that may vouch for a master list. Raises StoreError.

        They are the roots that an engineer named, and the other authorities of the same states:
        each state here could sign a document, but not each may name the authorities of others.
        """
        states = {entry.country for entry in self._entries if entry.root} - {""}
        chosen = (entry for entry in self._entries if entry.root or entry.country in states)
        return CscaStore.of(map(self._read, chosen))

    def joined(
        self, trusted: Iterable[Certificate], roots: Iterable[Certificate] = ()
    ) -> "CscaStore":
        """A store of these and those, some of them named as roots by an engineer."""
        named = {one.sha256: one for one in roots}
        fresh = {one.sha256: one for one in (*trusted, *named.values()) if not self.holds(one)}
        entries = [replace(one, root=one.root or one.sha256 in named) for one in self._entries]
        at = len(self._data)
        for one in fresh.values():
            entries.append(_entry_of(one, at, root=one.sha256 in named))
            at += len(one.der)
        data = b"".join([self._data, *(one.der for one in fresh.values())])
        return CscaStore(data, tuple(entries), self._revoked)

    @classmethod
    def of(cls, trusted: Iterable[Certificate], revoked: Path | None = None) -> "CscaStore":
        """A store in memory; each certificate once."""
        return cls(b"", (), revoked).joined(trusted)

    @classmethod
    def open(cls, folder: Path) -> "CscaStore":
        """What was saved there; empty where nothing was. Raises StoreError."""
        if not (folder / INDEX).exists():
            return cls(b"", (), folder / REVOKED)
        for _ in range(READ_AGAIN):
            entries, name, digest = _index(_bytes(folder / INDEX, MOST_INDEX_BYTES))
            path = folder / name
            if path.exists():  # else it was replaced between the two reads
                data = _bytes(path, MOST_STORE_BYTES)
                if sha256(data).hexdigest() != digest:
                    raise StoreError(f"{path} is not the file that {INDEX} names.")
                return cls(data, entries, folder / REVOKED)
        raise StoreError(f"{folder}: the file that {INDEX} names is missing.")

    def save(self, folder: Path) -> None:
        """Write it whole: a cut of power leaves the old store or the new. Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        digest = sha256(self._data).hexdigest()
        name = f"certificates-{digest[:16]}.der"
        head = "\t".join((FORMAT, name, digest, str(len(self._entries))))
        _replace(folder / name, self._data)
        _replace(folder / INDEX, "\n".join([head, *map(_line, self._entries)]).encode())
        for old in folder.glob("certificates-*.der"):
            if old.name != name:
                with suppress(FileNotFoundError):
                    old.unlink()

    def _read(self, entry: _Entry) -> Certificate:
        try:
            return certificates.parse(self._data[entry.at : entry.at + entry.size])
        except ChipDataError as error:
            raise StoreError(f"certificate {entry.sha256[:16]} of the store: {error}") from error


def keep_revocations(folder: Path, data: bytes, issuer_print: str) -> None:
    """Keep that issuer's list in the store's folder; its signature is proven already."""
    place = folder / REVOKED
    place.mkdir(parents=True, exist_ok=True)
    _replace(place / f"{issuer_print}.crl", data)


def _entry_of(one: Certificate, at: int, *, root: bool) -> _Entry:
    key_id, size = one.key_id.hex(), len(one.der)
    return _Entry(at, size, one.sha256, one.subject_print, key_id, one.country, root)


def _line(entry: _Entry) -> str:
    fields: Sequence[object] = (
        entry.at,
        entry.size,
        entry.sha256,
        entry.subject_print,
        entry.key_id,
        entry.country,
        int(entry.root),
    )
    return "\t".join(map(str, fields))


def _index(text: bytes) -> tuple[tuple[_Entry, ...], str, str]:
    """Entries, name and digest of the file of certificates. Raises StoreError."""
    try:
        head, *lines = text.decode("ascii").splitlines()
        kind, name, digest, count = head.split("\t")
        entries = tuple(_entry(line) for line in lines[:MOST_ENTRIES])
    except ValueError as error:
        raise StoreError(f"{INDEX} is not an index.") from error
    if kind != FORMAT or str(len(entries)) != count or not _plain(name):
        raise StoreError(f"{INDEX} is not an index of this release.")
    return entries, name, digest


def _plain(name: str) -> bool:
    return name == Path(name).name and name.startswith("certificates-")


def _entry(line: str) -> _Entry:
    at, size, digest, subject_print, key_id, country, root = line.split("\t")
    return _Entry(int(at), int(size), digest, subject_print, key_id, country, root == "1")


def _bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}.") from error
    if len(data) > most:
        raise StoreError(f"{path} is longer than {most} bytes.")
    return data


def _replace(path: Path, data: bytes) -> None:
    """Write beside, flush to the disk, rename, flush the folder."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
