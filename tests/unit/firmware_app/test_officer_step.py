"""What an officer does at a visit, as the machine sees it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from firmware_app.domain.crossing import Visit
from firmware_app.domain.officer import Action, Deed, Proof
from firmware_app.domain.rules import Outcome, Policy, decide
from firmware_app.workers.officer_wire import officer_actions, refusal_reason
from firmware_app.workflow.machine import step
from firmware_app.workflow.officer_words import (
    OfficerDecides,
    OfficerEnds,
    OfficerLeaves,
    OfficerTakes,
)
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.patience import patience_s
from firmware_app.workflow.vocabulary import (
    AwaitDocument,
    AwaitFace,
    Called,
    CallPerson,
    Idle,
    LookForFace,
    Saving,
    SeeOfficer,
    StartPressed,
    StillThere,
    StopDevices,
    StoreCrossing,
    TimedOut,
    Touched,
    Wipe,
)
from tests.peers.officer_bench import CROSSING, DOCUMENT, NOT_ALIKE, TODAY

TERMS = Terms(TODAY, Policy(fingers=(), specimens=True), ("en",), ())
VISIT = Visit(CROSSING, document=DOCUMENT, portrait_found=True)
AT_FACE = AwaitFace(VISIT, 3)
SEEN = tuple(reason.value for reason in decide(VISIT, TERMS.policy, TODAY)[1])
PROOF = Proof(b"k", bytes(16), bytes(37), b"{}", bytes(8))
DEED = Deed(
    CROSSING,
    "B-117",
    Action.LET_PASS,
    "compared_by_eye",
    datetime(2026, 11, 22, tzinfo=UTC),
    PROOF,
    "",
    "referred",
    SEEN,
)
REFUSAL = replace(DEED, action=Action.REFUSE, reason="entry_refused", refusal_reason="B")
ALL = (
    OfficerTakes("B-117", CROSSING),
    OfficerLeaves("B-117", CROSSING),
    OfficerEnds("B-117", CROSSING),
    OfficerDecides(DEED),
)


@pytest.mark.parametrize("event", ALL, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize(
    "state",
    [
        Idle(),
        SeeOfficer("en"),
        Saving(VISIT, Outcome.REFERRED),
        Called(Idle()),
        AwaitDocument(Visit("another"), 3),
    ],
    ids=lambda one: type(one).__name__,
)
def test_where_nobody_or_somebody_else_is_an_officer_changes_nothing(state, event):
    assert step(state, event, TERMS).state == state
    assert step(state, event, TERMS).commands == ()


@pytest.mark.parametrize("state", [AT_FACE, StillThere(AT_FACE), Called(AT_FACE)])
def test_an_officer_takes_over_from_anywhere_and_the_traveller_goes_on_where_they_were(state):
    taken = step(state, OfficerTakes("B-117", CROSSING), TERMS)
    assert isinstance(taken.state, Called)
    assert taken.state.helped
    assert taken.state.back_to.visit.called, "the event says that somebody helped"
    assert patience_s(taken.state) > patience_s(Called(AT_FACE))
    for back in (OfficerLeaves("B-117", CROSSING), Touched("go-on")):
        on = step(taken.state, back, TERMS)
        assert isinstance(on.state, AwaitFace)
        assert on.commands == (LookForFace(),)


def test_the_devices_rest_while_an_officer_helps():
    assert step(AT_FACE, OfficerTakes("B-117", CROSSING), TERMS).commands == (StopDevices(),)


def test_nobody_leaves_who_did_not_come():
    for state in (AT_FACE, Called(AT_FACE)):
        assert step(state, OfficerLeaves("B-117", CROSSING), TERMS).state == state


def test_whoever_forgets_the_page_strands_nobody():
    taken = step(AT_FACE, OfficerTakes("B-117", CROSSING), TERMS).state
    over = step(taken, TimedOut(), TERMS)
    assert isinstance(over.state, Saving)
    assert over.state.outcome is Outcome.REFERRED
    assert CallPerson("referral") in over.commands


def test_an_officer_ends_a_visit_and_nothing_is_stored():
    ended = step(Called(AT_FACE, helped=True), OfficerEnds("B-117", CROSSING), TERMS)
    assert ended.state == Idle()
    assert ended.commands == (StopDevices(), Wipe())


@pytest.mark.parametrize("state", [AT_FACE, StillThere(AT_FACE), Called(AT_FACE, helped=True)])
@pytest.mark.parametrize(
    ("deed", "outcome"),
    [(DEED, Outcome.COMPLETED), (REFUSAL, Outcome.REFUSED_BY_OFFICER)],
)
def test_a_decision_is_stored_at_once_with_its_reasons(state, deed, outcome):
    stop, store = step(state, OfficerDecides(deed), TERMS).commands
    assert stop == StopDevices()
    assert isinstance(store, StoreCrossing)
    assert store.outcome is outcome
    assert {reason.value for reason in store.reasons} == set(SEEN)
    assert store.visit.deeds == (deed,)
    (action,) = officer_actions(store.visit.deeds)
    assert action.action == deed.action.value
    assert refusal_reason(store.visit.deeds) == (deed.refusal_reason or None)


def test_a_reason_that_came_after_the_look_is_not_overridden_but_never_keeps_a_refusal():
    compared = replace(
        VISIT, face=NOT_ALIKE.sample, liveness=NOT_ALIKE.liveness, comparison=NOT_ALIKE.comparison
    )
    state = AwaitFace(compared, 3)
    assert step(state, OfficerDecides(DEED), TERMS).state == state
    assert isinstance(step(state, OfficerDecides(REFUSAL), TERMS).state, Saving)


def test_a_deed_shows_nothing_of_its_proof_and_no_visit_starts_with_one():
    assert "Proof()" in repr(DEED)
    assert step(Idle(), StartPressed("x"), TERMS).state.visit.deeds == ()
