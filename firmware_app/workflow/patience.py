"""How long each state waits before it times out: values and one pure function."""

from typing import assert_never

from firmware_app.workflow.vocabulary import (
    AskQuestion,
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    ChooseLanguage,
    ConfirmDocument,
    Go,
    Idle,
    OutOfService,
    ReadNotice,
    Review,
    Saved,
    Saving,
    SeeOfficer,
    State,
    StillThere,
    WhyNoFinger,
)

IDLE_LIMIT_S = 30.0
DEVICE_LIMIT_S = 130.0
LIMITS_S: dict[type[State], float] = {
    StillThere: 20.0,
    Saving: 30.0,
    Saved: 4.0,
    Go: 8.0,
    SeeOfficer: 12.0,
}


def patience_s(state: State) -> float | None:
    """Seconds until TimedOut in this state; None where nobody waits.

    A device ends its own tries; its state has a limit too, so that no fault strands anyone.
    """
    match state:
        case Idle() | OutOfService():
            return None
        case AwaitDocument() | AwaitChip() | AwaitFace() | AwaitFinger():
            return DEVICE_LIMIT_S
        case ChooseLanguage() | ReadNotice() | ConfirmDocument() | AskQuestion() | Review():
            return IDLE_LIMIT_S
        case WhyNoFinger():
            return IDLE_LIMIT_S
        case StillThere() | Saving() | Saved() | Go() | SeeOfficer():
            return LIMITS_S[type(state)]
        case _:
            assert_never(state)
