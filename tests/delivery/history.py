"""Judges a history: what a kiosk promised against what the centre holds (pure).

The kiosk's log has a line before each attempt ("asked"), one after each commit that the page
confirmed ("confirmed"), one for each receipt that it believed ("receipted"). The centre's log has
a line for each event that it stored, in the order of arrival.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

CROSSING, EPOCH_START = "crossing", "epoch_start"


@dataclass(frozen=True)
class Promise:
    """One line of the kiosk's log."""

    what: str
    event_id: str = ""
    epoch: str = ""
    sequence: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Kept:
    """One event that the centre holds."""

    event_id: str
    epoch: str
    sequence: int
    kind: str
    sha256: str
    previous: str


def promises(lines: Iterable[str]) -> list[Promise]:
    """The kiosk's log; a last line that a kill cut short was never said."""
    return [Promise(**json.loads(line)) for line in lines if line.endswith("}")]


def violations(kiosk: list[Promise], centre: list[Kept]) -> list[str]:
    """Everything that breaks the promise of delivery; an empty list is the proof."""
    return [
        *_lost_and_doubled(kiosk, centre),
        *_invented(kiosk, centre),
        *_receipts(kiosk, centre),
        *_chain(centre),
        *_order(kiosk),
    ]


def _lost_and_doubled(kiosk: list[Promise], centre: list[Kept]) -> list[str]:
    held = Counter(one.event_id for one in centre)
    places = {one.event_id: (one.epoch, one.sequence) for one in centre}
    found = [f"doubled: {event_id} is held {n} times" for event_id, n in held.items() if n > 1]
    for one in kiosk:
        if one.what != "confirmed":
            continue
        if one.event_id not in held:
            found.append(f"lost: {one.event_id} was confirmed")
        elif places[one.event_id] != (one.epoch, one.sequence):
            found.append(f"moved: {one.event_id} is at another place than was confirmed")
    return found


def _invented(kiosk: list[Promise], centre: list[Kept]) -> list[str]:
    asked = {one.event_id for one in kiosk if one.what == "asked"}
    crossings = [one for one in centre if one.kind == CROSSING]
    found = [f"invented: {one.event_id}" for one in crossings if one.event_id not in asked]
    confirmed = [one.event_id for one in kiosk if one.what == "confirmed"]
    return found + [f"confirmed unasked: {one}" for one in confirmed if one not in asked]


def _receipts(kiosk: list[Promise], centre: list[Kept]) -> list[str]:
    held = {(one.epoch, one.sequence): one.sha256 for one in centre}
    return [
        f"receipted and not held as it was: {one.epoch} {one.sequence}"
        for one in kiosk
        if one.what == "receipted" and held.get((one.epoch, one.sequence)) != one.sha256
    ]


def _chain(centre: list[Kept]) -> list[str]:
    """Each epoch is held from 1 without a gap, and every statement links to one that is held."""
    found, hashes = [], {one.sha256 for one in centre}
    for epoch in {one.epoch for one in centre}:
        numbers = sorted(one.sequence for one in centre if one.epoch == epoch)
        if numbers != list(range(1, len(numbers) + 1)):
            found.append(f"gap: epoch {epoch} is held as {numbers}")
    firsts = [one for one in centre if set(one.previous) == {"0"}]
    if centre and len(firsts) != 1:
        found.append(f"{len(firsts)} statements begin a chain")
    links = Counter(one.previous for one in centre)
    found += [f"forked after {previous}" for previous, n in links.items() if n > 1]
    unlinked = [one for one in centre if one.previous not in hashes and one not in firsts]
    return found + [f"unlinked: {one.epoch} {one.sequence}" for one in unlinked]


def _order(kiosk: list[Promise]) -> list[str]:
    """Within an epoch what was confirmed later stands later."""
    found, last = [], {}
    for one in kiosk:
        if one.what == "confirmed":
            if one.sequence <= last.get(one.epoch, 0):
                found.append(f"out of order: {one.epoch} {one.sequence}")
            last[one.epoch] = one.sequence
    return found
