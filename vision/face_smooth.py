"""The One Euro filter: steady at rest, little lag in motion; time is passed in (pure).

Casiez, Roussel, Vogel: "1 Euro Filter: a simple speed-based low-pass filter for noisy input in
interactive systems", CHI 2012. A low-pass whose cut-off rises with the speed of what it follows.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
SPEED_CUT_HZ = 1.0
LEAST_STEP_S = 1e-3


@dataclass(slots=True)
class OneEuro:
    """Follows one row of numbers of the same kind.

    still_hz: cut-off at rest; per_speed: how much it rises for each unit a second.
    """

    still_hz: float
    per_speed: float
    _at_s: float = -math.inf
    _value: Values | None = None
    _speed: Values | None = None

    def feed(self, value: Values, at_s: float) -> Values:
        """The smoothed value; the first, and one that is not later than the last, as it is."""
        step_s = at_s - self._at_s
        if self._value is None or self._speed is None or step_s <= 0:
            self._at_s, self._value, self._speed = at_s, value, np.zeros_like(value)
            return value
        step_s = max(step_s, LEAST_STEP_S)
        speed = (value - self._value) / step_s
        self._speed = self._speed + _share(SPEED_CUT_HZ, step_s) * (speed - self._speed)
        share = _share(self.still_hz + self.per_speed * np.abs(self._speed), step_s)
        self._value = self._value + share * (value - self._value)
        self._at_s = at_s
        return self._value


def _share(cut_hz: Values | float, step_s: float) -> Values | float:
    """How much of the new value counts."""
    turned = 2 * math.pi * cut_hz * step_s
    return turned / (turned + 1)
