"""What an officer does at a visit, as the workflow hears of it: events.

Each names the crossing that the officer saw, so that none of them can meet the next traveller.
"""

from dataclasses import dataclass

from firmware_app.domain.officer import Deed


@dataclass(frozen=True, slots=True)
class OfficerTakes:
    """An officer stands at the kiosk and helps; the traveller's clocks stop."""

    officer: str
    crossing_id: str


@dataclass(frozen=True, slots=True)
class OfficerLeaves:
    """The traveller goes on alone from where the officer took over."""

    officer: str
    crossing_id: str


@dataclass(frozen=True, slots=True)
class OfficerDecides:
    """A decision whose signature holds."""

    deed: Deed


@dataclass(frozen=True, slots=True)
class OfficerEnds:
    """The officer ends the visit; nothing is stored, as when the traveller ends it."""

    officer: str
    crossing_id: str


OfficerEvent = OfficerTakes | OfficerLeaves | OfficerDecides | OfficerEnds
