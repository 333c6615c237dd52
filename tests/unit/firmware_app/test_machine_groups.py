"""Groups, minors and companions; direction and transport; notice in full; another picture."""

from dataclasses import replace

import pytest

from firmware_app.domain.biometrics import FaceSample, LivenessDecision, NotCaptured
from firmware_app.domain.crossing import Party, Stored
from firmware_app.domain.rules import Outcome, Reason, accompanied_by, decide
from firmware_app.ui.screens import screen
from firmware_app.workflow.commands import (
    CallPerson,
    LookForFace,
    ReadDocument,
    StopDevices,
    StoreCrossing,
    WatchForMotion,
    Wipe,
)
from firmware_app.workflow.events import (
    CrossingStored,
    FaceFailed,
    FaceTaken,
    ServiceChanged,
    SomebodyNear,
    StartPressed,
    TimedOut,
    Touched,
)
from firmware_app.workflow.machine import step
from firmware_app.workflow.party import next_visit
from firmware_app.workflow.patience import patience_s
from firmware_app.workflow.states import (
    AwaitDocument,
    AwaitFace,
    Called,
    ChooseDirection,
    ChooseTransport,
    Companions,
    ConfirmDocument,
    Go,
    Idle,
    NextPerson,
    OutOfService,
    ReadNotice,
    Review,
    Saved,
    Saving,
    SeeOfficer,
)
from firmware_app.workflow.tries import RETAKES
from tests.unit.firmware_app.workflow_examples import (
    CHILD,
    FACE,
    FULL,
    GIVEN,
    KNOWN,
    LIVE,
    MATCH,
    ONE,
    PLAIN,
    SEEN,
    TODAY,
    VISIT,
)

FAMILY = replace(PLAIN, group_size_max=3)
REFERRED = Party((Stored("one", "A", referred=True, adult=True),))
ONLY_A_CHILD = Party((Stored("one", "A", referred=True, adult=False),))
BOTH = Party((*REFERRED.stored, Stored("two", "B", referred=False, adult=True)))


def walk(*happenings, state, terms=PLAIN):
    commands = []
    for event in happenings:
        done = step(state, event, terms)
        state = done.state
        commands += done.commands
    return state, commands


def touches(*buttons):
    return [Touched(button) for button in buttons]


# ---- groups -----------------------------------------------------------------------------------


def test_companions_are_asked_for_after_each_up_to_the_limit_and_then_all_go_together():
    state, commands = walk(CrossingStored("id", "A"), state=Saving(GIVEN, Outcome.COMPLETED))
    assert (type(state), commands) == (Saved, [Wipe()])
    for count in (1, 2):
        state, _ = walk(*touches("continue", "together"), state=state, terms=FAMILY)
        assert isinstance(state, NextPerson)
        state, commands = walk(StartPressed(f"v{count}"), state=state, terms=FAMILY)
        assert isinstance(state, AwaitDocument)
        assert commands == [Wipe(), ReadDocument()]
        saving = Saving(replace(state.visit, document=GIVEN.document), Outcome.COMPLETED)
        state, _ = walk(CrossingStored(f"v{count}", "B"), state=saving, terms=FAMILY)
        assert len(state.party.stored) == count + 1
    state, _ = walk(Touched("continue"), state=state, terms=FAMILY)
    assert isinstance(state, Go), "no fourth in a group of three"
    assert screen(state, FAMILY).code.split() == ["A", "B", "B"]


@pytest.mark.parametrize("ends", [Touched("alone"), Touched("end"), TimedOut()])
def test_whoever_is_alone_goes_on_and_leaves_no_answers(ends):
    state, _ = walk(ends, state=Companions(ONE), terms=FAMILY)
    assert isinstance(state, Go)
    assert state.party.answers == ()


def test_a_post_for_single_travellers_never_asks():
    assert isinstance(walk(TimedOut(), state=Saved(ONE))[0], Go)


def test_one_who_is_referred_brings_all_to_the_officer():
    shown = screen(Go(BOTH), FAMILY)
    assert (shown.cue, shown.picture) == ("go-cue-referred", "officer")


def test_until_where_to_go_nothing_tells_a_referral_from_a_completed_crossing():
    referred = replace(ONE, stored=(replace(ONE.stored[0], referred=True),))
    for kind in (Saved, Companions, NextPerson):
        assert screen(kind(ONE), FAMILY) == screen(kind(referred), FAMILY)
        assert patience_s(kind(ONE)) == patience_s(kind(referred))
    one, other = screen(Go(ONE), FAMILY), screen(Go(referred), FAMILY)
    assert replace(other, cue=one.cue, picture=one.picture) == one


