"""Who is done and who is referred, by every reason alone; a missing finger refers nobody."""

from dataclasses import replace
from datetime import date

import pytest

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
from firmware_app.domain.crossing import Document, ReadMethod, Visit
from firmware_app.domain.document_checks import Evidence, Result, check_document
from firmware_app.domain.document_checks_catalogue import CATALOGUE, Follow, because
from firmware_app.domain.document_checks_reading import Confidence
from firmware_app.domain.mrz import parse
from firmware_app.domain.rules import (
    Outcome,
    Policy,
    Reason,
    age_years,
    decide,
    exemption,
    fingers_owed,
    fingers_told,
    to_read_again,
)

TODAY = date(2011, 6, 1)
SPECIMEN = parse(
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
    TODAY,
)
MRZ = replace(SPECIMEN, issuing_state="FRA", nationality="FRA")
FACE = FaceSample(b"template", Quality("q", "1", 80), CaptureDevice("a", "b"), Model("m", "1"))
LIVE = Liveness("challenges", "2", (), (), LivenessDecision.LIVE)
MATCH = Comparison("document_portrait", 0.7, 0.4, 0.001, "a", matched=True)
GOOD = Visit(
    "id",
    document=Document(MRZ, check_document(MRZ, TODAY), ReadMethod.SERIAL),
    face=FACE,
    liveness=LIVE,
    comparison=MATCH,
    portrait_found=True,
)


def test_a_good_visit_is_completed():
    assert decide(GOOD, Policy(), TODAY) == (Outcome.COMPLETED, ())


WORST = FingerSample(
    Finger.LEFT_INDEX, b"", Quality("q", "1", 0), 0, CaptureDevice("a", "b"), Model("m", "1")
)


@pytest.mark.parametrize("reason", NotCaptured)
@pytest.mark.parametrize("policy", [Policy(), Policy(fingers=(2, 7, 1)), Policy(supervised=False)])
def test_no_finger_refers_nobody_whatever_the_reason_and_however_many(policy, reason):
    missing = tuple(FingerMissing(Finger(code), reason) for code in policy.fingers)
    assert decide(GOOD, policy, TODAY) == (Outcome.COMPLETED, ())
    assert decide(replace(GOOD, fingers=missing), policy, TODAY) == (Outcome.COMPLETED, ())
    poor = replace(GOOD, fingers=(*missing[:1], WORST))
    assert decide(poor, policy, TODAY) == (Outcome.COMPLETED, ())


def test_fingers_change_no_referral_either():
    referred = replace(GOOD, disputed=True)
    expected = decide(referred, Policy(), TODAY)
    assert expected[0] is Outcome.REFERRED
    for reason in NotCaptured:
        missing = replace(referred, fingers=(FingerMissing(Finger.RIGHT_INDEX, reason),))
        assert decide(missing, Policy(), TODAY) == expected


@pytest.mark.parametrize(
    ("birth", "from_years", "reason"),
    [
        ("1999-06-01", 12, None),
        ("1999-06-02", 12, NotCaptured.TOO_YOUNG),
        ("1999-XX-XX", 12, NotCaptured.TOO_YOUNG),
        ("1994-01-01", 18, NotCaptured.TOO_YOUNG),
        ("1993-05-31", 18, None),
        ("XXXX-XX-XX", 12, NotCaptured.AGE_UNKNOWN),
    ],
)
def test_the_age_rule_and_its_reason(birth, from_years, reason):
    """No child is asked because a document is vague; `from_years` is the post's, never below 12."""
    visit = replace(GOOD, document=replace(GOOD.document, mrz=replace(MRZ, birth=birth)))
    policy = Policy(fingers=(2, 7), finger_from_years=from_years)
    assert exemption(visit, policy, TODAY) is reason
    owed = (Finger.RIGHT_INDEX, Finger.LEFT_INDEX)
    assert fingers_owed(visit, policy, TODAY) == (() if reason else owed)
    why = reason or NotCaptured.NOT_REACHED
    told = fingers_told(visit, policy, TODAY)
    assert told == tuple(FingerMissing(finger, why) for finger in owed)


def test_what_was_said_of_a_finger_is_not_asked_again_and_not_replaced():
    said = FingerMissing(Finger.LEFT_INDEX, NotCaptured.FINGER_MISSING)
    visit = replace(GOOD, fingers=(said,))
    policy = Policy(fingers=(2, 7))
    assert fingers_owed(visit, policy, TODAY) == (Finger.RIGHT_INDEX,)
    reached = FingerMissing(Finger.RIGHT_INDEX, NotCaptured.NOT_REACHED)
    assert fingers_told(visit, policy, TODAY) == (said, reached)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"document": None}, Reason.NO_DOCUMENT),
        ({"disputed": True}, Reason.DOCUMENT_DISPUTED),
        ({"face": NotCaptured.TIME}, Reason.FACE_NOT_TAKEN),
        ({"liveness": replace(LIVE, decision=LivenessDecision.NOT_SURE)}, Reason.LIVENESS_NOT_SURE),
        ({"liveness": None}, Reason.LIVENESS_NOT_SURE),
        ({"liveness": replace(LIVE, decision=LivenessDecision.ATTACK)}, Reason.PRESENTATION_ATTACK),
        ({"comparison": None}, Reason.FACE_NOT_COMPARED),
        ({"comparison": replace(MATCH, matched=False)}, Reason.FACE_NOT_MATCHED),
        ({"asked_for_person": True}, Reason.ASKED_FOR_A_PERSON),
    ],
)
def test_each_reason_alone_refers(change, reason):
    outcome, reasons = decide(replace(GOOD, **change), Policy(supervised=False), TODAY)
    assert (outcome, reasons) == (Outcome.REFERRED, (reason,))


