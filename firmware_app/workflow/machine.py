"""The traveller's way as one pure function: step(state, event, terms) -> state and commands.

No I/O, no clock, no thread. Three tries a step, then another way or a person; help at every step;
thirty idle seconds warn, twenty more wipe.
"""

from dataclasses import replace
from typing import assert_never

from firmware_app.domain.crossing import Document, Visit
from firmware_app.domain.questions import Answer
from firmware_app.domain.rules import (
    VISA_READ,
    decide,
    fingers_told,
    to_read_again,
)
from firmware_app.workflow.face import await_face, looking
from firmware_app.workflow.fingers import armed, await_finger, why_no_finger
from firmware_app.workflow.outside import Terms, home, leaving, resting, saving
from firmware_app.workflow.tries import TRIES
from firmware_app.workflow.vocabulary import (
    AskQuestion,
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    ChipDone,
    ChipProgress,
    ChooseLanguage,
    ConfirmDocument,
    DocumentAdvice,
    DocumentArrived,
    DocumentUnreadable,
    Event,
    Go,
    Idle,
    Interruptible,
    OutOfService,
    PortraitTaken,
    ReadChip,
    ReadDocument,
    ReadNotice,
    Review,
    Saved,
    Saving,
    SeeOfficer,
    State,
    Step,
    StillThere,
    StopDevices,
    StoreCrossing,
    TakePortrait,
    TimedOut,
    Touched,
    TouchStep,
    WhyNoFinger,
    Wipe,
)

EXTENSIONS = 10


def step(state: State, event: Event, terms: Terms) -> Step:
    """Give the next state and what to do; an event that means nothing here changes nothing."""
    match state:
        case Idle() | OutOfService():
            return resting(state, event, terms)
        case Saving():
            return saving(state, event)
        case Saved() | Go() | SeeOfficer():
            return leaving(state, event, terms)
        case StillThere():
            return _still_there(state, event, terms)
        case _:
            return _visiting(state, event, terms)


def _still_there(state: StillThere, event: Event, terms: Terms) -> Step:
    match event:
        case TimedOut() | Touched(button="end"):
            return Step(home(terms), (StopDevices(), Wipe()))
        case Touched(button="help"):
            return _to_officer(state.back_to.visit, terms)
        case Touched():
            return _resume(_extended(state.back_to))
        case _:
            return Step(state)


def _visiting(state: Interruptible, event: Event, terms: Terms) -> Step:
    """What holds at every step of a visit; the rest is the step's own."""
    match event:
        case Touched(button="help"):
            return _to_officer(state.visit, terms)
        case Touched(button="end"):
            return Step(home(terms), (StopDevices(), Wipe()))
        case TimedOut() if state.visit.extensions >= EXTENSIONS:
            return Step(home(terms), (StopDevices(), Wipe()))
        case TimedOut():
            return Step(StillThere(state))
        case PortraitTaken(found=found):
            return Step(replace(state, visit=replace(state.visit, portrait_found=found)))
        case _:
            return _own_step(state, event, terms)


def _own_step(state: Interruptible, event: Event, terms: Terms) -> Step:
    match state:
        case ChooseLanguage():
            return _language(state, event, terms)
        case ReadNotice() | ConfirmDocument() | WhyNoFinger() | AskQuestion() | Review():
            return _touch_step(state, event, terms)
        case AwaitDocument():
            return _document(state, event, terms)
        case AwaitChip():
            return _chip(state, event)
        case AwaitFace():
            return await_face(state, event, terms)
        case AwaitFinger():
            return await_finger(state, event, terms.policy, terms.today)
        case _:
            assert_never(state)


def _touch_step(state: TouchStep, event: Event, terms: Terms) -> Step:
    if not isinstance(event, Touched):
        return Step(state)
    match state:
        case ReadNotice():
            return _notice(state, event)
        case ConfirmDocument():
            return _confirm(state, event)
        case WhyNoFinger():
            return why_no_finger(state, event, terms.policy, terms.today)
        case AskQuestion():
            return _question(state, event, terms)
        case Review():
            return _review(state, event, terms)
        case _:
            assert_never(state)


def _language(state: ChooseLanguage, event: Event, terms: Terms) -> Step:
    if isinstance(event, Touched):
        chosen = event.button.removeprefix("language-")
        if chosen in terms.languages:
            return Step(ReadNotice(replace(state.visit, language=chosen)))
    return Step(state)


def _notice(state: ReadNotice, event: Touched) -> Step:
    match event.button:
        case "continue":
            return _resume(AwaitDocument(state.visit, TRIES))
        case "back":
            return Step(ChooseLanguage(state.visit))
        case _:
            return Step(state)


