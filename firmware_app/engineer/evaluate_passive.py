"""`kiosk evaluate passive-authentication`: a verdict for each EF.SOD of a folder, and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drivers.chip import passive_auth, sod
from drivers.chip.csca import INDEX, CscaStore
from drivers.chip.passive_result import PassiveResult, SignedAt, Verdict
from firmware_app import clock
from firmware_app.engineer import csca
from firmware_app.engineer.report import emit, progress, shortened, table, told
from firmware_app.errors import SetupError

_MEND = "Put master lists (.ml) and the roots of their issuers (.cer) there."


@dataclass(frozen=True, slots=True)
class Row:
    """One file and what passive authentication makes of it."""

    file: str
    result: PassiveResult


def evaluate(folder: Path, masterlists: Path, *, as_json: bool) -> int:
    """Judge every file of `folder` as an EF.SOD. Raises SetupError."""
    files = _files(folder)
    store = trusted(masterlists)
    rows = judge(files, store, clock.utc_now())
    emit([_document(row) for row in rows], _words(rows, store), as_json=as_json)
    return 0


def trusted(masterlists: Path) -> CscaStore:
    """The authorities of a folder's master lists, proven from its roots; or a store that is there.

    A list that only another list's authorities vouch for is read after that one. Raises SetupError.
    """
    if (masterlists / INDEX).exists():
        return csca.opened(masterlists)
    files = _files(masterlists)
    roots = [csca.read_certificate(one) for one in files if one.suffix.lower() == ".cer"]
    store = CscaStore.of(()).joined((), roots)
    waiting = [one for one in files if one.suffix.lower() == ".ml"]
    while waiting:
        store, refused = _round(waiting, store)
        if len(refused) == len(waiting):
            for why in refused.values():
                progress(f"  not used: {why}")
            break
        waiting = list(refused)
    if len(store) <= len(roots):
        raise SetupError(f"{masterlists}: no master list that could be used.", _MEND)
    return store


def judge(files: Sequence[Path], store: CscaStore, at: datetime) -> list[Row]:
    """Each file; without data groups, for a signed object alone is judged."""
    return [
        Row(path.name, passive_auth.check(_bytes(path), {}, store, at))
        for path in told("files", files)
    ]


def reason(result: PassiveResult) -> str:
    """One sentence or two: why, and for what is valid with what and when it was signed."""
    said = [result.reason]
    if result.verdict is Verdict.VALID:
        when = result.signed_at_from.value
        if result.signed_at is not None and result.signed_at_from is SignedAt.ATTRIBUTE:
            when = f"{result.signed_at:%Y-%m-%d}, as the signer states"
        said = [f"{result.algorithm}, {result.reason}", f"Time of signing: {when}."]
    said += [note[:1].upper() + note[1:] for note in result.notes]
    return " ".join(said)


def _round(waiting: Sequence[Path], store: CscaStore) -> tuple[CscaStore, dict[Path, str]]:
    """Read what is vouched for by now; the others, and why not."""
    refused: dict[Path, str] = {}
    for path in waiting:
        try:
            listed = csca.read_list(path, store.vouching)
        except SetupError as error:
            refused[path] = str(error)
            continue
        progress(f"  {path.name}: {len(listed.trusted)} certificates of {listed.signer.words}")
        store = store.joined(listed.trusted)
    return store, refused


def _document(row: Row) -> dict[str, str]:
    return {"file": row.file, "verdict": row.result.verdict, "reason": reason(row.result)}


def _words(rows: Sequence[Row], store: CscaStore) -> str:
    shown = [("file", "state", "verdict", "reason")]
    shown += [
        (
            shortened(row.file),
            row.result.signer_country or "-",
            row.result.verdict.value,
            reason(row.result),
        )
        for row in rows
    ]
    counted = Counter(row.result.verdict.value for row in rows)
    sums = ", ".join(f"{count} {verdict}" for verdict, count in counted.most_common())
    trusted_ = f"{len(store)} authorities of {len(store.countries)} states are trusted"
    return "\n".join([table(shown), f"{len(rows)} files: {sums}; {trusted_}."])


def _files(folder: Path) -> list[Path]:
    """Regular files, by name; hidden ones are left. Raises SetupError."""
    try:
        found = [one for one in folder.iterdir() if one.is_file() and one.name[0] != "."]
    except OSError as error:
        raise SetupError(f"{folder}: {error.strerror}.", "Name a folder that is there.") from error
    if not found:
        raise SetupError(f"{folder} holds no file.", "Name a folder of files.")
    return sorted(found)


def _bytes(path: Path) -> bytes:
    """No more than one byte above what an EF.SOD may have."""
    try:
        with path.open("rb") as stream:
            return stream.read(sod.MOST_BYTES + 1)
    except OSError as error:
        raise SetupError(
            f"{path}: {error.strerror}.", "Give yourself the right to read."
        ) from error
