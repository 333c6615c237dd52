"""Into a step, or back to it, with its device armed; pure."""

from firmware_app.domain.crossing import ReadMethod, Visit
from firmware_app.workflow.commands import ReadChip, ReadDocument, Step, TakePortrait
from firmware_app.workflow.face import looking
from firmware_app.workflow.fingers import armed
from firmware_app.workflow.states import (
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    ConfirmDocument,
    Interrupted,
)


def is_typed(visit: Visit) -> bool:
    """Whether the document was typed: then no page lies there that it was read from."""
    document = visit.document
    return document is not None and document.read_method is ReadMethod.TYPED


def resume(state: Interrupted) -> Step:
    """Enter a step, or come back to it; where no device looks, that is all."""
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
        case ConfirmDocument(visit=visit) if not visit.portrait_found and not is_typed(visit):
            return Step(state, (TakePortrait(),))
        case _:
            return Step(state)
