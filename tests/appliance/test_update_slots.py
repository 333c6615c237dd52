"""The boot backend: RAUC's contract, three tries and back, a power cut between any two writes."""

import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from image_build import boot_slots
from image_build.boot_slots import BAD, GOOD, OTHER, TRIAL, RefusedError, Slots

STATES = [
    *(Slots(slot, other) for slot, other in product("ab", (GOOD, BAD))),
    *(Slots(slot, TRIAL, left) for slot, left in product("ab", range(4))),
]
BACKEND = Path(boot_slots.__file__)
LOADERS = sorted(boot_slots.FIRST)
RUBBISH = [b"", b"\xff" * 512, b"committed=a\0other=trial\0tries_left=3\0\0"]


def files_of(slots, loader):
    return {
        boot_slots.FIRST[loader]: boot_slots.first_sector(slots, loader),
        boot_slots.SLOTS: boot_slots.slots_sector(slots),
    }


def read(files, loader):
    return boot_slots.read(files[boot_slots.FIRST[loader]], files[boot_slots.SLOTS], loader)


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("slots", STATES)
def test_what_is_written_is_read_again_and_has_one_sector(slots, loader):
    files = files_of(slots, loader)
    assert read(files, loader) == slots
    assert {len(data) for data in files.values()} == {boot_slots.SECTOR_BYTES}


@settings(deadline=None)
@given(st.sampled_from(STATES), st.sampled_from(LOADERS), st.data())
def test_a_damaged_state_never_tries_what_is_not_committed(slots, loader, data):
    files = files_of(slots, loader)
    name = data.draw(st.sampled_from([boot_slots.SLOTS, boot_slots.COMMITTED]))
    if name not in files:
        return
    at = data.draw(st.integers(0, boot_slots.SECTOR_BYTES - 1))
    damaged = bytearray(files[name])
    damaged[at] ^= data.draw(st.integers(1, 255))
    found = read(files | {name: bytes(damaged)}, loader)
    assert found.next == slots.primary
    assert found.other in {slots.other, BAD}


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("rubbish", RUBBISH)
def test_without_one_of_the_files_the_committed_slot_starts(loader, rubbish):
    for slots in STATES:
        files = files_of(slots, loader)
        for name in files:
            found = read(files | {name: rubbish}, loader)
            assert found.next == found.primary == slots.primary
        assert read(dict.fromkeys(files, rubbish), loader) == Slots("a", BAD)


def test_a_damaged_first_file_is_written_anew_with_the_next_step():
    old, new = Slots("b", GOOD), Slots("b", BAD)
    for loader, first in boot_slots.FIRST.items():
        names = [name for name, _ in boot_slots.writes("", old, new, loader)]
        assert names == [first, boot_slots.SLOTS]
        assert [name for name, _ in boot_slots.writes("b", old, new, loader)] == [boot_slots.SLOTS]
        assert not boot_slots.writes("b", old, old, loader)


def test_a_trial_has_three_starts_and_then_the_old_one_starts_for_good():
    slots = boot_slots.try_next(Slots("a"), "b", "a", boot_slots.TRIES["counted"])
    started = []
    for _ in range(6):
        slot, slots = boot_slots.start(slots)
        started.append(slot)
    assert started == ["b", "b", "b", "a", "a", "a"]
    assert slots.state("b", "a") == BAD
    assert slots.state("a", "a") == GOOD


def test_a_running_trial_that_is_good_becomes_the_one_that_starts():
    _, slots = boot_slots.start(Slots("a", TRIAL, 3))
    kept = boot_slots.judge(slots, "b", GOOD, "b")
    assert kept == Slots("b", GOOD)
    assert boot_slots.start(kept) == ("b", kept)


@pytest.mark.parametrize("slots", STATES)
@pytest.mark.parametrize("tries", [1, 3])
def test_what_would_leave_no_proven_system_is_refused(slots, tries):
    main, other = slots.primary, OTHER[slots.primary]
    for current in "ab":  # an installation during a trial would write over the way back
        with pytest.raises(RefusedError, match="only proven"):
            boot_slots.judge(slots, main, BAD, current)
    with pytest.raises(RefusedError, match="not running"):
        boot_slots.judge(slots, other, GOOD, main)
    with pytest.raises(RefusedError, match="on trial"):
        boot_slots.try_next(slots, other, other, tries)


