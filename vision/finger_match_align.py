"""Which minutiae of two impressions are the same, given how alike their surroundings are.

Pairs that are alike vote for one another where they agree in distance and direction (relaxation,
after Cappelli and others 2010); the pairs with the most support propose shifts and turns; the best
of them is bent towards its pairs as skin bends, and what then lies together is paired.
"""

import math
from dataclasses import dataclass

import numpy as np

from vision.finger_match_points import Floats, Points, Rows, apart, wrapped

MOST_PAIRS = 90
MOST_TURN_RAD = math.radians(100)
APART_PX = 5.0
APART_COS = math.cos(math.pi / 12)
SHARP_PX, SHARP = 1.6, 116.0
ROUNDS = 5
PROPOSALS = 12
LEVER_PX2 = 900.0
"""A minutia's own direction weighs in a turn as much as a place 30 pixels from the middle."""
ROUGH_PX, ROUGH_RAD = 14.0, math.radians(15)
FINE_PX, FINE_RAD = 7.0, math.radians(12)
BENDS = 2
BEND_PX = 60.0
STIFF = 0.3
"""As if so much of a pair stood everywhere and had not moved."""
NEAR_PX = 40.0
"""So near to a minutia of the other impression, a minutia lies in what both show."""
LEAST_PAIRED = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Candidates, most alike first: rows of one and the other, likeness, turn from one to other."""

    one: Rows
    other: Rows
    alike: Floats
    turn: Floats


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two impressions have in common.

    `support` is how well the best pairs agree (0-1), `paired` how many minutiae lie together (a
    part for those not close), `shared` their share of all where both show skin (0-1), `alike` how
    alike their surroundings are (0-1).
    """

    support: float
    paired: float
    shared: float
    alike: float


