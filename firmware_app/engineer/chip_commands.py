"""The words of `kiosk csca` and `kiosk evaluate passive-authentication`; loads them when called."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

STORE = Path("csca")


class Add(Protocol):
    """Adds a command with its help, an example, what runs it and options that many share."""

    def __call__(
        self,
        commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
        name: str,
        what: str,
        example: str,
        run: Callable[[argparse.Namespace], int],
        options: Sequence[str] = (),
    ) -> argparse.ArgumentParser:
        """The parser of that command."""


def add_csca(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk csca import` and `show`."""
    csca = add(
        commands,
        "csca",
        "the states' authorities that this kiosk trusts",
        "kiosk csca import DE_ML.ml --root csca-germany.cer --store /var/lib/border-kiosk/csca",
        _import,
    )
    kinds = csca.add_subparsers(dest="what", required=True, metavar="WHAT")
    imports = add(
        kinds,
        "import",
        "check the signature of a master list, or of a revocation list (.crl), and keep it",
        "kiosk csca import DE_ML.ml --root csca-germany.cer",
        _import,
        ("json",),
    )
    imports.add_argument("file", type=Path, metavar="FILE", help="a master list, or FILE.crl")
    imports.add_argument(
        "--root", type=Path, metavar="FILE.cer", help="an authority that vouches for the list"
    )
    shows = add(
        kinds,
        "show",
        "what the store holds, and how long it takes to open",
        "kiosk csca show --store /var/lib/border-kiosk/csca",
        _show,
        ("json",),
    )
    for one in (imports, shows):
        one.add_argument(
            "--store", type=Path, default=STORE, metavar="DIR", help="default: csca here"
        )


def add_passive(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk evaluate passive-authentication`."""
    passive = add(
        kinds,
        "passive-authentication",
        "every EF.SOD of a folder: is it signed by a state, and if not, why",
        "kiosk evaluate passive-authentication sods/ --masterlists lists/ --json",
        _passive,
        ("json",),
    )
    passive.add_argument("folder", type=Path, help="of EF.SOD files")
    passive.add_argument(
        "--masterlists",
        type=Path,
        required=True,
        metavar="DIR",
        help="of master lists (.ml) and their roots (.cer), or a store of `kiosk csca import`",
    )


def _import(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import csca  # noqa: PLC0415 - `kiosk version` need not load it

    return csca.import_file(chosen.file, chosen.root, chosen.store, as_json=chosen.json)


def _show(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import csca_show  # noqa: PLC0415

    return csca_show.show(chosen.store, as_json=chosen.json)


def _passive(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import evaluate_passive  # noqa: PLC0415

    return evaluate_passive.evaluate(chosen.folder, chosen.masterlists, as_json=chosen.json)
