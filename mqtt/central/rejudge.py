"""Judges the quarantine anew, after a key or a registry entry was added."""

from mqtt.central.intake import Intake
from mqtt.central.judge import judge
from mqtt.central.store_sqlite import Store


def rejudge(store: Store, intake: Intake) -> tuple[int, int]:
    """Store what opens now and release it; gives how many did and how many did not."""
    opened = left = 0
    for held in store.quarantined():
        judged = judge(held.kiosk, held.wire, intake.registry, intake.recipient_keys)
        if judged.event is None:
            left += 1
            continue
        store.add([judged], intake.utc_now())
        store.release(held.wire)
        opened += 1
    return opened, left
