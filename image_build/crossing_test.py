"""Lets a traveller cross at the built image, cuts its power in between, fills its card, in 1970.

    python -m image_build.crossing_test build/image/border-kiosk-0.1.0-virt.img

The card is provisioned by a file, enrols at a real centre on this machine and serves: reader on a
serial adapter, camera, glass. Prints one line for each check; ends with 1 where one failed. Three
starts of an emulated board: forty minutes, most of it to see what an idle kiosk writes.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from image_build.guest_card import OUTBOX, Report, conclude
from image_build.guest_post import Post, placed

ARRIVAL_LIMIT_S: Final = 300.0
IDLE_S: Final = 960  # the outbox keeps its powered clock each 900 s
SETTLE_S: Final = 600  # a start and a crossing leave work to journal and file system
WRITTEN_MOST_KB_HOUR: Final = 1000
MEMORY_MOST_MB: Final = 450
VISIT: Final = ("attract", "language", "notice", "document", "confirm", "face", "review", "saved")
IN_1970: Final = ("-rtc", "base=1970-01-01T00:00:00,clock=vm")
CLOSED: Final = ("out-of-service",)
# What another program may do to a card: every block, also those that are kept for root.
FILL: Final = (
    "dd if=/dev/zero of=/data/others bs=1M 2>/dev/null; df --output=avail /data | tail -n 1"
)
MEMORY: Final = "free -m | awk '/^Mem:/ {print $3}'"
# The self-test after a start and each hour is a second kiosk for a while.
MEMORY_AT_REST: Final = (
    "for i in $(seq 60); do [ $(systemctl is-active border-kiosk-health) = inactive ] && break; "
    f"sleep 5; done; {MEMORY}"
)
WRITTEN: Final = "awk '{print $7}' /sys/class/block/vda6/stat"
# Whether a process of the kiosk's own unit, in its sandbox, comes to hold such a device open.
HELD: Final = (
    "for i in $(seq 60); do for each in $(cat /sys/fs/cgroup/system.slice/border-kiosk.service/"
    "cgroup.procs); do readlink /proc/$each/fd/* 2>/dev/null; done | grep -m1 {device} && break; "
    "sleep 3; done"
)


def first_day(post: Post, report: Report) -> None:
    """From a card fresh out of its box to a crossing that the centre has and the kiosk forgot."""
    first_s, guest = post.start(), post.guest
    report.figure("first start, set-up and enrolment to the page", f"{first_s:.0f} s")
    for what, device in (("camera", "/dev/video"), ("reader", "/dev/ttyUSB")):
        _, held = guest.ask(HELD.format(device=device), ARRIVAL_LIMIT_S * 2)
        good = held.startswith(device)
        report.say(f"the sandboxed kiosk holds the {what} open", good=good, found=held)
    _, state = guest.ask("systemctl is-system-running --wait", ARRIVAL_LIMIT_S * 4)
    report.say("the system runs", good=state == "running", found=state)
    _, failed = guest.ask("systemctl --failed --plain --no-legend")
    report.say("no unit failed", good=not failed, found=failed)
    began_s = time.monotonic()
    seen = post.cross("saved")
    report.say("a traveller crosses", good=set(VISIT) <= set(seen), found=", ".join(seen))
    report.figure("touch to saved", f"{time.monotonic() - began_s:.0f} s")
    report.say("the centre has it", good=_arrived(post, 1) == 1)
    post.wait("attract")
    _, said = guest.ask(OUTBOX)
    report.say("its receipt came, the kiosk has erased it", good=" 0 rows " in said, found=said)
    report.figure("memory in use by then", f"{guest.ask(MEMORY)[1]} MB")
    _idle(post, report)


def _idle(post: Post, report: Report) -> None:
    """What a card is written while nobody comes, once the last crossing is all on it; memory."""
    guest = post.guest
    _, before = guest.ask(f"sync; sleep {SETTLE_S}; {WRITTEN}", SETTLE_S + ARRIVAL_LIMIT_S)
    _, used = guest.ask(MEMORY_AT_REST, ARRIVAL_LIMIT_S * 2)
    said = f"{used} MB"
    report.say("memory in use is small", good=int(used) <= MEMORY_MOST_MB, found=said)
    _, after = guest.ask(f"sleep {IDLE_S}; {WRITTEN}", IDLE_S + ARRIVAL_LIMIT_S)
    kb_hour = (int(after) - int(before)) / 2 * 3600 / IDLE_S
    said = f"{kb_hour:.0f} kB an hour"
    report.say("an idle card is spared", good=kb_hour <= WRITTEN_MOST_KB_HOUR, found=said)


def cut_with_one_waiting(post: Post, report: Report) -> None:
    """The link is down, one crossing is saved, the power goes at once; the clock has died, too."""
    post.link(up=False)
    post.cross("language")
    post.cross("saved")
    post.cut()
    report.say("a crossing was saved without a link", good=len(post.centre.crossings()) == 1)
    page_s = post.start(*IN_1970)
    report.figure("start to the page, clock in 1970", f"{page_s:.0f} s")
    _, year = post.guest.ask("date -u +%Y")
    report.say("its clock has died, and it is not 1970", good=int(year) > 2025, found=year)
    report.say("what was saved is at the centre, once", good=_arrived(post, 2) == 2)


def cut_in_a_visit(post: Post, report: Report) -> None:
    """The power goes while a traveller is served: nothing of the visit is kept, the next begins."""
    post.cross("confirm")
    post.cut()
    report.figure("start to the page", f"{post.start():.0f} s")
    code, said = post.guest.ask(OUTBOX)
    report.say("after a power cut in a visit the outbox is whole", good=code == 0, found=said)
    report.say("nothing half-done is at the centre", good=len(post.centre.crossings()) == 2)


def full_card(post: Post, report: Report) -> None:
    """Others fill the data partition: no traveller starts; when there is room they do again."""
    _, free = post.guest.ask(FILL, ARRIVAL_LIMIT_S * 4)
    report.say("the data partition is full", good=free.strip() == "0", found=free)
    post.wait(*CLOSED)
    report.say("a kiosk without room closes", good=True)
    post.guest.ask("rm /data/others; sync /data", ARRIVAL_LIMIT_S)
    post.wait("attract")
    report.say("it opens again by itself when there is room", good=True)
    seen = post.cross("saved")
    report.say("and a traveller crosses", good=seen[-1] == "saved" and _arrived(post, 3) == 3)


def _arrived(post: Post, wanted: int) -> int:
    ends_s = time.monotonic() + ARRIVAL_LIMIT_S
    while time.monotonic() < ends_s and len(post.centre.crossings()) < wanted:
        post.guest.ask("sleep 1")
    return len(post.centre.crossings())


def examine(image: Path, log: Path) -> list[str]:
    """Run it all; gives what failed."""
    report = Report()
    with placed(image, log) as post:
        post.provision()
        for step in (first_day, cut_with_one_waiting, cut_in_a_visit, full_card):
            step(post, report)
    return report.failed


def main() -> int:
    """Speak with the engineer."""
    parser = argparse.ArgumentParser(
        "image_build.crossing_test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("image", type=Path, help="the card's image, not compressed")
    chosen = parser.parse_args()
    log = chosen.image.with_suffix(".crossing.log")
    return conclude(lambda: examine(chosen.image.resolve(), log), log)


if __name__ == "__main__":
    sys.exit(main())
