"""Which one cue the screen shows: steady enough to be read and obeyed; time is passed in (pure).

A cue stays until what it asks for is clearly mended, or until something else has been clearly worse
for a time; so a measure that trembles about its limit neither flickers nor hides a worse fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vision.face_quality import Advice, Need

URGENT = frozenset({Advice.NO_FACE, Advice.TWO_FACES})
"""What makes every other cue pointless: it comes and goes at once, but for a trembling."""


@dataclass(frozen=True, slots=True)
class CuePatience:
    """Seconds and points. Chosen for reading, not measured.

    least_s: a cue stays so long at least; mended_s: what is no longer asked for must be so for this
    long before its cue goes; worse_s, worse_by: another need takes over when it is so many points
    worse for so long; urgent_s: the same for who is before the camera at all.
    """

    least_s: float = 0.8
    mended_s: float = 0.3
    worse_s: float = 1.0
    worse_by: float = 20.0
    urgent_s: float = 0.3


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown, since when, since when it is mended, and what is rising against it."""

    shown: Advice | None = None
    since_s: float = 0.0
    mended_at_s: float | None = None
    rival: Advice | None = None
    rival_at_s: float = 0.0


def next_cue(before: Cue, needs: Sequence[Need], at_s: float, patience: CuePatience) -> Cue:
    """The cue after one more look; the needs come with what must be mended first in front."""
    if before.shown is None:
        return Cue(needs[0].advice, at_s) if needs else before
    asked = {need.advice: need.short_by for need in needs}
    rival = _rival(before.shown, asked, needs, patience)
    rival_at_s = before.rival_at_s if rival is not None and rival is before.rival else at_s
    mended_at_s = None
    if before.shown not in asked:
        mended_at_s = at_s if before.mended_at_s is None else before.mended_at_s
    held = Cue(before.shown, before.since_s, mended_at_s, rival, rival_at_s)
    if _gives_way(held, at_s, patience):
        return Cue(rival or (needs[0].advice if needs else None), at_s)
    return held


def _rival(
    shown: Advice, asked: dict[Advice, float], needs: Sequence[Need], patience: CuePatience
) -> Advice | None:
    """What is asked for more loudly than the cue that is shown; the loudest."""
    if needs and needs[0].advice in URGENT and needs[0].advice is not shown:
        return needs[0].advice
    least = asked.get(shown, 0.0) + patience.worse_by
    louder = [need for need in needs if need.short_by > least and need.advice is not shown]
    return max(louder, key=lambda need: need.short_by).advice if louder else None


def _gives_way(held: Cue, at_s: float, patience: CuePatience) -> bool:
    """Whether the cue that is shown has had its time."""
    if held.rival in URGENT:
        return at_s - held.rival_at_s >= patience.urgent_s
    if at_s - held.since_s < patience.least_s:
        return False
    mended = held.mended_at_s is not None and at_s - held.mended_at_s >= patience.mended_s
    worse = held.rival is not None and at_s - held.rival_at_s >= patience.worse_s
    return mended or worse
