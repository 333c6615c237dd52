"""Sets a guest up, updates it and visits it as a field engineer does: by sticks, and by the centre.

    python -m image_build.field_test build/image/border-kiosk-0.1.0-virt.img \
        build/image/border-kiosk-0.2.0-virt.raucb

The card's own bundle must lie beside it. Nothing is typed at the kiosk that an engineer cannot do:
a stick sets it up; a stick brings an update; the centre announces the way back, whose download
breaks off and goes on; a stick brings a token, an SSH client visits. Root is wanted, for port 443.
Prints one line for each check; ends with 1 where one failed. Four starts of an emulated board: an
hour on a machine that has other work.
"""

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from firmware_app.engineer.processes import Child, Family
from image_build import guest_stick, update_bundles
from image_build.guest_card import BOOT_SLOTS, OUTBOX, SLOT, VERSION, Report, conclude
from image_build.guest_centre import BIN, GUEST_SIDE, KIOSK
from image_build.guest_post import Post, placed
from image_build.steps import run
from mqtt.central.issue import issue
from mqtt.central.mosquitto import LOOPBACK

PUT_IN_LIMIT_S: Final = 2400.0  # copied or fetched, judged, written, idle for two minutes
KEPT_LIMIT_S: Final = 1500.0
ARRIVAL_LIMIT_S: Final = 300.0
CUT_AT_BYTES: Final = 40_000_000
LINK_DOWN_S: Final = 20.0
SSH_LIMIT_S: Final = 120.0
NO_ENTRY: Final = 255  # of ssh itself
SSH_PORT: Final = 2222  # here as in the guest
RESTARTS: Final = "systemctl show border-kiosk-display --property NRestarts --value"
STATUS: Final = "kiosk update status"
FETCHED: Final = "stat -c %s /var/lib/border-kiosk-update/fetched/*.part 2>/dev/null || echo 0"


@dataclass(frozen=True, slots=True)
class Site:
    """A post, its centre, where things for both are made, and what was found."""

    post: Post
    folder: Path
    report: Report

    def until(self, what: str, holds: Callable[[], bool], limit_s: float) -> None:
        """One row: it comes to hold within the limit."""
        ends_s = time.monotonic() + limit_s
        while not (good := holds()) and time.monotonic() < ends_s:
            self.post.guest.ask("sleep 2")
        self.report.say(what, good=good)

    def next_system(self, version: str, slot: str) -> None:
        """Wait until it restarts by itself; then the new system has to keep itself."""
        self.post.guest.ended(PUT_IN_LIMIT_S)
        self.report.say("  it restarts by itself", good=True)
        self.post.cut()
        self.post.start()
        _, runs = self.post.guest.ask(f"{VERSION}; {SLOT}")
        found = runs.split()
        self.report.say("  the new system runs", good=found == [version, slot], found=runs)
        self.until("  it finds itself good, and stays", self._settled, KEPT_LIMIT_S)
        trial, _ = self.post.guest.ask(f"{BOOT_SLOTS} on-trial")
        _, said = self.post.guest.ask(STATUS)
        self.report.say("  it is on trial no more", good=trial == 1, found=said)
        code, said = self.post.guest.ask(OUTBOX)
        self.report.say("  the outbox is whole", good=code == 0, found=said)

    def _settled(self) -> bool:
        return self.post.guest.ask(STATUS)[0] == 0


def set_up(site: Site) -> None:
    """A card fresh out of its box, and a stick."""
    post, report = site.post, site.report
    post.start(until="setup")
    report.say("a fresh card shows that it is not set up", good=True)
    stick = guest_stick.make(site.folder / "setup.img", [post.centre.provision()])
    stick.plug(post.glass)
    began_s = time.monotonic()
    post.wait("attract")
    report.say("a stick sets it up", good=True, found=f"{time.monotonic() - began_s:.0f} s")
    site.until(
        "the token is wiped from the stick",
        lambda: "provision.toml" not in stick.names(),
        ARRIVAL_LIMIT_S,
    )
    stick.pull(post.glass)
    _, restarts = post.guest.ask(RESTARTS)
    report.figure("the display was started again", f"{restarts} times")


def update_by_stick(site: Site, bundle: Path, version: str) -> None:
    """Plugged into the running kiosk, and left there."""
    stick = guest_stick.make(site.folder / "update.img", [bundle])
    stick.plug(site.post.glass)
    copied = "journalctl -u border-kiosk-stick -o cat | grep -q 'is here'"
    site.until(
        "a stick's update is copied",
        lambda: site.post.guest.ask(copied)[0] == 0,
        PUT_IN_LIMIT_S,
    )
    stick.pull(site.post.glass)
    site.next_system(version, "b")