def _document(state: AwaitDocument, event: Event, terms: Terms) -> Step:
    match event:
        case DocumentAdvice(cue=cue):
            return Step(replace(state, cue=cue))
        case DocumentArrived(document=document):
            return _document_arrived(state, document, terms)
        case DocumentUnreadable(cue=cue, device_gone=False) if state.tries_left > 1:
            return _resume(AwaitDocument(state.visit, state.tries_left - 1, cue))
        case DocumentUnreadable():
            return _to_officer(state.visit, terms)
        case Touched(button="back"):
            return Step(ReadNotice(state.visit), (StopDevices(),))
        case _:
            return Step(state)


def _document_arrived(state: AwaitDocument, document: Document, terms: Terms) -> Step:
    if state.tries_left > 1 and (cue := _cue_again(document, terms)):
        return _resume(AwaitDocument(state.visit, state.tries_left - 1, cue))
    visit = replace(state.visit, document=document, portrait_found=False)
    if terms.reads_chips:
        return Step(AwaitChip(visit), (ReadChip(document),))
    return Step(ConfirmDocument(visit), (TakePortrait(),))


def _chip(state: AwaitChip, event: Event) -> Step:
    """A chip is never a gate: the checks tell what was not proven, the page may give a portrait."""
    match event:
        case ChipProgress(percent=percent):
            return Step(replace(state, percent=max(state.percent, percent)))
        case ChipDone(document=document, portrait_found=found):
            visit = replace(state.visit, document=document, portrait_found=found)
            return Step(ConfirmDocument(visit), () if found else (TakePortrait(),))
        case _:
            return Step(state)


def _cue_again(document: Document, terms: Terms) -> str:
    """A wrong check digit is a misreading until it is read three times; then it is a finding."""
    again = to_read_again(document.checks, terms.policy)
    if VISA_READ in again:
        return "document-cue-present"
    return "document-cue-wrong-check-digits" if again else ""


def _confirm(state: ConfirmDocument, event: Touched) -> Step:
    match event.button:
        case "yes":
            return _resume(AwaitFace(state.visit, TRIES))
        case "not-me":
            return _resume(AwaitFace(replace(state.visit, disputed=True), TRIES))
        case "again":
            visit = replace(state.visit, document=None, portrait_found=False)
            return _resume(AwaitDocument(visit, TRIES))
        case _:
            return Step(state)


def _question(state: AskQuestion, event: Touched, terms: Terms) -> Step:
    question = terms.questions[state.index]
    if event.button == "back" and state.index > 0:
        earlier = replace(state.visit, answers=state.visit.answers[:-1])
        return Step(AskQuestion(earlier, state.index - 1))
    if event.button not in question.answers:
        return Step(state)
    answer = Answer(question.id, question.version, event.button)
    visit = replace(state.visit, answers=(*state.visit.answers, answer))
    if state.index + 1 < len(terms.questions):
        return Step(AskQuestion(visit, state.index + 1))
    return Step(Review(visit))


def _review(state: Review, event: Touched, terms: Terms) -> Step:
    match event.button:
        case "continue":
            return _store(state.visit, terms)
        case "back":
            last = len(terms.questions) - 1
            earlier = replace(state.visit, answers=state.visit.answers[:-1])
            return Step(AskQuestion(earlier, last))
        case _:
            return Step(state)


def _extended(state: Interruptible) -> Interruptible:
    """Count that more time was asked for: at most ten times, then the next idle wait wipes."""
    return replace(state, visit=replace(state.visit, extensions=state.visit.extensions + 1))


def _to_officer(visit: Visit, terms: Terms) -> Step:
    """A person takes over; what was begun with a document is kept as a referral, the rest wiped."""
    if visit.document is None:
        return Step(SeeOfficer(visit.language), (StopDevices(), Wipe()))
    stored = _store(replace(visit, asked_for_person=True), terms)
    return Step(stored.state, (StopDevices(), *stored.commands))


def _store(visit: Visit, terms: Terms) -> Step:
    visit = replace(visit, fingers=fingers_told(visit, terms.policy, terms.today))
    outcome, reasons = decide(visit, terms.policy, terms.today)
    return Step(Saving(visit, outcome), (StoreCrossing(visit, outcome, reasons),))


def _resume(state: Interruptible) -> Step:
    """Enter a step, or come back to it, with its device armed."""
    match state:
        case AwaitDocument():
            return Step(state, (ReadDocument(),))
        case AwaitChip(visit=visit):
            again = () if visit.document is None else (ReadChip(visit.document),)
            return Step(AwaitChip(visit), again)
        case AwaitFace():
            return looking(state)
        case AwaitFinger():
            return armed(state)
        case (
            ChooseLanguage()
            | ReadNotice()
            | ConfirmDocument()
            | WhyNoFinger()
            | AskQuestion()
            | Review()
        ):
            return Step(state)
        case _:
            assert_never(state)
