#!/usr/bin/python3 -I
"""RAUC's boot backend on the kiosk: which of two slots starts, which one is tried, which one stays.

RAUC calls it (custom backend): get-primary, set-primary, get-state, set-state. Ours besides:
on-trial, restart. It needs Python alone, because the image installs this one file; the emulator's
loader imports it.

One slot is committed: it was found good while it ran, and it is never bad. The other is good, bad,
or on trial. A first file names the committed one, as the board's loader reads it; `slots.env`
beside it says what the other one is. Both have one sector, and each step writes one of them last
that decides: after a cut the old or the new state is there, no third one. Where one is damaged,
nothing is tried: the committed system starts, which the other file names too.

Who counts a trial's starts depends on the loader (kiosk.trial= on the kernel's command line):
counted (U-Boot, and the emulator's): the loader does, before it starts the trial; its first file is
`committed.env`. tryboot (a Raspberry Pi 4's own): `restart` does, before it asks the loader for its
one-shot start; the first file is `autoboot.txt`. A .env file is a U-Boot environment of one sector:
`env import -c`, `env export -c -s 200`.
"""

import argparse
import fcntl
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

_SUM: Final = struct.Struct("<I")
AUTOBOOT: Final = "autoboot.txt"
COMMITTED: Final = "committed.env"
SLOTS: Final = "slots.env"
FIRST: Final = {"counted": COMMITTED, "tryboot": AUTOBOOT}  # what names the committed slot
SECTOR_BYTES: Final = 512  # what a card writes in one go
PARTITIONS: Final = {"a": 2, "b": 3}
OTHER: Final = {"a": "b", "b": "a"}
TRIES: Final = {"counted": 3, "tryboot": 1}
GOOD: Final = "good"
BAD: Final = "bad"
TRIAL: Final = "trial"
_TEXT: Final = """# Which boot partition starts: 2 is boot_a, 3 is boot_b.
# A trial starts the [tryboot] one, once.
[all]
tryboot_a_b=1
boot_partition={primary}
[tryboot]
boot_partition={other}
"""
_SLOTS: Final = re.compile(r"committed=([ab])\0other=(good|bad|trial)\0tries_left=(\d)")


class RefusedError(Exception):
    """A step that would leave the kiosk without a proven system, or whose state cannot be known."""


# ---- the state, and what each word of RAUC makes of it: pure ------------------------------------


@dataclass(frozen=True, slots=True)
class Slots:
    """`primary` is committed; `other` says what the second slot is; tries are starts to come."""

    primary: str = "a"
    other: str = BAD
    tries_left: int = 0

    @property
    def next(self) -> str:
        """The slot of the next start."""
        return OTHER[self.primary] if self.other == TRIAL and self.tries_left else self.primary

    def state(self, slot: str, current: str) -> str:
        """Good or bad: may `slot` be started? A trial that used its tries and fell back is bad."""
        if slot == self.primary or self.other == GOOD:
            return GOOD
        return GOOD if self.other == TRIAL and (self.tries_left or current == slot) else BAD


def start(slots: Slots) -> tuple[str, Slots]:
    """What a counting loader starts, and what it must have written before it does."""
    chosen = slots.next
    left = slots.tries_left - 1 if chosen != slots.primary else slots.tries_left
    return chosen, replace(slots, tries_left=left)


def try_next(slots: Slots, slot: str, current: str, tries: int) -> Slots:
    """`set-primary`: the other slot is tried; the committed one ends a trial."""
    if slot == current != slots.primary:
        raise RefusedError(f"{slot} is on trial: being found good keeps it, nothing else.")
    if slot != slots.primary:
        return Slots(slots.primary, TRIAL, tries)
    return replace(slots, other=BAD, tries_left=0) if slots.other == TRIAL else slots


