"""The screens as a visit is held up, saved or over: warning, called, saved, go, officer; pure."""

from dataclasses import replace
from typing import assert_never

from firmware_app.domain.crossing import Party, Stored
from firmware_app.ui import qr
from firmware_app.ui.screen import Button, Screen
from firmware_app.ui.screen_parts import BACK, CONTINUE, END, HELP, contact_rows
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.patience import LIMITS_S
from firmware_app.workflow.states import (
    Called,
    Companions,
    Done,
    Go,
    NextPerson,
    Saved,
    Saving,
    SeeOfficer,
    StillThere,
)

MORE_TIME = Button("more-time", "button-more-time", icon="clock")


def ending(state: StillThere | Called | Saving | Done | SeeOfficer, terms: Terms) -> Screen:
    """The visit is held up, being saved, or over."""
    match state:
        case StillThere():
            return _warning()
        case Called(helped=helped):
            return _called(helped=helped)
        case Saving():
            name, cue = "saving", "saving-cue-wait"
            return Screen(name, "saving-title", cue=cue, buttons=(HELP,), picture=name)
        case SeeOfficer():
            name = "officer"
            return Screen(name, "officer-title", cue="officer-cue", buttons=(END,), picture=name)
        case _:
            return _done(state, terms)


def _warning() -> Screen:
    """Thirty idle seconds: whoever touches nothing now is gone."""
    return Screen(
        "warning",
        "warning-title",
        cue="warning-cue",
        buttons=(Button("more-time", "button-more-time", "primary", "clock"), END, HELP),
        picture="warning",
        countdown_s=int(LIMITS_S[StillThere]),
    )


def _called(*, helped: bool) -> Screen:
    """A person comes, or is here."""
    return Screen(
        "called",
        "called-title-helped" if helped else "called-title",
        cue="" if helped else "called-cue",
        buttons=(
            Button("go-on", "button-go-on", "primary", "continue"),
            Button("to-officer", "button-to-officer", icon="officer"),
            END,
        ),
        picture="called",
    )


def _done(state: Done, terms: Terms) -> Screen:
    match state:
        case Saved(party=party):
            saved = Screen(
                "saved",
                "saved-title",
                cue="saved-cue",
                buttons=(CONTINUE, HELP),
                picture="saved",
            )
            return _with_references(saved, party.stored[-1:], terms)
        case Companions():
            alone = Button("alone", "button-alone", "choice", "alone")
            together = Button("together", "button-together", "choice", "together")
            return Screen("companions", "companions-title", buttons=(alone, together, HELP))
        case NextPerson():
            start = Button("start", "button-start", "primary", "start")
            name, cue = "next-person", "next-person-cue"
            buttons = (start, BACK, END, HELP)
            return Screen(name, f"{name}-title", cue=cue, buttons=buttons, picture=name)
        case Go(party=party):
            return _go(party, terms)
        case _:
            assert_never(state)


def _go(party: Party, terms: Terms) -> Screen:
    shown = Screen(
        "go",
        "go-title",
        cue="go-cue-referred" if party.referred else "go-cue-completed",
        buttons=(END, MORE_TIME, HELP),
        picture="officer" if party.referred else "go",
    )
    return _with_references(shown, party.stored, terms)


def _with_references(shown: Screen, stored: tuple[Stored, ...], terms: Terms) -> Screen:
    """What the traveller can take along: each crossing's reference, and whom to ask about it."""
    references = [one.code for one in stored]
    symbol = qr.rows(qr.payload(references, terms.contact, terms.rights_url))
    rows = contact_rows(terms)
    if len(references) > 1:
        return replace(shown, code=" ".join(references), qr=symbol, rows=rows)
    return replace(shown, reference=references[0], qr=symbol, rows=rows)
