"""The judge of histories is itself judged: each violation that is planted is found."""

from dataclasses import replace

import pytest

from tests.delivery.history import CROSSING, EPOCH_START, Kept, Promise, promises, violations

E, F = "epoch-e", "epoch-f"


def good():
    """Two epochs: e with crossings a, b, c; f with d. b was stored and never confirmed (killed)."""
    places = [("s", E, 1), ("a", E, 2), ("b", E, 3), ("c", E, 4), ("t", F, 1), ("d", F, 2)]
    centre, previous = [], "00"
    for event_id, epoch, sequence in places:
        kind = EPOCH_START if sequence == 1 else CROSSING
        centre.append(Kept(event_id, epoch, sequence, kind, f"hash-{event_id}", previous))
        previous = f"hash-{event_id}"
    kiosk = []
    for event_id, epoch, sequence in [("a", E, 2), ("b", E, 3), ("c", E, 4), ("d", F, 2)]:
        kiosk.append(Promise("asked", event_id))
        if event_id != "b":
            kiosk.append(Promise("confirmed", event_id, epoch, sequence))
    kiosk.append(Promise("asked", "never-stored"))
    kiosk.append(Promise("receipted", epoch=E, sequence=2, sha256="hash-a"))
    return kiosk, centre


def test_a_good_history_has_none():
    assert violations(*good()) == []
    assert violations([], []) == []


def test_order_of_arrival_is_nobodys_promise():
    kiosk, centre = good()
    assert violations(kiosk, centre[::-1]) == []


def lost(kiosk, centre):
    del centre[1]


def doubled(kiosk, centre):
    centre.append(replace(centre[1], sequence=5, sha256="x", previous="hash-c"))


def doubled_in_place(kiosk, centre):
    centre.append(centre[1])


def moved(kiosk, centre):
    kiosk[1] = replace(kiosk[1], sequence=7)


def invented(kiosk, centre):
    centre.append(Kept("z", F, 3, CROSSING, "hash-z", "hash-d"))


def unasked(kiosk, centre):
    del kiosk[0]


def false_receipt(kiosk, centre):
    kiosk.append(Promise("receipted", epoch=E, sequence=3, sha256="another"))


def early_receipt(kiosk, centre):
    kiosk.append(Promise("receipted", epoch=F, sequence=9, sha256="hash-d"))


def gap(kiosk, centre):
    del centre[2]  # b, which nobody confirmed


def no_first(kiosk, centre):
    del centre[0]


def fork(kiosk, centre):
    centre.append(Kept("t2", "epoch-g", 1, EPOCH_START, "hash-t2", "hash-c"))


def swapped(kiosk, centre):
    kiosk[1], kiosk[4] = replace(kiosk[4]), replace(kiosk[1])


def unlinked(kiosk, centre):
    centre[4] = replace(centre[4], previous="hash-of-nothing")


@pytest.mark.parametrize(
    ("plant", "word"),
    [
        (lost, "lost: a"),
        (doubled, "doubled: a"),
        (doubled_in_place, "doubled: a"),
        (moved, "moved: a"),
        (invented, "invented: z"),
        (unasked, "unasked: a"),
        (false_receipt, "not held as it was"),
        (early_receipt, "not held as it was"),
        (gap, "gap"),
        (no_first, "gap"),
        (fork, "forked after hash-c"),
        (swapped, "out of order"),
        (unlinked, "unlinked"),
    ],
)
def test_each_planted_violation_is_found(plant, word):
    kiosk, centre = good()
    plant(kiosk, centre)
    found = violations(kiosk, centre)
    assert any(word in one for one in found), found


def test_a_line_that_a_kill_cut_short_was_never_said():
    whole = '{"what": "asked", "event_id": "a"}'
    assert promises([whole, whole[:20]]) == [Promise("asked", "a")]
