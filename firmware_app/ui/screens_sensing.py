"""The screens while a device looks: document, chip, face, finger; pure."""

from typing import assert_never

from firmware_app.ui.screen import Button, Screen
from firmware_app.ui.screen_parts import BACK, END, HELP, STEPS
from firmware_app.ui.screens_typing import TYPE_IT
from firmware_app.workflow.document import may_type
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import (
    AwaitChip,
    AwaitDocument,
    AwaitFace,
    AwaitFinger,
    WhyNoFinger,
)

CANNOT_DO = Button("cannot-do", "button-cannot-do")
SKIP_CHALLENGES = Button("skip-challenges", "button-skip-challenges", icon="continue")


def sensing(
    state: AwaitDocument | AwaitChip | AwaitFace | AwaitFinger | WhyNoFinger, terms: Terms
) -> Screen:
    """One device, one cue."""
    match state:
        case WhyNoFinger():
            return _why_no_finger(state)
        case AwaitDocument():
            return _document(state, terms)
        case AwaitChip(percent=percent):
            return Screen(
                "reading",
                "reading-title",
                cue="reading-cue-chip",
                arguments=(("percent", percent),),
                buttons=(END, HELP),
                picture="reading",
                step=1,
                steps=STEPS,
            )
        case AwaitFace():
            return _face(state)
        case AwaitFinger(cue=cue, position=position):
            name = position.name.lower().replace("_", "-")
            return Screen(
                "finger",
                f"finger-title-{name}",
                cue=cue,
                buttons=(Button("cannot-give-finger", "button-cannot-give-finger"), END, HELP),
                picture=f"finger-{name}",
                step=4,
                steps=STEPS,
            )
        case _:
            assert_never(state)


def _document(state: AwaitDocument, terms: Terms) -> Screen:
    """After the first try that failed typing is offered, too."""
    by_hand = (TYPE_IT,) if may_type(state, terms) else ()
    return Screen(
        "document",
        "document-title",
        cue=state.cue,
        buttons=(*by_hand, BACK, END, HELP),
        picture="document",
        step=1,
        steps=STEPS,
    )


def _face(state: AwaitFace) -> Screen:
    """The mirror; who cannot do one challenge is then offered to leave them all."""
    leave = (CANNOT_DO, SKIP_CHALLENGES) if state.left_one else (CANNOT_DO,)
    ask = state.ask
    return Screen(
        "face",
        "face-title",
        cue=state.cue,
        buttons=(*leave, END, HELP),
        picture="face",
        live=True,
        step=3,
        steps=STEPS,
        challenge=ask.challenge,
        colour="#{:02x}{:02x}{:02x}".format(*ask.colour) if ask.colour else "",
        done_pct=ask.done_pct,
    )


def _why_no_finger(state: WhyNoFinger) -> Screen:
    """What keeps the traveller from giving this finger."""
    name = state.position.name.lower().replace("_", "-")
    return Screen(
        "finger-why",
        "finger-why-title",
        buttons=(
            Button("finger-missing", "button-finger-missing", "choice", "finger-missing"),
            Button("finger-bandaged", "button-finger-bandaged", "choice", "finger-bandaged"),
            Button("finger-other", "button-finger-other", "choice", "cannot-give-finger"),
            BACK,
            END,
            HELP,
        ),
        picture=f"finger-{name}",
        step=4,
        steps=STEPS,
    )