def step(slots, word, slot, current, tries):
    """One word of RAUC; a refusal changes nothing."""
    try:
        if word == "primary":
            return boot_slots.try_next(slots, slot, current, tries)
        return boot_slots.judge(slots, slot, word, current)
    except RefusedError:
        return slots


class Life:
    """A kiosk whose power goes at any write; knows which slots hold a system that was good."""

    def __init__(self, loader):
        self.loader = loader
        self.files = files_of(Slots("a"), loader)
        self.tries = boot_slots.TRIES[loader]
        self.proven = {"a"}
        self.whole = {"a"}  # slots whose last writing came to its end
        self.row = 0  # starts of a trial, one after the other
        self.current = "a"

    def state(self):
        return read(self.files, self.loader)

    def plan(self, new):
        first = self.files[boot_slots.FIRST[self.loader]]
        was = boot_slots.committed(first, self.loader)
        return boot_slots.writes(was, self.state(), new, self.loader)

    def write(self, new, done, torn=False):
        """Write what differs; the power goes after `done` writes, in the next one where `torn`."""
        todo = self.plan(new)
        self.files |= dict(todo[:done])
        if torn and done < len(todo):
            self.files[todo[done][0]] = RUBBISH[1]

    def restart(self, torn=False):
        """The loader's part: the try is written down before it is taken, or the power goes."""
        before = self.state()
        slot, after = boot_slots.start(before)
        if torn and after != before:
            self.files[boot_slots.SLOTS] = RUBBISH[1]
            return self.restart()
        if after != before:
            self.files[boot_slots.SLOTS] = boot_slots.slots_sector(after)
        self.row = self.row + 1 if slot not in self.proven else 0
        self.current = slot
        assert slot in self.whole
        assert self.row <= self.tries
        return None

    def rauc(self, word, slot, done, torn=False):
        """RAUC's word to the backend, cut after `done` writes; a cut restarts the board."""
        before = self.state()
        after = step(before, word, slot, self.current, self.tries)
        if word == GOOD and slot == self.current == after.primary:
            self.proven.add(slot)  # it was found good, whatever becomes of the word
            self.row = 0
        cut = done < len(self.plan(after))
        self.write(after, done, torn)
        new = self.state()
        if word == BAD and new != before and slot != self.current and not cut:
            self.proven.discard(slot)  # RAUC begins to write it
            self.whole.discard(slot)
        assert new.primary in self.proven
        if cut:
            self.restart()


TORN = st.booleans()  # the sector that is being written at the cut holds rubbish then


@settings(deadline=None)
@given(
    st.sampled_from(LOADERS),
    st.lists(
        st.one_of(
            st.tuples(
                st.sampled_from([GOOD, BAD, "primary"]),
                st.sampled_from("ab"),
                st.integers(0, 2),
                TORN,
            ),
            st.tuples(st.just("restart"), st.just(""), st.just(0), TORN),
            st.tuples(st.just("install"), st.just(""), st.integers(0, 3), TORN),
        ),
        max_size=40,
    ),
)
def test_no_sequence_of_words_starts_and_cuts_leaves_a_kiosk_without_a_proven_system(loader, words):
    life = Life(loader)
    for word, slot, done, torn in words:
        if word == "restart":
            life.restart(torn)
        elif word == "install":  # RAUC's order: bad, write, primary; 0, 1: the power goes before
            target = OTHER[life.current]
            life.rauc(BAD, target, 2)
            if life.state() != Slots(life.current, BAD):
                continue  # refused: nothing is written
            life.proven.discard(target)
            life.whole.discard(target)
            if not done:
                life.restart()
                continue
            life.whole.add(target)
            life.row = 0
            life.rauc("primary", target, done - 1, torn)
        elif word != "primary" or slot in life.whole:
            life.rauc(word, slot, done, torn)
            life.row = 0 if word == "primary" else life.row


# ---- the program, as RAUC calls it ---------------------------------------------------------------


