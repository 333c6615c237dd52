"""Boots a card image in QEMU as a board's loader would, and speaks with it over its serial line.

The loader's part is played here: autoboot.txt of the first partition says which boot partition's
kernel, initramfs and command line are taken. A trial is started as the card's board would: a
counting loader (kiosk.trial=counted) takes a try from slots.txt, writes that down, and starts it;
for a Raspberry Pi 4 the file `tryboot` says, once, that the trial one is meant (it keeps that flag
in a register, and forgets it at the next start).
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
PI_3_TREE: Final = "bcm2837-rpi-3-b.dtb"  # what QEMU's raspi3b is
_READ_BYTES: Final = 65536
_END_LIMIT_S: Final = 10.0
MEMORY_MB: Final = 1024
PLAIN: Final = ("-nic", "user,model=virtio-net-pci,restrict=on")


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
    device_tree: Path | None


def load(disk: Path, folder: Path) -> Kernel:
    """Take kernel, initramfs and command line from `disk` as its board's loader would."""
    slot = choose(disk, folder)
    for name in ("vmlinuz", "initrd.img", "cmdline.txt"):
        run(["mcopy", "-n", "-o", "-i", _at(disk, f"boot_{slot}"), f"::{name}", folder / name])
    words = (folder / "cmdline.txt").read_text(encoding="utf-8").strip()
    tree = folder / PI_3_TREE if PI_3_TREE in _listing(disk, f"boot_{slot}") else None
    if tree is not None:
        run(["mcopy", "-n", "-o", "-i", _at(disk, f"boot_{slot}"), f"::{tree.name}", tree])
    started = f"{words} kiosk.slot={slot}"
    return Kernel(slot, folder / "vmlinuz", folder / "initrd.img", started, tree)


def choose(disk: Path, folder: Path) -> str:
    """Which slot starts now; what the choice uses up is written to `disk` before this returns."""
    first, found = _at(disk, "bootconfig"), _listing(disk, "bootconfig")
    autoboot = run(["mtype", "-i", first, f"::{boot_slots.AUTOBOOT}"])
    trial = "tryboot" in found
    if trial:
        run(["mdel", "-i", first, "::tryboot"])
    slot = {2: "a", 3: "b"}[boot_slots.named(autoboot, trial=trial)]
    words = run(["mtype", "-i", _at(disk, f"boot_{slot}"), "::cmdline.txt"]).split()
    if boot_slots.SLOTS not in found or "kiosk.trial=counted" not in words:
        return slot
    before = boot_slots.read(autoboot, run(["mtype", "-i", first, f"::{boot_slots.SLOTS}"]))
    slot, after = boot_slots.start(before)
    for name, text in boot_slots.writes(before, after):
        (folder / name).write_text(text, encoding="ascii")
        run(["mcopy", "-n", "-o", "-i", first, folder / name, f"::{name}"])
    return slot


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


def raspi3b(kernel: Kernel, disk: Path) -> list[str]:
    """The words that start QEMU's Raspberry Pi 3: SD card, watchdog, the second serial line."""
    if kernel.device_tree is None:
        raise BuildError("this card has no device tree for a Pi 3.", "Build it with --board pi3.")
    return [
        *("qemu-system-aarch64", "-M", "raspi3b", "-dtb", str(kernel.device_tree)),
        *("-kernel", str(kernel.image), "-initrd", str(kernel.initramfs)),
        *("-append", kernel.command_line),
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
