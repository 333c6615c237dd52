"""Whether anything moves before the camera: small grey pictures in, yes or no out; pure.

For waking the screen only. What is kept of a picture is a few hundred averages, too coarse for a
face, and only until the next look.
"""

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np

from vision.image import Bgr8, Float32

COLUMNS, ROWS = 32, 24
CELL_STEP = 12.0
"""Grey levels by which a cell must change; the noise of a cell's average is below 2."""
LEAST_CELLS = 15
"""About 2 % of the picture: a head at three metres, not a fly."""
LOOKS_IN_A_ROW = 2


def coarse(pixels: Bgr8) -> Float32:
    """The picture as ROWS x COLUMNS averages of grey, 0-255."""
    few = pixels[:: max(1, pixels.shape[0] // 240), :: max(1, pixels.shape[1] // 320)]
    small = cv2.resize(few, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    grey: Float32 = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return grey


def changed_cells(before: Float32, now: Float32) -> int:
    """How many cells changed by more than the light as a whole did, brighter or darker."""
    light = (float(np.median(now)) + 1.0) / (float(np.median(before)) + 1.0)
    return int(np.count_nonzero(np.abs(now - before * light) > CELL_STEP))


@dataclass(slots=True)
class Presence:
    """Feed it two or three pictures a second while nobody is there."""

    _before: deque[Float32] = field(default_factory=lambda: deque(maxlen=2))
    _moved: int = 0

    def feed(self, pixels: Bgr8) -> bool:
        """Whether somebody comes: change against two looks ago that is there twice in a row."""
        now = coarse(pixels)
        moves = len(self._before) == 2 and changed_cells(self._before[0], now) >= LEAST_CELLS
        self._before.append(now)
        self._moved = self._moved + 1 if moves else 0
        return self._moved >= LOOKS_IN_A_ROW