@pytest.fixture
def kiosk(tmp_path):
    """A boot partition's folder and the program on it; a call says which slot runs."""
    for name, data in files_of(Slots("a"), "counted").items():
        (tmp_path / name).write_bytes(data)

    def call(*words, running="a", line="kiosk.board=virt kiosk.trial=counted"):
        (tmp_path / "slot").write_text(f"{running}\n")
        (tmp_path / "line").write_text(f"quiet {line} panic=10\n")
        where = ["--boot", tmp_path, "--running", tmp_path / "slot"]
        where += ["--command-line", tmp_path / "line"]
        told = [sys.executable, "-I", BACKEND, *where, *words]
        done = subprocess.run(told, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    call.folder = tmp_path
    return call


def test_it_speaks_as_rauc_wants_it(kiosk):
    assert kiosk("get-primary") == (0, "a", "")
    assert kiosk("get-state", "a") == (0, "good", "")
    assert kiosk("get-state", "b") == (0, "bad", "")
    assert kiosk("set-state", "b", "bad") == (0, "", "")
    assert kiosk("set-primary", "b") == (0, "", "")
    assert kiosk("get-primary") == (0, "b", "")
    assert kiosk("get-state", "b") == (0, "good", "")
    assert kiosk("on-trial")[0] == 1
    assert kiosk("on-trial", running="b")[0] == 0
    assert kiosk("set-state", "b", "good", running="b") == (0, "", "")
    assert kiosk("on-trial", running="b")[0] == 1
    first = (kiosk.folder / boot_slots.COMMITTED).read_bytes()
    assert first == boot_slots.first_sector(Slots("b"), "counted")


def test_on_a_raspberry_pi_4_the_file_that_its_own_loader_reads_names_both_slots(kiosk):
    line = "kiosk.board=pi4 kiosk.trial=tryboot"
    for name, data in files_of(Slots("a", boot_slots.TRIAL, 1), "tryboot").items():
        (kiosk.folder / name).write_bytes(data)
    assert kiosk("get-primary", line=line) == (0, "b", "")
    assert kiosk("set-state", "b", "good", running="b", line=line) == (0, "", "")
    assert boot_slots.named((kiosk.folder / "autoboot.txt").read_text(), trial=False) == 3
    assert boot_slots.named((kiosk.folder / "autoboot.txt").read_text(), trial=True) == 2


def test_a_refusal_is_an_exit_code_and_a_word_and_changes_nothing(kiosk):
    before = {path: path.read_bytes() for path in kiosk.folder.glob("*.env")}
    assert kiosk("set-state", "a", "bad")[0] == 3
    assert kiosk("set-state", "b", "bad", line="kiosk.board=pi3")[0] == 3  # nobody counts
    assert kiosk("set-primary", "c")[0] == 2
    assert kiosk("get-primary", running="x")[0] == 2
    assert "unknown words" in kiosk("set-state", "b", "perhaps")[2]
    assert {path: path.read_bytes() for path in kiosk.folder.glob("*.env")} == before


def test_one_that_lost_its_loaders_file_does_not_take_itself_for_a_trial(kiosk):
    (kiosk.folder / boot_slots.COMMITTED).unlink()
    assert kiosk("on-trial", running="b")[0] == 3


def test_a_sector_is_written_over_its_older_self_and_a_shorter_file_is_replaced(tmp_path):
    file = tmp_path / "slots.env"
    boot_slots.put(file, b"x" * 512)
    number = file.stat().st_ino
    boot_slots.put(file, b"y" * 512)
    assert (file.read_bytes(), file.stat().st_ino) == (b"y" * 512, number)
    file.write_bytes(b"typed by hand\n")
    boot_slots.put(file, b"z" * 512)
    assert file.read_bytes() == b"z" * 512
    assert [path.name for path in tmp_path.iterdir()] == ["slots.env"]


def test_a_raspberry_pi_4_uses_its_one_try_up_before_it_asks_for_the_start():
    slots = boot_slots.try_next(Slots("a"), "b", "a", boot_slots.TRIES["tryboot"])
    words = boot_slots.restart_words(slots, "tryboot")
    assert words == ["systemctl", "reboot", "--reboot-argument=0 tryboot"]
    _, armed = boot_slots.start(slots)
    assert armed == replace(slots, tries_left=0)
    assert armed.state("b", "b") == GOOD  # while it runs
    assert armed.state("b", "a") == BAD  # once it fell back, or was never started
    assert boot_slots.restart_words(armed, "tryboot") == ["systemctl", "reboot"]
    assert boot_slots.restart_words(slots, "counted") == ["systemctl", "reboot"]