def judge(slots: Slots, slot: str, verdict: str, current: str) -> Slots:
    """`set-state`: a running slot that is good is committed; one that is to be written is bad."""
    if verdict == GOOD:
        if slot not in {slots.primary, current}:
            raise RefusedError(f"{slot} is not running, so nobody has found it good.")
        return slots if slot == slots.primary else Slots(slot, GOOD)
    if slot == slots.primary:
        raise RefusedError(f"{slot} is the only proven system: commit or end the trial first.")
    return Slots(slots.primary, BAD)


# ---- two files of one sector --------------------------------------------------------------------


def environment(words: Mapping[str, str], size_bytes: int = SECTOR_BYTES) -> bytes:
    """Words as U-Boot keeps them: CRC-32, then `name=value` and a NUL each, sorted; NULs behind."""
    told = "".join(f"{name}={words[name]}\0" for name in sorted(words)).encode("ascii")
    if len(told) >= size_bytes - _SUM.size:
        raise ValueError("longer than its room")
    told = told.ljust(size_bytes - _SUM.size, b"\0")
    return _SUM.pack(zlib.crc32(told)) + told


def environment_text(data: bytes) -> str:
    """The words of one sector, NULs between them; nothing where it is damaged."""
    told = data[_SUM.size :]
    if len(data) != SECTOR_BYTES or data[: _SUM.size] != _SUM.pack(zlib.crc32(told)):
        return ""
    return told.partition(b"\0\0")[0].decode("ascii", "replace")


def named(autoboot: str, *, trial: bool) -> int:
    """Which partition autoboot.txt names (0: none); of several in a section the last counts."""
    section, found = "all", {"all": 0, "tryboot": 0}
    for line in autoboot.splitlines():
        word = line.split("#")[0].strip()
        if word.startswith("[") and word.endswith("]"):
            section = word[1:-1]
        elif re.fullmatch(r"boot_partition=\d+", word) and section in found:
            found[section] = int(word.removeprefix("boot_partition="))
    return found["tryboot"] if trial and found["tryboot"] else found["all"]


def first_sector(slots: Slots, loader: str) -> bytes:
    """The file that names the committed slot, for this loader."""
    if loader == "counted":
        return environment({"committed": slots.primary})
    other = PARTITIONS[OTHER[slots.primary]]
    told = _TEXT.format(primary=PARTITIONS[slots.primary], other=other).encode("ascii")
    return told.ljust(SECTOR_BYTES, b"\n")


def slots_sector(slots: Slots) -> bytes:
    """slots.env for this state."""
    left = str(slots.tries_left)
    return environment({"committed": slots.primary, "other": slots.other, "tries_left": left})


def committed(first: bytes, loader: str) -> str:
    """Which slot the first file names; "" where it is damaged."""
    if loader == "counted":
        found = re.fullmatch("committed=([ab])", environment_text(first))
        return found[1] if found else ""
    number = named(first.decode("ascii", "replace"), trial=False)
    return {part: slot for slot, part in PARTITIONS.items()}.get(number, "")


def read(first: bytes, slots: bytes, loader: str) -> Slots:
    """The state from both files.

    One that is damaged says nothing: nothing is tried then, and what the other one calls committed
    starts. A slots.env that is older than the committed slot (a cut between the two writes of a
    commit) says that the other one was good.
    """
    primary = committed(first, loader)
    found = _SLOTS.fullmatch(environment_text(slots))
    if not found:
        return Slots(primary or "a")
    if primary and found[1] != primary:
        return Slots(primary, GOOD)
    if not primary and found[2] == TRIAL:
        return Slots(found[1])
    return Slots(found[1], found[2], int(found[3]))


def writes(was: str, old: Slots, new: Slots, loader: str) -> list[tuple[str, bytes]]:
    """Files to write, in this order, where the first one named `was`.

    A cut between them leaves the new state with its default.
    """
    todo = [(FIRST[loader], first_sector(new, loader))] if was != new.primary else []
    return [*todo, (SLOTS, slots_sector(new))] if todo or new != old else []


