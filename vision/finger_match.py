"""Are two finger minutiae records of the same finger: one against one.

A score is 0 to 100 and the higher the surer; FALSE_MATCHES says how often different fingers reach
a score. Works on any record of ISO/IEC 19794-2 or ANSI INCITS 378, whoever made it.
"""

import math
from dataclasses import dataclass

from vision.finger_match_align import NOTHING, Agreement, agreement
from vision.finger_match_cylinder import Cylinders, alike, cylinders
from vision.finger_match_points import Points, points
from vision.finger_record import FingerRecord

LEAST_POINTS = 5
"""With fewer minutiae nothing can be said: the score is 0."""
BIAS, SUPPORT, PAIRED, SHARED, ALIKE = 3.0, 2.0, 2.0, 5.0, 9.0
"""Fitted on half the fingers of four sets, rounded (docs/finger_templates.md)."""


@dataclass(frozen=True, slots=True)
class FalseMatches:
    """The share of pairs of different fingers that reach the score; 95 %: `rate_at_most`."""

    score: float
    rate: float
    rate_at_most: float


FALSE_MATCHES = (
    FalseMatches(50.0, 1e-2, 1.7e-2),
    FalseMatches(80.0, 1e-3, 2.2e-3),
)
"""Measured on minutiae of the network that ships, pooled over four sets; measure again with it."""


@dataclass(frozen=True, slots=True)
class Match:
    """How sure it is that two impressions are of one finger, and on how many pairs that rests."""

    score: float
    pairs: float
    rows: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Impression:
    """One view of a record, made ready to be matched many times."""

    points: Points
    cylinders: Cylinders

    def __repr__(self) -> str:
        """Say how many minutiae, never where."""
        return f"Impression({len(self.points)} minutiae)"


def impressions(record: FingerRecord) -> tuple[Impression, ...]:
    """Make each view of the record ready, in some 2 ms each."""
    ready = (points(record, view) for view in record.views)
    return tuple(Impression(here, cylinders(here)) for here in ready)


def match(one: Impression, other: Impression) -> Match:
    """Compare two impressions."""
    if min(len(one.points), len(other.points)) < LEAST_POINTS:
        return Match(0.0, 0.0)
    found = agreement(one.points, other.points, alike(one.cylinders, other.cylinders))
    return Match(score(found), found.paired)


def compare(one: FingerRecord, other: FingerRecord) -> Match:
    """Compare two records: the best of their views counts, `rows` says which it were."""
    mine, theirs = impressions(one), impressions(other)
    found = (
        Match(best.score, best.pairs, (row, column))
        for row, left in enumerate(mine)
        for column, right in enumerate(theirs)
        for best in (match(left, right),)
    )
    return max(found, key=lambda each: each.score)


def threshold(rate: float) -> float:
    """The score that different fingers reach no more often than this; see FALSE_MATCHES.

    Raises ValueError for a rate that so few fingers cannot vouch for.
    """
    for row in FALSE_MATCHES:
        if row.rate <= rate:
            return row.score
    raise ValueError(f"a false match rate of {rate} is lower than any published.")


def score(found: Agreement) -> float:
    """From 0 to 100: logistic regression on what the impressions have in common."""
    if found == NOTHING or found.paired <= 0:
        return 0.0
    log_odds = (
        BIAS
        + SUPPORT * math.log(found.support + 0.01)
        + PAIRED * math.log(found.paired + 0.3)
        + SHARED * math.log(found.shared + 0.05)
        + ALIKE * found.alike
    )
    return 100 / (1 + math.exp(-log_odds))
