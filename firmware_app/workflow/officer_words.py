"""What an officer does at a visit, as the workflow hears of it: events."""

from dataclasses import dataclass

from firmware_app.domain.officer import Deed


@dataclass(frozen=True, slots=True)
class OfficerTakes:
    """An officer stands at the kiosk and helps; the traveller's clocks stop."""

    officer: str


@dataclass(frozen=True, slots=True)
class OfficerLeaves:
    """The traveller goes on alone from where the officer took over."""

    officer: str


@dataclass(frozen=True, slots=True)
class OfficerDecides:
    """A decision whose signature holds."""

    deed: Deed


@dataclass(frozen=True, slots=True)
class OfficerEnds:
    """The officer ends the visit; nothing is stored, as when the traveller ends it."""

    officer: str


OfficerEvent = OfficerTakes | OfficerLeaves | OfficerDecides | OfficerEnds
