"""The words of `kiosk outbox`: status, verify, export, import, restore."""

import argparse
from pathlib import Path

from firmware_app.engineer.chip_commands import Add

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives this type no public name


def add_outbox(commands: "Commands[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk outbox ...`; docs/outbox.md says when to use which."""
    outbox = add(
        commands,
        "outbox",
        "the sealed crossings that wait on this kiosk",
        "kiosk outbox status --config /etc/border-kiosk/kiosk.toml",
        _status,
    )
    kinds = outbox.add_subparsers(dest="what", required=True, metavar="WHAT")
    add(
        kinds,
        "status",
        "levels, ages, head, mirror, files set aside; the kiosk may run",
        "kiosk outbox status --json | jq .waiting",
        _status,
        ("config", "json"),
    )
    verifies = add(
        kinds,
        "verify",
        "every page, signature, hash and link of the chain; the kiosk may run",
        "kiosk outbox verify --file outbox.sqlite3.unreadable-1",
        _verify,
        ("config", "json"),
    )
    verifies.add_argument("--file", type=Path, help="a copy, or a file set aside")
    verifies.add_argument(
        "--key", type=Path, action="append", metavar="PEM", help="public key of its kiosk"
    )
    _add_sticks(kinds, add)
    add(
        kinds,
        "restore",
        "begin again from the mirror; what stands at the outbox's place is set aside",
        "kiosk outbox restore --config /etc/border-kiosk/kiosk.toml",
        _restore,
        ("config", "json"),
    )


def _add_sticks(kinds: "Commands[argparse.ArgumentParser]", add: Add) -> None:
    """`export` and `import`."""
    exports = add(
        kinds,
        "export",
        "write what has no receipt to a stick; it stays sealed, and stays here; the kiosk may run",
        "kiosk outbox export /media/stick",
        _export,
        ("config", "json"),
    )
    exports.add_argument("folder", type=Path, help="on the stick")
    exports.add_argument("--file", type=Path, help="a copy, or a file set aside")
    exports.add_argument(
        "--continue",
        dest="resume",
        action="store_true",
        help="only what earlier sticks did not take",
    )
    imports = add(
        kinds,
        "import",
        "hand the centre's receipts that came back by stick to the kiosk",
        "kiosk outbox import /media/stick",
        _import,
        ("config", "json"),
    )
    imports.add_argument("path", type=Path, help="a file *.receipts, or its folder")


def _status(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import outbox_tools  # noqa: PLC0415 - `kiosk version` need not load

    return outbox_tools.status(chosen.config, as_json=chosen.json)


def _verify(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import outbox_tools  # noqa: PLC0415

    return outbox_tools.check(chosen.config, chosen.file, chosen.key or [], as_json=chosen.json)


def _export(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import outbox_sticks  # noqa: PLC0415

    return outbox_sticks.export_rows(
        chosen.config, chosen.folder, chosen.file, resume=chosen.resume, as_json=chosen.json
    )


def _import(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import outbox_sticks  # noqa: PLC0415

    return outbox_sticks.import_receipts(chosen.config, chosen.path, as_json=chosen.json)


def _restore(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import outbox_tools  # noqa: PLC0415

    return outbox_tools.begin_again(chosen.config, as_json=chosen.json)