NOTHING = Agreement(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """One impression laid on the other: its places, how its minutiae face, closeness.

    `facing` is the cosine of how far directions differ, less 1: 0 where they are the same.
    """

    x: Floats
    y: Floats
    facing: Floats
    close: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Proposed:
    """One impression laid in so many ways (t, n), each turned by its cos and sin (t, 1)."""

    x: Floats
    y: Floats
    cos: Floats
    sin: Floats


def agreement(one: Points, other: Points, alike: Floats) -> Agreement:
    """Compare two impressions; `alike` (n, m) says how alike their minutiae are."""
    turns = wrapped(apart(one.turn, other.turn))
    pairs = _candidates(alike, turns)
    votes = _votes(one, other, pairs)
    proposed = _proposed(one, other, pairs, votes)
    laid = _bent(_best_laid(proposed, other, turns, alike), other)
    there, weight = _mutual(laid.close)
    paired = float(weight.sum())
    likeness = float((weight * alike[np.arange(len(one)), there]).sum())
    return Agreement(
        support=_support(pairs, votes, min(len(one), len(other))),
        paired=paired,
        shared=paired / math.sqrt(_shared_area(laid, other)),
        alike=likeness / max(paired, 1e-6),
    )


def _candidates(alike: Floats, turns: Floats) -> Pairs:
    upright = np.where(np.abs(turns) <= MOST_TURN_RAD, alike, 0).ravel()
    most = min(MOST_PAIRS, upright.size)
    found = np.argpartition(-upright, most - 1)[:most]
    found = found[np.argsort(-upright[found], kind="stable")]
    one, other = np.divmod(found, alike.shape[1])
    return Pairs(one, other, upright[found], turns.ravel()[found])


def _votes(one: Points, other: Points, pairs: Pairs) -> Floats:
    """(k, k) from 0 to 1: how two pairs agree in distance, direction and bearing."""
    ax, ay = one.x[pairs.one], one.y[pairs.one]
    bx, by = other.x[pairs.other], other.y[pairs.other]
    ax, ay, bx, by = apart(ax, ax), apart(ay, ay), apart(bx, bx), apart(by, by)
    a_long, b_long = np.hypot(ax, ay), np.hypot(bx, by)
    cos, sin = np.cos(pairs.turn), np.sin(pairs.turn)
    direction = np.outer(cos, cos) + np.outer(sin, sin)
    along = cos[:, None] * (ax * bx + ay * by) + sin[:, None] * (ax * by - ay * bx)
    bearing = along / np.maximum(a_long * b_long, 1)
    doubt = (
        (1 + _steep(SHARP_PX * (np.abs(a_long - b_long) - APART_PX)))
        * (1 + _steep(SHARP * (APART_COS - direction)))
        * (1 + _steep(SHARP * (APART_COS - bearing)))
    )
    clash = (pairs.one[:, None] == pairs.one) | (pairs.other[:, None] == pairs.other)
    return np.asarray(np.where(clash, 0, 1 / doubt), np.float32)


def _steep(value: Floats) -> Floats:
    return np.asarray(np.exp(np.minimum(value, 25)), np.float32)


def _support(pairs: Pairs, votes: Floats, fewer: int) -> float:
    """How alike the pairs are that keep the most of it when each listens to all others."""
    now = pairs.alike
    for _ in range(ROUNDS):
        now = (now + votes @ now / max(len(votes) - 1, 1)) / 2
    kept = np.argsort(-now / np.maximum(pairs.alike, 1e-6))
    best = 4 + round(8 / (1 + math.exp(-0.4 * (fewer - 20))))
    return float(now[kept[:best]].mean())


def _proposed(one: Points, other: Points, pairs: Pairs, votes: Floats) -> _Proposed:
    """The shifts and turns that the best supported pairs propose, weighted by their voters."""
    lead = np.argsort(-(votes @ pairs.alike))[:PROPOSALS]
    weight = votes[lead] * pairs.alike
    weight[np.arange(len(lead)), lead] = np.maximum(pairs.alike[lead], 1e-3)
    weight /= weight.sum(1, keepdims=True)
    ax, ay = one.x[pairs.one], one.y[pairs.one]
    bx, by = other.x[pairs.other], other.y[pairs.other]
    from_x, from_y, to_x, to_y = ((weight @ place)[:, None] for place in (ax, ay, bx, by))
    ax, ay, bx, by = ax - from_x, ay - from_y, bx - to_x, by - to_y
    cos = (weight * (ax * bx + ay * by + LEVER_PX2 * np.cos(pairs.turn))).sum(1, keepdims=True)
    sin = (weight * (ax * by - ay * bx + LEVER_PX2 * np.sin(pairs.turn))).sum(1, keepdims=True)
    length = np.maximum(np.hypot(cos, sin), np.float32(1e-6))
    cos, sin = cos / length, sin / length
    x = cos * (one.x - from_x) - sin * (one.y - from_y) + to_x
    y = sin * (one.x - from_x) + cos * (one.y - from_y) + to_y
    return _Proposed(x, y, cos, sin)


def _best_laid(proposed: _Proposed, other: Points, turns: Floats, alike: Floats) -> _Laid:
    """The proposal that lays most minutiae on ones that are alike."""
    cos, sin = proposed.cos[:, :, None], proposed.sin[:, :, None]
    facing = cos * np.cos(turns) + sin * np.sin(turns) - 1
    close = _close(_squared(proposed.x, proposed.y, other), facing, ROUGH_PX, ROUGH_RAD)
    best = int((close * alike).max(2).sum(1).argmax())
    return _Laid(proposed.x[best], proposed.y[best], facing[best], close[best])


def _bent(laid: _Laid, other: Points) -> _Laid:
    """Move each place by what the pairs around it moved, as skin gives."""
    for _ in range(BENDS):
        there, weight = _mutual(laid.close)
        if weight.sum() < LEAST_PAIRED:
            return laid
        pull = weight * np.exp(_squared(laid.x, laid.y, laid) * (-0.5 / BEND_PX**2))
        whole = pull.sum(1) + STIFF
        x = laid.x + (pull @ (other.x[there] - laid.x)) / whole
        y = laid.y + (pull @ (other.y[there] - laid.y)) / whole
        close = _close(_squared(x, y, other), laid.facing, FINE_PX, FINE_RAD)
        laid = _Laid(x, y, laid.facing, close)
    return laid


def _mutual(close: Floats) -> tuple[Rows, Floats]:
    """For each of one the closest of the other, and how close where it is so both ways, else 0."""
    there = close.argmax(1)
    rows = np.arange(len(close))
    both = close.argmax(0)[there] == rows
    return there, np.asarray(np.where(both, close[rows, there], 0), np.float32)


def _shared_area(laid: _Laid, other: Points) -> float:
    """How many minutiae of one, times how many of the other, lie where both show skin."""
    near = _squared(laid.x, laid.y, other) < NEAR_PX**2
    return max(1.0, float(near.any(1).sum()) * float(near.any(0).sum()))


def _squared(x: Floats, y: Floats, other: Points | _Laid) -> Floats:
    """(..., n, m): squared distances."""
    return np.asarray(
        np.square(x[..., None] - other.x) + np.square(y[..., None] - other.y), np.float32
    )


def _close(squared: Floats, facing: Floats, px: float, rad: float) -> Floats:
    """How close in place and direction, 0 to 1."""
    return np.asarray(np.exp(squared * (-0.5 / px**2) + facing / rad**2), np.float32)
