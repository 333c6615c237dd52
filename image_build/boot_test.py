"""Boots the built image in an emulator and asks whether it is what it should be.

    python -m image_build.boot_test build/image/border-kiosk-0.1.0-virt.img

`make image-test`. The system under test is the built one, bit for bit (dm-verity would tell); a
shell on the serial line is laid over it from outside, in the initramfs. Prints one line for each
check; ends with 1 where one failed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from image_build import layout
from image_build.emulator import Machine
from image_build.guest_card import (
    BOOT_LIMIT_S,
    CONSOLES,
    Card,
    Report,
    conclude,
    insert,
    start_and_look,
)

SITE: Final = "/usr/lib/border-kiosk/lib/python3.11/site-packages"
PYTHON: Final = "/usr/lib/border-kiosk/bin/python3"
_NETWORKS: Final = (
    "import cv2, numpy as np; from vision.model_store import ModelStore; store = ModelStore(); "
    "models = {name: store.open(name) for name in store.cards()}; "
    "face = models['face-detection-short-range']; "
    "boxes, scores = face.run(np.zeros((1, 128, 128, 3), np.float32)); "
    "print(len(models), 'networks; OpenCV', cv2.__version__, scores.shape)"
)
_UNWANTED: Final = (
    "/usr/bin/*gcc* /usr/bin/as /usr/bin/ld /usr/bin/dpkg /usr/bin/apt* /usr/bin/perl "
    f"/usr/bin/pip* {SITE}/pip /usr/sbin/sshd /usr/bin/sudo"
)


Check = tuple[str, str, Callable[[int, str], bool]]
CHECKS: Final[tuple[Check, ...]] = (
    (
        "the root is squashfs, read-only",
        "findmnt -no FSTYPE,OPTIONS /",
        lambda _, out: out.startswith("squashfs ro"),
    ),
    ("the root is under dm-verity", "dmsetup table system", lambda _, out: " verity 1 " in out),
    ("no block was found changed", "dmsetup status system", lambda _, out: out.endswith(" V")),
    ("nothing can be written to it", "touch /usr/written", lambda code, _: code != 0),
    ("the slot is known", "cat /run/kiosk/slot", lambda _, out: out in {"a", "b"}),
    (
        "data has a partition of its own",
        "findmnt -no FSTYPE,SOURCE,SIZE /data",
        lambda _, out: out.startswith("ext4"),
    ),
    ("the program runs", "kiosk version", lambda code, _: code == 0),
    ("its networks run", f'{PYTHON} -c "{_NETWORKS}"', lambda code, _: code == 0),
    (
        "nobody can sign in",
        "ps -eo comm= | grep -E 'getty|login$|sshd'; awk -F: '$2 !~ /^[!*]/' /etc/shadow",
        lambda _, out: not out,
    ),
    ("no compiler, pip, package manager", f"ls -d {_UNWANTED} 2>/dev/null", lambda _, out: not out),
    (
        "no simulator",
        f"ls -R {SITE} | grep -iE 'simulated|puppet|synthetic|small_site|attack_|vectors'",
        lambda _, out: not out,
    ),
)


def power_cut(card: Card, guest: Machine, report: Report, log: Path) -> Machine:
    """Cut the power just after a write that was waited for; it must be there at the next start."""
    guest.ask("echo kept >/var/lib/border-kiosk/mark; sync /var/lib/border-kiosk/mark")
    noise = "dd if=/dev/urandom of=/data/noise bs=64k count=64 conv=fsync"
    guest.type(f"while :; do {noise} 2>/dev/null; echo wrote-$((1+1)); done")
    guest.expect("wrote-2", 120)
    guest.cut()
    again = start_and_look(card, report, log)
    _, kept = again.ask("cat /var/lib/border-kiosk/mark")
    report.say("what was written is there after a power cut", good=kept == "kept", found=kept)
    return again


def run_checks(guest: Machine, report: Report) -> None:
    """Ask everything that a running system can tell."""
    for what, command, good in CHECKS:
        code, out = guest.ask(command, 300)
        report.say(what, good=good(code, out), found=out)
    _, used = guest.ask("free -m | awk '/^Mem:/ {print $3}'")
    report.figure("memory in use", f"{used} MB")
    _, listening = guest.ask("ss -Hltun")
    report.figure("listening", listening or "nothing")


def refuse_changed(card: Card, report: Report, log: Path) -> None:
    """Change one bit of the system: it must not start."""
    with card.disk.open("r+b") as raw:
        raw.seek(layout.plan("").named("system_a").start_bytes + 40)
        byte = raw.read(1)
        raw.seek(-1, 1)
        raw.write(bytes([byte[0] ^ 1]))
    with card.start(log) as guest:
        guest.expect("no partition holds the system", BOOT_LIMIT_S)
    report.say("a system with one changed bit does not start", good=True)


def examine(image: Path, log: Path, machine: str) -> list[str]:
    """Run it all; gives what failed."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kiosk-boot-", dir=image.parent) as scratch:
        card = insert(image, Path(scratch), machine)
        guest = start_and_look(card, report, log)
        try:
            run_checks(guest, report)
            guest = power_cut(card, guest, report, log)
        finally:
            guest.cut()
        refuse_changed(insert(image, Path(scratch), machine), report, log)
    return report.failed


def main() -> int:
    """Speak with the engineer."""
    parser = argparse.ArgumentParser(
        "image_build.boot_test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=Path, help="the card's image, not compressed")
    machines = ", ".join(CONSOLES)
    parser.add_argument("--machine", default="virt", choices=CONSOLES, help=machines)
    chosen = parser.parse_args()
    log = chosen.image.with_suffix(".console.log")
    return conclude(lambda: examine(chosen.image.resolve(), log, chosen.machine), log)


if __name__ == "__main__":
    sys.exit(main())
