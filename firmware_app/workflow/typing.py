"""The document typed by hand, one field a screen, with the check digits' help; pure.

Nobody is pushed to it and nobody is kept in it: a person is one touch away, and after three digits
that do not fit the traveller may go on all the same: the check then says so (docs/adr/0014).
"""

from dataclasses import replace

from firmware_app.domain.codes import is_former_state, is_known_state, is_nationality_only
from firmware_app.domain.crossing import Visit
from firmware_app.domain.typed_document import (
    CHECKED,
    DIGIT_OF,
    KINDS,
    NONE,
    SEXES,
    STATES,
    TypedField,
    TypedSoFar,
    digit_fits,
    document,
    doubtful_places,
    field_before,
    next_field,
    typed_of,
)
from firmware_app.domain.typed_words import Refused, fits_kind, taken
from firmware_app.workflow import events
from firmware_app.workflow.commands import ForgetPortrait, ReadChip, ReadDocument, Step, StopDevices
from firmware_app.workflow.ends import to_officer
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import AwaitChip, AwaitDocument, ConfirmDocument, TypeDocument
from firmware_app.workflow.tries import TRIES
from firmware_app.workflow.way_back import before_document

MISFITS = 3
"""So many digits that do not fit, then the traveller may go on with the check failed."""
QUERY_LIMIT = 40
_SEX_BUTTONS = {"sex-f": SEXES[0], "sex-m": SEXES[1], "sex-x": SEXES[2]}
_NOTHING = {
    "no-digit": frozenset(CHECKED),
    "no-date": frozenset({TypedField.EXPIRY}),
    "no-given-names": frozenset({TypedField.GIVEN_NAMES}),
}
"""By button: the fields that may be told to be empty with it."""


def offer(visit: Visit, terms: Terms) -> Step:
    """The reader could not: type it, try again or see a person."""
    if not terms.types_documents:
        return to_officer(visit, terms)
    return Step(TypeDocument(_undocumented(visit)), (StopDevices(), ForgetPortrait()))


def begin_typing(visit: Visit) -> Step:
    """The first field."""
    state = TypeDocument(_undocumented(visit), TypedField.KIND)
    return Step(state, (StopDevices(), ForgetPortrait()))


def type_again(visit: Visit) -> Step:
    """A typed document that is not right yet: from its last field, with all that was typed."""
    if visit.document is None:
        return begin_typing(visit)
    typed = typed_of(visit.document)
    return Step(TypeDocument(_undocumented(visit), TypedField.GIVEN_NAMES, typed))


def type_document(state: TypeDocument, event: events.Event, terms: Terms) -> Step:
    """One touch or one text; what is no answer to this field changes nothing."""
    match event:
        case events.Touched(button="back"):
            return _back(state, terms)
        case events.Touched(button=button) if state.field is None:
            return _offered(state, button, terms)
        case events.Touched(button=button):
            return _touched(state, button, terms)
        case events.Typed(text=text) if state.field is not None:
            return _typed(state, state.field, text, terms)
        case _:
            return Step(state)


def choosable(code: str, field: TypedField | None) -> bool:
    """Whether a document can name this state there."""
    issues = field is not TypedField.ISSUING_STATE or not is_nationality_only(code)
    return is_known_state(code) and not is_former_state(code) and issues


def _undocumented(visit: Visit) -> Visit:
    return replace(visit, document=None, portrait_found=False)


def _offered(state: TypeDocument, button: str, terms: Terms) -> Step:
    if button == "type-it":
        return Step(replace(state, field=TypedField.KIND))
    if button == "again" and terms.reads_documents:
        return Step(AwaitDocument(state.visit, TRIES), (ReadDocument(),))
    return Step(state)


def _back(state: TypeDocument, terms: Terms) -> Step:
    before = None if state.field is None else field_before(state.typed, state.field)
    if before is not None:
        return Step(TypeDocument(state.visit, before, state.typed))
    if terms.reads_documents:
        return Step(AwaitDocument(state.visit, TRIES), (ReadDocument(),))
    return before_document(state.visit, terms)


def _touched(state: TypeDocument, button: str, terms: Terms) -> Step:
    field = state.field
    if field is None:
        return Step(state)
    if field in _NOTHING.get(button, ()):
        return _said(state, field, NONE, terms)
    if button == "go-on-anyway" and state.misfits >= MISFITS:
        return _onward(state, state.typed, terms)
    value = _chosen(field, button)
    return Step(state) if value is None else _said(state, field, value, terms)


def _chosen(field: TypedField, button: str) -> str | None:
    """What a button says of a field that is chosen, not typed."""
    kind, state = button.removeprefix("kind-"), button.removeprefix("state-")
    if field is TypedField.KIND:
        return kind if kind in KINDS and kind != button else None
    if field is TypedField.SEX:
        return _SEX_BUTTONS.get(button)
    found = field in STATES and state != button and choosable(state, field)
    return state if found else None


def _typed(state: TypeDocument, field: TypedField, text: str, terms: Terms) -> Step:
    if field in STATES:
        return Step(replace(state, query=text[:QUERY_LIMIT].strip()))
    if field in {TypedField.KIND, TypedField.SEX}:
        return Step(state)
    found = taken(field, text, state.typed, terms.today)
    if isinstance(found, Refused):
        return Step(replace(state, query=text[:QUERY_LIMIT], hint=found.hint, wrong=found.wrong))
    return _said(state, field, found.value, terms)


def _said(state: TypeDocument, field: TypedField, value: str, terms: Terms) -> Step:
    """One field more. A digit that does not fit leads to the field, and from there to the digit."""
    typed = fits_kind(state.typed.plus(field, value))
    checked = CHECKED.get(field, field)
    if checked not in DIGIT_OF or digit_fits(typed, checked):
        return _onward(state, typed, terms)
    at_digit = field is checked and typed.get(DIGIT_OF[checked]) is not None
    doubted = TypeDocument(
        state.visit,
        DIGIT_OF[checked] if at_digit else checked,
        typed,
        wrong=() if at_digit else doubtful_places(typed, checked),
        hint="typing-hint-check",
        misfits=state.misfits + 1,
    )
    return Step(doubted)


def _onward(state: TypeDocument, typed: TypedSoFar, terms: Terms) -> Step:
    field = next_field(typed)
    if field is not None:
        return Step(TypeDocument(state.visit, field, typed))
    found = document(typed, terms.today, terms.clock_uncertain_days)
    visit = replace(state.visit, document=found, portrait_found=False)
    if terms.reads_chips:
        return Step(AwaitChip(visit), (ReadChip(found),))
    return Step(ConfirmDocument(visit))
