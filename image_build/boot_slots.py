#!/usr/bin/python3 -I
"""RAUC's boot backend on the kiosk: which of two slots starts, which one is tried, which one stays.

RAUC calls it (custom backend): get-primary, set-primary, get-state, set-state. Ours besides:
on-trial, restart. It needs Python alone, because the image installs this one file; the emulator's
loader imports it.

One slot is committed: it was found good while it ran, and it is never bad. The other is good, bad,
or on trial. `autoboot.txt` names the committed one, as a Raspberry Pi's loader reads it;
`slots.txt` beside it says what the other one is. Both have one sector, and each step writes
one of them last that decides: after a cut the old or the new state is there, no third one.

Who counts a trial's starts depends on the loader (kiosk.trial= on the kernel's command line):
counted: the loader does, before it starts the trial; tryboot: `restart` does, before it asks the
loader for its one-shot start; none: this board knows no trial, so no update begins.
"""

import argparse
import fcntl
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

AUTOBOOT: Final = "autoboot.txt"
SLOTS: Final = "slots.txt"
SECTOR_BYTES: Final = 512  # what a card writes in one go
PARTITIONS: Final = {"a": 2, "b": 3}
OTHER: Final = {"a": "b", "b": "a"}
TRIES: Final = {"counted": 3, "tryboot": 1, "none": 0}
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
_SLOTS: Final = re.compile(
    r"(committed=([ab]) other=(good|bad|trial) tries_left=(\d)) sum=([0-9a-f]{8})\n"
)


class RefusedError(Exception):
    """A step that would leave the kiosk without a proven system, or that its board cannot do."""


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
        return Slots(slots.primary, TRIAL, _some(tries))
    return replace(slots, other=BAD, tries_left=0) if slots.other == TRIAL else slots


def judge(slots: Slots, slot: str, verdict: str, current: str, tries: int) -> Slots:
    """`set-state`: a running slot that is good is committed; one that is to be written is bad."""
    if verdict == GOOD:
        if slot not in {slots.primary, current}:
            raise RefusedError(f"{slot} is not running, so nobody has found it good.")
        return slots if slot == slots.primary else Slots(slot, GOOD)
    if slot == slots.primary:
        raise RefusedError(f"{slot} is the only proven system: commit or end the trial first.")
    _some(tries)
    return Slots(slots.primary, BAD)


def _some(tries: int) -> int:
    if not tries:
        raise RefusedError("this board's loader knows no trial start, so it takes no update.")
    return tries


# ---- two files of one sector --------------------------------------------------------------------


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


def autoboot_text(slots: Slots) -> str:
    """autoboot.txt for this state."""
    other = PARTITIONS[OTHER[slots.primary]]
    return sector(_TEXT.format(primary=PARTITIONS[slots.primary], other=other))


def slots_text(slots: Slots) -> str:
    """slots.txt for this state."""
    told = f"committed={slots.primary} other={slots.other} tries_left={slots.tries_left}"
    return sector(f"{told} sum={zlib.crc32(told.encode()):08x}\n")


def sector(text: str) -> str:
    """Text as long as a sector, so that it can be written over its older self in one go."""
    if len(text.encode()) > SECTOR_BYTES:
        raise ValueError("longer than a sector")
    return text + "\n" * (SECTOR_BYTES - len(text.encode()))


def read(autoboot: str, slots: str) -> Slots:
    """The state from both texts.

    A damaged slots.txt says nothing: the other slot is then not started. One that is older than the
    committed slot (a cut between the two writes of a commit) says that the other one was good.
    """
    primary = "b" if named(autoboot, trial=False) == PARTITIONS["b"] else "a"
    found = _SLOTS.match(slots)
    if not found or f"{zlib.crc32(found[1].encode()):08x}" != found[5]:
        return Slots(primary)
    if found[2] != primary:
        return Slots(primary, GOOD)
    return Slots(primary, found[3], int(found[4]))


def writes(old: Slots, new: Slots) -> list[tuple[str, str]]:
    """Files to write, in this order; a cut between them leaves the new state with its default."""
    if new.primary != old.primary:
        return [(AUTOBOOT, autoboot_text(new)), (SLOTS, slots_text(new))]
    return [(SLOTS, slots_text(new))] if new != old else []


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

    def load(self) -> Slots:
        """Read the state."""
        texts = [_text(self.boot / name) for name in (AUTOBOOT, SLOTS)]
        return read(*texts)

    def save(self, old: Slots, new: Slots) -> None:
        """Write what differs; each file is on the medium before the next is begun."""
        todo = writes(old, new)
        if todo:
            with _writable(self.boot):
                for name, text in todo:
                    put(self.boot / name, text.encode())


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("ascii", "replace")
    except FileNotFoundError:
        return ""


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
            return judge(slots, slot, verdict, place.current, place.tries)
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
            if not _text(place.boot / AUTOBOOT):
                raise RefusedError(f"{place.boot / AUTOBOOT} is not there.")
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


def main() -> int:
    """Speak with RAUC, or with a unit."""
    chosen = _parser().parse_args()
    loader = re.findall(r"\bkiosk\.trial=(counted|tryboot)\b", _text(chosen.command_line))
    place = Place(chosen.boot, _text(chosen.running).strip(), (loader or ["none"])[-1])
    if place.current not in OTHER or not {*chosen.words[1:2]} <= OTHER.keys():
        print("boot-slots: a slot is a or b.", file=sys.stderr)
        return 2
    try:
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
