"""Which of many fingers a record is of: one against all of a gallery.

All are looked at through the packed bits of their cylinders first; the likeliest are then matched
in full. What is held for a finger is some 3 kB.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vision.finger_match import LEAST_POINTS, Impression, Match, impressions, match
from vision.finger_match_cylinder import BITS, BYTES, cylinders
from vision.finger_match_points import Floats, Points
from vision.finger_record import FingerRecord

SHORTLIST = 256
AT_ONCE = 512
"""So many fingers are unpacked together: bounds the memory to some 30 MB."""
MOST_HELD = 40
"""The surest minutiae of a finger; more cost time and find no more."""
MOST_PROBES = 32
BEST_PROBES = 6
LEAST_SPREAD = 0.02
Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finger of the gallery that may be the one, by the key it was enrolled under."""

    key: str
    match: Match


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Held:
    key: str
    points: Points
    bits: Bits


@dataclass(slots=True, repr=False)
class Gallery:
    """Fingers to search; not safe to change and search from two threads at once."""

    _held: list[_Held] = field(default_factory=list)

    def __len__(self) -> int:
        """How many impressions are held."""
        return len(self._held)

    def enrol(self, key: str, record: FingerRecord) -> int:
        """Hold each view of the record that has minutiae enough; says how many those were."""
        ready = [view for view in impressions(record) if len(view.points) >= LEAST_POINTS]
        self._held += [
            _Held(key, view.points, view.cylinders.packed()[:MOST_HELD]) for view in ready
        ]
        return len(ready)

    def remove(self, key: str) -> int:
        """Let go of what was enrolled under the key; says how many impressions those were."""
        before = len(self._held)
        self._held = [held for held in self._held if held.key != key]
        return before - len(self._held)

    def search(self, record: FingerRecord, most: int = 10) -> tuple[Candidate, ...]:
        """The likeliest fingers, best first, each key once, those with a score of 0 left out."""
        best: dict[str, Match] = {}
        for view in impressions(record):
            for key, found in self._search(view):
                if found.score > 0 and (key not in best or best[key].score < found.score):
                    best[key] = found
        ranked = sorted(best.items(), key=lambda each: -each[1].score)
        return tuple(Candidate(key, found) for key, found in ranked[:most])

    def _search(self, probe: Impression) -> list[tuple[str, Match]]:
        if len(probe.points) < LEAST_POINTS or not self._held:
            return []
        shortlist = self._held
        if len(shortlist) > SHORTLIST:
            first = np.argsort(-self._likeness(probe), kind="stable")[:SHORTLIST]
            shortlist = [self._held[row] for row in first]
        return [
            (held.key, match(probe, Impression(held.points, cylinders(held.points))))
            for held in shortlist
        ]

    def _likeness(self, probe: Impression) -> Floats:
        """For each impression held, by how much its best minutiae stand out from all others'."""
        bits = _unpacked(probe.cylinders.packed())
        bits = bits[np.argsort(-bits.sum(1), kind="stable")[:MOST_PROBES]]
        best = np.concatenate(
            [
                _best_of(bits, self._held[start : start + AT_ONCE])
                for start in range(0, len(self._held), AT_ONCE)
            ]
        )
        out = (best - best.mean(0)) / (best.std(0) + LEAST_SPREAD)
        kept = min(BEST_PROBES, out.shape[1])
        top = np.partition(out, out.shape[1] - kept, axis=1)[:, -kept:]
        return np.asarray(top.mean(1), np.float32)


def _best_of(probe: Floats, held: list[_Held]) -> Floats:
    """(fingers, probes): how alike the likest of a finger's minutiae is, by Dice's coefficient."""
    theirs = _unpacked(np.concatenate([each.bits for each in held]))
    whole = theirs.sum(1)[:, None] + probe.sum(1)
    dice = 2 * (theirs @ probe.T) / np.maximum(whole, 1)
    starts = np.cumsum([0, *(len(each.bits) for each in held[:-1])])
    return np.asarray(np.maximum.reduceat(dice, starts, axis=0), np.float32)


def _unpacked(packed: Bits) -> Floats:
    if packed.shape[1] != BYTES:
        raise ValueError(f"{packed.shape[1]} bytes for a minutia, not {BYTES}.")
    return np.unpackbits(packed, axis=1, count=BITS).astype(np.float32)
