"""The species of attack, and live travellers, each ready to be presented (attack laboratory).

Vocabulary: ISO/IEC 30107-3 (presentation attack instrument species).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vision.evaluate.attack_actor import ALL_KINDS, Actor, Habits
from vision.evaluate.attack_camera import Camera, Optics
from vision.evaluate.attack_expression import outline_of_eyes, outline_of_mouth
from vision.evaluate.attack_head import HEIGHT_PX, WIDTH_PX, Head
from vision.evaluate.attack_presenters import (
    Display,
    Paper,
    Person,
    Presenter,
    Tablet,
    room_behind,
)
from vision.evaluate.attack_recording import (
    Clips,
    Looped,
    Recording,
    movement,
    nothing,
    session,
)
from vision.evaluate.attack_sheet import TABLET_NEAR, Screen, Sheet, printed
from vision.image import Float32
from vision.liveness import ChallengeKind, Choose, draw_colours, draw_plan

LIVE = "live"
HEAD_ONLY = frozenset({ChallengeKind.TURN_LEFT, ChallengeKind.TURN_RIGHT, ChallengeKind.LOOK_UP})
WITH_A_SHEET = HEAD_ONLY | {ChallengeKind.BLINK}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part: the victim (or live traveller), who attacks, and all that chance decides.

    kinds, count: what the kiosk may ask for, for sessions recorded earlier.
    """

    victim: Head
    other: Head
    dice: np.random.Generator
    kinds: tuple[ChallengeKind, ...]
    count: int

    def person(self, head: Head, habits: Habits) -> Person:
        """A head with a body, before a display and a camera of their own."""
        dice = self.dice
        return Person(
            head, Actor(habits, dice), Display.drawn(dice), Camera(Optics.drawn(dice), dice)
        )

    def hand(self, habits: Habits) -> Person:
        """Who holds something before the camera."""
        return self.person(self.other, habits)

    def live(self) -> Person:
        """The victim as a live traveller."""
        return self.person(self.victim, Habits.drawn(self.dice))


def make(species: str, cast: Cast) -> Presenter:
    """One presentation of a species of SPECIES."""
    return SPECIES[species](cast)


def _flat_print(cast: Cast) -> Presenter:
    return Paper(
        printed(cast.victim.portrait, cast.dice),
        Sheet(_sheet_size(cast.dice)),
        cast.hand(_waved(cast.dice)),
        room_behind(cast.other),
    )


def _bent_print(cast: Cast) -> Presenter:
    dice = cast.dice
    habits = replace(_waved(dice), turn_deg=dice.uniform(25, 47), harder=0.0)
    return Paper(
        printed(cast.victim.portrait, dice),
        Sheet(_sheet_size(dice), bend_px=dice.uniform(130, 330)),
        cast.hand(habits),
        room_behind(cast.other),
    )


def _cut_out_print(cast: Cast) -> Presenter:
    """Worn as a mask of paper: real eyes behind its holes, in half of them a real mouth, too."""
    dice = cast.dice
    mouth = bool(dice.integers(2))
    obeys = ALL_KINDS if mouth else ALL_KINDS - {ChallengeKind.OPEN_MOUTH}
    return Paper(
        printed(cast.victim.portrait, dice),
        Sheet((200, 235), bend_px=dice.uniform(110, 260), hole=_hole(cast.victim, mouth=mouth)),
        cast.hand(replace(Habits.drawn(dice), obeys=obeys)),
        room_behind(cast.other),
        wearer=True,
    )


def _tablet_photo(cast: Cast) -> Presenter:
    tablet = _tablet(cast, _waved(cast.dice))
    tablet.still = cast.victim.portrait
    return tablet


def _tablet_video(cast: Cast) -> Presenter:
    """The victim, filmed, does what is asked: somebody chooses the right film, late."""
    dice = cast.dice
    tablet = _tablet(cast, replace(Habits.drawn(dice), obeys=frozenset(), sway_px=2.0))
    habits = Habits.drawn(dice)
    late_s = habits.late_s + dice.uniform(0.2, 1.0)
    tablet.film = cast.person(cast.victim, replace(habits, late_s=late_s))
    return tablet


def _replayed_session(cast: Cast) -> Presenter:
    """An earlier test of the victim, with its own plan and colours, fed in place of the camera."""
    choose = choice(cast.dice)
    plan = draw_plan(choose, cast.kinds, cast.count)
    colours = draw_colours(choose) if ChallengeKind.COLOURS in plan else ()
    return Looped(Recording(cast.live(), *session(plan, colours)))


def _frozen(cast: Cast) -> Presenter:
    return Looped(Recording(cast.live(), nothing, 0.08))


