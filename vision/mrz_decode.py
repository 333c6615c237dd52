"""From the line network's odds to characters: freely, or a known number of likely ones; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
"""The network's classes in order; one more, the last, means "no character here"."""
NONE = len(SIGNS)
UNLIKELY = 0.03
"""A character's odds are multiplied with it where the layout does not expect that character."""
_TINY = 1e-9
_LEAST_RUN = 4
_NEXT = 1.6
"""A character farther off than so many pitches belongs to something else."""
_ODD = 0.5
"""The confidence of a character that the layout does not expect is cut to this share."""
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Decoded:
    """Characters in order: odds (n, 37) that sum to 1 at most for each, and its step.

    `cost`: by how much, in log odds, the best free reading is likelier; 0 for that reading itself.
    """

    odds: Array
    steps: Array
    cost: float = 0.0

    def __repr__(self) -> str:
        """Say the count, never the text."""
        return f"Decoded({len(self.odds)} characters)"


@dataclass(frozen=True, slots=True, repr=False)
class Settled:
    """Text, confidence, second choices, and the mean log odds that the choice of layout weighs."""

    text: str
    confidence: tuple[float, ...]
    second: str
    second_confidence: tuple[float, ...]
    score: float

    def __repr__(self) -> str:
        """Say the count, never the text."""
        return f"Settled({len(self.text)} characters)"


NOTHING = Settled("", (), "", (), -np.inf)


def probabilities(logits: npt.NDArray[np.float32]) -> Array:
    """(steps, 38) logits to probabilities."""
    raised = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True), np.float64)


