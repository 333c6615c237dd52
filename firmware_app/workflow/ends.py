"""How a visit ends: saved, handed to a person, or given up; pure."""

from dataclasses import replace

from firmware_app.domain.crossing import Party, Visit
from firmware_app.domain.rules import Outcome, accompanied_by, decide, fingers_told
from firmware_app.workflow.commands import (
    CallPerson,
    Command,
    Step,
    StopDevices,
    StoreCrossing,
    Wipe,
)
from firmware_app.workflow.outside import Terms, home
from firmware_app.workflow.states import (
    Companions,
    Go,
    Idle,
    Interrupted,
    NextPerson,
    OutOfService,
    Saved,
    Saving,
    SeeOfficer,
)


def store(visit: Visit, terms: Terms) -> Step:
    """Commit what there is; whoever is to see an officer is expected there from now on."""
    visit = replace(visit, fingers=fingers_told(visit, terms.policy, terms.today))
    outcome, reasons = decide(visit, terms.policy, terms.today)
    commands: tuple[Command, ...] = (
        StoreCrossing(visit, outcome, reasons, accompanied_by(visit, terms.today)),
    )
    if outcome is not Outcome.COMPLETED:
        commands = (CallPerson("referral"), *commands)
    return Step(Saving(visit, outcome), commands)


def to_officer(visit: Visit, terms: Terms) -> Step:
    """A person takes over; what was begun with a document is kept as a referral, the rest wiped."""
    if visit.document is None:
        officer = SeeOfficer(visit.language, visit.pictures_only)
        return Step(officer, (StopDevices(), Wipe(), CallPerson("no_crossing")))
    stored = store(replace(visit, asked_for_person=True), terms)
    return Step(stored.state, (StopDevices(), *stored.commands))


def leave(state: Interrupted, terms: Terms) -> Step:
    """The traveller leaves, or has left: nothing of them stays.

    Those of their group who were saved before are still told where to go.
    """
    party = _not_told_yet(state)
    rest = home(terms) if party is None else go(party)
    return Step(rest, (StopDevices(), Wipe()))


def go(party: Party) -> Go:
    """Nobody of them comes any more, so that the answers need not be kept."""
    return Go(replace(party, answers=()))


def _not_told_yet(state: Interrupted) -> Party | None:
    match state:
        case Idle() | OutOfService() | Go():
            return None
        case Saved() | Companions() | NextPerson():
            return state.party
        case _:
            return state.visit.party
