"""The words of `kiosk update`: status, fetch, take, install; docs/updates.md has the way."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import msgspec

from firmware_app.engineer.chip_commands import Add
from firmware_app.engineer.report import emit, progress, table
from firmware_app.release import system_version
from firmware_app.services.update_files import (
    BOARD,
    DOOR,
    ROOM,
    Board,
    Fetched,
    Ledger,
    Places,
    load,
)

BAD_EXIT_CODE = 3
WAITS_EXIT_CODE = 6


def add_update(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """`kiosk update`."""
    example = "kiosk update status --json | jq .centre.step"
    group = add(commands, "update", "a new system: how far it is, fetch, put in", example, _status)
    kinds = group.add_subparsers(dest="what", required=True, metavar="WHAT")
    what = "what runs, what is wanted, how far it has come; exit code 0: nothing is left to do"
    status = add(kinds, "status", f"{what}, 6: it waits, 3: refused", example, _status, ("json",))
    what = "bring what the centre announced, as far as it goes now (border-kiosk-update.service)"
    fetch = add(kinds, "fetch", what, "kiosk update fetch --json", _fetch, ("json",))
    what = "judge what a stick brought to brought/stick.raucb (border-kiosk-stick.service)"
    take = add(kinds, "take", what, "kiosk update take --json", _take, ("json",))
    what = "put a ready bundle in while nobody is served, as root (border-kiosk-install.service)"
    install = add(kinds, "install", what, "kiosk update install", _install, ("json",))
    for parser in (status, fetch, take, install):
        parser.add_argument("--board", type=Path, default=BOARD, help=f"default: {BOARD}")
        parser.add_argument("--room", type=Path, default=ROOM, help=f"default: {ROOM}")
        parser.add_argument("--door", type=Path, default=DOOR, help=f"default: {DOOR}")


@dataclass(frozen=True, slots=True)
class Status:
    """What the files say now."""

    system: str
    board: Board | None
    centre: Fetched | None
    stick: Fetched | None
    ledger: Ledger
    part_bytes: int

    @property
    def exit_code(self) -> int:
        """Of the newest order: 0 nothing to do, 3 it ended badly, 6 it waits."""
        newest = [one for one in (self.stick, self.centre) if one is not None]
        steps = {self.step(one) for one in newest}
        wanted = self.board.wanted if self.board else None
        if wanted and (self.centre is None or self.centre.order != wanted.order):
            steps.add("announced")
        if steps & {"failed", "fell_back"}:
            return BAD_EXIT_CODE
        return 0 if steps <= {"running"} else WAITS_EXIT_CODE

    def step(self, one: Fetched) -> str:
        """The last step of anybody."""
        done = self.ledger.of(one.order) if one.step == "ready" else None
        return done.step if done else one.step


def status(places: Places) -> Status:
    """Read all files of an update."""
    centre = load(places.said("centre"), Fetched)
    part = places.part(centre.sha256) if centre else None
    return Status(
        system=system_version(),
        board=load(places.notice, Board),
        centre=centre,
        stick=load(places.said("stick"), Fetched),
        ledger=load(places.ledger, Ledger) or Ledger(),
        part_bytes=part.stat().st_size if part and part.is_file() else 0,
    )


def _status(chosen: argparse.Namespace) -> int:
    found = status(_places(chosen))
    said = {
        "system": found.system,
        "wanted": msgspec.to_builtins(found.board.wanted) if found.board else None,
        "centre": _told(found, found.centre),
        "stick": _told(found, found.stick),
        "orders": msgspec.to_builtins(found.ledger.orders),
    }
    rows: list[tuple[str, ...]] = [("system", found.system)]
    for source, one in (("centre", found.centre), ("stick", found.stick)):
        if one is not None:
            rows.append((source, *_row(found, one)))
    rows += [("put in", one.version, one.step, one.what) for one in found.ledger.orders]
    widest = max(len(row) for row in rows)
    emit(said, table([row + ("",) * (widest - len(row)) for row in rows]), as_json=chosen.json)
    return found.exit_code


def _told(found: Status, one: Fetched | None) -> dict[str, object] | None:
    if one is None:
        return None
    have = found.part_bytes if one is found.centre else 0
    return {**msgspec.to_builtins(one), "step": found.step(one), "have_bytes": have}


def _row(found: Status, one: Fetched) -> tuple[str, str, str]:
    fetching = one is found.centre and found.part_bytes > 0
    far = f" {100 * found.part_bytes // one.size} %" if fetching else ""
    return one.version, f"{found.step(one)}{far}", one.what


def _fetch(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer.update_fetch import Fetch  # noqa: PLC0415 - `kiosk version` is quick

    return _ready(Fetch(_places(chosen)).fetch(), chosen)


def _take(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer.update_fetch import Fetch  # noqa: PLC0415

    progress("The stick's bundle is judged; this takes a minute.")
    return _ready(Fetch(_places(chosen)).take(), chosen)


def _ready(found: Fetched | None, chosen: argparse.Namespace) -> int:
    if found is None:
        emit({"step": ""}, "There is nothing to bring.", as_json=chosen.json)
        return 0
    words = " ".join(filter(None, (found.version, found.step, found.what)))
    emit(msgspec.to_builtins(found), words, as_json=chosen.json)
    return BAD_EXIT_CODE if found.step == "failed" else 0


def _install(chosen: argparse.Namespace) -> int:
    from firmware_app.engineer.update_install import Install  # noqa: PLC0415

    ledger = Install(_places(chosen)).run()
    words = "\n".join(f"{one.version} {one.step} {one.what}".rstrip() for one in ledger.orders)
    emit(msgspec.to_builtins(ledger), words or "Nothing waits.", as_json=chosen.json)
    return 0


def _places(chosen: argparse.Namespace) -> Places:
    return Places(chosen.board, chosen.room, chosen.door)
