"""How good a print is, 0-100: the chance, in percent, that a clean mate of it matches very well.

"kiosk-finger-quality" version 2, in the sense of ISO/IEC 29794-4: it says how useful a print is to
be compared. Four measures and a logistic regression; no number of it comes from a public print
(vision/training/finger_quality_training.py). It is not NFIQ 2; docs/finger_quality.md compares.
"""

import math

from vision.finger_quality_ink import Ink
from vision.finger_quality_waves import Waves
from vision.finger_segment import Foreground

ALGORITHM, VERSION = "kiosk-finger-quality", "2"
TERMS = ("log_clear", "banded", "ridged", "soaked")
WEIGHTS = (3.07, 2.08, 8.0, -11.0)
CONSTANT = -22.18
SOAKED_FROM = 0.45
"""Share of ridge beyond which valleys close."""


def terms(found: Foreground, seen: Ink, heard: Waves) -> tuple[float, ...]:
    """What the number is made of, in the order of TERMS.

    The logarithm of the mm2 where ridges run clearly; the two shares of Waves; how much darker
    than SOAKED_FROM.
    """
    clear_mm2 = found.area_mm2 * found.clear_pct / 100
    soaked = max(0.0, seen.dark_pct / 100 - SOAKED_FROM)
    return math.log(max(clear_mm2, 1.0)), heard.banded, heard.ridged, soaked


def quality(found: Foreground, seen: Ink, heard: Waves) -> int:
    """The number of the first lines of this file, 1-100."""
    measured = zip(WEIGHTS, terms(found, seen, heard), strict=True)
    log_odds = CONSTANT + sum(weight * term for weight, term in measured)
    return max(1, round(100 / (1 + math.exp(-log_odds))))
