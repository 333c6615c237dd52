"""Touches of grown fingers with their minutiae: where the skin lies, and what of it is seen."""

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vision.training.mrz_paper import clouds

Grey = npt.NDArray[np.float32]
Places = npt.NDArray[np.float32]
"""float32 of shape (n, 2): x and y in pixels."""

PERIOD_PX = 9.0
"""From ridge to ridge on a master."""
SURE, LEAST_SURE = 0.6, 0.25
BORDER_PX = 12
SEEN_LIFT, LOST_LIFT = 0.25, 1.6
ROUNDS = 6
STEP_PX = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Master:
    """One finger: ridges 1, valleys -1, and its minutiae; see finger_masters.py."""

    waves: Grey
    places: Places
    angles: Grey
    endings: Grey
    sure: Grey

    @staticmethod
    def load(path: Path) -> "Master":
        """Read one file of `finger_masters`."""
        with np.load(path) as held:
            grown, x, y = held["g"], held["x"], held["y"]
            height, width = grown.shape
            inside = (x >= BORDER_PX) & (y >= BORDER_PX)
            inside &= (x < width - BORDER_PX) & (y < height - BORDER_PX)
            return Master(
                waves=np.asarray(1.0 - grown.astype(np.float32) / 127.5, np.float32),
                places=np.stack((x, y), axis=1).astype(np.float32),
                angles=held["ang"].astype(np.float32),
                endings=held["end"].astype(np.float32),
                sure=np.where(inside, held["sure"], LEAST_SURE).astype(np.float32),
            )


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """A square of one touch: `waves` as in Master, `lift` 0 on the glass and rising off it.

    `places`, `angles` (radians, counter-clockwise from the right) and `endings` are the minutiae
    that can be seen; `unclear` those of which nothing should be learnt. `beyond` is where the
    glass has ended.
    """

    waves: Grey
    lift: Grey
    beyond: npt.NDArray[np.bool_]
    period_px: float
    places: Places
    angles: Grey
    endings: Grey
    unclear: Places


class Skin:
    """Where each pixel of a square comes from on a master, and back."""

    def __init__(self, master: Master, side_px: int, rng: np.random.Generator) -> None:
        """Turn, scale and stretch around a place of the finger, then bend."""
        self.scale = float(np.exp(rng.uniform(math.log(0.70), math.log(1.36))))
        turn = rng.uniform(-1, 1) * (math.pi if rng.random() < 0.15 else 0.9)
        stretch = np.diag((rng.uniform(0.92, 1.08), 1.0)) / self.scale
        mirror = np.diag((float(rng.choice((-1, 1))), 1.0))
        cos, sin = math.cos(turn), math.sin(turn)
        self._out = mirror @ np.array(((cos, -sin), (sin, cos))) @ stretch
        self._back = np.linalg.inv(self._out)
        height, width = master.waves.shape
        self._target = np.array((width, height)) * rng.uniform(0.2, 0.8, 2)
        self._middle = np.full(2, side_px / 2)
        bend_px = rng.uniform(0, 7) / self.scale
        cell_px = rng.uniform(50, 140)
        self._bend = np.stack([clouds(side_px, side_px, cell_px, rng) * bend_px for _ in "xy"], -1)
        rows, columns = np.mgrid[0:side_px, 0:side_px].astype(np.float32)
        self.source = self._from(np.stack((columns, rows), -1)) + self._bend.astype(np.float32)

    def _from(self, places: Places) -> Places:
        turned = (places - self._middle) @ self._out.T + self._target
        return np.asarray(turned, np.float32)

    def seen(self, places: Places) -> Places:
        """Where places of the master lie in the square."""
        flat = np.asarray((places - self._target) @ self._back.T + self._middle, np.float32)
        here = flat
        for _ in range(ROUNDS):
            bent = _at(self._bend, here)
            here = np.asarray(flat - bent @ self._back.T, np.float32)
        return here


def touch(master: Master, side_px: int, rng: np.random.Generator) -> Touch:
    """Lay a part of the finger on a square of glass."""
    skin = Skin(master, side_px, rng)
    waves = cv2.remap(
        master.waves,
        np.ascontiguousarray(skin.source[..., 0]),
        np.ascontiguousarray(skin.source[..., 1]),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    height, width = master.waves.shape
    past = np.maximum(-skin.source, skin.source - (width, height)).max(-1)
    period_px = PERIOD_PX * skin.scale
    lift = np.asarray(np.maximum(_lift(side_px, rng), np.clip(past / 6 + 0.6, 0, 4)), np.float32)
    here = skin.seen(master.places)
    ahead = np.stack((np.cos(master.angles), -np.sin(master.angles)), -1) * STEP_PX
    there = skin.seen(np.asarray(master.places + ahead, np.float32)) - here
    angles = np.arctan2(-there[:, 1], there[:, 0]).astype(np.float32)
    beyond = _beyond(side_px, rng)
    inside = ((here >= 0) & (here <= side_px - 1)).all(1)
    inside &= _at(beyond[..., None], here)[:, 0] < 0.5
    lifted = _at(lift[..., None], here)[:, 0]
    clear = inside & (lifted < SEEN_LIFT) & (master.sure >= SURE)
    unclear = inside & (lifted < LOST_LIFT) & ~clear
    return Touch(
        waves=np.asarray(waves, np.float32),
        lift=lift,
        beyond=beyond,
        period_px=period_px,
        places=here[clear],
        angles=angles[clear],
        endings=master.endings[clear],
        unclear=here[unclear],
    )


def _lift(side_px: int, rng: np.random.Generator) -> Grey:
    """How far the skin is above the glass: an uneven oval, often larger than the square."""
    rows, columns = np.mgrid[0:side_px, 0:side_px].astype(np.float32) / side_px
    x, y = rng.uniform(0.25, 0.75, 2)
    wide, tall = rng.uniform(0.4, 1.3, 2)
    right, down = np.abs(columns - x) / wide, np.abs(rows - y) / tall
    away = (right**2.5 + down**2.5) ** 0.4 + 0.05 * clouds(side_px, side_px, 22, rng)
    return np.asarray(np.clip((away - 0.88) * rng.uniform(5, 14), 0, 4), np.float32)


def _beyond(side_px: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Mostly nothing; else what lies past a straight line."""
    if rng.random() > 0.15:
        return np.zeros((side_px, side_px), np.bool_)
    angle, off = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.5) * side_px
    rows, columns = np.mgrid[0:side_px, 0:side_px].astype(np.float32) - side_px / 2
    return np.asarray(np.cos(angle) * columns + np.sin(angle) * rows > off, np.bool_)


def _at(field: npt.NDArray[np.generic], places: Places) -> Places:
    """The field's values there; places outside take the nearest. `field` is (h, w, n)."""
    height, width = field.shape[:2]
    columns = np.clip(np.rint(places[:, 0]), 0, width - 1).astype(int)
    rows = np.clip(np.rint(places[:, 1]), 0, height - 1).astype(int)
    return np.asarray(field[rows, columns], np.float32)