def free(steps: Array) -> Decoded:
    """The best class at each step; runs of one class are one character."""
    best = steps.argmax(1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(starts[1:], len(best))
    kept = best[starts] != NONE
    return _gathered(steps, list(zip(starts[kept].tolist(), ends[kept].tolist(), strict=True)))


def trimmed(steps: Array, first: float, last: float) -> Array:
    """Only the characters between two steps, and those that go on from there at the same pitch."""
    places = free(steps).steps
    within = np.flatnonzero((places >= first) & (places <= last))
    if len(within) < _LEAST_RUN:
        return steps
    low, high = int(within[0]), int(within[-1])
    gaps = np.diff(places)
    pitch = float(np.median(gaps[low:high]))
    while low > 0 and gaps[low - 1] < _NEXT * pitch:
        low -= 1
    while high < len(gaps) and gaps[high] < _NEXT * pitch:
        high += 1
    kept = steps.copy()
    outside = np.ones(len(steps), np.bool_)
    outside[max(0, round(places[low] - pitch)) : round(places[high] + pitch) + 1] = False
    kept[outside] = 0.0
    kept[outside, NONE] = 1.0
    return kept


def exactly(steps: Array, count: int) -> Decoded:
    """The best way to read exactly `count` characters (Viterbi over CTC's states).

    The state after character n in the class c; a class may follow itself only after a blank.
    """
    log = np.log(steps + _TINY)
    blank, signs = log[:, NONE], log[:, :NONE]
    ends = np.full(count + 1, -np.inf)  # best with n characters, last step blank
    ends[0] = 0.0
    on = np.full((count + 1, NONE), -np.inf)  # ... last step on a character of that class
    came = np.empty((len(steps), count + 1, NONE), np.int8)  # stayed, blank, another
    back_class = np.zeros((len(steps), count + 1, 2), np.int8)
    blank_from = np.empty((len(steps), count + 1), np.int8)  # -1 stayed blank, else the class
    for t in range(len(steps)):
        top = on.argmax(1)
        best = on[np.arange(count + 1), top]
        masked = on.copy()
        masked[np.arange(count + 1), top] = -np.inf
        second = masked.argmax(1)
        next_best = masked[np.arange(count + 1), second]
        back_class[t, :, 0], back_class[t, :, 1] = top, second
        other = np.repeat(best[:, None], NONE, 1)
        other[np.arange(count + 1), top] = next_best
        options = np.stack((on, _shifted(ends[:, None] + np.zeros(NONE)), _shifted(other)))
        came[t] = options.argmax(0)
        blank_from[t] = np.where(best > ends, top, -1)
        ends = np.maximum(ends, best) + blank[t]
        on = options.max(0) + signs[t]
    decoded = _gathered(steps, _walk_back(ends, on, came, back_class, blank_from))
    likeliest = float(log.max(1).sum())
    return replace(decoded, cost=likeliest - float(max(ends[count], on[count].max())))


def settle(decoded: Decoded, likely: Sequence[str]) -> Settled:
    """Choose by the network's odds and the layout's; `likely` holds one string a character.

    Where the layout overrules what the network saw, the character is as sure as the network was of
    it: a digit that is printed in a name must not turn into a letter unnoticed.
    """
    return _chosen(decoded, _prior(tuple(likely)))


@lru_cache(maxsize=64)
def _prior(likely: tuple[str, ...]) -> Array:
    """What a layout expects, (characters, 37): 1 or UNLIKELY; one for each line there is."""
    prior = np.full((len(likely), NONE), UNLIKELY)
    for i, signs in enumerate(likely):
        prior[i, [SIGNS.index(sign) for sign in signs]] = 1.0
    prior.flags.writeable = False
    return prior


def unguided(decoded: Decoded) -> Settled:
    """Choose each character by the network's odds alone."""
    return _chosen(decoded, np.ones((len(decoded.odds), NONE)))


def _chosen(decoded: Decoded, prior: Array) -> Settled:
    if not len(decoded.odds):
        return NOTHING
    weighed = decoded.odds * prior
    left = np.maximum(1 - decoded.odds.sum(1), 0)  # what spoke for no character at all
    total = weighed.sum(1) + left + _TINY
    order = np.argsort(-weighed, axis=1)
    rows = np.arange(len(weighed))
    first, second = order[:, 0], order[:, 1]
    expected = np.where(prior[rows, first] < 1, _ODD, 1.0) * np.exp(-decoded.cost)
    overruled = decoded.odds.argmax(1) != first
    sure = np.where(overruled, decoded.odds[rows, first], weighed[rows, first] / total) * expected
    score = float(np.log(weighed[rows, first] + _TINY).mean()) - decoded.cost / len(weighed)
    return Settled(
        text="".join(SIGNS[i] for i in first),
        confidence=tuple(sure.tolist()),
        second="".join(SIGNS[i] for i in second),
        second_confidence=tuple((weighed[rows, second] / total).tolist()),
        score=score,
    )


def _gathered(steps: Array, runs: list[tuple[int, int]]) -> Decoded:
    """For each run of steps (first, past the last), the odds at its surest step."""
    surest = steps[:, :NONE].max(1)
    places = np.array([a + int(surest[a:b].argmax()) for a, b in runs], np.int64)
    return Decoded(steps[places, :NONE], places.astype(np.float64))


def _shifted(values: Array) -> Array:
    moved = np.full_like(values, -np.inf)
    moved[1:] = values[:-1]
    return moved


def _walk_back(
    ends: Array,
    on: Array,
    came: npt.NDArray[np.int8],
    back_class: npt.NDArray[np.int8],
    blank_from: npt.NDArray[np.int8],
) -> list[tuple[int, int]]:
    """The steps of each character on the best path: first, past the last."""
    number = len(ends) - 1
    last = int(on[number].argmax())
    state = -1 if ends[number] >= on[number, last] else last
    runs: list[list[int]] = [[] for _ in range(number)]  # from the last step to the first
    for t in range(len(came) - 1, -1, -1):
        if state < 0:
            state = int(blank_from[t, number])
            continue
        runs[number - 1].append(t)
        how = int(came[t, number, state])
        if how == 1:
            number, state = number - 1, -1
        elif how == 2:
            first = int(back_class[t, number - 1, 0])
            second = int(back_class[t, number - 1, 1])
            number, state = number - 1, second if first == state else first
        if number == 0:
            break
    return [(run[-1], run[0] + 1) for run in runs if run]