def test_a_kiosk_that_filled_up_in_between_sends_the_next_one_to_a_person():
    shut = replace(FAMILY, out_of_service="outbox_full")
    state, commands = walk(StartPressed("x"), state=NextPerson(ONE), terms=shut)
    assert isinstance(state, SeeOfficer)
    assert {Wipe(), CallPerson("no_crossing")} <= set(commands)


def test_back_from_the_second_ones_document_leads_to_the_next_person_screen():
    state = AwaitDocument(next_visit("two", ONE), 3)
    state, commands = walk(Touched("back"), state=state, terms=FAMILY)
    assert state == NextPerson(ONE)
    assert {StopDevices(), Wipe()} <= set(commands)


@pytest.mark.parametrize(
    ("party", "reason", "adult"),
    [
        (None, Reason.UNACCOMPANIED_MINOR, ""),
        (ONLY_A_CHILD, Reason.UNACCOMPANIED_MINOR, ""),
        (ONE, None, "one"),
        (REFERRED, Reason.COMPANION_REFERRED, "one"),
        (BOTH, None, "two"),
    ],
)
def test_a_minor_walks_on_only_with_an_adult_who_does(party, reason, adult):
    visit = replace(SEEN, document=CHILD, party=party)
    assert accompanied_by(visit, TODAY) == adult
    _, reasons = decide(visit, PLAIN.policy, TODAY)
    asked = {Reason.UNACCOMPANIED_MINOR, Reason.COMPANION_REFERRED}
    assert asked & set(reasons) == ({reason} if reason else set())
    grown = replace(SEEN, party=party)
    assert accompanied_by(grown, TODAY) == "", "an adult is accompanied by nobody"


def test_a_child_without_an_adult_is_stored_at_once_and_the_officer_called():
    visit = next_visit("two", ONLY_A_CHILD)
    state = ConfirmDocument(replace(visit, document=CHILD))
    state, commands = walk(Touched("yes"), state=state)
    assert isinstance(state, Saving)
    assert CallPerson("referral") in commands
    assert not any(isinstance(one, LookForFace) for one in commands)


def test_the_event_of_a_child_names_the_adult():
    child = replace(next_visit("two", ONE), document=CHILD, face=FACE, liveness=LIVE)
    _, commands = walk(Touched("continue"), state=Review(child))
    stored = next(one for one in commands if isinstance(one, StoreCrossing))
    assert stored.accompanied_by == "one"


# ---- before the document ------------------------------------------------------------------------


def test_direction_and_transport_are_asked_where_there_are_several_and_kept():
    state, _ = walk(Touched("continue"), state=ReadNotice(VISIT), terms=FULL)
    assert isinstance(state, ChooseDirection)
    state, _ = walk(*touches("direction-exit", "transport-car"), state=state, terms=FULL)
    assert isinstance(state, AwaitDocument)
    assert (state.visit.direction, state.visit.transport) == ("EXIT", "car")
    back = []
    for _ in range(4):
        state, _ = walk(Touched("back"), state=state, terms=FULL)
        back.append(type(state).__name__)
    assert back == ["ChooseTransport", "ChooseDirection", "ReadNotice", "ChooseLanguage"]


def test_what_a_post_has_only_one_of_is_not_asked_and_known_all_the_same():
    one = replace(PLAIN, directions=("EXIT",), transports=("ship",))
    state, _ = walk(StartPressed("x"), *touches("language-en", "continue"), state=Idle(), terms=one)
    assert isinstance(state, AwaitDocument)
    assert (state.visit.direction, state.visit.transport) == ("EXIT", "ship")


@pytest.mark.parametrize("button", ["transport-bus", "car", "direction-entry"])
def test_a_means_that_does_not_come_here_is_none(button):
    state = ChooseTransport(VISIT)
    assert walk(Touched(button), state=state, terms=FULL)[0] == state


def test_the_notice_is_short_first_and_in_full_on_a_touch():
    short = ReadNotice(VISIT)
    full, _ = walk(Touched("more"), state=short)
    assert screen(full, PLAIN).name == "notice-more"
    assert dict(screen(full, FULL).arguments) == {"authority": "UTO", "days": 30}
    assert walk(Touched("back"), state=full)[0] == short
    assert isinstance(walk(Touched("continue"), state=full)[0], AwaitDocument)


def test_pictures_only_is_a_language_that_can_be_left_again():
    state, _ = walk(
        StartPressed("x"), *touches("language-pictures", "back"), state=Idle(), terms=PLAIN
    )
    assert state.visit.pictures_only
    assert screen(state, PLAIN).pictures_only
    state, _ = walk(Touched("language-ar"), state=state)
    assert (state.visit.language, state.visit.pictures_only) == ("ar", False)


