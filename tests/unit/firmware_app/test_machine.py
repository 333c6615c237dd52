"""The workflow: the good way, every way out, and that no sequence of events traps a traveller."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_app.domain.biometrics import (
    CaptureDevice,
    Comparison,
    FaceSample,
    Finger,
    FingerMissing,
    FingerSample,
    Liveness,
    LivenessDecision,
    Model,
    NotCaptured,
    Quality,
)
from firmware_app.domain.crossing import Document, Party, ReadMethod, Stored, Visit
from firmware_app.domain.document_checks import Evidence, check_document
from firmware_app.domain.document_checks_reading import Confidence
from firmware_app.domain.mrz import parse
from firmware_app.domain.questions import QUESTIONS
from firmware_app.domain.rules import Outcome, Policy, Reason
from firmware_app.ui.screens import screen
from firmware_app.workflow.face_ask import NOTHING_ASKED, FaceAsk
from firmware_app.workflow.machine import step
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.party import next_visit
from firmware_app.workflow.patience import patience_s
from firmware_app.workflow.tries import EXTENSIONS
from firmware_app.workflow.vocabulary import (
    AskQuestion,
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    Called,
    CallPerson,
    ChipDone,
    ChipProgress,
    ChooseLanguage,
    Companions,
    ConfirmDocument,
    CrossingStored,
    DocumentAdvice,
    DocumentArrived,
    DocumentUnreadable,
    FaceAdvice,
    FaceFailed,
    FaceTaken,
    FingerAdvice,
    FingerFailed,
    FingerTaken,
    Go,
    Idle,
    LeaveChallenge,
    LookForFace,
    NextPerson,
    OutOfService,
    PortraitTaken,
    ReadChip,
    ReadDocument,
    ReadNotice,
    Review,
    Saved,
    Saving,
    ScanFinger,
    SeeOfficer,
    ServiceChanged,
    StartPressed,
    StillThere,
    StopDevices,
    StoreCrossing,
    StoreFailed,
    TakePortrait,
    TimedOut,
    Touched,
    WhyNoFinger,
    Wipe,
)

TODAY = date(2011, 6, 1)
TERMS = Terms(TODAY, Policy(specimens=True), ("en", "fr", "ar"), QUESTIONS)
NOT_BY_HAND = replace(TERMS, types_documents=False)
MRZ = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)
DOCUMENT = Document(MRZ, check_document(MRZ, TODAY), ReadMethod.SERIAL)
WRONG = replace(MRZ, check_digits=(replace(MRZ.check_digits[0], holds=False),))
MISREAD = replace(DOCUMENT, mrz=WRONG, checks=check_document(WRONG, TODAY))
DOUBT = Confidence(((*(0.99,) * 6, 0.3, *(0.99,) * 37), (0.99,) * 44), 0.9)
DOUBTFUL = replace(
    DOCUMENT, checks=check_document(MRZ, TODAY, Evidence(confidence=DOUBT)), confidence=DOUBT
)
A_VISA = replace(MRZ, document_code="V")
VISA = replace(DOCUMENT, mrz=A_VISA, checks=check_document(A_VISA, TODAY))
CHILD = replace(DOCUMENT, mrz=replace(MRZ, birth="2005-01-01"))
DEVICE, MODEL = CaptureDevice("make", "model"), Model("m", "1")
FACE = FaceTaken(
    FaceSample(b"t", Quality("q", "1", 80), DEVICE, MODEL),
    Liveness("challenges", "2", (), (), LivenessDecision.LIVE),
    Comparison("document_portrait", 0.7, 0.4, 0.001, "a", matched=True),
)
FINGER = FingerTaken(
    FingerSample(Finger.RIGHT_INDEX, b"FMR", Quality("q", "1", 70), 40, DEVICE, MODEL)
)


def walk(*happenings, state=None, terms=TERMS):
    state, commands = state or Idle(), []
    for event in happenings:
        done = step(state, event, terms)
        state = done.state
        commands += done.commands
    return state, commands


PARTY = Party((Stored("id", "ABC-1234", referred=False, adult=True),), "fr")
TO_DOCUMENT = (StartPressed("id"), Touched("language-fr"), Touched("continue"))
TO_FACE = (*TO_DOCUMENT, DocumentArrived(DOCUMENT), PortraitTaken(found=True), Touched("yes"))
TO_FINGER = (*TO_FACE, FACE)
TO_REVIEW = (*TO_FINGER, FINGER, Touched("tourism"), Touched("up-to-30-days"))


def test_the_good_way_ends_saved_and_completed_and_wiped():
    state, commands = walk(*TO_REVIEW, Touched("continue"))
    assert isinstance(state, Saving)
    stored = commands[-1]
    assert isinstance(stored, StoreCrossing)
    assert (stored.outcome, stored.reasons) == (Outcome.COMPLETED, ())
    assert [answer.code for answer in stored.visit.answers] == ["tourism", "up-to-30-days"]
    state, commands = walk(CrossingStored("id", "ABC-1234"), state=state)
    assert state == Saved(replace(PARTY, answers=stored.visit.answers))
    assert commands == [Wipe()]
    state, _ = walk(TimedOut(), state=state)
    assert isinstance(state, Go)
    assert walk(TimedOut(), state=state)[0] == Idle()


def test_three_unreadable_tries_end_at_the_officer_where_nobody_types():
    once = DocumentUnreadable("document-cue-unreadable-try-again")
    state, commands = walk(*TO_DOCUMENT, once, once)
    assert state == AwaitDocument(state.visit, 1, once.cue)
    assert commands.count(ReadDocument()) == 3
    state, commands = walk(once, state=state, terms=NOT_BY_HAND)
    assert state == SeeOfficer("fr")
    assert Wipe() in commands


def test_advice_of_a_reading_camera_changes_the_cue_and_nothing_else():
    before, _ = walk(*TO_DOCUMENT)
    after, commands = walk(DocumentAdvice("document-cue-glare"), state=before)
    assert after == replace(before, cue="document-cue-glare")
    assert commands == []
    elsewhere, _ = walk(*TO_FACE)
    assert walk(DocumentAdvice("document-cue-glare"), state=elsewhere) == (elsewhere, [])


def test_a_reader_that_is_gone_does_not_keep_the_traveller():
    state, _ = walk(*TO_DOCUMENT, DocumentUnreadable("cue", device_gone=True), terms=NOT_BY_HAND)
    assert isinstance(state, SeeOfficer)


def test_wrong_check_digits_are_read_again_and_the_third_time_are_a_finding():
    state, _ = walk(*TO_DOCUMENT, DocumentArrived(MISREAD))
    assert state.cue == "document-cue-wrong-check-digits"
    state, _ = walk(DocumentArrived(MISREAD), DocumentArrived(MISREAD), state=state)
    assert isinstance(state, ConfirmDocument)


def test_a_visa_is_answered_by_asking_for_the_page_with_the_photo():
    state, _ = walk(*TO_DOCUMENT, DocumentArrived(VISA))
    assert isinstance(state, AwaitDocument)
    assert state.cue == "document-cue-present"


def test_a_doubtful_camera_reads_again_and_what_stays_is_referred():
    state, _ = walk(*TO_DOCUMENT, *(3 * [DocumentArrived(DOUBTFUL)]))
    assert isinstance(state, ConfirmDocument)
    _, commands = walk(
        PortraitTaken(found=True),
        *(Touched("yes"), FACE, FINGER, Touched("tourism"), Touched("up-to-30-days")),
        Touched("continue"),
        state=state,
    )
    assert commands[-1].outcome is Outcome.REFERRED
    assert Reason.DOCUMENT_READ_DOUBTFUL in commands[-1].reasons


def test_a_post_may_send_a_doubtful_reading_straight_on():
    at_once = replace(TERMS, policy=replace(TERMS.policy, read_doubtful_again=False))
    state, _ = walk(*TO_DOCUMENT, DocumentArrived(DOUBTFUL), terms=at_once)
    assert isinstance(state, ConfirmDocument)
    state, _ = walk(*TO_DOCUMENT, DocumentArrived(MISREAD), terms=at_once)
    assert isinstance(state, AwaitDocument), "check digits are tried again all the same"


def test_a_child_alone_stops_at_the_officer_and_gives_neither_face_nor_finger():
    state, commands = walk(*TO_DOCUMENT, DocumentArrived(CHILD), Touched("yes"))
    assert isinstance(state, Saving)
    assert Reason.UNACCOMPANIED_MINOR in commands[-1].reasons
    assert not {LookForFace(), ScanFinger(Finger.RIGHT_INDEX)} & set(commands)


def test_a_child_goes_from_the_face_to_the_questions_with_the_reason_kept():
    start = AwaitDocument(next_visit("second", PARTY), 3)
    state, _ = walk(DocumentArrived(CHILD), Touched("yes"), FACE, state=start)
    assert isinstance(state, AskQuestion)
    assert state.visit.fingers == (FingerMissing(Finger.RIGHT_INDEX, NotCaptured.TOO_YOUNG),)


CANNOT = Touched("cannot-give-finger")


@pytest.mark.parametrize(
    ("happenings", "reason"),
    [
        ((CANNOT, Touched("finger-missing")), NotCaptured.FINGER_MISSING),
        ((CANNOT, Touched("finger-bandaged")), NotCaptured.FINGER_BANDAGED),
        ((CANNOT, Touched("finger-other")), NotCaptured.TRAVELLER_CANNOT),
        ((FingerFailed(NotCaptured.DEVICE),), NotCaptured.DEVICE),
        (3 * (FingerFailed(NotCaptured.TIME),), NotCaptured.TIME),
        (3 * (FingerFailed(NotCaptured.QUALITY),), NotCaptured.QUALITY),
        (
            (FingerFailed(NotCaptured.QUALITY), *(2 * (FingerFailed(NotCaptured.TIME),))),
            NotCaptured.QUALITY,
        ),
    ],
)
def test_a_finger_is_never_a_gate(happenings, reason):
    state, commands = walk(*TO_FINGER, *happenings)
    assert isinstance(state, AskQuestion)
    assert state.visit.fingers == (FingerMissing(Finger.RIGHT_INDEX, reason),)
    assert StopDevices() in commands
    _, commands = walk(
        *(Touched("tourism"), Touched("up-to-30-days"), Touched("continue")), state=state
    )
    assert (commands[-1].outcome, commands[-1].reasons) == (Outcome.COMPLETED, ())


def test_who_touched_cannot_by_mistake_comes_back_to_the_armed_scanner():
    why, commands = walk(*TO_FINGER, FingerFailed(NotCaptured.TIME), CANNOT)
    assert why == WhyNoFinger(why.visit, Finger.RIGHT_INDEX, 2)
    assert commands[-1] == StopDevices()
    back, commands = walk(Touched("back"), state=why)
    assert back == AwaitFinger(why.visit, Finger.RIGHT_INDEX, 2)
    assert commands == [ScanFinger(Finger.RIGHT_INDEX)]
    assert walk(FINGER, Touched("finger-tip"), state=why) == (why, []), "a late picture is none"


TO_OFFICER = (Touched("help"), Touched("to-officer"))


def test_each_finger_keeps_its_own_reason():
    terms = replace(TERMS, policy=replace(TERMS.policy, fingers=(2, 7, 1)))
    state, _ = walk(
        *(*TO_FINGER, CANNOT, Touched("finger-bandaged"), CANNOT, Touched("finger-missing")),
        terms=terms,
    )
    assert state.position is Finger.RIGHT_THUMB
    _, commands = walk(*TO_OFFICER, state=state, terms=terms)
    stored = next(one for one in commands if isinstance(one, StoreCrossing))
    assert stored.visit.fingers == (
        FingerMissing(Finger.RIGHT_INDEX, NotCaptured.FINGER_BANDAGED),
        FingerMissing(Finger.LEFT_INDEX, NotCaptured.FINGER_MISSING),
        FingerMissing(Finger.RIGHT_THUMB, NotCaptured.NOT_REACHED),
    )


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (DOCUMENT, NotCaptured.NOT_REACHED),
        (CHILD, NotCaptured.TOO_YOUNG),
        (replace(DOCUMENT, mrz=replace(MRZ, birth="XXXX-XX-XX")), NotCaptured.AGE_UNKNOWN),
    ],
)
def test_a_visit_that_ends_at_a_person_says_why_there_is_no_finger(document, reason):
    _, commands = walk(*TO_DOCUMENT, DocumentArrived(document), *TO_OFFICER)
    stored = next(one for one in commands if isinstance(one, StoreCrossing))
    assert stored.visit.fingers == (FingerMissing(Finger.RIGHT_INDEX, reason),)


def test_a_post_that_asks_for_no_finger_says_nothing_of_one():
    none = replace(TERMS, policy=replace(TERMS.policy, fingers=()))
    state, _ = walk(*TO_FINGER, terms=none)
    assert isinstance(state, AskQuestion)
    assert state.visit.fingers == ()


def test_two_fingers_are_asked_for_one_after_the_other():
    terms = replace(TERMS, policy=Policy(fingers=(2, 7)))
    state, _ = walk(*TO_FINGER, FINGER, terms=terms)
    assert isinstance(state, AwaitFinger)
    assert state.position is Finger.LEFT_INDEX


def test_a_face_that_cannot_be_taken_is_referred_not_stuck():
    failed = FaceFailed(NotCaptured.TIME)
    state, _ = walk(*TO_FACE, failed, failed, failed, FINGER)
    assert isinstance(state, AskQuestion)
    assert state.visit.face is NotCaptured.TIME


def test_help_after_the_document_stores_a_referral_and_before_it_nothing():
    state, commands = walk(*TO_FACE, *TO_OFFICER)
    assert isinstance(state, Saving)
    assert state.outcome is Outcome.REFERRED
    assert any(isinstance(command, StoreCrossing) for command in commands)
    state, commands = walk(*TO_DOCUMENT, *TO_OFFICER)
    assert state == SeeOfficer("fr")
    assert not any(isinstance(command, StoreCrossing) for command in commands)


def test_idle_warns_then_wipes_and_a_touch_comes_back_with_the_device_armed():
    state, _ = walk(*TO_DOCUMENT, Touched("back"), TimedOut())
    assert isinstance(state, StillThere)
    back, _ = walk(Touched("more-time"), state=state)
    assert isinstance(back, ReadNotice)
    gone, commands = walk(TimedOut(), state=state)
    assert gone == Idle()
    assert Wipe() in commands


def test_more_time_is_given_ten_times():
    state, _ = walk(StartPressed("id"))
    for _ in range(EXTENSIONS):
        state, _ = walk(TimedOut(), Touched("more-time"), state=state)
        assert isinstance(state, ChooseLanguage)
    assert walk(TimedOut(), state=state)[0] == Idle()


FULL = replace(TERMS, out_of_service="outbox_full")


def test_a_full_outbox_shuts_before_anyone_starts_and_never_during_a_visit():
    assert walk(ServiceChanged(), terms=FULL)[0] == OutOfService("outbox_full")
    assert walk(StartPressed("id"), terms=FULL)[0] == Idle()
    assert walk(ServiceChanged(), state=OutOfService("outbox_full"))[0] == Idle()
    during, _ = walk(*TO_FACE)
    assert isinstance(walk(ServiceChanged(), state=during, terms=FULL)[0], AwaitFace)


def test_a_full_outbox_that_came_up_during_a_visit_is_seen_after_it():
    state, _ = walk(*TO_DOCUMENT)
    state, _ = walk(Touched("end"), state=state, terms=FULL)
    assert state == OutOfService("outbox_full")


def test_the_late_answer_of_another_crossing_saves_nobody():
    saving, _ = walk(*TO_REVIEW, Touched("continue"))
    late = (CrossingStored("the one before", "ABC-1234"), StoreFailed("the one before", "x"))
    assert walk(*late, state=saving) == (saving, [])


def test_another_document_starts_without_the_portrait_of_the_first():
    again = Touched("again")
    state, _ = walk(*TO_DOCUMENT, DocumentArrived(DOCUMENT), PortraitTaken(found=True), again)
    assert not state.visit.portrait_found


def test_what_cannot_be_stored_goes_to_a_person():
    state, _ = walk(*TO_REVIEW, Touched("continue"), StoreFailed("id", "OutboxFullError"))
    assert state == SeeOfficer("fr")


CHIPPED = replace(TERMS, reads_chips=True)
PROVEN = replace(DOCUMENT, checks=DOCUMENT.checks[:1])


@pytest.mark.parametrize("found", [True, False])
def test_the_chip_comes_between_document_and_confirmation_and_gives_what_it_found(found):
    state, commands = walk(*TO_DOCUMENT, DocumentArrived(DOCUMENT), terms=CHIPPED)
    assert state == AwaitChip(state.visit)
    assert commands[-1] == ReadChip(DOCUMENT)
    assert TakePortrait() not in commands, "the page may still give one when the chip has none"
    state, commands = walk(ChipDone(PROVEN, portrait_found=found), state=state, terms=CHIPPED)
    assert isinstance(state, ConfirmDocument)
    assert (state.visit.document, state.visit.portrait_found) == (PROVEN, found)
    assert commands == ([] if found else [TakePortrait()])


def test_a_post_without_a_chip_reader_goes_straight_to_the_confirmation():
    state, commands = walk(*TO_DOCUMENT, DocumentArrived(DOCUMENT))
    assert isinstance(state, ConfirmDocument)
    assert commands[-1] == TakePortrait()
    assert not any(isinstance(command, ReadChip) for command in commands)


TO_CHIP = (*TO_DOCUMENT, DocumentArrived(DOCUMENT))


def test_progress_never_falls_and_means_nothing_elsewhere():
    state, _ = walk(*TO_CHIP, terms=CHIPPED)
    seen = []
    for percent in (0, 30, 10, 31, 100, 5):
        state, commands = walk(ChipProgress(percent), state=state, terms=CHIPPED)
        seen.append(state.percent)
        assert commands == []
    assert seen == [0, 30, 30, 31, 100, 100]
    elsewhere, _ = walk(*TO_FACE)
    for late in (ChipProgress(7), ChipDone(PROVEN, portrait_found=True)):
        assert walk(late, state=elsewhere, terms=CHIPPED) == (elsewhere, []), "a late chip is none"


def test_help_while_the_chip_is_read_keeps_the_document_and_end_keeps_nothing():
    state, _ = walk(*TO_CHIP, terms=CHIPPED)
    helped, commands = walk(*TO_OFFICER, state=state, terms=CHIPPED)
    assert isinstance(helped, Saving)
    assert helped.outcome is Outcome.REFERRED
    assert StopDevices() in commands
    assert commands[-1].visit.document == DOCUMENT
    ended, commands = walk(Touched("end"), state=state, terms=CHIPPED)
    assert (ended, commands) == (Idle(), [StopDevices(), Wipe()])


def test_a_chip_that_nobody_hears_of_again_warns_and_is_read_anew_or_wiped():
    state, _ = walk(*TO_CHIP, ChipProgress(60), terms=CHIPPED)
    assert patience_s(state) is not None
    warned, _ = walk(TimedOut(), state=state, terms=CHIPPED)
    assert warned == StillThere(state)
    back, commands = walk(Touched("more-time"), state=warned, terms=CHIPPED)
    assert (type(back), back.percent) == (AwaitChip, 0)
    assert commands == [ReadChip(DOCUMENT)]
    gone, commands = walk(TimedOut(), state=warned, terms=CHIPPED)
    assert (gone, Wipe() in commands) == (Idle(), True)


def test_another_document_forgets_what_the_first_ones_chip_said():
    done = ChipDone(PROVEN, portrait_found=True)
    state, commands = walk(*TO_CHIP, done, Touched("again"), terms=CHIPPED)
    assert isinstance(state, AwaitDocument)
    assert (state.visit.document, state.visit.portrait_found) == (None, False)
    assert commands[-1] == ReadDocument()
    state, commands = walk(DocumentArrived(CHILD), state=state, terms=CHIPPED)
    assert commands == [ReadChip(CHILD)]
    assert (state.percent, state.visit.document) == (0, CHILD)


EVENTS = st.sampled_from(
    [
        StartPressed("id"),
        TimedOut(),
        DocumentArrived(DOCUMENT),
        DocumentArrived(MISREAD),
        DocumentArrived(CHILD),
        DocumentUnreadable("document-cue-present"),
        DocumentAdvice("document-cue-closer"),
        ChipProgress(40),
        ChipDone(DOCUMENT, portrait_found=True),
        PortraitTaken(found=True),
        FaceAdvice("face-cue-closer"),
        FaceAdvice("face-cue-colours", FaceAsk("colours", (80, 120, 255), 66)),
        FACE,
        FaceFailed(NotCaptured.TIME),
        FingerAdvice("finger-cue-press"),
        FINGER,
        FingerFailed(NotCaptured.QUALITY),
        CrossingStored("id", "ABC-1234"),
        StoreFailed("id", "x"),
        ServiceChanged(),
        *(Touched(button) for button in ("continue", "back", "yes", "not-me", "again", "help")),
        *(Touched(button) for button in ("end", "more-time", "language-en", "tourism", "longer")),
        *(Touched(f"finger-{why}") for why in ("missing", "bandaged", "other")),
        *(Touched(button) for button in ("cannot-give-finger", "cannot-do", "skip-challenges")),
    ]
)


@pytest.mark.parametrize("terms", [TERMS, CHIPPED], ids=["plain", "reads chips"])
@settings(max_examples=300)
@given(happenings=st.lists(EVENTS, max_size=40))
def test_from_anywhere_time_alone_leads_back_to_idle_wiped(terms, happenings):
    state, commands = walk(*happenings, terms=terms)
    visited = not isinstance(state, Idle | OutOfService)
    for _ in range(60):
        if isinstance(state, Idle | OutOfService):
            break
        if patience_s(state) is not None:
            event = TimedOut()
        elif isinstance(state, AwaitDocument):
            event = DocumentUnreadable("document-cue-present")
        elif isinstance(state, AwaitFace):
            event = FaceFailed(NotCaptured.TIME)
        else:
            event = FingerFailed(NotCaptured.TIME)
        state, more = walk(event, state=state, terms=terms)
        commands += more
    assert isinstance(state, Idle | OutOfService)
    assert not visited or Wipe() in commands


@pytest.mark.parametrize("terms", [TERMS, CHIPPED], ids=["plain", "reads chips"])
@settings(max_examples=300)
@given(happenings=st.lists(EVENTS, max_size=40))
def test_every_state_has_a_screen_with_a_way_on_or_a_person(terms, happenings):
    state, _ = walk(*happenings, terms=terms)
    shown = screen(state, terms)
    ids = {button.id for button in shown.buttons}
    if not isinstance(state, OutOfService | Saving):
        assert ids & {"start", "help", "end", "continue"}


def test_review_and_back_do_not_lose_or_double_answers():
    state, _ = walk(*TO_REVIEW, Touched("back"), Touched("longer"))
    assert isinstance(state, Review)
    assert [answer.code for answer in state.visit.answers] == ["tourism", "longer"]


@pytest.mark.parametrize(
    "state", [Idle(), OutOfService("full"), Saved(PARTY), Companions(PARTY), NextPerson(PARTY)]
)
def test_a_person_is_one_touch_away_also_before_and_after_a_visit(state):
    assert "help" in {button.id for button in screen(state, TERMS).buttons}
    waiting, commands = walk(Touched("help"), state=state)
    assert isinstance(waiting, Called)
    assert CallPerson("help") in commands
    assert isinstance(walk(TimedOut(), state=waiting)[0], SeeOfficer)


def test_a_finger_counts_only_where_that_finger_is_asked_for():
    both = replace(TERMS, policy=replace(TERMS.policy, fingers=(2, 7)))
    once, _ = walk(*TO_FINGER, FINGER, terms=both)
    assert once.position is Finger.LEFT_INDEX
    assert walk(FINGER, state=once, terms=both)[0] == once


def test_a_challenge_is_shown_and_may_be_replaced_and_only_then_all_may_be_left():
    ask = FaceAsk("turn_left", None, 33)
    before = AwaitFace(Visit("id", document=DOCUMENT), 3)
    shown, _ = walk(FaceAdvice("face-cue-turn-left", ask), state=before)
    assert (shown.cue, shown.ask) == ("face-cue-turn-left", ask)
    assert walk(Touched("skip-challenges"), state=shown) == (shown, [])
    left, commands = walk(Touched("cannot-do"), state=shown)
    assert (left.left_one, commands) == (True, [LeaveChallenge()])
    assert walk(Touched("skip-challenges"), state=left) == (left, [LeaveChallenge(every=True)])


def test_another_try_begins_without_a_challenge_and_remembers_that_one_was_left():
    asked = AwaitFace(Visit("id", document=DOCUMENT), 3, ask=FaceAsk("blink"), left_one=True)
    again, commands = walk(FaceFailed(NotCaptured.TIME), state=asked)
    assert again == AwaitFace(Visit("id", document=DOCUMENT), 2, ask=NOTHING_ASKED, left_one=True)
    assert commands == [LookForFace()]
