"""What the laboratory's camera looks at: a head, or a sheet before a room, in a display's light."""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from vision.evaluate.attack_actor import Actor
from vision.evaluate.attack_camera import Camera
from vision.evaluate.attack_head import (
    GAMMA,
    STEP,
    Channels,
    Head,
    Maps,
    Rendered,
    Stance,
    lit,
)
from vision.evaluate.attack_sheet import Screen, Sheet
from vision.image import Bgr8
from vision.liveness import Ask

PAGE_LEVEL = 128
_PX_EACH_DEG = 1.6  # how far a cheek goes with a degree


class Presenter(Protocol):
    """Somebody or something before the camera, or in its place."""

    def frame(self, at_s: float, ask: Ask) -> Bgr8:
        """What the kiosk gets at that time, if this was what it asked for last; in time's order."""


@dataclass(slots=True)
class Display:
    """The kiosk's own display as a lamp. share: of the room's light, at white; lag_s: its delay."""

    share: float
    lag_s: float
    _queue: deque[tuple[float, tuple[int, int, int]]] = field(default_factory=deque)
    _shown: tuple[int, int, int] = (PAGE_LEVEL,) * 3

    @classmethod
    def drawn(cls, dice: np.random.Generator) -> "Display":
        """One display in one hall."""
        return cls(dice.uniform(0.12, 0.35), dice.uniform(0.06, 0.18))

    @property
    def page(self) -> Channels:
        """What a page of grey adds."""
        return self._light((PAGE_LEVEL,) * 3)

    def now(self, at_s: float, ask: Ask) -> Channels:
        """What it adds now."""
        self._queue.append((at_s + self.lag_s, ask.colour or (PAGE_LEVEL,) * 3))
        while self._queue and self._queue[0][0] <= at_s:
            self._shown = self._queue.popleft()[1]
        return self._light(self._shown)

    def _light(self, colour: tuple[int, int, int]) -> Channels:
        return np.array([(level / 255) ** GAMMA for level in reversed(colour)]) * self.share


@dataclass(slots=True)
class Person:
    """A head that moves as its actor does, before a camera."""

    head: Head
    actor: Actor
    display: Display
    camera: Camera
    _maps: Maps | None = None
    _stance: Stance = field(default_factory=Stance)

    def frame(self, at_s: float, ask: Ask) -> Bgr8:
        """Act, render, light, take."""
        shown, moved_px = self.scene(at_s, ask)
        light = self.display.now(at_s, ask)
        return self.camera.take(lit(shown, light, self.display.page), at_s, moved_px)

    def scene(self, at_s: float, ask: Ask) -> tuple[Rendered, complex]:
        """The head as it is now, without the display's light, and how far it moved."""
        stance = self.actor.step(at_s, ask)
        maps = self.head.maps(stance)
        seen = maps.rolled(self._maps or maps, self.camera.optics.readout)
        moved_px = _moved(self._stance, stance)
        self._maps, self._stance = maps, stance
        return self.head.view(stance, seen), moved_px


@dataclass(slots=True)
class Paper:
    """A print that is moved before a room, or worn before the head of who wears it.

    wearer: whose head is behind it, and moves with it (None: it is held up before a blurred room).
    """

    picture: Bgr8
    sheet: Sheet
    hand: Person
    room: Rendered
    wearer: bool = False
    _stance: Stance = field(default_factory=Stance)

    def frame(self, at_s: float, ask: Ask) -> Bgr8:
        """Move it, light it, take it."""
        hand = self.hand
        if self.wearer:
            stance = hand.actor.step(at_s, ask)
            behind = hand.head.view(stance, hand.head.maps(stance))
        else:
            stance, behind = hand.actor.step(at_s, ask), self.room
        shown = self.sheet.over(behind, self.picture, self.sheet.maps(stance), stance)
        moved_px, self._stance = _moved(self._stance, stance), stance
        light = hand.display.now(at_s, ask)
        return hand.camera.take(lit(shown, light, hand.display.page), at_s, moved_px)


@dataclass(slots=True)
class Tablet:
    """A screen held before the camera; on it a still picture, or a person filmed in other light."""

    screen: Screen
    sheet: Sheet
    rim_px: float
    hand: Person
    room: Rendered
    still: Bgr8 | None = None
    film: Person | None = None
    _stance: Stance = field(default_factory=Stance)

    def frame(self, at_s: float, ask: Ask) -> Bgr8:
        """Show, hold, light, take."""
        hand = self.hand
        picture = self._picture(at_s, ask)
        screen = self.screen.shows(picture, self.sheet.half_px, self.rim_px)
        stance = hand.actor.step(at_s, ask)
        shown = self.sheet.over(self.room, screen, self.sheet.maps(stance), stance)
        moved_px, self._stance = _moved(self._stance, stance), stance
        light = hand.display.now(at_s, ask)
        lighted = lit(shown, light, hand.display.page)
        return hand.camera.take(lighted, at_s, moved_px, self.screen.bands)

    def _picture(self, at_s: float, ask: Ask) -> Bgr8:
        if self.film is not None:
            filmed, _ = self.film.scene(at_s, ask)
            return np.asarray(cv2.GaussianBlur(filmed.pixels, (0, 0), 0.6), np.uint8)
        if self.still is None:
            raise ValueError("a tablet shows a still picture or a film.")
        return self.still


def room_behind(head: Head) -> Rendered:
    """Somebody's room, out of focus, as what is behind a sheet."""
    wide = np.asarray(cv2.GaussianBlur(head.portrait[:, ::-1], (0, 0), 28), np.uint8)
    near = np.full((wide.shape[0] // STEP, wide.shape[1] // STEP), 0.1, np.float32)
    return Rendered(wide, near)


def _moved(before: Stance, now: Stance) -> complex:
    """How far the face went since the last frame, in pixels right + i down."""
    right = (now.yaw_deg - before.yaw_deg) * _PX_EACH_DEG + now.right_px - before.right_px
    down = (before.pitch_deg - now.pitch_deg) * _PX_EACH_DEG + now.down_px - before.down_px
    return complex(right, down)
