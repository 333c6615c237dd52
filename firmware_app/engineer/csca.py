"""`kiosk csca import`: authorities of a signed master list into the store, with a summary."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from drivers.chip import certificates, master_list, revocation
from drivers.chip import csca as store_on_disk
from drivers.chip.certificates import Certificate
from drivers.chip.csca import CscaStore
from drivers.chip.errors import ChipDataError, NotJudgedError
from drivers.chip.master_list import ListNotTrustedError, MasterList
from drivers.chip.revocation import RevocationList
from firmware_app.engineer.report import emit
from firmware_app.errors import SetupError

_NO_FILE = "Name a whole master list (.ml) or revocation list (.crl), and a root (.cer) as DER."
MOST_REFUSED_WORDS = 20


@dataclass(frozen=True, slots=True)
class Summary:
    """What one import did; `known` were in the store already."""

    file: str
    listed: MasterList
    new: int
    known: int
    total: int
    countries: int


def import_file(file: Path, root: Path | None, folder: Path, *, as_json: bool) -> int:
    """`kiosk csca import FILE`: a master list, or a state's revocation list. Raises SetupError."""
    store = opened(folder)
    if file.suffix.lower() == ".crl":
        return _import_revocations(file, store, folder, as_json=as_json)
    roots = () if root is None else (read_certificate(root),)
    listed = read_list(file, store.vouching.joined(roots))
    joined = store.joined(listed.trusted, roots)
    try:
        joined.save(folder)
    except OSError as error:
        raise SetupError(f"{folder}: {error.strerror}.", "Name a --store to write to.") from error
    done = summary(file, listed, store, joined)
    emit(_document(done), _words(done), as_json=as_json)
    return 0


def opened(folder: Path) -> CscaStore:
    """The store in that folder, empty where there is none. Raises SetupError."""
    try:
        return CscaStore.open(folder)
    except ChipDataError as error:
        raise SetupError(str(error), error.mend) from error


def read_certificate(file: Path) -> Certificate:
    """A certificate of a file, as DER. Raises SetupError."""
    try:
        return certificates.parse(_bytes(file, certificates.MOST_BYTES))
    except ChipDataError as error:
        raise SetupError(f"{file}: {error}", "Name a certificate as DER (.cer).") from error


def read_list(file: Path, anchors: CscaStore) -> MasterList:
    """A proven master list of a file. Raises SetupError."""
    try:
        return master_list.read(_bytes(file, master_list.MOST_BYTES), anchors)
    except (ListNotTrustedError, NotJudgedError) as error:
        raise SetupError(f"{file}: {error}", error.mend) from error
    except ChipDataError as error:
        raise SetupError(f"{file}: {error}", _NO_FILE) from error


def summary(file: Path, listed: MasterList, before: CscaStore, after: CscaStore) -> Summary:
    """Figures of one list."""
    unique = {one.sha256: one for one in listed.trusted}
    known = sum(before.holds(one) for one in unique.values())
    new = len(unique) - known
    return Summary(file.name, listed, new, known, len(after), len(after.countries))


def _import_revocations(file: Path, store: CscaStore, folder: Path, *, as_json: bool) -> int:
    """A revocation list that an authority of the store signed, and that is not older than ours."""
    try:
        data = _bytes(file, revocation.MOST_BYTES)
        listed = revocation.parse(data)
        authority = _authority(listed, store.by_subject(listed.issuer_print))
        kept = store.revocations(listed.issuer_print)
    except ChipDataError as error:
        raise SetupError(f"{file}: {error}", error.mend) from error
    if authority is None:
        mend = "Import the master list with its issuer first."
        raise SetupError(f"{file}: no authority of the store signed it.", mend)
    if any(one.this_update > listed.this_update for one in kept):
        raise SetupError(f"{file} is older than the one that is kept.", "Get the newest list.")
    try:
        store_on_disk.keep_revocations(folder, data, listed.issuer_print)
    except OSError as error:
        raise SetupError(f"{folder}: {error.strerror}.", "Name a --store to write to.") from error
    count, when = len(listed.revoked), f"{listed.this_update:%Y-%m-%d}"
    emit(
        {"file": file.name, "issuer": authority.words, "revoked": count, "of": when},
        f"{file.name}: {count} revoked by {authority.words}, of {when}.",
        as_json=as_json,
    )
    return 0


def _authority(listed: RevocationList, known: Iterable[Certificate]) -> Certificate | None:
    return next((one for one in known if listed.is_of(one)), None)


def _document(done: Summary) -> dict[str, object]:
    listed = done.listed
    return {
        "file": done.file,
        "signer": listed.signer.words,
        "root": listed.authority.words,
        "signed_at": None if listed.signed_at is None else listed.signed_at.isoformat(),
        "states": dict(sorted(listed.countries.items())),
        "certificates": len(listed.trusted),
        "new": done.new,
        "known": done.known,
        "refused": [{"certificate": one.words, "why": one.why} for one in listed.refused],
        "store": {"certificates": done.total, "states": done.countries},
    }


def _words(done: Summary) -> str:
    listed = done.listed
    at = "no date" if listed.signed_at is None else f"{listed.signed_at:%Y-%m-%d}"
    states = ", ".join(f"{state} {count}" for state, count in sorted(listed.countries.items()))
    refused = Counter(f"{one.words}: {one.why}" for one in listed.refused)
    lines = [
        f"{done.file}: signed by {listed.signer.words} on {at}",
        f"  vouched for by {listed.authority.words}",
        f"  {len(listed.countries)} states: {states}",
        f"  {done.new} new, {done.known} known, {len(listed.refused)} refused",
        *(f"  refused: {words}" for words in list(refused)[:MOST_REFUSED_WORDS]),
        f"the store holds {done.total} certificates of {done.countries} states",
    ]
    return "\n".join(lines)


def _bytes(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise SetupError(f"{file}: {error.strerror}.", _NO_FILE) from error
    if len(data) > most:
        raise SetupError(f"{file} is longer than {most} bytes.", _NO_FILE)
    return data
