"""Boots a card image in QEMU as a board's loader would, and speaks with it over its serial line.

The loader's part is played here: the first partition says which boot partition's kernel, initramfs
and command line are taken. A trial is started as the card's board would: a counting loader (one
with committed.env) takes a try from slots.env, writes that down, and starts it; for a Raspberry Pi
4 (autoboot.txt) the file `tryboot` says, once, that the trial one is meant (it keeps that flag in a
register, and forgets it at the next start). A Raspberry Pi 3 has U-Boot, which is itself run.
"""

import os
import re
import selectors
import shlex
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from image_build import boot_slots, cpio, layout
from image_build.steps import BuildError, run

HERE: Final = "the-shell-is-here"
SHELL_UNIT: Final = """[Unit]
Description=Shell for the test, laid over the image by the emulator
[Service]
ExecStart=/bin/bash -c 'echo {here}; exec bash --noediting --noprofile --norc'
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath={console}
TTYReset=yes
Environment=PS1= HOME=/root
Restart=always
"""
_LAST_STEP: Final = "mount --move /run /system/run"
PI_3_FIRMWARE: Final = ("u-boot.bin", "bcm2837-rpi-3-b.dtb")  # what it reads on QEMU's raspi3b
_READ_BYTES: Final = 65536
_END_LIMIT_S: Final = 10.0
MEMORY_MB: Final = 1024
# the card's own code for a start over the network (Debian's ipxe-qemu) is not needed
NETWORK: Final = ("-device", "virtio-net-pci,netdev=cable,romfile=", "-netdev", "user,id=cable")
PLAIN: Final = (*NETWORK[:-1], f"{NETWORK[-1]},restrict=on")


class ConsoleError(Exception):
    """The guest did not say what was awaited; holds the last lines that it said."""


# ---- the loader ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kernel:
    """What a loader hands over."""

    slot: str
    image: Path
    initramfs: Path
    command_line: str


def load(disk: Path, folder: Path) -> Kernel:
    """Take kernel, initramfs and command line from `disk` as its board's loader would."""
    slot = choose(disk, folder)
    for name in ("vmlinuz", "initrd.img", "cmdline.txt"):
        take(disk, f"boot_{slot}", name, folder)
    words = (folder / "cmdline.txt").read_text(encoding="utf-8").strip()
    started = f"{words} kiosk.slot={slot}"
    return Kernel(slot, folder / "vmlinuz", folder / "initrd.img", started)


def choose(disk: Path, folder: Path) -> str:
    """Which slot starts now; what the choice uses up is written to `disk` before this returns."""
    found = _listing(disk, "bootconfig")
    if boot_slots.COMMITTED not in found:
        return _choose_once(disk, folder, trial="tryboot" in found)
    first, second = (
        take(disk, "bootconfig", name, folder).read_bytes() if name in found else b""
        for name in (boot_slots.COMMITTED, boot_slots.SLOTS)
    )
    before = boot_slots.read(first, second, "counted")
    slot, after = boot_slots.start(before)
    if after != before:
        (folder / boot_slots.SLOTS).write_bytes(boot_slots.slots_sector(after))
        put(disk, "bootconfig", folder / boot_slots.SLOTS)
    return slot


def _choose_once(disk: Path, folder: Path, *, trial: bool) -> str:
    autoboot = take(disk, "bootconfig", boot_slots.AUTOBOOT, folder).read_text(encoding="ascii")
    if trial:
        run(["mdel", "-i", _at(disk, "bootconfig"), "::tryboot"])
    return {2: "a", 3: "b"}[boot_slots.named(autoboot, trial=trial)]


def take(disk: Path, partition: str, name: str, folder: Path) -> Path:
    """Copy a file off a FAT partition of the card."""
    run(["mcopy", "-n", "-o", "-i", _at(disk, partition), f"::{name}", folder / name])
    return folder / name


def put(disk: Path, partition: str, file: Path) -> None:
    """Copy a file onto a FAT partition of the card."""
    run(["mcopy", "-n", "-o", "-i", _at(disk, partition), file, f"::{file.name}"])


def _at(disk: Path, partition: str) -> str:
    return f"{disk}@@{layout.plan('').named(partition).start_bytes}"


def _listing(disk: Path, partition: str) -> list[str]:
    return run(["mdir", "-b", "-i", _at(disk, partition), "::"]).replace("::/", "").split()


# ---- what the test lays over -------------------------------------------------------------------


def with_shell(init: str, console: str) -> str:
    """Our init, with one more step: a root shell on `console`. The image itself stays as it is."""
    if init.count(_LAST_STEP) != 1:
        raise BuildError("init has changed.", "Bring _LAST_STEP of emulator.py up to date.")
    unit = shlex.quote(SHELL_UNIT.format(console=console, here=HERE))
    lines = [
        f"printf '%s' {unit} >/system/etc/systemd/system/kiosk-test-shell.service",
        "mkdir -p /system/etc/systemd/system/multi-user.target.wants",
        "ln -s ../kiosk-test-shell.service /system/etc/systemd/system/multi-user.target.wants/",
        "mkdir -p /run/kiosk-test && cp /test/* /run/kiosk-test/ 2>/dev/null",
        # a unit among what is brought is there from the start, as a device would be
        "early=/system/etc/systemd/system/sysinit.target.wants; mkdir -p $early",
        "for unit in /test/*.service; do",
        "[ ! -e $unit ] || { cp $unit ${early%/*}/; ln -s ../${unit##*/} $early/; }",
        "done",
    ]
    return init.replace(_LAST_STEP, "\n".join((*lines, _LAST_STEP)))