# ---- called, presence, another picture ----------------------------------------------------------


def test_whoever_waits_too_long_is_expected_at_the_officers():
    state, _ = walk(Touched("help"), state=AwaitFace(KNOWN, 3))
    assert isinstance(state, Called)
    state, commands = walk(TimedOut(), state=state)
    assert isinstance(state, Saving)
    stored = next(one for one in commands if isinstance(one, StoreCrossing))
    assert Reason.ASKED_FOR_A_PERSON in stored.reasons


def test_a_called_person_alone_refers_nobody():
    state, _ = walk(*touches("help", "go-on", "continue"), state=Review(GIVEN))
    assert (state.outcome, state.visit.called) == (Outcome.COMPLETED, True)


def test_the_screen_wakes_and_falls_asleep_and_the_camera_rests_while_a_traveller_is_here():
    asleep, commands = walk(ServiceChanged(), state=OutOfService("x"), terms=FULL)
    assert (asleep, commands) == (Idle(), [WatchForMotion()])
    assert screen(asleep, FULL).calm
    awake, commands = walk(SomebodyNear(), state=asleep, terms=FULL)
    assert (awake, screen(awake, FULL).calm) == (Idle(awake=True), False)
    assert WatchForMotion() not in commands
    again, commands = walk(TimedOut(), state=awake, terms=FULL)
    assert (again, commands) == (Idle(), [WatchForMotion()])
    _, commands = walk(StartPressed("x"), state=again, terms=FULL)
    assert commands == [StopDevices()]
    assert not screen(Idle(), PLAIN).calm, "a post that does not watch is always bright"


def test_another_picture_is_taken_a_few_times_and_what_failed_leaves_the_first():
    state = Review(GIVEN)
    for _ in range(RETAKES):
        state, commands = walk(Touched("face-again"), state=state)
        assert commands == [LookForFace()]
        failed = FaceFailed(NotCaptured.DEVICE)
        state, _ = walk(failed, *touches("tourism", "up-to-30-days"), state=state)
        assert isinstance(state, Review)
        assert isinstance(state.visit.face, FaceSample)
    assert walk(Touched("face-again"), state=state) == (state, [])
    assert "face-again" not in {button.id for button in screen(state, PLAIN).buttons}


def test_an_attack_that_was_seen_is_not_undone_by_another_picture():
    attack = replace(LIVE, decision=LivenessDecision.ATTACK)
    state = Review(replace(GIVEN, liveness=attack))
    state, _ = walk(Touched("face-again"), FaceTaken(FACE, LIVE, MATCH), state=state)
    assert state.visit.liveness.decision is LivenessDecision.ATTACK


def test_a_mismatch_is_not_undone_by_another_picture():
    mismatch = replace(MATCH, matched=False)
    state = Review(replace(GIVEN, comparison=mismatch))
    state, _ = walk(Touched("face-again"), FaceTaken(FACE, LIVE, MATCH), state=state)
    assert state.visit.comparison == mismatch


def test_the_review_shows_what_will_be_saved_and_no_template_of_it():
    shown = screen(Review(GIVEN), FULL)
    rows = {row.message: (row.value, row.kind) for row in shown.rows}
    assert rows["row-face"] == ("yes", "mark")
    assert rows["row-finger"] == ("yes", "mark")
    assert rows["direction-title"] == ("direction-entry", "message")
    assert rows["purpose-of-visit-title"] == ("purpose-of-visit-tourism", "message")
    assert shown.private


@pytest.mark.parametrize("leaves", [Touched("end"), TimedOut()], ids=["end", "nobody there"])
@pytest.mark.parametrize(
    "where",
    [
        AwaitDocument(next_visit("two", REFERRED), 3),
        Called(AwaitFace(next_visit("two", REFERRED), 3)),
        Called(NextPerson(REFERRED)),
    ],
    ids=["a step", "called at a step", "called between two"],
)
def test_who_was_saved_is_told_where_to_go_though_the_next_one_leaves(where, leaves):
    """Or a companion's touch would hide from a referred traveller that an officer waits."""
    done = step(where, leaves, FAMILY)
    if leaves == TimedOut():  # who called is handed over; who did not is asked once more
        done = step(done.state, leaves, FAMILY)
    if isinstance(done.state, Idle):
        assert isinstance(where, Called), "the officer's screen stood in between"
        return
    assert Wipe() in done.commands
    assert done.state == Go(REFERRED)
    assert screen(done.state, FAMILY).name == "go"
