"""The words for what travels by hand: `kiosk-central courier import`."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from mqtt.central.command import (
    EXIT_FOUND,
    EXIT_OK,
    EXIT_TROUBLE,
    Commands,
    command,
    progress,
    say,
    with_config,
    with_json,
)
from mqtt.central.courier import CourierDesk, CourierFileError, Imported
from mqtt.central.settings import CentralSettings
from mqtt.courier import EVENTS_SUFFIX
from mqtt.notice import tell_stderr

EXAMPLE = "import /media/stick --config site/centre/central.toml"


def add(commands: "Commands[argparse.ArgumentParser]") -> None:
    """`courier import`."""
    group = command(commands, "courier", _import, "take what kiosks send by hand", EXAMPLE)
    kinds = group.add_subparsers(required=True, metavar="WHAT")
    what = "store the rows of courier files, once; write receipts for the way back"
    imports = with_json(with_config(command(kinds, "import", _import, what, EXAMPLE)))
    imports.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help=f"*{EVENTS_SUFFIX}, or their folder"
    )
    imports.add_argument(
        "--receipts", type=Path, metavar="DIR", help="default: the folder of each file"
    )


def _import(args: argparse.Namespace) -> int:
    settings = CentralSettings.load(args.config)
    found = [file for path in args.files for file in _files(path)]
    with settings.store() as store:
        desk = CourierDesk(settings.intake(store, tell_stderr))
        done = []
        for number, path in enumerate(found, start=1):
            progress(f"file {number} of {len(found)}")
            done.append(_one(desk, path, args))
        progress("")
    whole = all(one.whole for one in done if one is not None)
    unread = done.count(None)
    if args.json:
        rows = [_plain(one) for one in done if one is not None]
        document = {"whole": whole and not unread, "unread": unread, "files": rows}
        say(json.dumps(document, indent=2))
    if unread:
        return EXIT_TROUBLE
    return EXIT_OK if whole else EXIT_FOUND


def _one(desk: CourierDesk, path: Path, args: argparse.Namespace) -> Imported | None:
    """What became of a file; None where it could not be used, which keeps no other one back."""
    try:
        imported = desk.take(path, args.receipts or path.parent)
    except CourierFileError as error:
        sys.stderr.write(f"kiosk-central: {error} {error.mend}\n")
        return None
    if not args.json:
        say(_words(path, imported))
    return imported


def _files(path: Path) -> list[Path]:
    if path.exists() and not path.is_dir() and not path.is_file():
        raise CourierFileError(f"{path} is neither a file nor a folder.")
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.rglob(f"*{EVENTS_SUFFIX}") if one.is_file())
    if not found:
        raise CourierFileError(f"{path} holds no *{EVENTS_SUFFIX}.")
    return found


def _plain(one: Imported) -> dict[str, object]:
    manifest = {"kiosk": one.manifest.kiosk, "part": one.manifest.part, "rows": one.manifest.rows}
    rest = {name: value for name, value in asdict(one).items() if name != "manifest"}
    return {**manifest, **rest, "receipts": str(one.receipts or ""), "whole": one.whole}


def _words(path: Path, one: Imported) -> str:
    head = f"{path.name}: {one.manifest.rows} rows of {one.manifest.kiosk}:"
    lines = [f"{head} {one.new} new, {one.again} were here before"]
    if one.forks:
        lines.append(f"  {one.forks} on a second branch: its card was copied or set back")
    if one.quarantined:
        lines.append(f"  {one.quarantined} kept in quarantine: see `kiosk-central rejudge`")
    if one.refused:
        lines.append(f"  {one.refused} not kept: the quarantine is full")
    if one.foreign:
        lines.append(f"  {one.foreign} not signed by this kiosk: not stored")
    if one.damaged:
        lines.append(f"  {one.damaged} damaged on the way: not stored; export them again")
    if one.why:
        lines.append(f"  not read to its end: {one.why} Export the rest again")
    if one.receipts is not None:
        lines.append(f"  receipts for the way back: {one.receipts}")
    return "\n".join(lines)
