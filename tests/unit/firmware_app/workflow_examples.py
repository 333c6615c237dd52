"""Examples of every state and every event of the workflow, for the tests that try them all."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

from firmware_app.domain.biometrics import (
    CaptureDevice,
    Comparison,
    FaceSample,
    Finger,
    FingerSample,
    Liveness,
    LivenessDecision,
    Model,
    NotCaptured,
    Quality,
)
from firmware_app.domain.crossing import Document, Party, ReadMethod, Stored, Visit
from firmware_app.domain.document_checks import check_document
from firmware_app.domain.mrz import parse
from firmware_app.domain.officer import Action, Deed, Proof
from firmware_app.domain.questions import QUESTIONS, Answer
from firmware_app.domain.rules import Outcome, Policy
from firmware_app.domain.typed_document import TypedField
from firmware_app.workflow import events, states
from firmware_app.workflow.face_ask import FaceAsk
from firmware_app.workflow.officer_words import (
    OfficerDecides,
    OfficerEnds,
    OfficerLeaves,
    OfficerTakes,
)
from firmware_app.workflow.outside import Terms

TODAY = date(2011, 6, 1)
PLAIN = Terms(TODAY, Policy(specimens=True), ("en", "fr", "ar"), QUESTIONS)
FULL = replace(
    PLAIN,
    policy=replace(PLAIN.policy, fingers=(2, 7)),
    reads_chips=True,
    directions=("ENTRY", "EXIT"),
    transports=("on-foot", "car", "other"),
    group_size_max=5,
    wakes_on_motion=True,
    authority="UTO",
    retention_days=30,
)
BY_HAND = replace(FULL, reads_documents=False, reads_chips=False)
SHUT = replace(PLAIN, out_of_service="outbox_full")
BARE = replace(PLAIN, questions=(), types_documents=False)
TERMS = {"plain": PLAIN, "full": FULL, "by hand": BY_HAND, "shut": SHUT, "bare": BARE}

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
CHILD = replace(DOCUMENT, mrz=replace(MRZ, birth="2005-01-01"))
DEVICE, MODEL = CaptureDevice("make", "model"), Model("m", "1")
FACE = FaceSample(b"t", Quality("q", "1", 80), DEVICE, MODEL)
LIVE = Liveness("challenges", "2", (), (), LivenessDecision.LIVE)
MATCH = Comparison("document_portrait", 0.7, 0.4, 0.001, "a", matched=True)
PRINT = FingerSample(Finger.RIGHT_INDEX, b"FMR", Quality("q", "1", 70), 40, DEVICE, MODEL)
ANSWER = Answer("purpose-of-visit", 1, "tourism")

VISIT = Visit("id", "fr")
KNOWN = replace(VISIT, document=DOCUMENT)
SEEN = replace(KNOWN, face=FACE, liveness=LIVE, comparison=MATCH, portrait_found=True)
GIVEN = replace(SEEN, fingers=(PRINT,), answers=(ANSWER,))
ONE = Party((Stored("one", "K7QM-2X9D-4T83", referred=False, adult=True),), "fr", answers=(ANSWER,))
TWO = replace(ONE, stored=(*ONE.stored, Stored("two", "K7QM-2X9D-4T84", referred=True)))
SECOND = Visit("second", "fr", party=ONE)

VISITS = (
    states.ChooseLanguage(VISIT),
    states.ReadNotice(VISIT),
    states.ReadNotice(VISIT, more=True),
    states.ChooseDirection(VISIT),
    states.ChooseTransport(VISIT),
    states.AwaitDocument(VISIT, 3),
    states.AwaitDocument(VISIT, 1),
    states.AwaitDocument(SECOND, 3),
    states.TypeDocument(VISIT),
    states.TypeDocument(SECOND, TypedField.KIND),
    *(states.TypeDocument(VISIT, field) for field in TypedField),
    states.AwaitChip(KNOWN),
    states.ConfirmDocument(KNOWN),
    states.ConfirmDocument(replace(VISIT, document=CHILD)),
    states.ConfirmDocument(replace(SECOND, document=CHILD)),
    states.AwaitFace(KNOWN, 3),
    states.AwaitFace(KNOWN, 1, left_one=True),
    states.AwaitFinger(SEEN, Finger.RIGHT_INDEX, 3),
    states.AwaitFinger(SEEN, Finger.RIGHT_INDEX, 1),
    states.WhyNoFinger(SEEN, Finger.RIGHT_INDEX, 2),
    states.AskQuestion(SEEN, 0),
    states.AskQuestion(GIVEN, 1),
    states.Review(GIVEN),
    states.Review(replace(GIVEN, extensions=10)),
)
PARTIES = (
    *(states.Saved(party) for party in (ONE, TWO)),
    *(states.Companions(party) for party in (ONE, TWO)),
    *(states.NextPerson(party) for party in (ONE, TWO)),
    *(states.Go(party) for party in (ONE, TWO)),
)
RESTING = (states.Idle(), states.Idle(awake=True), states.OutOfService("outbox_full"))
STATES = (
    *RESTING,
    *VISITS,
    *PARTIES,
    states.Saving(GIVEN, Outcome.COMPLETED),
    states.SeeOfficer("fr"),
    *(states.StillThere(one) for one in VISITS),
    *(states.Called(one) for one in (*RESTING, *VISITS, *PARTIES)),
    *(states.Called(one, helped=True) for one in VISITS),
)
DEED = Deed(
    "id",
    "officer-1",
    Action.REFUSE,
    "entry_refused",
    datetime(2011, 6, 1, tzinfo=UTC),
    Proof(b"", b"", b"", b"", b""),
    refusal_reason="A",
)
BUTTONS = (
    *("continue", "back", "yes", "not-me", "again", "help", "end", "more-time", "more", "go-on"),
    *("to-officer", "alone", "together", "language-en", "language-pictures", "direction-exit"),
    *("transport-car", "tourism", "up-to-30-days", "cannot-give-finger", "finger-missing"),
    *(
        "finger-bandaged",
        "finger-other",
        "face-again",
        "cannot-do",
        "skip-challenges",
        "type-it",
        "enter",
    ),
    *("kind-passport", "state-UTO", "sex-f", "no-digit", "no-date", "no-given-names"),
    *("go-on-anyway", "no such button"),
)
EVENTS = (
    events.StartPressed("another"),
    *(events.Touched(button) for button in BUTTONS),
    *(events.Typed(text) for text in ("", "L898902C3", "12081974", "ERIKSSON", "4", "\x00" * 64)),
    events.SomebodyNear(),
    events.TimedOut(),
    *(events.DocumentArrived(one) for one in (DOCUMENT, MISREAD, CHILD)),
    events.DocumentAdvice("document-cue-closer"),
    events.DocumentUnreadable("document-cue-present"),
    events.DocumentUnreadable("document-cue-present", device_gone=True),
    events.ChipProgress(40),
    events.ChipDone(DOCUMENT, portrait_found=True),
    events.ChipDone(DOCUMENT, portrait_found=False),
    *(events.PortraitTaken(found) for found in (True, False)),
    events.FaceAdvice("face-cue-closer"),
    events.FaceAdvice("face-cue-colours", FaceAsk("colours", (80, 120, 255), 66)),
    events.FaceTaken(FACE, LIVE, MATCH),
    events.FaceTaken(FACE, LIVE, None),
    *(events.FaceFailed(why) for why in (NotCaptured.TIME, NotCaptured.DEVICE)),
    events.FingerAdvice("finger-cue-press"),
    events.FingerTaken(PRINT),
    *(events.FingerFailed(why) for why in (NotCaptured.QUALITY, NotCaptured.DEVICE)),
    *(events.CrossingStored(crossing, "K7QM-2X9D-4T83") for crossing in ("id", "another")),
    *(events.StoreFailed(crossing, "OutboxFullError") for crossing in ("id", "another")),
    events.ServiceChanged(),
    *(OfficerTakes("officer-1", crossing) for crossing in ("id", "another")),
    OfficerLeaves("officer-1", "id"),
    OfficerDecides(DEED),
    OfficerDecides(replace(DEED, action=Action.LET_PASS, refusal_reason="")),
    OfficerEnds("officer-1", "id"),
)


def kinds(union: object) -> set[type]:
    """The classes of a union."""
    return set(get_args(union))