@pytest.mark.parametrize(
    "change",
    [
        {"document": None},
        {"disputed": True},
        {"comparison": None},
        {"comparison": replace(MATCH, matched=False)},
        {"asked_for_person": True},
    ],
)
def test_a_live_face_clears_nobody_alone(change):
    without = replace(GOOD, liveness=replace(LIVE, decision=LivenessDecision.NOT_SURE), **change)
    policy = Policy(supervised=False)
    unsure, live = (
        set(decide(visit, policy, TODAY)[1]) for visit in (without, replace(without, liveness=LIVE))
    )
    assert live == unsure - {Reason.LIVENESS_NOT_SURE}
    assert live, "what else is wrong stays wrong"


def test_an_expired_document_refers():
    late = date(2026, 1, 1)
    document = replace(GOOD.document, checks=check_document(MRZ, late))
    assert (
        Reason.DOCUMENT_CHECK_FAILED in decide(replace(GOOD, document=document), Policy(), late)[1]
    )


def of_checks(*checks):
    return replace(GOOD, document=replace(GOOD.document, checks=checks))


def test_every_check_that_fails_refers_and_none_refuses():
    for code, entry in CATALOGUE.items():
        for why, said in entry.whys.items():
            outcome, reasons = decide(of_checks(because(code, why)), Policy(), TODAY)
            assert outcome in {Outcome.COMPLETED, Outcome.REFERRED}
            assert bool(reasons) is (said.follow is not Follow.NOTHING), (code, why)
            if said.result is Result.FAILED:
                assert reasons, (code, why)


def test_many_failures_are_one_reason_and_what_was_not_judged_another():
    checks = (
        because("mrz.check_digit.number", "wrong"),
        because("mrz.check_digit.birth", "wrong"),
        because("document.expiry", "clock_not_sure"),
    )
    reasons = decide(of_checks(*checks), Policy(supervised=False), TODAY)[1]
    assert reasons == (Reason.DOCUMENT_CHECK_FAILED, Reason.DOCUMENT_NOT_JUDGED)


def test_a_specimen_is_referred_except_where_specimens_are_the_trade():
    document = Document(SPECIMEN, check_document(SPECIMEN, TODAY), ReadMethod.SERIAL)
    visit = replace(GOOD, document=document)
    strict, training = Policy(supervised=False), Policy(supervised=False, specimens=True)
    assert decide(visit, strict, TODAY)[1] == (Reason.DOCUMENT_SPECIMEN,)
    assert decide(visit, training, TODAY) == (Outcome.COMPLETED, ())


def test_a_doubtful_camera_says_nothing_against_the_document():
    doubt = Evidence(confidence=Confidence(((0.2,) * 44, (0.2,) * 44), 0.9))
    visit = of_checks(*check_document(MRZ, TODAY, doubt))
    policy = Policy(supervised=False)
    assert decide(visit, policy, TODAY)[1] == (Reason.DOCUMENT_READ_DOUBTFUL,)
    assert to_read_again(visit.document.checks, policy)
    at_once = replace(policy, read_doubtful_again=False)
    assert not to_read_again(visit.document.checks, at_once)


def test_an_expired_document_is_not_read_again():
    assert not to_read_again(check_document(MRZ, date(2026, 1, 1)), Policy())


def test_an_unaccompanied_minor_is_referred_and_a_child_never_meets_the_scanner():
    child = replace(MRZ, birth="2001-06-02")
    visit = replace(GOOD, document=replace(GOOD.document, mrz=child))
    assert Reason.UNACCOMPANIED_MINOR in decide(visit, Policy(), TODAY)[1]
    assert not fingers_owed(visit, Policy(), TODAY)
    older = replace(GOOD, document=replace(GOOD.document, mrz=replace(MRZ, birth="1999-06-01")))
    assert fingers_owed(older, Policy(), TODAY)


@pytest.mark.parametrize(
    ("birth", "age"),
    [("1999-06-01", 12), ("1999-06-02", 11), ("1999-XX-XX", 11), ("XXXX-XX-XX", None)],
)
def test_age_counts_unknown_parts_young(birth, age):
    assert age_years(replace(MRZ, birth=birth), TODAY) == age
