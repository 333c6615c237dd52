"""The attack laboratory: presentations, live and attack, go through the shipped liveness test.

One hand renders attack and live, so what comes out are regression rates of a laboratory: they say
whether a change made the test better or worse at what is rendered here, and nothing of the error
rates (APCER, BPCER) that ISO/IEC 30107-3 defines on real instruments and real people.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vision.evaluate.attack_camera import FRAMES_PER_S
from vision.evaluate.attack_expression import Expression
from vision.evaluate.attack_head import Head
from vision.evaluate.attack_presenters import Presenter
from vision.evaluate.attack_species import LIVE, Cast, choice, make
from vision.face_geometry import Points
from vision.face_pipeline import FacePipeline
from vision.face_quality import Advice
from vision.face_track import FaceTracker
from vision.image import Bgr8
from vision.liveness import (
    Ask,
    Became,
    ChallengeKind,
    Decision,
    LivenessTest,
    Phase,
    Verdict,
    draw_colours,
    draw_plan,
)
from vision.liveness_sight import Sight, see

SHOWN_AFTER_S = 2.2
ASKED_EACH = 10
TEMPLATE_GAP_S, SOFT_LIMIT_S = 0.5, 5.0
SOFT = frozenset(
    {
        Advice.BACK_LIGHT,
        Advice.UNEVEN_LIGHT,
        Advice.UNCOVER_FACE,
        Advice.TAKE_OFF_GLASSES,
        Advice.LOOK_AT_CAMERA,
    }
)
"""These and both times are the face worker's own; a test holds them together."""
MOST_YAW_DEG, MOST_PITCH_DEG = 8.0, 14.0
MOST_SHUT, LEAST_OPENED = 0.75, 0.08


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A head that the laboratory may use, and whose it is; `name` is for tables."""

    name: str
    person: str
    head: Head


@dataclass(frozen=True, slots=True)
class Rules:
    """How many challenges are asked for, and when a presentation that is not done ends."""

    planned: int = 3
    limit_s: float = 20.0


AS_SHIPPED = Rules()


@dataclass(frozen=True, slots=True)
class Order:
    """One presentation to make: which species, of which portrait, with what chance."""

    species: str
    portrait: int
    turn: int
    seed: int

    def dice(self, portrait: str) -> np.random.Generator:
        """All chance of this presentation; nobody else's presentation changes it."""
        said = f"{self.seed}/{portrait}/{self.species}/{self.turn}"
        return np.random.default_rng(list(hashlib.sha256(said.encode()).digest()))


@dataclass(frozen=True, slots=True)
class Presented:
    """What came of one presentation: with the display's colours asked for, and without them."""

    species: str
    portrait: str
    person: str
    with_colours: Verdict
    without_colours: Verdict
    seconds: float
    asked: tuple[str, ...]

    def verdict(self, *, colours: bool) -> Verdict:
        """The one or the other."""
        return self.with_colours if colours else self.without_colours


@dataclass(slots=True)
class Eye:
    """The kiosk's eyes for one presentation, as firmware_app/workers/face.py has them.

    The shipped tracker, a template now and then, and patience with what not everybody can mend.
    """

    tracker: FaceTracker
    _templated_at_s: float = -TEMPLATE_GAP_S
    _soft_since_s: float | None = None

    def look(self, pixels: Bgr8, at_s: float) -> tuple[Sight | None, bool]:
        """The sight, with a template where it is fit and the last one is old, and whether fit."""
        look = self.tracker.feed(pixels, at_s)
        fit = look.face is not None and self._is_fit(look.advice, at_s)
        template = None
        if fit and at_s - self._templated_at_s >= TEMPLATE_GAP_S:
            template = self.tracker.pipeline.template(pixels, look)
            self._templated_at_s = at_s
        return see(pixels, look, at_s, template), fit

    def _is_fit(self, advice: Advice | None, at_s: float) -> bool:
        if advice not in SOFT:
            self._soft_since_s = None
            return advice is None
        self._soft_since_s = at_s if self._soft_since_s is None else self._soft_since_s
        return at_s - self._soft_since_s > SOFT_LIMIT_S


def heads(
    pictures: Sequence[tuple[str, str, Bgr8]], pipeline: FacePipeline
) -> tuple[list[Portrait], list[str]]:
    """Portraits out of (name, person, picture), and the names of those that are not fit.

    Fit: one face, nothing to advise, level within MOST_YAW_DEG and MOST_PITCH_DEG; and its
    rendered closed eyes and open mouth are read as somewhat closed and open. What is left out for
    the last is the renderer's failure (or the networks'), and no live traveller's: say how many.
    """
    found, left = [], []
    for name, person, picture in pictures:
        head = Head.of(picture, lambda pixels: _mesh(pixels, pipeline))
        if head is None or not _is_fit(head, pipeline):
            left.append(name)
        else:
            found.append(Portrait(name, person, head))
    return found, left


