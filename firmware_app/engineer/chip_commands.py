"""The words of `kiosk csca`, `kiosk chip` and `kiosk evaluate passive-authentication`."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from firmware_app.engineer.typed_words import seconds
from firmware_app.errors import ConfigError

STORE = Path("csca")
_MOST_TYPED = 1000


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


def add_chip(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk chip read`."""
    example = (
        'kiosk chip read --mrz "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"'
        ' --mrz "L898902D17UTO7408122F3104150ZE184226B<<<<<14" --reader OMNIKEY'
        " --authorities /var/lib/border-kiosk/csca"
    )
    chip = add(commands, "chip", "the chip of a travel document", example, _read)
    kinds = chip.add_subparsers(dest="what", required=True, metavar="WHAT")
    reads = add(
        kinds,
        "read",
        "open one chip, prove it, say access, files, proofs, verdict, times; nothing personal",
        example,
        _read,
        ("json",),
    )
    reads.add_argument(
        "--mrz",
        action="append",
        default=[],
        metavar="LINE",
        help="a line of the machine readable zone, once for each line, in quotes; it stays in the "
        "shell's history: `--mrz -` takes the lines from standard input instead",
    )
    reads.add_argument("--can", default="", metavar="N", help="card access number, for PACE")
    where = reads.add_mutually_exclusive_group()
    where.add_argument("--reader", default="", metavar="NAME", help="part of a PC/SC name")
    where.add_argument("--url", help="instead of a PC/SC reader; default: pcsc://, the first one")
    reads.add_argument(
        "--authorities", type=Path, metavar="DIR", help="of `kiosk csca import`; default: none"
    )
    reads.add_argument("--seconds", type=seconds, default=30.0, help="for the chip, default: 30")
    reads.add_argument("--show", action="store_true", help="print DG1's lines: personal data")


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


def _read(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import read_chip  # noqa: PLC0415

    if not chosen.mrz and not chosen.can:
        raise ConfigError("neither --mrz nor --can.", "Give the printed lines, or the CAN.")
    named = f"pcsc://?{urlencode({'reader': chosen.reader})}" if chosen.reader else "pcsc://"
    asked = read_chip.Asked(
        url=named if chosen.url is None else chosen.url,
        lines=_lines(chosen.mrz),
        can=chosen.can,
        authorities=chosen.authorities,
        seconds=chosen.seconds,
        show=chosen.show,
    )
    return read_chip.read_chip(asked, as_json=chosen.json)


def _lines(given: Sequence[str]) -> tuple[str, ...]:
    """The zone's lines as told, or as standard input has them."""
    told = sys.stdin.read(_MOST_TYPED).splitlines() if list(given) == ["-"] else given
    return tuple(line.strip().upper() for line in told if line.strip())


def _passive(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer import evaluate_passive  # noqa: PLC0415

    return evaluate_passive.evaluate(chosen.folder, chosen.masterlists, as_json=chosen.json)
