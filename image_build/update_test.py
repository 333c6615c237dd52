"""Updates a guest and back, breaks updates, cuts its power: a kiosk must serve after each.

    python -m image_build.update_test build/image/border-kiosk-0.1.0-virt.img \
        build/image/border-kiosk-0.2.0-virt.raucb

The card's own bundle must lie beside it. The kiosk in the guest is a provisioned one with reader
and camera at a real centre, because a new system stays only when `kiosk selftest` finds it good.
Prints one line for each check; ends with 1 where one failed. Ten starts of an emulated board: an
hour and more on a machine that has other work.
"""

import argparse
import re
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_build import guest_centre, guest_devices, layout, update_bundles
from image_build.emulator import ConsoleError, Machine
from image_build.guest_card import (
    BOOT_LIMIT_S,
    BOOT_SLOTS,
    OUTBOX,
    SLOT,
    VERSION,
    Card,
    Plugged,
    Report,
    conclude,
    insert,
)
from image_build.steps import run

# Rows stay after their receipt, so that the outbox can be counted over all starts.
POST: Final = guest_centre.POST.replace("/dev/kiosk-camera", "/dev/video0").replace(
    "keep_after_receipt_h = 0", "keep_after_receipt_h = 720"
)
STICK: Final = "/run/kiosk-test/stick"
INSTALL_LIMIT_S: Final = 900.0
SERVE_LIMIT_S: Final = 2400.0
TRIAL_LIMIT_S: Final = 1500.0  # border-kiosk-trial.timer's fourteen minutes, and the way down
_UNIT: Final = "/run/systemd/system/border-kiosk.service.d"
# The screen of an emulated board is drawn by its processor and takes most of it: it goes dark. The
# unit's limits are a board's: this one may be ten times as slow.
LIGHTER: Final = (
    "systemctl mask --runtime --now --no-block border-kiosk-display; "
    f"mkdir -p {_UNIT}; printf '[Service]\\nTimeoutStartSec=900\\n' >{_UNIT}/slow.conf; "
    "systemctl daemon-reload"
)
# Its fourteen minutes are a board's, too, where a system is to be kept.
LONGER: Final = "systemctl stop border-kiosk-trial.timer"
SERVES: Final = (
    "for i in $(seq 400); do systemctl is-active --quiet border-kiosk && break; sleep 4; done; "
    "systemctl is-active border-kiosk"
)
WHY_NOT: Final = (
    "journalctl -u border-kiosk -u border-kiosk-first-boot -o cat --no-pager | tail -n 25"
)
KEYS: Final = (
    "find /var/lib/border-kiosk /var/lib/border-kiosk-publish -name '*.pem' -o -name '*.key' "
    "| sort | xargs sha256sum | sha256sum"
)


# What border-kiosk-health.timer does two minutes after a start, at once; it looks again until all
# is good, and gives up eleven minutes after the start.
ASK_HEALTH: Final = (
    "systemctl start border-kiosk-health; "
    f"for i in $(seq 15); do {BOOT_SLOTS} on-trial || break; sleep 2; done"
)
ASK_HEALTH_ALONE: Final = "systemctl start --no-block border-kiosk-health"


@dataclass(slots=True)
class Trial:
    """One card in one board, through all its starts."""

    card: Card
    log: Path
    plugged: Plugged
    camera: str
    report: Report
    epochs: int = 0

    def start(self, what: str, slot: str) -> Machine:
        """Play the loader, start, and look whether the right system runs and serves."""
        guest = self.card.start(self.log, self.plugged)
        guest.ready(BOOT_LIMIT_S)
        guest.ask(f"{self.camera}; {LIGHTER}", BOOT_LIMIT_S)
        _, runs = guest.ask(SLOT)
        self.report.say(f"{what}: slot {slot} runs", good=runs == slot, found=runs)
        code, said = guest.ask(SERVES, SERVE_LIMIT_S)
        self.report.say(f"{what}: the kiosk runs", good=code == 0, found=said)
        if code:
            _, why = guest.ask(WHY_NOT)
            raise ConsoleError(f"without a kiosk nothing else can be shown:\n{why}")
        guest.ask(f"mkdir -p {STICK}; mount -o ro /dev/vdb {STICK}")
        return guest

    def restart(self, guest: Machine) -> None:
        """As border-kiosk-update does once the kiosk is idle; the guest ends with it."""
        guest.type(f"{BOOT_SLOTS} restart")
        guest.ended(BOOT_LIMIT_S)

    def say(self, what: str, guest: Machine, command: str, wanted: str) -> str:
        """One row: what the command prints must be what is wanted."""
        _, found = guest.ask(command, INSTALL_LIMIT_S)
        self.report.say(what, good=found == wanted, found=found)
        return found

    def outbox(self, guest: Machine) -> None:
        """One row: nothing of it was lost since the last time; each start begins an epoch."""
        code, said = guest.ask(OUTBOX, INSTALL_LIMIT_S)
        told = re.search(r"in (\d+) epochs", said)
        epochs = int(told[1]) if told else 0
        good = code == 0 and epochs > self.epochs
        self.report.say("  the outbox is whole and has grown", good=good, found=said)
        self.epochs = epochs

    def install(self, guest: Machine, name: str) -> tuple[int, str]:
        """Exit code, and what rauc and its service said of this bundle."""
        code, _ = guest.ask(f"rauc install {STICK}/{name}.raucb", INSTALL_LIMIT_S)
        _, said = guest.ask("journalctl -u rauc -o cat --no-pager -n 6")
        return code, said


