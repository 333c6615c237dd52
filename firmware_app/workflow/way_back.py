"""Where `back` leads from the document step: what was asked before it at this post; pure."""

from firmware_app.domain.crossing import Visit
from firmware_app.workflow.commands import Step, Wipe
from firmware_app.workflow.outside import Terms
from firmware_app.workflow.states import ChooseDirection, ChooseTransport, NextPerson, ReadNotice


def before_document(visit: Visit, terms: Terms) -> Step:
    """Where `back` leads from the document; the next of a group was asked nothing before it."""
    if visit.party is not None:
        return Step(NextPerson(visit.party), (Wipe(),))
    if len(terms.transports) > 1:
        return Step(ChooseTransport(visit))
    return before_transport(visit, terms)


def before_transport(visit: Visit, terms: Terms) -> Step:
    """Where `back` leads from there."""
    return Step(ChooseDirection(visit) if len(terms.directions) > 1 else ReadNotice(visit))
