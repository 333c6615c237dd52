"""The boot backend: RAUC's contract, three tries and back, a power cut between any two writes."""

import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from image_build import board, boot_slots
from image_build.boot_slots import BAD, GOOD, OTHER, TRIAL, RefusedError, Slots

STATES = [
    *(Slots(slot, other) for slot, other in product("ab", (GOOD, BAD))),
    *(Slots(slot, TRIAL, left) for slot, left in product("ab", range(4))),
]
BACKEND = Path(boot_slots.__file__)


def texts(slots):
    return {
        boot_slots.AUTOBOOT: boot_slots.autoboot_text(slots),
        boot_slots.SLOTS: boot_slots.slots_text(slots),
    }


def read(files):
    return boot_slots.read(files[boot_slots.AUTOBOOT], files[boot_slots.SLOTS])


@pytest.mark.parametrize("slots", STATES)
def test_what_is_written_is_read_again_and_has_one_sector(slots):
    assert read(texts(slots)) == slots
    assert {len(text) for text in texts(slots).values()} == {boot_slots.SECTOR_BYTES}


@given(st.sampled_from(STATES), st.data())
def test_a_damaged_state_never_starts_what_is_not_committed(slots, data):
    files = texts(slots)
    text = files[boot_slots.SLOTS]
    at = data.draw(st.integers(0, text.index("\n")))
    damaged = text[:at] + data.draw(st.characters(max_codepoint=127)) + text[at + 1 :]
    found = read(files | {boot_slots.SLOTS: damaged})
    assert found in {slots, Slots(slots.primary)}


@pytest.mark.parametrize("cut", ["", "\0" * 512, "committed=a other=trial tries_left=3\n"])
def test_without_a_state_the_committed_slot_starts(cut):
    for slot in "ab":
        found = boot_slots.read(boot_slots.autoboot_text(Slots(slot)), cut)
        assert found == Slots(slot, BAD)
        assert found.next == slot


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
    kept = boot_slots.judge(slots, "b", GOOD, "b", 3)
    assert kept == Slots("b", GOOD)
    assert boot_slots.start(kept) == ("b", kept)


@pytest.mark.parametrize("slots", STATES)
@pytest.mark.parametrize("tries", [1, 3])
def test_what_would_leave_no_proven_system_is_refused(slots, tries):
    main, other = slots.primary, OTHER[slots.primary]
    for current in "ab":  # an installation during a trial would write over the way back
        with pytest.raises(RefusedError, match="only proven"):
            boot_slots.judge(slots, main, BAD, current, tries)
    with pytest.raises(RefusedError, match="not running"):
        boot_slots.judge(slots, other, GOOD, main, tries)
    with pytest.raises(RefusedError, match="on trial"):
        boot_slots.try_next(slots, other, other, tries)


def test_a_board_without_trials_begins_no_update():
    with pytest.raises(RefusedError, match="no trial"):
        boot_slots.judge(Slots("a"), "b", BAD, "a", boot_slots.TRIES["none"])
    with pytest.raises(RefusedError, match="no trial"):
        boot_slots.try_next(Slots("a"), "b", "a", boot_slots.TRIES["none"])


def step(slots, word, slot, current, tries):
    """One word of RAUC; a refusal changes nothing."""
    try:
        if word == "primary":
            return boot_slots.try_next(slots, slot, current, tries)
        return boot_slots.judge(slots, slot, word, current, tries)
    except RefusedError:
        return slots


class Life:
    """A kiosk whose power goes at any write; knows which slots hold a system that was good."""

    def __init__(self, tries):
        self.files = texts(Slots("a"))
        self.tries = tries
        self.proven = {"a"}
        self.whole = {"a"}  # slots whose last writing came to its end
        self.row = 0  # starts of a trial, one after the other
        self.current = "a"

    def write(self, new, done):
        """Write what differs; the power goes after `done` writes."""
        for name, text in boot_slots.writes(read(self.files), new)[:done]:
            self.files[name] = text

    def restart(self):
        """The loader's part: the try is written down before it is taken."""
        slot, after = boot_slots.start(read(self.files))
        self.write(after, 2)
        self.row = self.row + 1 if slot not in self.proven else 0
        self.current = slot
        assert slot in self.whole
        assert self.row <= self.tries

    def rauc(self, word, slot, done):
        """RAUC's word to the backend, cut after `done` writes; a cut restarts the board."""
        before = read(self.files)
        after = step(before, word, slot, self.current, self.tries)
        self.write(after, done)
        new = read(self.files)
        if word == BAD and new != before and slot != self.current:
            self.proven.discard(slot)  # RAUC begins to write it
            self.whole.discard(slot)
        if word == GOOD and slot == self.current == new.primary:
            self.proven.add(slot)
            self.row = 0
        assert new.primary in self.proven
        if done < len(boot_slots.writes(before, after)):
            self.restart()


