"""What lies on a simulated scanner's glass: touches of grown fingers and what they leave."""

import zlib
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from drivers.fingerprint.synthetic import PATTERNS, grow, impression
from drivers.fingerprint.synthetic import PPI as GROWN_PPI

Gray = npt.NDArray[np.uint8]

_LATENT_SHARE = 0.12
_LIGHT = 234


def empty_glass(shape: tuple[int, int]) -> Gray:
    """A picture of nothing: light, with a little noise; uint8 of `shape`."""
    noise = np.random.default_rng(0).integers(0, 12, shape)
    return (_LIGHT + noise).astype(np.uint8)


def touch(person: int, finger: str, count: int, shape: tuple[int, int], ppi: int) -> Gray:
    """The `count`-th touch of one finger on glass that shows its middle: uint8 of `shape`."""
    seed = zlib.crc32(f"{person}/{finger}/{count}".encode())
    scale = ppi / GROWN_PPI
    laid = cv2.resize(impression(_master(person, finger), seed), None, fx=scale, fy=scale)
    glass = empty_glass(shape)
    (from_top, on_top, rows), (from_left, on_left, columns) = (
        _middle(have, show) for have, show in zip(laid.shape, shape, strict=True)
    )
    seen = laid[from_top : from_top + rows, from_left : from_left + columns]
    glass[on_top : on_top + rows, on_left : on_left + columns] = seen
    return glass


def faint(picture: Gray) -> Gray:
    """What a finger leaves on the glass."""
    ground = empty_glass((picture.shape[0], picture.shape[1]))
    return np.asarray(cv2.addWeighted(picture, _LATENT_SHARE, ground, 1 - _LATENT_SHARE, 0.0))


def _middle(have: int, show: int) -> tuple[int, int, int]:
    """Where the seen part begins in what there is and on the glass, and how long it is."""
    spare = (have - show) // 2 if have >= show else -((show - have) // 2)
    return max(spare, 0), max(-spare, 0), min(have, show)


@lru_cache(maxsize=10)
def _master(person: int, finger: str) -> Gray:
    """The ridges of one finger; growing them takes a third of a second."""
    seed = zlib.crc32(f"{person}/{finger}".encode())
    return grow(seed, pattern=PATTERNS[seed % len(PATTERNS)])