def orders(
    portraits: Sequence[Portrait], species: Sequence[str], *, turns: int, live_turns: int, seed: int
) -> list[Order]:
    """All presentations of a run."""
    return [
        Order(one, number, turn, seed)
        for number in range(len(portraits))
        for one in species
        for turn in range(live_turns if one == LIVE else turns)
    ]


def present(
    order: Order,
    portraits: Sequence[Portrait],
    pipeline: FacePipeline,
    rules: Rules = AS_SHIPPED,
) -> tuple[Presented, list[Bgr8]]:
    """Make one presentation; also gives a few of its frames, for people to look at."""
    portrait = portraits[order.portrait]
    dice = order.dice(portrait.name)
    kinds = tuple(ChallengeKind)
    cast = Cast(portrait.head, _other(portraits, order.portrait, dice), dice, kinds, rules.planned)
    choose = choice(dice)
    plan = draw_plan(choose, kinds, rules.planned)
    test = LivenessTest(plan, draw_colours(choose, 36))
    without = LivenessTest(tuple(kind for kind in plan if kind is not ChallengeKind.COLOURS))
    presenter = make(order.species, cast)
    frames, at_s = _run(presenter, Eye(FaceTracker(pipeline)), (test, without), rules.limit_s)
    presented = Presented(
        order.species,
        portrait.name,
        portrait.person,
        test.verdict(),
        without.verdict(),
        round(at_s, 2),
        tuple(kind.value for kind in plan),
    )
    return presented, frames


def _run(
    presenter: Presenter, eye: Eye, tests: tuple[LivenessTest, LivenessTest], limit_s: float
) -> tuple[list[Bgr8], float]:
    """Until all is done, or cannot be; a frame of each challenge is kept."""
    test, without = tests
    frames: dict[ChallengeKind | None, Bgr8] = {}
    ask, at_s, acting_s = Ask(None, Phase.STRAIGHT), 0.0, 0.0
    for at_s in (number / FRAMES_PER_S for number in range(round(limit_s * FRAMES_PER_S))):
        pixels = presenter.frame(at_s, ask)
        acting_s = acting_s + 1 / FRAMES_PER_S if ask.phase is Phase.ACT else 0.0
        if ask.phase is Phase.RETURN or acting_s > SHOWN_AFTER_S or not frames:
            frames.setdefault(ask.kind, pixels)
        sight, frontal = eye.look(pixels, at_s)
        ask = test.feed(sight, frontal)
        without.feed(sight, frontal)
        if test.done or _is_lost(test) or _are_attacks(tests, at_s):
            break
    return list(frames.values()), at_s


def _are_attacks(tests: tuple[LivenessTest, ...], at_s: float) -> bool:
    """Whether both have decided on an attack, which they do not take back; asked now and then."""
    now_and_then = round(at_s * FRAMES_PER_S) % ASKED_EACH == 0
    return now_and_then and all(test.verdict().decision is Decision.ATTACK for test in tests)


def _is_lost(test: LivenessTest) -> bool:
    """Whether it cannot become live any more."""
    return any(one.became is Became.NOT_OBEYED for one in test.evidence.asked)


def _other(portraits: Sequence[Portrait], victim: int, dice: np.random.Generator) -> Head:
    """Another person's head; the victim's mirrored one where nobody else is there."""
    person = portraits[victim].person
    others = [one.head for one in portraits if one.person != person]
    if others:
        return others[int(dice.integers(len(others)))]
    head = portraits[victim].head
    points = head.points * np.array([1, 1, 0.8], np.float32)
    return Head(head.portrait, points)


def _mesh(pixels: Bgr8, pipeline: FacePipeline) -> Points | None:
    face = pipeline.look(pixels).face
    return None if face is None else face.mesh.points


def _is_fit(head: Head, pipeline: FacePipeline) -> bool:
    look = pipeline.look(head.portrait)
    if look.face is None or look.advice is not None or look.faces != 1:
        return False
    pose = look.face.pose
    level = abs(pose.yaw_deg) <= MOST_YAW_DEG and abs(pose.pitch_deg) <= MOST_PITCH_DEG
    return level and _is_movable(head, pipeline)


def _is_movable(head: Head, pipeline: FacePipeline) -> bool:
    """Whether the face's rendered expressions are seen at all."""
    seen = [
        see(shown, pipeline.look(shown), 0.0)
        for shown in (head.portrait, head.shown(Expression(1, 0)), head.shown(Expression(0, 1)))
    ]
    if seen[0] is None or seen[1] is None or seen[2] is None:
        return False
    rest, shut, opened = seen[0], seen[1], seen[2]
    narrower = sum(shut.eyes_open) <= MOST_SHUT * sum(rest.eyes_open)
    return narrower and opened.mouth_open - rest.mouth_open >= LEAST_OPENED