@given(
    st.sampled_from([1, 3]),
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from([GOOD, BAD, "primary"]), st.sampled_from("ab"), st.just(2)),
            st.tuples(
                st.sampled_from([GOOD, BAD, "primary"]), st.sampled_from("ab"), st.integers(0, 1)
            ),
            st.tuples(st.just("restart"), st.just(""), st.just(0)),
            st.tuples(st.just("install"), st.just(""), st.integers(0, 2)),
        ),
        max_size=40,
    ),
)
def test_no_sequence_of_words_starts_and_cuts_leaves_a_kiosk_without_a_proven_system(tries, words):
    life = Life(tries)
    for word, slot, done in words:
        if word == "restart":
            life.restart()
        elif word == "install":  # RAUC's order: bad, write, primary; 0, 1: the power goes before
            target = OTHER[life.current]
            life.rauc(BAD, target, 2)
            if read(life.files) != Slots(life.current, BAD):
                continue  # refused: nothing is written
            life.proven.discard(target)
            life.whole.discard(target)
            if not done:
                life.restart()
                continue
            life.whole.add(target)
            life.row = 0
            life.rauc("primary", target, done - 1)
        elif word != "primary" or slot in life.whole:
            life.rauc(word, slot, done)
            life.row = 0 if word == "primary" else life.row


# ---- the program, as RAUC calls it ---------------------------------------------------------------


@pytest.fixture
def kiosk(tmp_path):
    """A boot partition's folder and the program on it; a call says which slot runs."""
    for name, text in texts(Slots("a")).items():
        (tmp_path / name).write_text(text)

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
    assert boot_slots.named((kiosk.folder / "autoboot.txt").read_text(), trial=False) == 3
    assert boot_slots.named((kiosk.folder / "autoboot.txt").read_text(), trial=True) == 2


def test_a_refusal_is_an_exit_code_and_a_word_and_changes_nothing(kiosk):
    before = {path: path.read_bytes() for path in kiosk.folder.glob("*.txt")}
    assert kiosk("set-state", "a", "bad")[0] == 3
    assert kiosk("set-state", "b", "bad", line="kiosk.board=pi3")[0] == 3
    assert kiosk("set-primary", "c")[0] == 2
    assert kiosk("get-primary", running="x")[0] == 2
    assert "unknown words" in kiosk("set-state", "b", "perhaps")[2]
    assert {path: path.read_bytes() for path in kiosk.folder.glob("*.txt")} == before


def test_one_that_lost_its_loaders_file_does_not_take_itself_for_a_trial(kiosk):
    (kiosk.folder / "autoboot.txt").unlink()
    assert kiosk("on-trial", running="b")[0] == 3


def test_a_sector_is_written_over_its_older_self_and_a_shorter_file_is_replaced(tmp_path):
    file = tmp_path / "slots.txt"
    boot_slots.put(file, b"x" * 512)
    number = file.stat().st_ino
    boot_slots.put(file, b"y" * 512)
    assert (file.read_bytes(), file.stat().st_ino) == (b"y" * 512, number)
    file.write_bytes(b"typed by hand\n")
    boot_slots.put(file, b"z" * 512)
    assert file.read_bytes() == b"z" * 512
    assert [path.name for path in tmp_path.iterdir()] == ["slots.txt"]


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


@pytest.mark.parametrize("name", board.names())
def test_a_card_begins_with_the_state_that_the_backend_would_write(name):
    told = board.load(name)
    assert told.trial in boot_slots.TRIES
    assert boot_slots.read(told.autoboot, boot_slots.slots_text(Slots())) == Slots()
    if told.trial != "none":
        ours = boot_slots.autoboot_text(Slots())
        for trial in (False, True):
            assert boot_slots.named(told.autoboot, trial=trial) == boot_slots.named(
                ours, trial=trial
            )
    assert len(boot_slots.sector(told.autoboot)) == boot_slots.SECTOR_BYTES