def overlay(packed: Path, init: str, brought: Sequence[Path], into: Path) -> Path:
    """Append a second archive to the initramfs, whose init takes the place of the first one's.

    `brought` files are in the guest's /run/kiosk-test.
    """
    entries = [cpio.file("init", init.encode(), runs=True)]
    entries += [cpio.file(f"test/{file.name}", file.read_bytes(), runs=True) for file in brought]
    first = packed.read_bytes()
    into.write_bytes(first + bytes(-len(first) % 4) + cpio.archive(entries))
    return into


# ---- the machine ------------------------------------------------------------------------------


def virt(kernel: Kernel, disk: Path, extra: Sequence[str] = PLAIN) -> list[str]:
    """The words that start a board of QEMU's own with the processor of a Pi 4, and what is on it.

    `extra`: what is plugged in besides the card; without it a network that leads nowhere.
    """
    return [
        *("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", "-smp", "2"),
        *("-m", str(MEMORY_MB)),
        *("-kernel", str(kernel.image), "-initrd", str(kernel.initramfs)),
        *("-append", kernel.command_line),
        *("-drive", f"if=none,id=card,format=raw,file={disk}"),
        *("-device", "virtio-blk-pci,drive=card"),
        *("-device", "virtio-rng-pci", "-device", "virtio-gpu-pci", *extra),
        *("-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot"),
    ]


def raspi3b(disk: Path, folder: Path) -> list[str]:
    """The words that start QEMU's Raspberry Pi 3 with the card's U-Boot; `folder` takes its files.

    SD card (its size must be a power of two), watchdog, the second serial line.
    """
    if not {*PI_3_FIRMWARE} <= {*_listing(disk, "bootconfig")}:
        raise BuildError("this card has no U-Boot for a Pi 3.", "Build it with --board pi3.")
    u_boot, tree = (take(disk, "bootconfig", name, folder) for name in PI_3_FIRMWARE)
    return [
        *("qemu-system-aarch64", "-M", "raspi3b", "-kernel", str(u_boot), "-dtb", str(tree)),
        *("-drive", f"if=sd,format=raw,file={disk}"),
        *("-display", "none", "-monitor", "none", "-no-reboot"),
        *("-serial", "null", "-serial", "stdio"),
    ]


@dataclass(slots=True)
class Machine:
    """A running guest. Leave its block, or call `cut`, and it is gone as at a power cut."""

    words: Sequence[str]
    log: Path
    began_s: float = field(default_factory=time.monotonic)
    _heard: bytes = b""
    _number: int = 0
    _process: "subprocess.Popen[bytes]" = field(init=False)

    def __post_init__(self) -> None:
        self._process = subprocess.Popen(
            self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_about: object) -> None:
        self.cut()

    def cut(self) -> None:
        """Take the power away; safe to call twice."""
        self._process.kill()
        self._process.wait()
        for line in (self._process.stdin, self._process.stdout):
            if line is not None:
                line.close()

    def expect(self, pattern: str, limit_s: float) -> re.Match[bytes]:
        """Wait for `pattern` in what the guest says from now on; raises ConsoleError."""
        ends_s = time.monotonic() + limit_s
        while (found := re.search(pattern.encode(), self._heard)) is None:
            self._listen(ends_s, pattern)
        self._heard = self._heard[found.end() :]
        return found

    def _listen(self, ends_s: float, pattern: str) -> None:
        output = self._process.stdout
        if output is None:
            raise ConsoleError("the guest has no line.")
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            ready = selector.select(max(0.0, ends_s - time.monotonic()))
        data = os.read(output.fileno(), _READ_BYTES) if ready else b""
        if not data:
            why = "has stopped" if ready else "was silent too long"
            last = self._heard.decode(errors="replace").splitlines()[-15:]
            raise ConsoleError("\n    ".join([f"the guest {why}; awaited {pattern!r}:", *last]))
        with self.log.open("ab") as file:
            file.write(data)
        self._heard += data.replace(b"\r", b"")

    def ended(self, limit_s: float) -> None:
        """Wait until the guest has switched itself off or restarts; raises ConsoleError."""
        try:
            self.expect("(?!)", limit_s)
        except ConsoleError:
            if self._process.stdout is None or self._process.stdout.closed:
                raise
            try:
                self._process.wait(_END_LIMIT_S)
            except subprocess.TimeoutExpired:
                raise ConsoleError("the guest goes on running.") from None

    def type(self, line: str) -> None:
        """Send a line as a keyboard would."""
        if self._process.stdin is None:
            raise ConsoleError("the guest has no line.")
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def ready(self, limit_s: float) -> None:
        """Wait until the test's shell says that it is there; nothing may be typed before that.

        QEMU's PL011 stays deaf where its queue was full before somebody listened.
        """
        self.expect(f"{HERE}\n", limit_s)
        self.type("stty -echo; dmesg -n 1; echo shell-$((40+2))-answers")
        self.expect("shell-42-answers\n", limit_s)

    def ask(self, command: str, limit_s: float = 120) -> tuple[int, str]:
        """Run a command in the guest; gives its exit code and what it printed."""
        self._number += 1
        mark = f"asked-{self._number}"
        self.type(f"echo {mark}-begins; {{ {command}\n}} 2>&1; echo {mark}-ends-$?")
        self.expect(f"{mark}-begins\n", limit_s)
        found = self.expect(rf"(?s)(.*?){mark}-ends-(\d+)\n", limit_s)
        return int(found[2]), found[1].decode(errors="replace").strip()
