"""How good a print is, 0-100, and the one thing that the person should change.

The number is a first measure of our own, "kiosk-finger-quality" version 1; it is not NFIQ 2 and
does not compare with it. It is the product of three shares: how much finger (160 mm2 is full), how
clearly the ridges run (mean coherence of the structure tensor, 0.30 none, 0.80 full), and how even
the width of ridges and valleys is (0.37 dark is full, 0.07 and 0.67 none; by its fourth root).
"""

import math

from vision.finger_quality_ink import Ink
from vision.finger_segment import Foreground

ALGORITHM, VERSION = "kiosk-finger-quality", "1"
FULL_AREA_MM2 = 160.0
EVEN_SHARE = 0.37
"""Of 320 public prints the middle one has this share of ridge, as `dark_pct` counts it."""


def quality(found: Foreground, seen: Ink) -> int:
    """The number of the first lines of this file, 1-100."""
    area = min(1.0, found.area_mm2 / FULL_AREA_MM2)
    clear = _share(found.coherence, 0.30, 0.80)
    even = math.sqrt(math.sqrt(_share(abs(seen.dark_pct / 100 - EVEN_SHARE), 0.30, 0.0)))
    return max(1, round(100 * area * clear * even))


def _share(value: float, none: float, full: float) -> float:
    return min(1.0, max(0.0, (value - none) / (full - none)))
