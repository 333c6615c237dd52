"""What of a batch is new, what came before, what forks: decided here, without a database (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mqtt.central.judge import Judged
from mqtt.central.store import Outcome
from mqtt.envelope import Opened

Place = tuple[str, str, int]
"""Kiosk, epoch, sequence."""


@dataclass(frozen=True, slots=True)
class Known:
    """A statement of the batch that is stored already."""

    arrival: int
    has_event: bool
    purged: bool


@dataclass(slots=True)
class Stored:
    """What the database has that touches the batch.

    `by_hash` holds statements of the batch itself, `places` and `followed` those that stand at the
    same place, or follow the same statement (kiosk, previous), whichever they are.
    """

    by_hash: dict[bytes, Known] = field(default_factory=dict)
    places: set[Place] = field(default_factory=set)
    followed: set[tuple[str, bytes]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Placed:
    """A statement to be written, and what it is."""

    arrival: int
    judged: Judged
    opened: Opened
    forked: bool


@dataclass(slots=True)
class Plan:
    """What to write, and what became of each message (None: a matter of the quarantine)."""

    fresh: list[Placed] = field(default_factory=list)
    late_events: list[tuple[int, Judged]] = field(default_factory=list)
    taken: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    outcomes: list[Outcome | None] = field(default_factory=list)


def plan(batch: Sequence[Judged], stored: Stored, last_arrival: int) -> Plan:
    """Give each new statement its arrival number, in the order of the batch.

    A fork is another statement at the same place, or after the same one: a card was copied or set
    back. An event that did not open the first time, and does now, is added to its statement; one
    that was purged stays purged. `stored` is changed as the batch fills it.
    """
    made = Plan()
    for one in batch:
        if one.opened is None:
            made.outcomes.append(None)
            continue
        known = stored.by_hash.get(one.opened.statement_sha256)
        if known is not None:
            made.outcomes.append(Outcome.AGAIN)
            if one.event is not None and not known.has_event and not known.purged:
                made.late_events.append((known.arrival, one))
                stored.by_hash[one.opened.statement_sha256] = Known(known.arrival, True, False)
            continue
        last_arrival += 1
        made.outcomes.append(_place(one, one.opened, stored, last_arrival, made))
    return made


def _place(one: Judged, opened: Opened, stored: Stored, arrival: int, made: Plan) -> Outcome:
    said = opened.statement
    place: Place = (said.kiosk, said.epoch, said.sequence)
    after = (said.kiosk, said.previous)
    forked = place in stored.places or after in stored.followed
    if place not in stored.places:
        made.taken.setdefault(place[:2], []).append(said.sequence)
    stored.places.add(place)
    stored.followed.add(after)
    stored.by_hash[opened.statement_sha256] = Known(arrival, one.event is not None, False)
    made.fresh.append(Placed(arrival, one, opened, forked))
    return Outcome.FORK if forked else Outcome.NEW
