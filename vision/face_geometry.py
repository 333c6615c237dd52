"""Similarity transforms between a picture and a square cut of it, and the cut itself."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.image import Bgr8, Float32

Points = npt.NDArray[np.float32]
"""float32 of shape (n, 2): x to the right, y down, in pixels; (n, 3) where depth is known."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """z -> turn * z + shift on the plane of complex numbers x + iy: scale, rotation, shift."""

    turn: complex
    shift: complex

    @property
    def scale(self) -> float:
        """How much longer a line is after it."""
        return abs(self.turn)

    def inverse(self) -> "Similarity":
        """The way back."""
        return Similarity(1 / self.turn, -self.shift / self.turn)

    def after(self, first: "Similarity") -> "Similarity":
        """Do `first`, then this."""
        return Similarity(self.turn * first.turn, self.turn * first.shift + self.shift)

    def on(self, points: Points) -> Points:
        """Move (n, 2) points; of (n, 3) points scale the depth too."""
        moved = (points[:, 0] + 1j * points[:, 1]) * self.turn + self.shift
        laid = np.empty(points.shape, np.float32)
        laid[:, 0], laid[:, 1] = moved.real, moved.imag
        laid[:, 2:] = points[:, 2:] * self.scale
        return laid

    def matrix(self) -> npt.NDArray[np.float64]:
        """The 2x3 matrix that OpenCV takes."""
        a, b = self.turn.real, self.turn.imag
        return np.array([[a, -b, self.shift.real], [b, a, self.shift.imag]])


def fit(source: Points, target: Points) -> Similarity:
    """The similarity that lays source on target with the least squared distance (no mirror).

    Both (n, 2), n >= 2, and the source not one single spot.
    """
    z, w = (points[:, 0] + 1j * points[:, 1] for points in (source, target))
    z_mean, w_mean = z.mean(), w.mean()
    z0, w0 = z - z_mean, w - w_mean
    turn = complex((z0.conj() * w0).sum() / max(float((abs(z0) ** 2).sum()), 1e-12))
    return Similarity(turn, complex(w_mean - turn * z_mean))


def square(centre: complex, width_px: float, angle_rad: float, side_px: int) -> Similarity:
    """From the picture to a cut of `side_px` that holds a turned square around `centre`."""
    turn = side_px / max(width_px, 1e-6) * complex(math.cos(angle_rad), -math.sin(angle_rad))
    return Similarity(turn, complex(side_px, side_px) / 2 - turn * centre)


def cut(pixels: Bgr8, to_cut: Similarity, side_px: int, how: int = cv2.INTER_LINEAR) -> Bgr8:
    """A square of `side_px` out of a picture; black where the picture ends.

    Where it shrinks by half or more, the part is first averaged down, so that nothing
    aliases; `how` is OpenCV's interpolation.
    """
    if to_cut.scale <= 0.5:
        pixels, to_cut = _averaged(pixels, to_cut, side_px)
    made = cv2.warpAffine(pixels, to_cut.matrix(), (side_px, side_px), flags=how)
    return np.asarray(made, dtype=np.uint8)


def fed(cut_out: Bgr8, scale: float, shift: float = 0.0) -> Float32:
    """A cut as the networks take it: (1, height, width, 3), RGB, each value * scale + shift."""
    rgb = np.asarray(cv2.cvtColor(cut_out, cv2.COLOR_BGR2RGB), np.uint8)[None]
    laid = np.multiply(rgb, np.float32(scale), dtype=np.float32)
    laid += np.float32(shift)
    return laid


def half(pixels: Bgr8) -> Bgr8:
    """Averaged to half the sides; OpenCV makes two halves four times as fast as one quarter."""
    size = (max(1, pixels.shape[1] // 2), max(1, pixels.shape[0] // 2))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _averaged(pixels: Bgr8, to_cut: Similarity, side_px: int) -> tuple[Bgr8, Similarity]:
    """The part of the picture under the cut, halved as often as the cut is smaller still."""
    halvings = min(12, int(math.log2(1 / max(to_cut.scale, 1e-4))))
    step = 1 << halvings
    corners = np.array([[0, 0], [side_px, 0], [0, side_px], [side_px, side_px]], np.float32)
    spots = to_cut.inverse().on(corners)
    height, width = pixels.shape[:2]
    left, top = (
        int(np.clip(low, 0, max(0, high - step)))
        for low, high in _pairs(spots.min(0), width, height)
    )
    right, bottom = (
        int(np.clip(v, 1, high)) for v, high in _pairs(spots.max(0) + step, width, height)
    )
    size = (max(1, (right - left) // step), max(1, (bottom - top) // step))
    small = pixels[top : top + size[1] * step, left : left + size[0] * step]
    for _ in range(halvings):
        small = half(small)
    # a pixel's centre lies in its middle: the first of the small ones between the first `step`
    shrink = Similarity(
        complex(1 / step), (0.5 / step - 0.5) * (1 + 1j) - complex(left, top) / step
    )
    return small, to_cut.after(shrink.inverse())


def _pairs(spot: Points, width: int, height: int) -> list[tuple[float, int]]:
    return [(float(spot[0]), width), (float(spot[1]), height)]
