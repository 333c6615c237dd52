"""The document step of the traveller's way: reader or camera, chip, "is this you?"; pure.

What no device can read is typed: workflow/typing.py.
"""

from dataclasses import replace

from firmware_app.domain.crossing import Document, ReadMethod
from firmware_app.domain.rules import VISA_READ, stops_at_officer, to_read_again
from firmware_app.workflow.begin import to_document
from firmware_app.workflow.commands import ReadChip, Step, StopDevices, TakePortrait
from firmware_app.workflow.ends import store
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
from firmware_app.workflow.resume import is_typed, resume
from firmware_app.workflow.states import AwaitChip, AwaitDocument, AwaitFace, ConfirmDocument
from firmware_app.workflow.tries import TRIES
from firmware_app.workflow.typing import begin_typing, offer, type_again
from firmware_app.workflow.way_back import before_document


def await_document(state: AwaitDocument, event: Event, terms: Terms) -> Step:
    """What happens while the reader waits: three tries, then by hand or a person."""
    match event:
        case DocumentAdvice(cue=cue):
            return Step(replace(state, cue=cue))
        case DocumentArrived(document=document):
            return _arrived(state, document, terms)
        case DocumentUnreadable(cue=cue, device_gone=False) if state.tries_left > 1:
            return resume(AwaitDocument(state.visit, state.tries_left - 1, cue))
        case DocumentUnreadable():
            return offer(state.visit, terms)
        case Touched(button=button):
            return _touched(state, button, terms)
        case _:
            return Step(state)


def _touched(state: AwaitDocument, button: str, terms: Terms) -> Step:
    if button == "type-it" and may_type(state, terms):
        return begin_typing(state.visit)
    if button == "back":
        back = before_document(state.visit, terms)
        return Step(back.state, (StopDevices(), *back.commands))
    return Step(state)


def may_type(state: AwaitDocument, terms: Terms) -> bool:
    """After the first try that failed whoever is tired of it may type."""
    return terms.types_documents and state.tries_left < TRIES


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
            typed = document.read_method is ReadMethod.TYPED
            return Step(ConfirmDocument(visit), () if found or typed else (TakePortrait(),))
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
        case "again" if is_typed(state.visit):
            return type_again(state.visit)
        case "again":
            return to_document(replace(state.visit, document=None, portrait_found=False), terms)
        case _:
            return Step(state)


def _confirmed(state: ConfirmDocument, terms: Terms) -> Step:
    """No face and no finger is taken of a child who came alone."""
    if stops_at_officer(state.visit, terms.today):
        stored = store(state.visit, terms)
        return Step(stored.state, (StopDevices(), *stored.commands))
    return resume(AwaitFace(state.visit, TRIES))