def _loop(cast: Cast) -> Presenter:
    """A short film with a turn in it, over and over."""
    turns = (ChallengeKind.TURN_LEFT, ChallengeKind.TURN_RIGHT)
    return Looped(Recording(cast.live(), *movement(turns[int(cast.dice.integers(2))])))


def _time_warped(cast: Cast) -> Presenter:
    """Clips of each movement, slower or faster than they were filmed, in the camera's place."""
    person = cast.live()
    quick = replace(person.actor.habits, late_s=0.1)

    def clip(kind: ChallengeKind) -> Recording:
        return Recording(replace(person, actor=Actor(quick, cast.dice)), *movement(kind))

    idle = Recording(replace(person, actor=Actor(quick, cast.dice)), nothing, 2.4)
    return Clips(idle, clip, cast.dice.uniform(0.3, 0.9), cast.dice.uniform(0.6, 1.6))


def _mask(cast: Cast) -> Presenter:
    """The other wears the victim's face on their own shape; the mask's mouth hardly opens."""
    worn = cast.victim.with_depth_of(cast.other)
    soft = np.asarray(cv2.GaussianBlur(worn.portrait, (0, 0), 0.9), np.uint8)
    habits = Habits.drawn(cast.dice)
    return cast.person(Head(soft, worn.points), replace(habits, mouth=0.25 * habits.mouth))


SPECIES: dict[str, Callable[[Cast], Presenter]] = {
    LIVE: Cast.live,
    "print_flat": _flat_print,
    "print_bent": _bent_print,
    "print_cut_out": _cut_out_print,
    "tablet_photo": _tablet_photo,
    "tablet_obedient_video": _tablet_video,
    "session_replayed": _replayed_session,
    "injected_frozen": _frozen,
    "injected_loop": _loop,
    "injected_time_warped": _time_warped,
    "mask_of_another": _mask,
}
ATTACKS = tuple(name for name in SPECIES if name != LIVE)
MEASURED_ONLY = frozenset({"tablet_obedient_video", "mask_of_another"})
"""No figure is asked of these: what the test does with them is said as it is."""


def _waved(dice: np.random.Generator) -> Habits:
    """A hand that turns a sheet as far as it needs, and cannot make it blink."""
    return replace(
        Habits.drawn(dice),
        turn_deg=dice.uniform(35, 58),
        up_deg=dice.uniform(28, 48),
        obeys=WITH_A_SHEET,
        nod_deg=dice.uniform(35, 58) if dice.integers(2) else 0.0,
        shut_s=dice.uniform(0.6, 1.0),
        deg_per_s=dice.uniform(90, 200),
        sway_deg=dice.uniform(1, 4),
        sway_px=dice.uniform(3, 10),
    )


def _sheet_size(dice: np.random.Generator) -> tuple[float, float]:
    half = dice.uniform(150, 300)
    return half, min(half * 1.25, 239.0)


def _tablet(cast: Cast, habits: Habits) -> Tablet:
    dice = cast.dice
    rim_seen = bool(dice.integers(2))
    half = (dice.uniform(210, 260), dice.uniform(190, 220)) if rim_seen else (330.0, 250.0)
    return Tablet(
        Screen.drawn(dice),
        Sheet(half, near=TABLET_NEAR),
        dice.uniform(12, 26) if rim_seen else 0.0,
        cast.hand(habits),
        room_behind(cast.other),
    )


def _hole(victim: Head, *, mouth: bool) -> Float32:
    """Where one looks past or through the paper: around the face, at the eyes, at the mouth."""
    low, high = victim.points[:, :2].min(axis=0), victim.points[:, :2].max(axis=0)
    middle, half = (low + high) / 2, (high - low) / 2
    hole = np.ones((HEIGHT_PX, WIDTH_PX), np.uint8)
    axes = (round(float(half[0]) * 1.02), round(float(half[1]) * 1.04))
    cv2.ellipse(hole, (round(float(middle[0])), round(float(middle[1]))), axes, 0, 0, 360, (0,), -1)
    parts = [*outline_of_eyes(victim.points), *([outline_of_mouth(victim.points)] if mouth else [])]
    for part in parts:
        wide = part.mean(axis=0) + (part - part.mean(axis=0)) * (1.25, 1.5)
        cv2.fillPoly(hole, [wide.round().astype(np.int32)], (1,))
    return np.asarray(cv2.GaussianBlur(hole.astype(np.float32), (0, 0), 0.7), np.float32)


def choice(dice: np.random.Generator) -> Choose:
    """Chance as draw_plan and draw_colours take it."""
    return lambda below: int(dice.integers(below))
