"""`kiosk outbox status`, `verify`, `restore`: how it stands, whether it is whole, begun again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from firmware_app import config as configuration
from firmware_app.config import Config
from firmware_app.engineer.report import emit, progress, table
from firmware_app.errors import ConfigError, SetupError
from firmware_app.services.keys import open_keys
from firmware_app.services.outbox import sizes
from mqtt.errors import KeyFileError, OutboxError
from mqtt.keys import PublicKey, load_public_key
from mqtt.outbox_file import check_is_outbox
from mqtt.outbox_restore import restore
from mqtt.outbox_status import Status, look, mirror_words
from mqtt.outbox_verify import Verified, verify

MB = 1024 * 1024
HOUR_S = 3600
NOT_WHOLE_EXIT_CODE = 1
SAY_EVERY_ROWS = 5120


@contextmanager
def said_errors() -> Iterator[None]:
    """The outbox's errors as those of a command."""
    try:
        yield
    except (OutboxError, KeyFileError) as error:
        raise SetupError(str(error), error.mend) from error


def existing(config: Config | None, file: Path | None) -> Path:
    """The outbox to look at; raises SetupError where there is none, or something else."""
    path = file or (None if config is None else config.storage.outbox)
    if path is None:
        raise ConfigError("neither --file nor kiosk.toml names an outbox.")
    if not path.exists():
        mend = "The kiosk makes it at its first start; see outbox under [storage] in kiosk.toml."
        raise SetupError(f"{path} is not there.", mend)
    with said_errors():
        check_is_outbox(path)
    return path


# ---- status ---------------------------------------------------------------------------------


def status(config_file: Path, *, as_json: bool) -> int:
    """Say how the outbox stands."""
    config = configuration.load(config_file)
    path = existing(config, None)
    with said_errors():
        seen = look(path)
        mirror = config.storage.mirror
        in_step = None if mirror is None else mirror_words(path, mirror)
    document = _document(config, seen, in_step)
    emit(document, _words(config, seen, in_step), as_json=as_json)
    return 0


def _document(config: Config, seen: Status, mirror: tuple[bool, str] | None) -> dict[str, object]:
    limit_bytes, ballast_bytes = sizes(config)
    rest = {
        name: value for name, value in asdict(seen).items() if name not in {"head", "set_aside"}
    }
    head = seen.head
    return {
        "outbox": str(config.storage.outbox),
        "waiting": seen.ready + seen.sent,
        **rest,
        "limit_bytes": limit_bytes,
        "ballast_asked_bytes": ballast_bytes,
        "head": None
        if head is None
        else {"epoch": head.epoch, "sequence": head.sequence, "previous": head.previous.hex()},
        "mirror": None
        if mirror is None
        else {"path": str(config.storage.mirror), "in_step": mirror[0], "what": mirror[1]},
        "set_aside": [str(one) for one in seen.set_aside],
    }


def _words(config: Config, seen: Status, mirror: tuple[bool, str] | None) -> str:
    limit_bytes, ballast_bytes = sizes(config)
    waiting, free_mb = seen.ready + seen.sent, seen.free_bytes / MB
    oldest = ""
    if seen.oldest_waiting_s is not None:
        oldest = f", the oldest for {seen.oldest_waiting_s / HOUR_S:.1f} h with power"
    owner = f"the kiosk runs (process {seen.owner_pid})" if seen.owner_pid else "nobody"
    head = "none yet"
    if seen.head is not None:
        head = f"epoch {seen.head.epoch}, next is {seen.head.sequence}"
    rows = [
        ("outbox", f"{config.storage.outbox} of {seen.kiosk or 'no kiosk yet'}"),
        ("owner", owner),
        ("wait", f"{waiting} rows without a receipt ({seen.sent} sent){oldest}"),
        ("done", f"{seen.receipted} kept after their receipt, {seen.erased} erased since"),
        ("head", head),
        ("room", f"{seen.used_bytes / MB:.1f} of {limit_bytes / MB:.0f} MB used"),
        ("ballast", f"{seen.ballast_bytes / MB:.0f} MB; free on the partition: {free_mb:.0f} MB"),
    ]
    if seen.ballast_bytes != ballast_bytes:
        rows.append(
            ("", f"it should have {ballast_bytes / MB:.0f} MB: others have filled the partition")
        )
    rows.append(("mirror", "none" if mirror is None else f"{config.storage.mirror}: {mirror[1]}"))
    if seen.suspect:
        rows.append(("damage", "pages do not read: the next start sets this file aside"))
    rows += [("aside", f"{one}: see docs/outbox.md") for one in seen.set_aside]
    if seen.receipts_waiting or seen.receipts_refused:
        by_hand = f"{seen.receipts_waiting} files wait, {seen.receipts_refused} were refused"
        rows.append(("receipts", f"by hand: {by_hand}"))
    return table(rows)


# ---- verify ---------------------------------------------------------------------------------


def check(config_file: Path, file: Path | None, keys: Sequence[Path], *, as_json: bool) -> int:
    """Say whether it is whole; exit code 1 where it is not."""
    config = None if file is not None and keys else configuration.load(config_file)
    path = existing(config, file)
    with said_errors():
        found = verify(path, _keys(config, keys), _said)
    document = {"file": str(path), "whole": found.whole, **asdict(found)}
    emit(document, _verdict(path, found), as_json=as_json)
    return 0 if found.whole else NOT_WHOLE_EXIT_CODE


def _keys(config: Config | None, keys: Sequence[Path]) -> list[PublicKey]:
    try:
        found = [load_public_key(path) for path in keys]
    except OSError as error:
        raise SetupError(f"{error.filename}: {error.strerror}.", "Name a PEM file.") from error
    if found or config is None:
        return found
    if not config.keys.signing.exists():
        mend = "Name the kiosk's public key with --key; the centre's registry has it."
        raise SetupError(f"{config.keys.signing} is not there.", mend)
    return [open_keys(config).signer.public_key()]


def _said(rows: int) -> None:
    if rows % SAY_EVERY_ROWS == 0:
        progress(f"  {rows} rows")


def _verdict(path: Path, found: Verified) -> str:
    lines = [f"{path}: {found.rows} rows of {found.kiosk} in {found.epochs} epochs"]
    if found.erased:
        lines.append(f"  {found.erased} were erased after their receipt")
    if found.pages != "ok":
        lines.append("  pages that do not read: send the file to the centre's engineers")
    lines += [f"  {one}" for one in found.faults]
    if found.faults_in_all > len(found.faults):
        lines.append(f"  and {found.faults_in_all - len(found.faults)} more")
    lines.append("whole: signed, sealed, in order" if found.whole else "NOT whole")
    return "\n".join(lines)


# ---- restore --------------------------------------------------------------------------------


def begin_again(config_file: Path, *, as_json: bool) -> int:
    """Put the mirror's rows at the outbox's place."""
    config = configuration.load(config_file)
    mirror = config.storage.mirror
    if mirror is None:
        raise SetupError("kiosk.toml names no mirror.", "Name it as mirror under [storage].")
    with said_errors():
        restored = restore(config.storage.outbox, mirror, config.kiosk_id)
    words = f"{restored.rows} rows are back at {config.storage.outbox}; start the kiosk."
    if restored.aside is not None:
        words += f"\nWhat stood there is {restored.aside}; keep it until the centre has all."
    document = {"rows": restored.rows, "aside": str(restored.aside or "")}
    emit(document, words, as_json=as_json)
    return 0
