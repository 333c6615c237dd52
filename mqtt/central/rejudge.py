"""Judges the quarantine anew, after a key or a registry entry was added; in slices."""

from collections.abc import Callable
from dataclasses import replace

from mqtt.central.intake import Intake
from mqtt.central.judge import Judged, judge
from mqtt.central.store import CentralStore, Quarantined

SLICE = 200


def rejudge(
    store: CentralStore, intake: Intake, told: Callable[[int, int], None] = lambda *_: None
) -> tuple[int, int]:
    """Store what opens now and release it; gives how many did and how many did not.

    `told` hears the same two numbers after each slice. Members may go on meanwhile, and a rejudge
    that was broken off is taken up by the next.
    """
    opened = left = after = 0
    while slice_ := store.quarantined(after, SLICE):
        judged = [(one.arrival, _judged(one, intake)) for one in slice_]
        mended = [(arrival, one) for arrival, one in judged if one.event is not None]
        if mended:
            store.add([one for _, one in mended], intake.utc_now())
            store.release([arrival for arrival, _ in mended])
        opened += len(mended)
        left += len(slice_) - len(mended)
        after = slice_[-1].arrival
        told(opened, left)
    return opened, left


def _judged(held: Quarantined, intake: Intake) -> Judged:
    """As of the day on which it came: content without a date of its own is kept from then on."""
    judged = judge(held.kiosk, held.wire, intake.registry, intake.recipient_keys)
    return replace(judged, received_utc=held.received_utc)
