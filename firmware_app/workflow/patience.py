"""How long each state waits before it times out: values and one pure function."""

from firmware_app.workflow.states import (
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    Called,
    Companions,
    Go,
    Idle,
    NextPerson,
    OutOfService,
    Saved,
    Saving,
    SeeOfficer,
    State,
    StillThere,
    TypeDocument,
)

IDLE_LIMIT_S = 30.0
DEVICE_LIMIT_S = 130.0
HELPED_LIMIT_S = 300.0
TYPING_LIMIT_S = 90.0
LIMITS_S: dict[type[State], float] = {
    Idle: 20.0,
    AwaitDocument: DEVICE_LIMIT_S,
    TypeDocument: TYPING_LIMIT_S,
    AwaitChip: DEVICE_LIMIT_S,
    AwaitFace: DEVICE_LIMIT_S,
    AwaitFinger: DEVICE_LIMIT_S,
    StillThere: 20.0,
    Called: 60.0,
    Saving: 30.0,
    Saved: 4.0,
    Companions: 15.0,
    NextPerson: 60.0,
    Go: 12.0,
    SeeOfficer: 12.0,
}
"""Where it is not IDLE_LIMIT_S; whatever the traveller touches there waits that long.

A device ends its own tries; its state has a limit too, so that no fault strands anyone.
"""


def patience_s(state: State) -> float | None:
    """Seconds until TimedOut in this state; None where nobody waits."""
    match state:
        case OutOfService() | Idle(awake=False):
            return None
        case Called(helped=True):
            return HELPED_LIMIT_S
        case _:
            return LIMITS_S.get(type(state), IDLE_LIMIT_S)
