"""The document step of the traveller's way: reader or camera, chip, "is this you?"; pure."""

from dataclasses import replace

from firmware_app.domain.crossing import Document
from firmware_app.domain.rules import VISA_READ, stops_at_officer, to_read_again
from firmware_app.workflow.begin import before_document, to_document
from firmware_app.workflow.commands import ReadChip, Step, StopDevices, TakePortrait
from firmware_app.workflow.ends import store, to_officer
from firmware_app.workflow.events import (
    ChipDone,
    ChipProgress,
    DocumentAdvice,
    DocumentArrived,
    DocumentUnreadable,
    Event,
    Touched,
)
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.resume import resume
from firmware_app.workflow.states import AwaitChip, AwaitDocument, AwaitFace, ConfirmDocument
from firmware_app.workflow.tries import TRIES


def await_document(state: AwaitDocument, event: Event, terms: Terms) -> Step:
    """What happens while the reader waits: three tries, then a person."""
    match event:
        case DocumentAdvice(cue=cue):
            return Step(replace(state, cue=cue))
        case DocumentArrived(document=document):
            return _arrived(state, document, terms)
        case DocumentUnreadable(cue=cue, device_gone=False) if state.tries_left > 1:
            return resume(AwaitDocument(state.visit, state.tries_left - 1, cue))
        case DocumentUnreadable():
            return to_officer(state.visit, terms)
        case Touched(button="back") if state.visit.party is None:
            back = before_document(state.visit, terms)
            return Step(back.state, (StopDevices(), *back.commands))
        case _:
            return Step(state)


def _arrived(state: AwaitDocument, document: Document, terms: Terms) -> Step:
    if state.tries_left > 1 and (cue := _cue_again(document, terms)):
        return resume(AwaitDocument(state.visit, state.tries_left - 1, cue))
    visit = replace(state.visit, document=document, portrait_found=False)
    if terms.reads_chips:
        return Step(AwaitChip(visit), (ReadChip(document),))
    return Step(ConfirmDocument(visit), (TakePortrait(),))


def _cue_again(document: Document, terms: Terms) -> str:
    """A wrong check digit is a misreading until it is read three times; then it is a finding."""
    again = to_read_again(document.checks, terms.policy)
    if VISA_READ in again:
        return "document-cue-present"
    return "document-cue-wrong-check-digits" if again else ""


def await_chip(state: AwaitChip, event: Event) -> Step:
    """A chip is never a gate: the checks tell what was not proven, the page may give a portrait."""
    match event:
        case ChipProgress(percent=percent):
            return Step(replace(state, percent=max(state.percent, percent)))
        case ChipDone(document=document, portrait_found=found):
            visit = replace(state.visit, document=document, portrait_found=found)
            return Step(ConfirmDocument(visit), () if found else (TakePortrait(),))
        case _:
            return Step(state)


def confirm(state: ConfirmDocument, event: Touched, terms: Terms) -> Step:
    """What was read is never edited: "not me" files a flag and goes on."""
    match event.button:
        case "yes":
            return _confirmed(state, terms)
        case "not-me":
            disputed = replace(state.visit, disputed=True)
            return _confirmed(replace(state, visit=disputed), terms)
        case "again":
            return to_document(replace(state.visit, document=None, portrait_found=False))
        case _:
            return Step(state)


def _confirmed(state: ConfirmDocument, terms: Terms) -> Step:
    """No face and no finger is taken of a child who came alone."""
    if stops_at_officer(state.visit, terms.today):
        stored = store(state.visit, terms)
        return Step(stored.state, (StopDevices(), *stored.commands))
    return resume(AwaitFace(state.visit, TRIES))