def first_way(trial: Trial, running: str) -> str:
    """Refusals, a power cut in the middle of a good one, then the good one. Gives the keys."""
    report = trial.report
    guest = trial.start("first start", "a")
    with guest:
        trial.say("its version", guest, VERSION, running)
        _, keys = guest.ask(KEYS)
        trial.outbox(guest)
        for name, word in update_bundles.REFUSED.items():
            code, said = trial.install(guest, name)
            good = code != 0 and word in said.lower()
            report.say(f"refused: {name}", good=good, found="" if good else said)
            trial.say("  and the old system stays", guest, f"{BOOT_SLOTS} get-primary", "a")
        guest.type(f"rauc install {STICK}/next.raucb &")
        guest.expect("Copying image to", INSTALL_LIMIT_S)
    guest = trial.start("after a power cut in mid-update", "a")
    with guest:
        trial.say("  the other slot is not tried", guest, f"{BOOT_SLOTS} get-primary", "a")
        trial.say("  the keys are the same", guest, KEYS, keys)
        trial.outbox(guest)
        code, said = trial.install(guest, "next")
        report.say("the update is put in", good=code == 0, found="" if code == 0 else said)
        trial.say("  and is next", guest, f"{BOOT_SLOTS} get-primary", "b")
        trial.restart(guest)
    return keys


def there_and_back(trial: Trial, keys: str, versions: tuple[str, str]) -> None:
    """The new system is tried and stays; then the older one, which its signer allows."""
    for slot, version, then in (("b", versions[1], "back"), ("a", versions[0], "broken")):
        guest = trial.start(f"{version} on trial", slot)
        with guest:
            guest.ask(LONGER)
            trial.say("  its version", guest, VERSION, version)
            trial.say("  it is on trial", guest, f"{BOOT_SLOTS} on-trial; echo $?", "0")
            guest.ask(ASK_HEALTH, SERVE_LIMIT_S)
            code, _ = guest.ask(f"{BOOT_SLOTS} on-trial")
            _, said = guest.ask("journalctl -u border-kiosk-health -o cat --no-pager | tail -n 25")
            trial.report.say("  found good, it stays", good=code == 1, found="" if code else said)
            trial.say("  the keys are the same", guest, KEYS, keys)
            trial.outbox(guest)
            code, said = trial.install(guest, then)
            trial.report.say(f"  {then}: put in", good=code == 0, found="" if code == 0 else said)
            trial.restart(guest)


def broken_ones(trial: Trial, keys: str) -> None:
    """One that does not start at all; then one that starts, and is never found good."""
    for number in range(3):
        with trial.card.start(trial.log, trial.plugged) as guest:
            guest.expect("no partition holds the system", BOOT_LIMIT_S)
            guest.ended(BOOT_LIMIT_S)
        trial.report.say(f"broken: start {number + 1} ends by itself", good=True)
    guest = trial.start("after three starts of a broken system", "a")
    with guest:
        trial.say("  nothing is on trial", guest, f"{BOOT_SLOTS} on-trial; echo $?", "1")
        code, said = trial.install(guest, "never-good")
        trial.report.say("never-good: put in", good=code == 0, found="" if code == 0 else said)
        trial.restart(guest)
    for number in range(3):
        with trial.card.start(trial.log, trial.plugged) as guest:
            guest.ready(BOOT_LIMIT_S)
            trial.say(f"never-good: start {number + 1}", guest, SLOT, "b")
            guest.ask(f"{LIGHTER}; {ASK_HEALTH_ALONE}", INSTALL_LIMIT_S)
            trial.say("  not kept", guest, f"{BOOT_SLOTS} on-trial; echo $?", "0")
            if number:  # the first start waits for the timer itself
                guest.type("systemctl start border-kiosk-trial")
            guest.ended(TRIAL_LIMIT_S)
        trial.report.say("  it restarts by itself", good=True)
    with trial.start("after three starts of one that was never good", "a") as guest:
        trial.say("  the keys are the same", guest, KEYS, keys)
        trial.outbox(guest)


def examine(image: Path, update: Path, log: Path) -> list[str]:
    """Run it all; gives what failed."""
    report = Report()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="kiosk-up-", dir=image.parent))
        )
        bundles = update_bundles.make(image.with_suffix(".raucb"), update, folder / "bundles")
        centre = stack.enter_context(guest_centre.Centre(folder / "site"))
        reader = stack.enter_context(guest_devices.reader_on(folder / "reader"))
        order = guest_devices.camera_files(guest_devices.kernel_package(), folder / "kernel")
        words = guest_devices.words(reader, folder / "qmp")
        stick = f"if=none,id=stick,format=raw,readonly=on,file={bundles.stick}"
        words += ["-drive", stick, "-device", "virtio-blk-pci,drive=stick"]
        card = insert(image, folder, "virt")
        first = f"{card.disk}@@{layout.plan('').named('bootconfig').start_bytes}"
        run(["mcopy", "-o", "-i", first, centre.provision(POST), "::provision.toml"])
        camera = guest_devices.start_camera(order)
        trial = Trial(card, log, Plugged(words, order), camera, report)
        keys = first_way(trial, bundles.versions[0])
        there_and_back(trial, keys, bundles.versions)
        broken_ones(trial, keys)
    return report.failed


def main() -> int:
    """Speak with the engineer."""
    parser = argparse.ArgumentParser(
        "image_build.update_test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=Path, help="the card's image, not compressed")
    parser.add_argument("update", type=Path, help="the bundle of a newer version")
    chosen = parser.parse_args()
    log = chosen.image.with_suffix(".update.log")
    return conclude(lambda: examine(chosen.image.resolve(), chosen.update.resolve(), log), log)


if __name__ == "__main__":
    sys.exit(main())
