"""What a person can be asked to do before the camera, in an order drawn by chance (pure)."""

from collections.abc import Callable, Sequence
from enum import StrEnum

Choose = Callable[[int], int]
"""A number from 0 to below the one given, that nobody can foresee (secrets.randbelow)."""


class ChallengeKind(StrEnum):
    """What a person can be asked to do; sides are the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    BLINK = "blink"
    OPEN_MOUTH = "open_mouth"
    COLOURS = "colours"


HEAD = (ChallengeKind.TURN_LEFT, ChallengeKind.TURN_RIGHT, ChallengeKind.LOOK_UP)
"""The whole head moves: a flat picture has no depth to show."""
FACE = (ChallengeKind.BLINK, ChallengeKind.OPEN_MOUTH)
"""The face itself moves: no still picture does."""


def draw_plan(
    choose: Choose, kinds: Sequence[ChallengeKind], count: int
) -> tuple[ChallengeKind, ...]:
    """`count` different challenges out of `kinds`: COLOURS last where they are among them.

    The others stand in a random order; of head and face each gives one before any gives two, so
    that a plan of three asks for both wherever the kinds allow it. Never both turns.
    """
    left = [kind for kind in dict.fromkeys(kinds) if kind is not ChallengeKind.COLOURS]
    colours = ChallengeKind.COLOURS in kinds and count > 0
    drawn: list[ChallengeKind] = []
    while left and len(drawn) < count - colours:
        fresh = [kind for kind in left if not _has_like(drawn, kind)]
        one = _one(choose, fresh or left)
        drawn.append(one)
        left = [kind for kind in left if kind is not one and not _both_turns(kind, one)]
    order = [drawn.pop(choose(len(drawn))) for _ in range(len(drawn))]
    return (*order, *([ChallengeKind.COLOURS] if colours else []))


def instead_of(
    choose: Choose,
    kind: ChallengeKind | None,
    kinds: Sequence[ChallengeKind],
    plan: Sequence[ChallengeKind],
) -> ChallengeKind | None:
    """What to ask for of somebody who cannot do `kind`: another of `kinds`, not yet in `plan`.

    Who cannot turn to one side is not asked for the other. None: nothing is left.
    """
    left = [
        one
        for one in dict.fromkeys(kinds)
        if one not in plan and not _both_turns(one, kind) and one is not ChallengeKind.COLOURS
    ]
    return _one(choose, left) if left else None


def _one(choose: Choose, kinds: Sequence[ChallengeKind]) -> ChallengeKind:
    return kinds[choose(len(kinds))]


def _has_like(drawn: Sequence[ChallengeKind], kind: ChallengeKind) -> bool:
    return any((kind in HEAD) == (one in HEAD) for one in drawn)


def _both_turns(one: ChallengeKind, other: ChallengeKind | None) -> bool:
    turns = {ChallengeKind.TURN_LEFT, ChallengeKind.TURN_RIGHT}
    return one is not other and {one, other} == turns
