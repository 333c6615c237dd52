"""However messages are repeated, reordered and cut into batches, each statement stands once."""

from dataclasses import replace
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from mqtt.central.judge import Judged
from mqtt.central.placing import Known, Stored, plan
from mqtt.central.store import Outcome
from mqtt.contract import specimen
from mqtt.envelope import NO_PREVIOUS, Assurance, Kind, Opened, Profile, Statement

KIOSKS = ("kiosk-1", "kiosk-2")


def opened(kiosk, sequence, branch, previous):
    data = f"{kiosk} {sequence} {branch}".encode()
    said = Statement(
        kiosk=kiosk,
        epoch=specimen.EPOCH,
        sequence=sequence,
        previous=previous,
        kind=Kind.EPOCH_START if sequence == 1 else Kind.CROSSING,
        profile=Profile.DEMO,
        assurance=Assurance.SOFTWARE,
        sha256=sha256(data).digest(),
    )
    return Opened(said, data, sha256(data).digest(), b"k" * 8, data)


def chain(kiosk, branch, length=6):
    """Two branches of a kiosk have the first two places in common, as after a copied card."""
    found, previous = [], NO_PREVIOUS
    for sequence in range(1, length + 1):
        name = "trunk" if sequence < 3 else branch
        one = opened(kiosk, sequence, name, previous)
        found.append(Judged(kiosk, one.statement_bytes, one, b"event"))
        previous = one.statement_sha256
    return found


ALL = [one for kiosk in KIOSKS for branch in ("a", "b") for one in chain(kiosk, branch)]
DIFFERENT = {one.opened.statement_sha256 for one in ALL}


class Database:
    """What the store would hold and answer."""

    def __init__(self):
        self.rows = {}

    def about(self, batch):
        found = Stored()
        for one in batch:
            if one.opened is None:
                continue
            arrival = self.rows.get(one.opened.statement_sha256)
            if arrival is not None:
                found.by_hash[one.opened.statement_sha256] = Known(arrival[0], True, False)
        for _, said in self.rows.values():
            found.places.add((said.kiosk, said.epoch, said.sequence))
            found.followed.add((said.kiosk, said.previous))
        return found

    def take(self, batch):
        made = plan(batch, self.about(batch), len(self.rows))
        for placed in made.fresh:
            digest = placed.opened.statement_sha256
            assert digest not in self.rows
            self.rows[digest] = (placed.arrival, placed.opened.statement)
        return made


@given(st.lists(st.lists(st.sampled_from(ALL), max_size=9), max_size=12))
def test_each_statement_is_placed_once_and_arrivals_have_no_holes(batches):
    database = Database()
    outcomes, taken = [], {}
    for batch in batches:
        made = database.take(batch)
        assert len(made.outcomes) == len(batch)
        outcomes += zip(batch, made.outcomes, strict=True)
        for epoch, places in made.taken.items():
            taken.setdefault(epoch, []).extend(places)
    assert sorted(arrival for arrival, _ in database.rows.values()) == list(
        range(1, len(database.rows) + 1)
    )
    fresh = [one for one, outcome in outcomes if outcome in {Outcome.NEW, Outcome.FORK}]
    assert len(fresh) == len({one.opened.statement_sha256 for one in fresh}) == len(database.rows)
    for places in taken.values():  # what the gap table counts: each place once, forks too
        assert len(places) == len(set(places))


@given(st.permutations(ALL))
def test_of_two_branches_the_later_one_is_a_fork_in_every_order(order):
    database = Database()
    made = [database.take([one]) for one in order]
    forks = [outcome for one in made for outcome in one.outcomes if outcome is Outcome.FORK]
    assert len(database.rows) == len(DIFFERENT)
    assert len(forks) == 4 * len(KIOSKS)  # places 3 to 6 of one branch each


def test_what_did_not_open_at_first_is_completed_and_what_was_purged_is_not():
    one = chain("kiosk-1", "a")[0]
    digest = one.opened.statement_sha256
    closed = replace(one, event=None)
    for known, late in (
        (Known(7, has_event=False, purged=False), [7]),
        (Known(7, has_event=True, purged=False), []),
        (Known(7, has_event=False, purged=True), []),
    ):
        made = plan([closed, one, one], Stored({digest: known}), 7)
        assert [arrival for arrival, _ in made.late_events] == late
        assert made.fresh == []
