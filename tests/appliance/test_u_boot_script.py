"""The rule of U-Boot's script is boot_slots.py's: run by a shell whose commands are stand-ins.

U-Boot's shell and sh read these words alike; that U-Boot does is test_u_boot.py's to show.
"""

import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import product

import pytest

from image_build import boot_slots, u_boot
from image_build.boot_slots import BAD, COMMITTED, GOOD, OTHER, SLOTS, TRIAL, Slots

STATES = [
    *(Slots(slot, other) for slot, other in product("ab", (GOOD, BAD))),
    *(Slots(slot, TRIAL, left) for slot, left in product("ab", range(4))),
]
# setenv, env, setexpr change variables, so they are functions; what has a dot in its name cannot be
COMMANDS = """
setenv() { name=$1; shift; [ $# = 0 ] && unset "$name" || eval "$name=\\$*"; }
setexpr() {
    [ $3 = - ] && eval "$1=$(($2 - $4))" && return
    eval "$1=$(printf %x $((0x${2#0x} + 0x$4)))"
}
load() {
    [ -e "p${2#*:}/$4" ] && cp "p${2#*:}/$4" "m${3#0x}" || return 1
    filesize=$(printf %x $(stat -c %s "m${3#0x}"))
}
fatwrite() { [ -z "$refuse" ] && cp "m${3#0x}" "p${2#*:}/$4"; }
booti() { [ -s "m${1#0x}" ] && echo "started: $bootargs" && exit 0; }
reset() { echo "started: none"; exit 0; }
sleep() { :; }
env() {
    case "$1 $2" in
    "import -c") found=$("$PYTHON" words.py import "m${3#0x}") && eval "$found" ;;
    "export -c") "$PYTHON" words.py export "m${5#0x}" "$committed" "$other" "$tries_left" ;;
    "export -t") printf 'line=%s\\n' "$line" >"m${3#0x}" ;;
    "import -t") line=$(head -c $((0x$4)) "m${3#0x}"); line=${line#line=} ;;
    esac
}
"""
WORDS = """
import sys
from image_build import boot_slots
word, file, *rest = sys.argv[1:]
if word == "import":
    text = boot_slots.environment_text(open(file, "rb").read())
    print(text.replace(chr(0), "; "))
    sys.exit(not text)
names = ("committed", "other", "tries_left")
open(file, "wb").write(boot_slots.environment(dict(zip(names, rest, strict=True))))
"""


@pytest.fixture
def card(tmp_path):
    """A folder for each partition; a call starts it and gives the slot."""
    programs = tmp_path / "programs"
    programs.mkdir()
    text = '#!/bin/sh\ncmp -s "m${1#0x}" "m${2#0x}"\n'
    (programs / "cmp.b").write_text(text)
    (programs / "cp.b").write_text(
        '#!/bin/sh\nhead -c $((0x$3)) "m${1#0x}" >piece\n'
        "for m in m*; do b=${m#m}; d=$((0x${2#0x} - 0x$b)); [ $d = 5 ] && "
        'dd of="$m" if=piece bs=1 seek=5 2>/dev/null; done; true\n'
    )
    for file in programs.iterdir():
        file.chmod(0o755)
    (tmp_path / "words.py").write_text(WORDS)
    for number, slot in ((1, ""), (2, "a"), (3, "b")):
        (tmp_path / f"p{number}").mkdir()
        if slot:
            (tmp_path / f"p{number}/vmlinuz").write_text("kernel")
            (tmp_path / f"p{number}/initrd.img").write_text("initramfs")
            (tmp_path / f"p{number}/cmdline.txt").write_text(f"quiet of={slot} a=b\n")

    def start(refuse=""):
        told = (
            f"kernel_addr_r=0x8000000\nramdisk_addr_r=0xe000000\nfdt_addr=0x100\nrefuse={refuse}\n"
        )
        script = COMMANDS + told + u_boot.SCRIPT.read_text(encoding="ascii")
        where = {"PATH": f"{programs}:/usr/bin:/bin", "PYTHON": sys.executable}
        where["PYTHONPATH"] = str(u_boot.SCRIPT.parent.parent.parent)
        words = [shutil.which("sh"), "-c", script]
        done = subprocess.run(
            words, cwd=tmp_path, env=where, capture_output=True, text=True, check=False
        )
        assert not done.stderr, done.stderr
        found = done.stdout.splitlines()[-1].removeprefix("started: ")
        slot = found[-1]
        assert found in {"none", f"quiet of={slot} a=b kiosk.slot={slot}"}
        return "" if found == "none" else slot

    def put(slots):
        (tmp_path / f"p1/{COMMITTED}").write_bytes(boot_slots.first_sector(slots, "counted"))
        (tmp_path / f"p1/{SLOTS}").write_bytes(boot_slots.slots_sector(slots))

    start.folder, start.put = tmp_path, put
    return start


def state(card):
    files = [card.folder / "p1" / name for name in (COMMITTED, SLOTS)]
    return boot_slots.read(*(f.read_bytes() if f.exists() else b"" for f in files), "counted")


@pytest.mark.parametrize("slots", STATES)
def test_from_every_state_the_same_slot_starts_and_the_same_is_written(card, slots):
    card.put(slots)
    wanted, left = boot_slots.start(slots)
    assert card() == wanted
    assert (card.folder / "p1" / SLOTS).read_bytes() == boot_slots.slots_sector(left)


@pytest.mark.parametrize("slots", STATES)
def test_with_a_damaged_file_too(card, slots):
    for name, damaged in product((COMMITTED, SLOTS), (None, b"\xff" * 512)):
        card.put(slots)
        file = card.folder / "p1" / name
        file.unlink() if damaged is None else file.write_bytes(damaged)
        wanted, left = boot_slots.start(state(card))
        assert card() == wanted == slots.primary
        assert state(card) == left


@pytest.mark.parametrize("committed", "ab")
def test_a_cut_between_the_two_writes_of_a_commit_starts_the_new_one(card, committed):
    card.put(Slots(OTHER[committed], TRIAL, 2))
    (card.folder / "p1" / COMMITTED).write_bytes(
        boot_slots.first_sector(Slots(committed), "counted")
    )
    assert card() == committed
    part = card.folder / f"p{boot_slots.PARTITIONS[committed]}"
    (part / "vmlinuz").unlink()
    assert card() == OTHER[committed]  # that one was good


@pytest.mark.parametrize("name", ["vmlinuz", "initrd.img", "cmdline.txt"])
def test_a_trial_that_is_not_there_falls_back_and_is_counted(card, name):
    card.put(slots := Slots("a", TRIAL, 3))
    (card.folder / "p3" / name).unlink()
    assert card() == "a"
    assert state(card) == replace(slots, tries_left=2)


def test_where_the_try_cannot_be_written_the_proven_one_starts(card):
    card.put(slots := Slots("a", TRIAL, 3))
    assert card("yes") == "a"
    assert state(card) == slots


def test_with_no_system_it_starts_again(card):
    card.put(Slots("a", BAD))
    (card.folder / "p2/vmlinuz").unlink()
    assert not card()
