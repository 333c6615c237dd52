"""Traces that a screen or a sheet leaves in one frame: moire, refresh bands, a straight rim.

They decide little: a good screen out of focus leaves none, and a window frame leaves a rim. Where
the figures of docs/liveness.md show no line between live and attack, a score is only told.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from vision.face_detect import Box
from vision.image import Bgr8
from vision.liveness_seen import Artefacts

SIDE_PX = 128
FINE, FINEST = 0.12, 0.48
"""Cycles a pixel: below are eyes and lips, above is what a sensor makes itself."""
AXIS = 0.02
"""Nothing is looked for on the axes: the blocks of a JPEG stand there."""
RIM_PX = 240
BANDS_LOW, BANDS_HIGH = 4, 40

Plane = npt.NDArray[np.float32]


def artefacts(pixels: Bgr8, box: Box) -> Artefacts:
    """Look for them on and around the face in `box`."""
    gray = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
    return Artefacts(_moire(gray, box), _bands(gray, box), _rim(gray, box))


def _moire(gray: npt.NDArray[np.uint8], box: Box) -> float:
    """The tallest peak of the face's fine spectrum over the median at its own distance."""
    face = _middle(gray, box)
    if face is None:
        return 0.0
    power = np.square(np.abs(np.fft.fft2((face - face.mean()) * _WINDOW)))
    floor = np.maximum(_RING_MEDIAN(power), 1e-6)
    return float(np.log10(max(float((power[_LOOKED] / floor[_LOOKED]).max()), 1.0)))


def _bands(gray: npt.NDArray[np.uint8], box: Box) -> float:
    """The tallest peak of the spectrum of the rows' mean light beside its neighbours."""
    left = max(0, int(box.left_px))
    right = min(gray.shape[1], int(box.left_px + box.width_px))
    if right - left < 8 or gray.shape[0] < 4 * BANDS_HIGH:
        return 0.0
    rows = gray[:, left:right].mean(axis=1)
    rough = rows - cv2.GaussianBlur(rows.reshape(-1, 1), (0, 0), 12).ravel()
    power = np.abs(np.fft.rfft(rough * np.hanning(len(rough)))) ** 2
    band = power[BANDS_LOW : min(BANDS_HIGH, len(power))]
    return float(np.log10(max(float(band.max() / max(np.median(band), 1e-6)), 1.0)))


def _rim(gray: npt.NDArray[np.uint8], box: Box) -> float:
    """Sides of the face (of four) along which, within reach, a long straight edge runs."""
    scale = RIM_PX / max(gray.shape)
    small = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    edges = cv2.Canny(small, 60, 160)
    long_px = max(12.0, 0.9 * box.longest_px * scale)
    lines: object = cv2.HoughLinesP(edges, 1, np.pi / 180, 30, None, long_px, 4)
    if not isinstance(lines, np.ndarray):
        return 0.0
    centre = box.centre * scale
    reach = box.longest_px * scale
    sides = {_side(np.asarray(line, np.float64).ravel(), centre, reach) for line in lines}
    return len(sides - {""}) / 4


def _side(line: npt.NDArray[np.float64], centre: complex, reach: float) -> str:
    """On which side of the face a line runs upright or level, 0.5 to 1.3 widths away."""
    along = complex(line[2] - line[0], line[3] - line[1])
    middle = complex(line[0] + line[2], line[1] + line[3]) / 2 - centre
    upright = abs(along.imag) > 4 * abs(along.real)
    level = abs(along.real) > 4 * abs(along.imag)
    away = middle.real if upright else middle.imag
    if not (upright or level) or not 0.5 * reach < abs(away) < 1.3 * reach:
        return ""
    return ("left", "right", "above", "below")[2 * level + (away > 0)]


def _middle(gray: npt.NDArray[np.uint8], box: Box) -> Plane | None:
    """The middle of the face as it is, (128, 128): made neither smaller nor larger."""
    x, y = round(box.centre.real) - SIDE_PX // 2, round(box.centre.imag) - SIDE_PX // 2
    if x < 0 or y < 0 or x + SIDE_PX > gray.shape[1] or y + SIDE_PX > gray.shape[0]:
        return None
    return gray[y : y + SIDE_PX, x : x + SIDE_PX].astype(np.float32)


def _frequencies() -> tuple[Plane, npt.NDArray[np.bool_]]:
    """Distance from nothing of each place of the spectrum, and where moire is looked for."""
    one = np.fft.fftfreq(SIDE_PX)
    across, down = np.meshgrid(one, one)
    away = np.hypot(across, down)
    free = (np.abs(across) > AXIS) & (np.abs(down) > AXIS)
    return away.astype(np.float32), (away > FINE) & (away < FINEST) & free


class _RingMedian:
    """The median power of each ring of the spectrum, at every place of it."""

    def __init__(self, away: Plane) -> None:
        self._ring = np.minimum((away * SIDE_PX / 2).astype(int), SIDE_PX // 2)
        order = np.argsort(self._ring, axis=None, kind="stable")
        edges = np.flatnonzero(np.diff(self._ring.ravel()[order])) + 1
        self._groups = np.split(order, edges)

    def __call__(self, power: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
        flat = power.ravel()
        medians = np.array([_median(flat[group]) for group in self._groups])
        return np.asarray(medians[self._ring])


def _median(values: npt.NDArray[np.floating[Any]]) -> float:
    """The middle one, or the mean of the middle two; numpy's takes ten times as long."""
    low, high = (len(values) - 1) // 2, len(values) // 2
    parted = np.partition(values, (low, high))
    return (float(parted[low]) + float(parted[high])) / 2


_AWAY, _LOOKED = _frequencies()
_RING_MEDIAN = _RingMedian(_AWAY)
_WINDOW = np.outer(np.hanning(SIDE_PX), np.hanning(SIDE_PX))
