"""`kiosk outbox export` and `import`: sealed rows to a stick, signed receipts from one."""

import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from firmware_app import config as configuration
from firmware_app.engineer.outbox_tools import existing, said_errors
from firmware_app.engineer.report import emit, progress
from firmware_app.errors import SetupError
from firmware_app.services.keys import open_keys
from mqtt.courier import RECEIPTS_SUFFIX
from mqtt.outbox_drop import drop, is_for, read_receipts
from mqtt.outbox_export import Exported, export
from mqtt.outbox_status import owner_pid

LEFT_EXIT_CODE = 1
TAKE_LIMIT_S = 10.0
POLL_S = 0.1


def export_rows(
    config_file: Path, folder: Path, file: Path | None, *, resume: bool, as_json: bool
) -> int:
    """Write courier files; exit code 1 where rows are left for another stick."""
    config = configuration.load(config_file)
    path = existing(config, file)
    if not folder.is_dir():
        raise SetupError(f"{folder} is no folder.", "Mount the stick and name a folder on it.")
    with said_errors():
        found = export(path, folder, resume=resume, on_part=_said)
    document = {
        "waiting": found.waiting,
        "rows": found.rows,
        "left": found.left,
        "unreadable": found.unreadable,
        "remembered": found.remembered,
        "files": [str(one) for one in found.files],
    }
    emit(document, _export_words(folder, found), as_json=as_json)
    return LEFT_EXIT_CODE if found.left or found.unreadable else 0


def _said(rows: int, waiting: int) -> None:
    progress(f"  {rows} of {waiting} rows are on the stick")


def _export_words(folder: Path, found: Exported) -> str:
    if not found.waiting:
        return "nothing waits: each row has its receipt, or went to an earlier stick."
    lines = [f"{found.rows} of {found.waiting} rows in {len(found.files)} files in {folder}."]
    if found.unreadable:
        lines.append(f"{found.unreadable} rows do not read, or have had their receipt meanwhile.")
    if not found.remembered:
        lines.append("Nothing could be noted beside the outbox: --continue begins anew.")
    if found.left:
        lines.append(f"{found.left} are left: the stick is full. With the next one:")
        lines.append("  kiosk outbox export FOLDER --continue")
    lines.append("Unmount the stick. At the centre: kiosk-central courier import FOLDER")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a stick brought: files laid before the owner, receipts in them, files for others.

    taken: the running kiosk has taken them; refused: receipts that the centre did not sign.
    """

    files: int
    entries: int
    refused: int
    others: int
    taken: bool


def import_receipts(config_file: Path, path: Path, *, as_json: bool) -> int:
    """Check the receipts here, so that a wrong file is told at once; the owner checks again.

    Exit code 1 where a receipt is not the centre's.
    """
    config = configuration.load(config_file)
    outbox = existing(config, None)
    found = _files(path)
    with said_errors():
        ours = [one for one in found if is_for(one, config.kiosk_id)] if path.is_dir() else found
        keys = open_keys(config).ring.receipts
        read = [read_receipts(one, config.kiosk_id, keys) for one in ours]
        laid = [drop(one, outbox) for one in ours]
    brought = Brought(
        files=len(laid),
        entries=sum(one.entries for one in read),
        refused=sum(one.refused for one in read),
        others=len(found) - len(ours),
        taken=bool(laid) and _taken(outbox, laid),
    )
    emit(asdict(brought), _import_words(brought), as_json=as_json)
    return LEFT_EXIT_CODE if brought.refused else 0


def _import_words(brought: Brought) -> str:
    files = f"{brought.files} files"
    lines = [f"{brought.entries} receipts in {files} are signed by the centre for this kiosk."]
    if brought.others:
        lines.append(f"{brought.others} files are for other kiosks, and were left on the stick.")
    if brought.refused:
        lines.append(f"{brought.refused} are not the centre's, and count for nothing.")
    if brought.taken:
        lines.append("The kiosk has taken them: see `kiosk outbox status`.")
    elif brought.files:
        lines.append("The kiosk takes them at its next start.")
    return "\n".join(lines)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(one for one in path.rglob(f"*{RECEIPTS_SUFFIX}") if one.is_file())
    else:
        found = [path] if path.is_file() else []  # who reads a pipe waits for ever
    if not found:
        mend = "`kiosk-central courier import` writes them beside the files that it reads."
        raise SetupError(f"{path} holds no *{RECEIPTS_SUFFIX}.", mend)
    return found


def _taken(outbox: Path, laid: list[Path]) -> bool:
    """Whether there is an owner, and he has taken them all within a few seconds."""
    if owner_pid(outbox.with_name(outbox.name + ".lock")) is None:
        return False
    pause = threading.Event()
    for _ in range(round(TAKE_LIMIT_S / POLL_S)):
        if not any(path.exists() for path in laid):
            return True
        pause.wait(POLL_S)
    return False
