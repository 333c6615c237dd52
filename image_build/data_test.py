"""Boots the built image with a TPM, with another one, without: the data are safe in each.

    python -m image_build.data_test build/image/border-kiosk-0.1.0-virt.img

Makes a card at a board with a TPM (cut off while it is made, then whole), cuts the power, puts the
card into a board with another TPM and into one without, and back; and makes one without a TPM.
Prints one line for each check; ends with 1 where one failed.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from image_build import emulator, guest_devices, guest_screen, layout
from image_build.emulator import ConsoleError, Machine
from image_build.guest_card import BOOT_LIMIT_S, Card, Plugged, Report, conclude, insert
from image_build.guest_tpm import Bench
from image_build.steps import run

# No screen is drawn: that takes most of an emulated board, and the page is asked for by itself.
NO_SCREEN: Final = "systemd.mask=border-kiosk-display.service"
MUST: Final = f"{NO_SCREEN} kiosk.tpm=required"
LATE_S: Final = 8
CLOSED_SAID: Final = "journalctl -b -u border-kiosk-data-closed"
OPENED: Final = "/dev/mapper/data"
_MARK: Final = "/var/lib/border-kiosk/mark"
_PIECE_BYTES: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Trial:
    """One card, the TPMs that its boards have, what was found."""

    card: Card
    bench: Bench
    report: Report
    log: Path

    @contextmanager
    def board(self, tpm: str, told: str = MUST, late_s: int = 0) -> Iterator[Machine]:
        """A start in the board that has this TPM; none at all for ''. Its end is a power cut."""
        if not tpm:
            with self.card.start(self.log, Plugged(emulator.PLAIN, told=told)) as guest:
                yield guest
            return
        plugged = self.bench.plugged(tpm, emulator.PLAIN, told, late_s)
        with plugged as words, self.card.start(self.log, words) as guest:
            yield guest

    def said(self, reason: str) -> int:
        """How often the console said so until now, over all starts."""
        return self.log.read_text(errors="replace").count(reason)

    def data_begins(self) -> int:
        """Where the data partition's first byte lies on the card: behind all that the image has."""
        return max(one.start_bytes + one.size_bytes for one in layout.plan("").partitions)

    def first_bytes(self) -> bytes:
        """What a stranger with the card reads there."""
        with self.card.disk.open("rb") as raw:
            raw.seek(self.data_begins())
            return raw.read(6)

    def fingerprint(self) -> str:
        """Of every byte of the card behind the image."""
        digest = hashlib.sha256()
        with self.card.disk.open("rb") as raw:
            raw.seek(self.data_begins())
            while piece := raw.read(_PIECE_BYTES):
                digest.update(piece)
        return digest.hexdigest()


def cut_while_it_is_made(trial: Trial) -> None:
    """The power goes when the first bytes of the closed partition are on the card."""
    with trial.board("first") as guest:
        ends_s = time.monotonic() + BOOT_LIMIT_S
        while not trial.first_bytes().startswith(b"LUKS"):
            if time.monotonic() > ends_s:
                raise ConsoleError("no closed partition was begun.")
            with suppress(ConsoleError):  # it is silent
                guest.expect("(?!)", 0.1)
    names = run(["sfdisk", "--dump", trial.card.disk])
    trial.report.say("a partition that is not whole has no name yet", good='"data"' not in names)


def closed_by_the_first(trial: Trial) -> None:
    """Made with a TPM that shows up late; what is written stays over a power cut."""
    report = trial.report
    with trial.board("first", late_s=LATE_S) as guest:
        guest.ready(BOOT_LIMIT_S)
        report.say("a TPM that is late is waited for", good=_is_open(guest), found=_source(guest))
        _, dump = guest.ask("cryptsetup luksDump /dev/kiosk/data")
        said = " ".join(dump.split())
        for fact in ("Version: 2", "systemd-tpm2", "aes-xts-plain64", "tpm2-hash-pcrs: n/a"):
            report.say(f"its header says {fact}", good=fact in said)
        report.say("one key opens it, the TPM's", good=dump.count(": luks2") == 1)
        guest.ask(f"echo kept >{_MARK}; sync {_MARK}")
        guest.type("while :; do dd if=/dev/urandom of=/data/noise bs=64k count=64 conv=fsync; done")
        guest.expect("copied", BOOT_LIMIT_S)
    report.say("a stranger reads LUKS there", good=trial.first_bytes() == b"LUKS\xba\xbe")


def opens_again(trial: Trial, what: str) -> None:
    """The first board gets its card back; no word says that it has a TPM: the card itself does."""
    with trial.board("first", NO_SCREEN, LATE_S) as guest:
        guest.ready(BOOT_LIMIT_S)
        _, kept = guest.ask(f"cat {_MARK}")
        good = kept == "kept" and _is_open(guest)
        trial.report.say(what, good=good, found=_source(guest))
        code, said = guest.ask("touch /data/written && systemctl --failed --plain --no-legend")
        trial.report.say(
            "it can be written, no unit failed", good=not code and not said, found=said
        )


