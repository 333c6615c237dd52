"""An epoch whose first crossing is to be forgotten on a known day, for the tests of the centre."""

import msgspec

from mqtt import events
from mqtt.contract import specimen
from mqtt.envelope import Head, Kind


def sealed_epoch(sealer, length=4):
    """An epoch_start, a crossing kept until 2 March, its portrait, a crossing without a date."""
    law = msgspec.structs.replace(specimen.crossing().law, retention_until="2026-03-02")
    parts = [
        (Kind.EPOCH_START, specimen.epoch_start()),
        (Kind.CROSSING, msgspec.structs.replace(specimen.crossing(2), law=law)),
        (Kind.ATTACHMENT, specimen.portrait(b"\xff\xd8picture")),
        (Kind.CROSSING, specimen.crossing(4, "01920000-0000-7000-8000-000000000004")),
    ]
    head, sealed = Head(specimen.KIOSK, specimen.EPOCH, 1), []
    for kind, event in parts[:length]:
        one = sealer.seal(
            events.encode(event),
            head=head,
            kind=kind,
            event_id=specimen.EVENT_ID,
            at_utc=specimen.CAPTURED_AT,
        )
        sealed.append(one)
        head = one.next_head
    return sealed