# ---- the shell ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are: the folder of both files, the running slot, who counts trials."""

    boot: Path
    current: str
    loader: str

    @property
    def tries(self) -> int:
        """Starts that a trial gets."""
        return TRIES[self.loader]

    def first(self) -> bytes:
        """The file that names the committed slot; empty where it is not there."""
        return _bytes(self.boot / FIRST[self.loader])

    def load(self) -> Slots:
        """Read the state."""
        return read(self.first(), _bytes(self.boot / SLOTS), self.loader)

    def save(self, old: Slots, new: Slots) -> None:
        """Write what differs; each file is on the medium before the next is begun."""
        todo = writes(committed(self.first(), self.loader), old, new, self.loader)
        if todo:
            with _writable(self.boot):
                for name, data in todo:
                    put(self.boot / name, data)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def put(file: Path, data: bytes) -> None:
    """Write one sector: over the old one in place, else by a new file that takes the name.

    In place nothing else of a FAT changes than that sector and the time beside the name.
    """
    if file.exists() and file.stat().st_size == len(data):
        descriptor = os.open(file, os.O_WRONLY)
        try:
            os.pwrite(descriptor, data, 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with fresh.open("xb") as raw:
        raw.write(data)
        raw.flush()
        os.fsync(raw.fileno())
    fresh.replace(file)
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """The partition is mounted read-only except in here."""
    was_read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
    if was_read_only:
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
    try:
        yield
    finally:
        if was_read_only:
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one of us reads and writes at a time."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def restart_words(slots: Slots, loader: str) -> list[str]:
    """How the next start is begun: a one-shot loader has to be asked for a trial."""
    trial = loader == "tryboot" and slots.next != slots.primary
    return ["systemctl", "reboot", *(["--reboot-argument=0 tryboot"] if trial else [])]


def changed(slots: Slots, words: list[str], place: Place) -> Slots:
    """The state after a command that changes it; raises RefusedError."""
    match words:
        case ["set-primary", slot]:
            return try_next(slots, slot, place.current, place.tries)
        case ["set-state", slot, ("good" | "bad") as verdict]:
            return judge(slots, slot, verdict, place.current)
        case ["restart"]:
            return start(slots)[1] if place.loader == "tryboot" else slots
        case _:
            raise RefusedError(f"unknown words: {' '.join(words)}")


def answer(place: Place, words: list[str]) -> str | int:
    """Do one command; gives what to print, or the exit code; raises RefusedError."""
    slots = place.load()
    match words:
        case ["get-primary"]:
            return slots.next
        case ["get-state", slot]:
            return slots.state(slot, place.current)
        case ["on-trial"]:
            if not place.first():
                raise RefusedError(f"{place.boot / FIRST[place.loader]} is not there.")
            return 0 if place.current != slots.primary else 1
        case _:
            pass
    place.save(slots, changed(slots, words, place))
    if words == ["restart"]:
        return subprocess.run(restart_words(slots, place.loader), check=False).returncode
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--boot", type=Path, default=Path("/boot"))
    parser.add_argument("--running", type=Path, default=Path("/run/kiosk/slot"))
    parser.add_argument("--command-line", type=Path, default=Path("/proc/cmdline"))
    parser.add_argument("words", nargs="+", metavar="WORD")
    return parser


def _loader(command_line: bytes) -> str:
    found = re.findall(rb"\bkiosk\.trial=(counted|tryboot)\b", command_line)
    if not found:
        raise RefusedError("no kiosk.trial= on the kernel's command line says who counts.")
    return str(found[-1], "ascii")


def main() -> int:
    """Speak with RAUC, or with a unit."""
    chosen = _parser().parse_args()
    current = _bytes(chosen.running).decode("ascii", "replace").strip()
    if current not in OTHER or not {*chosen.words[1:2]} <= OTHER.keys():
        print("boot-slots: a slot is a or b.", file=sys.stderr)
        return 2
    try:
        place = Place(chosen.boot, current, _loader(_bytes(chosen.command_line)))
        with _alone(chosen.boot):
            told = answer(place, chosen.words)
    except (RefusedError, OSError, subprocess.CalledProcessError) as error:
        print(f"boot-slots: {error}", file=sys.stderr)
        return 3
    if isinstance(told, int):
        return told
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main())