def stays_closed(trial: Trial, tpm: str, reason: str) -> None:
    """The card is in another board: it says so where somebody looks, and changes nothing."""
    report, before = trial.report, trial.fingerprint()
    said_before = trial.said(reason)
    with trial.board(tpm) as guest:
        guest.ready(BOOT_LIMIT_S)
        guest.ask(f"until {CLOSED_SAID} | grep -q '{reason}'; do sleep 2; done", BOOT_LIMIT_S)
        said = trial.said(reason) - said_before
        report.say(f"the console says: {reason}", good=said == 1, found=str(said))
        _, mounted = guest.ask("findmnt -n /data; ls /dev/mapper")
        report.say("it is not open", good="/data" not in mounted and "data" not in mounted)
        code, _ = guest.ask(f"journalctl -b -u border-kiosk-data | grep -q '{reason}'")
        report.say("the log says why", good=code == 0)
        _, told = guest.ask(f"{CLOSED_SAID} | grep -c 'out of service:'")
        report.say("it is said once, the start does not go round", good=told == "1", found=told)
        guest.ask("until ss -Hltn | grep -q :8080; do sleep 2; done", BOOT_LIMIT_S)
        guest_screen.watch(guest)
        shown = str(guest_screen.awaited(guest, BOOT_LIMIT_S))
        report.say("the page shows code S5", good="S5" in shown, found=shown[:120])
        _, later = guest.ask("systemctl list-timers --plain --no-legend border-kiosk-data-closed*")
        report.say("it starts again later", good="border-kiosk-data-closed.timer" in later)
        _, inner = guest.ask(
            "systemctl is-active border-kiosk border-kiosk-publish emergency.target"
        )
        report.say("nothing serves without its data", good="\nactive" not in f"\n{inner}")
    report.say("no byte behind the image has changed", good=trial.fingerprint() == before)


def plain(trial: Trial) -> None:
    """A board without a TPM makes a plain card; it stays one beside a TPM."""
    with trial.board("", NO_SCREEN) as guest:
        guest.ready(BOOT_LIMIT_S)
        found = _source(guest)
        trial.report.say(
            "without a TPM it is plain", good=found.startswith("/dev/vda"), found=found
        )
        _say_how_long(guest, trial.report, "made in")
        guest.ask(f"echo kept >{_MARK}; sync {_MARK}")
    with trial.board("first") as guest:
        guest.ready(BOOT_LIMIT_S)
        _, kept = guest.ask(f"cat {_MARK}")
        found = _source(guest)
        good = kept == "kept" and found.startswith("/dev/vda")
        trial.report.say("and stays plain where there is one", good=good, found=found)
        _say_how_long(guest, trial.report, "found in")


def _say_how_long(guest: Machine, report: Report, what: str) -> None:
    """Of the start's whole time, what the data partition took."""
    stamps = "-P ExecMainStartTimestampMonotonic -P ExecMainExitTimestampMonotonic"
    _, times = guest.ask(f"systemctl show {stamps} border-kiosk-data")
    began_us, ended_us = sorted(int(one) for one in times.split())
    report.figure(what, f"{(ended_us - began_us) / 1e6:.1f} s")


def _source(guest: Machine) -> str:
    _, source = guest.ask("findmnt -no SOURCE,FSTYPE,OPTIONS /data")
    return source


def _is_open(guest: Machine) -> bool:
    return _source(guest).startswith(f"{OPENED} ") and " rw," in _source(guest)


def examine(image: Path, log: Path) -> list[str]:
    """Run it all; gives what failed."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kiosk-data-", dir=image.parent) as scratch:
        bench = Bench(guest_devices.kernel_package(), Path(scratch) / "tpm")
        trial = Trial(insert(image, Path(scratch), "virt"), bench, report, log)
        steps: list[Callable[[], None]] = [
            lambda: cut_while_it_is_made(trial),
            lambda: closed_by_the_first(trial),
            lambda: opens_again(trial, "what was written is there after a power cut"),
            lambda: stays_closed(trial, "second", "another TPM"),
            lambda: stays_closed(trial, "", "none that answers"),
            lambda: opens_again(trial, "back in the first board it opens, nothing is lost"),
            lambda: plain(Trial(insert(image, Path(scratch), "virt"), bench, report, log)),
        ]
        for step in steps:
            step()
    return report.failed


def main() -> int:
    """Speak with the engineer."""
    parser = argparse.ArgumentParser(
        "image_build.data_test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=Path, help="the card's image for virt, not compressed")
    chosen = parser.parse_args()
    log = chosen.image.with_suffix(".data.log")
    return conclude(lambda: examine(chosen.image.resolve(), log), log)


if __name__ == "__main__":
    sys.exit(main())