def update_by_order(site: Site, bundle: Path, version: str) -> None:
    """Announced by the centre; the link and the server go in the middle of it, and come back."""
    post, report = site.post, site.report
    pair = issue(post.centre.room, "web", LOOPBACK, GUEST_SIDE)
    words: list[str | Path] = [sys.executable, "-m", "image_build.guest_web", bundle.parent]
    words += [pair.public, pair.private]
    with Family(site.folder / "log") as family:
        web = family.start("web-first", words)
        post.centre.announce(bundle, version)
        site.until(
            "an announced update is fetched",
            lambda: int(post.guest.ask(FETCHED)[1]) > CUT_AT_BYTES,
            PUT_IN_LIMIT_S,
        )
        post.link(up=False)
        family.kill(web)
        threading.Event().wait(LINK_DOWN_S)
        web = family.start("web", words)
        post.link(up=True)
        site.next_system(version, "a")
        report.say("  its download went on where it was", good="206" in _log(web))
    site.until(
        "  the centre is told that it runs",
        lambda: post.centre.answered() == "running",
        ARRIVAL_LIMIT_S,
    )


def _log(of: Child) -> str:
    return of.log.read_text(encoding="utf-8", errors="replace")


def visit(site: Site) -> None:
    """A token on a stick at the start; an ordinary SSH client on the post's network."""
    post, report = site.post, site.report
    key, stick = _invited(site)
    post.cut()
    post.start(*stick.plugged(), until="out-of-service")
    report.say("with a token in its stick it starts closed", good=True)
    known = f"{KIOSK}.known_hosts"
    site.until("the stick tells whom one will meet", lambda: known in stick.names(), 120.0)
    stick.pull(post.glass)
    stick.read(known, site.folder / known)
    forward = f"hostfwd_add cable tcp:{LOOPBACK}:{SSH_PORT}-:{SSH_PORT}"
    post.glass.order("human-monitor-command", **{"command-line": forward})
    ssh = _Ssh(key, site.folder / known)
    site.until("the engineer gets in", lambda: "doctor" in ssh.says("help")[1], ARRIVAL_LIMIT_S)
    for words, may in (("outbox verify", True), ("journal 5", True), ("cat /etc/shadow", False)):
        code, said = ssh.says(words)
        good = (code == 0) == may
        report.say(f"  `{words}` is {'done' if may else 'refused'}", good=good, found=said[-200:])
    ssh.says("end")
    post.wait("attract")
    report.say("the visit ends, and travellers are served", good=True)
    report.say("nobody gets in any more", good=ssh.says("help")[0] == NO_ENTRY)
    alarms = ("alarm.break_glass_taken", "alarm.break_glass_ended")
    site.until(
        "the centre heard of it",
        lambda: all(one in str(post.centre.events()) for one in alarms),
        ARRIVAL_LIMIT_S,
    )


def _invited(site: Site) -> tuple[Path, guest_stick.Stick]:
    """An engineer's key, and a stick with a token for it, which the root signed."""
    key, token = site.folder / "engineer", site.folder / f"{KIOSK}.breakglass"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "engineer", "-f", key])
    make: list[str | Path] = [BIN / "kiosk", "break-glass", "make", "--kiosk", KIOSK]
    make += ["--root", site.post.centre.root.folder, "--key", f"{key}.pub", "--reason", "a test"]
    run([*make, "--out", token])
    return key, guest_stick.make(site.folder / "visit.img", [token])


@dataclass(frozen=True, slots=True)
class _Ssh:
    key: Path
    known_hosts: Path

    def says(self, words: str) -> tuple[int, str]:
        """Exit code and what was printed; 255 is SSH's own."""
        ssh = ["ssh", "-F", "none", "-i", str(self.key), "-p", str(SSH_PORT), "-o", "BatchMode=yes"]
        ssh += ["-o", f"UserKnownHostsFile={self.known_hosts}", "-o", "StrictHostKeyChecking=yes"]
        ssh += [f"engineer@{LOOPBACK}", words]
        try:
            done = subprocess.run(
                ssh, capture_output=True, text=True, check=False, timeout=SSH_LIMIT_S
            )
        except subprocess.TimeoutExpired:
            return NO_ENTRY, ""
        return done.returncode, done.stdout + done.stderr


def examine(image: Path, update: Path, log: Path) -> list[str]:
    """Run it all; gives what failed."""
    report = Report()
    with placed(image, log) as post:
        site = Site(post, post.card.folder, report)
        own = image.with_suffix(".raucb")
        back, versions = update_bundles.way_back(own, update, site.folder / "way")
        set_up(site)
        update_by_stick(site, update, versions[1])
        update_by_order(site, back, versions[0])
        visit(site)
    return report.failed


def main() -> int:
    """Speak with the engineer."""
    parser = argparse.ArgumentParser(
        "image_build.field_test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=Path, help="the card's image, not compressed")
    parser.add_argument("update", type=Path, help="the bundle of a newer version")
    chosen = parser.parse_args()
    log = chosen.image.with_suffix(".field.log")
    return conclude(lambda: examine(chosen.image.resolve(), chosen.update.resolve(), log), log)


if __name__ == "__main__":
    sys.exit(main())
