"""How a visit ends: saved, handed to a person, or given up; pure."""

from dataclasses import replace

from firmware_app.domain.crossing import Visit
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
from firmware_app.workflow.states import Saving, SeeOfficer


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


def give_up(terms: Terms) -> Step:
    """The traveller leaves, or has left: nothing of them stays."""
    return Step(home(terms), (StopDevices(), Wipe()))
