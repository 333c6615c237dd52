"""The liveness test: a random order of challenges, each judged by what was seen (pure).

Words of ISO/IEC 30107-3: presentation attack detection, attack presentation, decision. Time comes
from the sights alone; chance is handed in. What it catches and what it does not, with figures:
docs/liveness.md.
"""

from dataclasses import dataclass, field

from vision.liveness_colours import Colour, Pace, Reflection, draw_colours
from vision.liveness_judge import (
    Asked,
    Became,
    Decision,
    Evidence,
    Thresholds,
    Verdict,
    is_sure,
    judge,
)
from vision.liveness_moves import Move, MoveLimits, Phase, share
from vision.liveness_plan import HEAD, ChallengeKind, Choose, draw_plan, instead_of
from vision.liveness_relief import is_flat, motion
from vision.liveness_seen import Sight
from vision.liveness_stream import Stream

__all__ = [
    "Ask",
    "Asked",
    "Became",
    "ChallengeKind",
    "Choose",
    "Colour",
    "Decision",
    "Limits",
    "LivenessTest",
    "Phase",
    "Verdict",
    "draw_colours",
    "draw_plan",
    "instead_of",
]

METHOD = "challenges"
VERSION = "3"
WRONG = {**dict.fromkeys(HEAD, 0.8), ChallengeKind.OPEN_MOUTH: 4.0}
"""How much of a movement nobody makes unasked, in its limits; everybody blinks, smiles, talks."""
TURNED, TILTED = 0.95, 0.90
FLAT_RELIEF = 0.5
MOST_GROWN = 1.15


