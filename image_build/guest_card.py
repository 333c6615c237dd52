"""A card with an image on it in an emulated board, and the report on what was found there."""

import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from image_build import emulator, initramfs
from image_build.emulator import ConsoleError, Machine
from image_build.steps import BuildError
from mqtt.central.errors import CentralError

CARD_BYTES: Final = 4 << 30
# Machine of QEMU -> the serial line that the test speaks on.
CONSOLES: Final = {"virt": "/dev/ttyAMA0", "raspi3b": "/dev/ttyS1"}
BOOT_LIMIT_S: Final = 900.0  # emulated, on a machine that has other work
# What a test says to its guest.
BOOT_SLOTS: Final = "/usr/lib/border-kiosk/boot-slots"
VERSION: Final = "cat /usr/lib/border-kiosk/version"
SLOT: Final = "cat /run/kiosk/slot"
OUTBOX: Final = "kiosk outbox verify --config /var/lib/border-kiosk/kiosk.toml"


@dataclass(slots=True)
class Report:
    """What was found; printed as it comes."""

    failed: list[str] = field(default_factory=list)

    def say(self, what: str, *, good: bool, found: str = "") -> None:
        """Print one row."""
        if not good:
            self.failed.append(what)
        print(
            f"  {'ok    ' if good else 'FAILED'} {what}{f': {found}' if found else ''}", flush=True
        )

    def figure(self, what: str, value: str) -> None:
        """Print one measurement."""
        print(f"         {what}: {value}", flush=True)


@dataclass(frozen=True, slots=True)
class Plugged:
    """Words for QEMU besides the card's, and files for the guest's /run/kiosk-test.

    A `.service` among them is started early; `told` is for the kernel's command line.
    """

    words: Sequence[str]
    brought: Sequence[Path] = ()
    told: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A card with the image on it, larger than the image, and a room for what the loader takes."""

    disk: Path
    folder: Path
    machine: str

    def start(self, log: Path, plugged: Plugged | None = None) -> Machine:
        """Play the loader, then start the board with what is plugged in."""
        init = initramfs.INIT.read_text(encoding="utf-8")
        init = emulator.with_shell(init, CONSOLES[self.machine])
        brought = plugged.brought if plugged else ()
        if self.machine == "raspi3b":
            self._lay_over(init, brought)
            return Machine(emulator.raspi3b(self.disk, self.folder), log)
        kernel = emulator.load(self.disk, self.folder)
        packed = emulator.overlay(kernel.initramfs, init, brought, self.folder / "with-shell.img")
        told = f"{kernel.command_line} {plugged.told if plugged else ''}"
        kernel = replace(kernel, initramfs=packed, command_line=told)
        words = plugged.words if plugged else emulator.PLAIN
        return Machine(emulator.virt(kernel, self.disk, words), log)

    def _lay_over(self, init: str, brought: Sequence[Path]) -> None:
        """Where a real loader reads the card, the shell has to be there: in slot a's initramfs."""
        packed = emulator.take(self.disk, "boot_a", "initrd.img", self.folder)
        emulator.overlay(packed, init, brought, packed)
        emulator.put(self.disk, "boot_a", packed)


def insert(image: Path, folder: Path, machine: str) -> Card:
    """Copy the image to a card of its own; raises BuildError where there is none."""
    if not image.is_file():
        raise BuildError(f"{image} is not there.", "Build one: make image BOARD=virt.")
    disk = folder / "card.img"
    shutil.copyfile(image, disk)
    with disk.open("r+b") as raw:
        raw.truncate(CARD_BYTES)
    return Card(disk, folder, machine)


def start_and_look(
    card: Card, report: Report, log: Path, plugged: Plugged | None = None
) -> Machine:
    """Start the board, wait until it runs, and say how that went."""
    guest = card.start(log, plugged)
    guest.ready(BOOT_LIMIT_S)
    report.figure("a shell answers after", f"{time.monotonic() - guest.began_s:.0f} s")
    _, state = guest.ask("systemctl is-system-running --wait", BOOT_LIMIT_S)
    report.say("the system runs", good=state == "running", found=state)
    report.figure("it runs after", f"{time.monotonic() - guest.began_s:.0f} s")
    _, failed = guest.ask("systemctl --failed --plain --no-legend")
    report.say("no unit failed", good=not failed, found=failed)
    return guest


def conclude(examine: Callable[[], list[str]], log: Path) -> int:
    """Run it all and say how it went; the exit code is 1 where something failed."""
    log.unlink(missing_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the guest must not outlive the test
    try:
        failed = examine()
    except (BuildError, CentralError) as error:
        print(f"{error}\n  mend: {error.mend}", file=sys.stderr)
        return 1
    except ConsoleError as error:
        print(f"{error}\n  mend: the whole console is in {log}", file=sys.stderr)
        return 1
    print(f"{len(failed)} failed" if failed else "all as it should be", f"(console: {log})")
    return 1 if failed else 0