@dataclass(frozen=True, slots=True)
class Ask:
    """What to show now: the challenge, its phase, the display's colour, the share 0-1 of all."""

    kind: ChallengeKind | None
    phase: Phase
    colour: Colour | None = None
    share_done: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, degrees, and shares of the face's width.

    hold_s: for each colour, so that the display never changes more than twice a second; tail_s:
    how long the last one is awaited; least_sights: of each colour, so that slow cameras see it too,
    which then stays longer; least_colours: after so many, and after each that follows, the
    colours end where the skin's answer leaves no doubt, after colour_count in any case;
    challenge_s: acting time after which a challenge counts as not obeyed. Between two sights a head
    may move by `most_jump` widths, grow by `most_scale`, and turn by `step_deg` (the mesh's unrest)
    and `most_deg_per_s` more; `most_lost` looks in a row may fail to see it.
    """

    moves: MoveLimits = field(default_factory=MoveLimits)
    thresholds: Thresholds = field(default_factory=Thresholds)
    challenge_s: float = 12.0
    colour_count: int = 6
    least_colours: int = 3
    hold_s: float = 0.6
    least_sights: int = 3
    tail_s: float = 0.3
    gap_s: float = 0.7
    most_lost: int = 2
    most_jump: float = 0.5
    most_scale: float = 1.35
    step_deg: float = 12.0
    most_deg_per_s: float = 250.0


@dataclass(slots=True)
class LivenessTest:
    """One test; feed it every sight in order, then ask for the verdict.

    plan: from draw_plan; colours: from draw_colours, empty where COLOURS is not in the plan, else
    a sequence of several times limits.colour_count: colours that begin anew are the next of it.
    """

    plan: tuple[ChallengeKind, ...]
    colours: tuple[Colour, ...] = ()
    limits: Limits = field(default_factory=Limits)
    evidence: Evidence = field(default_factory=Evidence)
    _left: list[ChallengeKind] = field(init=False)
    _move: Move | None = field(init=False, default=None)
    _reflection: Reflection | None = None
    _pace: Pace = field(default_factory=Pace)
    _colours_due: int = 0
    _round: int = -1
    _stream: Stream = field(default_factory=Stream)
    _first: Sight | None = None
    _last: Sight | None = None
    _lost: int = 0

    def __post_init__(self) -> None:
        self._left = list(self.plan)
        self._next()

    @property
    def done(self) -> bool:
        """Whether nothing is left to ask."""
        return not self._left

    @property
    def now(self) -> ChallengeKind | None:
        """The challenge of now."""
        return self._left[0] if self._left else None

    @property
    def same_person(self) -> bool:
        """Whether every template so far is of whom the first was of."""
        return self.evidence.identity >= self.limits.thresholds.identity

    def feed(self, sight: Sight | None, frontal: bool) -> Ask:
        """Take one sight (None: no single face was seen) and say what to show next.

        frontal: nothing is left to advise, the face looks straight into the camera. Once done it
        stays done.
        """
        if self.done:
            return self._ask()
        if sight is None:
            self._miss()
            return self._ask()
        if self._is_cut(sight):
            self._restart()
        self._lost, self._last = 0, sight
        self._note(sight)
        self._step(sight, frontal=frontal)
        return self._ask()

    def replace(self, kind: ChallengeKind | None) -> None:
        """The person cannot do the challenge of now: do `kind` instead, or (None) skip it."""
        if self.done:
            return
        became = Became.SKIPPED if kind is None else Became.REPLACED
        self._close(became)
        if kind is not None:
            self._left.insert(0, kind)
        self._next()

    def skip_all(self) -> None:
        """Ask for nothing more; what is left counts as skipped."""
        while not self.done:
            self.replace(None)

    def verdict(self) -> Verdict:
        """What it came to so far; LIVE only when as much as was planned was obeyed."""
        seen, stream = self.evidence, self._stream
        seen.repeats, seen.backwards = stream.repeats, stream.backwards
        seen.loop, seen.stutter = stream.loop, stream.stutter
        seen.still = stream.longest_still
        return judge(seen, len(self.plan), self.limits.thresholds)

    # ---- the challenge of now ----------------------------------------------------------------

    def _ask(self) -> Ask:
        if self._move is None:
            return Ask(None, Phase.DONE, None, 1.0)
        done = 1 - len(self._left) / max(len(self._left) + self._obeyed(), 1)
        return Ask(self._left[0], self._move.phase, self._colour(), done)

    def _obeyed(self) -> int:
        return sum(one.became is not Became.REPLACED for one in self.evidence.asked)

    def _next(self) -> None:
        """Turn to the next challenge, if there is one."""
        self._move = Move(self._left[0], self.limits.moves) if self._left else None

    def _close(self, became: Became) -> None:
        kind = self._left.pop(0)
        self.evidence.asked.append(Asked(kind, became))
        if self._move is not None and kind is not ChallengeKind.COLOURS:
            self.evidence.furthest[kind] = self._move.furthest
            if became is Became.OBEYED:
                self.evidence.reactions_s.append(self._move.reaction_s)

    def _step(self, sight: Sight, *, frontal: bool) -> None:
        move = self._move
        if move is None:
            return
        if self._did_wrong(move, sight):
            self.evidence.wrong += 1
            self._restart()
            return
        before, too_soon = move.phase, move.too_soon
        phase = move.feed(sight, frontal=frontal)
        self.evidence.too_soon += move.too_soon - too_soon
        if move.kind is ChallengeKind.COLOURS:
            self._colours(move, sight, began=before is Phase.STRAIGHT)
        if move.phase is Phase.DONE or phase is Phase.DONE:
            self._close(Became.OBEYED)
            self._next()
        elif move.acting_s > self.limits.challenge_s:
            self._close(Became.NOT_OBEYED)
            self._next()

    def _did_wrong(self, move: Move, sight: Sight) -> bool:
        """Whether another movement than the one asked for is made instead of it."""
        if move.phase is not Phase.ACT or move.rest is None:
            return False
        limits, rest = self.limits.moves, move.rest
        own = share(move.kind, sight, rest, limits)
        wrong = any(
            kind is not move.kind and share(kind, sight, rest, limits) >= most
            for kind, most in WRONG.items()
        )
        return wrong and own < limits.back_share

    # ---- the display's colours ---------------------------------------------------------------

    def _colours(self, move: Move, sight: Sight, *, began: bool) -> None:
        if move.phase is not Phase.ACT:
            return
        if began or self._reflection is None:
            self._reflection, self._pace = Reflection(), Pace(sight.at_s)
            self._round, self._colours_due = self._round + 1, self.limits.least_colours
        limits, pace = self.limits, self._pace
        whole = pace.feed(sight.at_s, limits.hold_s, limits.least_sights, limits.colour_count)
        colour = self._colour()
        if colour is not None:
            self._reflection.show(colour, sight.at_s)
        self._reflection.take(sight)
        whole = whole and pace.on_s(sight.at_s) >= limits.hold_s + limits.tail_s
        due = pace.number >= self._colours_due and pace.on_s(sight.at_s) >= limits.tail_s
        if whole or due:
            echo, self._colours_due = self._reflection.echo(), pace.number + 1
            if whole or is_sure(echo, limits.thresholds):
                self.evidence.echo = echo
                move.phase = Phase.DONE

    def _colour(self) -> Colour | None:
        """What the display shows while its colours are asked for."""
        move = self._move
        if move is None or move.phase is not Phase.ACT or not self.colours:
            return None
        if move.kind is not ChallengeKind.COLOURS:
            return None
        at = self._round * self.limits.colour_count + self._pace.number
        return self.colours[at % len(self.colours)]

    # ---- what each sight adds ----------------------------------------------------------------

    def _note(self, sight: Sight) -> None:
        """Everything about a sight that does not depend on the challenge of now."""
        seen = self.evidence
        self._stream.feed(sight)
        if sight.artefacts is not None:
            seen.moire.append(sight.artefacts.moire)
            seen.bands.append(sight.artefacts.bands)
            seen.rim.append(sight.artefacts.rim)
        if sight.passive is not None:
            seen.passive.append(sight.passive)
        if sight.template is not None:
            self._note_template(sight)
        self._note_relief(sight)

    def _note_template(self, sight: Sight) -> None:
        if self._first is None:
            self._first = sight
        elif self._first.template is not None and sight.template is not None:
            alike = float(self._first.template.numbers @ sight.template.numbers)
            self.evidence.identity = min(self.evidence.identity, alike)

    def _note_relief(self, sight: Sight) -> None:
        move = self._move
        if move is None or move.rest is None:
            return
        moved = motion(move.rest.points, sight.points)
        narrow, wide = sorted((sight.width_px, move.rest.width_px))
        if wide < MOST_GROWN * narrow and is_flat(
            move.rest.points, sight.points, TILTED, FLAT_RELIEF
        ):
            self.evidence.flat_sights += 1
        turned = move.kind in HEAD and moved.shrink < TURNED
        if turned and share(move.kind, sight, move.rest, self.limits.moves) >= 1:
            self.evidence.reliefs.append(moved.relief)

    # ---- one head, all the way ---------------------------------------------------------------

    def _miss(self) -> None:
        self._lost += 1
        if self._lost > self.limits.most_lost:
            self._restart()
            self._last = None

    def _is_cut(self, sight: Sight) -> bool:
        """Whether this cannot be the same head a moment later; what is no number is a cut."""
        last, limits = self._last, self.limits
        if last is None:
            return False
        passed_s = sight.at_s - last.at_s
        turned = abs(sight.yaw_deg - last.yaw_deg)
        narrow, wide = sorted((sight.width_px, last.width_px))
        same = (
            0 <= passed_s <= limits.gap_s
            and turned <= limits.step_deg + limits.most_deg_per_s * passed_s
            and 0 < wide <= limits.most_scale * narrow
            and abs(sight.centre_px - last.centre_px) <= limits.most_jump * last.width_px
        )
        return not same

    def _restart(self) -> None:
        """Begin the challenge of now anew."""
        move = self._move
        if move is not None and move.phase is not Phase.STRAIGHT:
            self.evidence.restarts += 1
            move.restart()
