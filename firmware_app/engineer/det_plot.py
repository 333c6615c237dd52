"""A detection error trade-off plot (ISO/IEC 19795-1) as a picture, drawn with OpenCV.

Both axes are probit: normal distributions become straight lines, and small rates have room. Rates
of 0 lie nowhere on such an axis: a curve ends at its last false match and its last false non-match.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import cv2
import numpy as np

from firmware_app.engineer.report import shortened
from firmware_app.workers.session import Pixels
from vision.evaluate.rates import Errors

WIDTH_PX = 900
FINER = 3
"""Drawn so many times larger and then made small: lines and letters come out smooth."""
LEFT_PX, TOP_PX, RIGHT_PX, BOTTOM_PX = 92, 62, 872, 592
LEGEND_PX = BOTTOM_PX + 70
TICKS = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
LOWEST, LEAST_FNMR, HIGHEST = 0.0001, 0.001, 0.5
INK, GRID, MARKED, PAPER = (40, 40, 40), (228, 228, 228), (170, 170, 170), (255, 255, 255)
COLOURS = (
    (180, 105, 20),
    (20, 100, 225),
    (60, 140, 40),
    (160, 60, 150),
    (40, 40, 190),
    (130, 130, 20),
)
"""Blue, orange, green, purple, red, teal, as blue-green-red."""
FONT = cv2.FONT_HERSHEY_SIMPLEX
LEGEND_ROW_PX, LEGEND_LINE_PX, LEGEND_COLUMNS = 24, 44, 2
DASH_PX, GAP_PX = 9, 6
Point = tuple[float, float]
Colour = tuple[int, int, int]
Line = tuple[Colour, int, tuple[int, int]]
"""Colour, width, dash and gap in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line: of which set (its colour), and dashed where it is a peer's."""

    label: str
    errors: Errors
    set_number: int
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Whose:
    """What the pairs are of, in the words of the axes."""

    other: str
    same: str


FINGERS = Whose("different fingers", "one finger")
PEOPLE = Whose("different people", "one person")


def draw(title: str, curves: Sequence[Curve], whose: Whose = FINGERS) -> Pixels:
    """(height, 900, 3) in blue-green-red; 688 high for one curve, more for a longer legend."""
    rows = math.ceil((len(curves) + 1) / LEGEND_COLUMNS)
    height = LEGEND_PX + LEGEND_ROW_PX * rows + 2
    sheet = np.full((height * FINER, WIDTH_PX * FINER, 3), PAPER, np.uint8)
    _axes(sheet, title, whose)
    for curve in sorted(curves, key=lambda one: not one.dashed):
        _curve(sheet, curve)
    _legend(sheet, curves)
    return np.asarray(cv2.resize(sheet, (WIDTH_PX, height), interpolation=cv2.INTER_AREA), np.uint8)


def _axes(sheet: Pixels, title: str, whose: Whose) -> None:
    for rate in TICKS:
        marked = MARKED if rate in {0.01, 0.001} else GRID
        across = _x(rate)
        _line(sheet, (across, TOP_PX), (across, BOTTOM_PX), marked)
        _say(sheet, f"{rate * 100:g}", (across, BOTTOM_PX + 20), middle=True)
        if rate >= LEAST_FNMR:
            down = _y(rate)
            _line(sheet, (LEFT_PX, down), (RIGHT_PX, down), GRID)
            _say(sheet, f"{rate * 100:g}", (LEFT_PX - 26, down + 4), middle=True)
    alike = [(_x(rate), _y(rate)) for rate in np.geomspace(LEAST_FNMR, HIGHEST, 60)]
    _dashed(sheet, alike, (MARKED, 1, (3, 5)))
    corners = ((LEFT_PX, TOP_PX), (RIGHT_PX, BOTTOM_PX))
    cv2.rectangle(sheet, _at(corners[0]), _at(corners[1]), INK, FINER, cv2.LINE_AA)
    middle = ((LEFT_PX + RIGHT_PX) / 2, (TOP_PX + BOTTOM_PX) / 2)
    _say(sheet, title, (middle[0], 36), size=0.62, middle=True)
    words = f"false match rate, FMR (% of pairs of {whose.other})"
    _say(sheet, words, (middle[0], BOTTOM_PX + 52), size=0.5, middle=True)
    upwards = f"false non-match rate, FNMR (% of pairs of {whose.same})"
    _say_upwards(sheet, upwards, (34, middle[1]))


def _curve(sheet: Pixels, curve: Curve) -> None:
    path = _path(curve.errors)
    colour = COLOURS[curve.set_number % len(COLOURS)]
    if curve.dashed:
        _dashed(sheet, path, (colour, 2, (DASH_PX, GAP_PX)))
    else:
        for one, other in pairwise(path):
            _line(sheet, one, other, colour, 2)
    equal = curve.errors.equal_rate
    if equal >= LEAST_FNMR:
        centre = _at((_x(equal), _y(equal)))
        cv2.circle(sheet, centre, 5 * FINER, PAPER, -1, cv2.LINE_AA)
        cv2.circle(sheet, centre, 5 * FINER, colour, 2 * FINER, cv2.LINE_AA)


def _path(errors: Errors) -> list[Point]:
    """Steps from threshold to threshold, where both rates are above 0."""
    kept = (errors.fmr > 0) & (errors.fnmr > 0)
    corners: list[Point] = []
    for fmr, fnmr in zip(errors.fmr[kept], errors.fnmr[kept], strict=True):
        here = (_x(float(fmr)), _y(float(fnmr)))
        if corners and corners[-1][0] != here[0] and corners[-1][1] != here[1]:
            corners.append((here[0], corners[-1][1]))
        corners.append(here)
    return corners


def _legend(sheet: Pixels, curves: Sequence[Curve]) -> None:
    """Below the plot in two columns, row by row, so that it hides no curve."""
    for number, curve in enumerate(curves):
        colour = COLOURS[curve.set_number % len(COLOURS)]
        dash = (DASH_PX, GAP_PX if curve.dashed else 0)
        _sample(sheet, _place(number), shortened(curve.label, 46), (colour, 2, dash))
    at = _place(len(curves))
    _sample(sheet, at, "FMR = FNMR: the equal error rate (EER)", (MARKED, 1, (3, 5)))
    ring = _at((at[0] + LEGEND_LINE_PX / 2, at[1] - 4))
    cv2.circle(sheet, ring, 4 * FINER, MARKED, FINER + 1, cv2.LINE_AA)


def _place(number: int) -> Point:
    row, column = divmod(number, LEGEND_COLUMNS)
    wide = (RIGHT_PX - LEFT_PX) / LEGEND_COLUMNS
    return LEFT_PX + 10 + column * wide, LEGEND_PX + LEGEND_ROW_PX * (row + 0.6)


def _sample(sheet: Pixels, at: Point, words: str, line: Line) -> None:
    """One row of the legend; `at` is its left end."""
    left, middle = at[0], at[1] - 4
    _dashed(sheet, [(left, middle), (left + LEGEND_LINE_PX, middle)], line)
    _say(sheet, words, (left + LEGEND_LINE_PX + 10, middle + 5), size=0.45)


def _x(rate: float) -> float:
    return LEFT_PX + _share(rate, LOWEST) * (RIGHT_PX - LEFT_PX)


def _y(rate: float) -> float:
    return BOTTOM_PX - _share(rate, LEAST_FNMR) * (BOTTOM_PX - TOP_PX)


def _share(rate: float, least: float) -> float:
    """Where a rate lies between the ends of its axis, 0-1."""
    normal = NormalDist()
    low, high = normal.inv_cdf(least), normal.inv_cdf(HIGHEST)
    return (normal.inv_cdf(min(max(rate, least), HIGHEST)) - low) / (high - low)


def _at(point: Point) -> tuple[int, int]:
    return round(point[0] * FINER), round(point[1] * FINER)


def _line(sheet: Pixels, one: Point, other: Point, colour: Colour, width: int = 1) -> None:
    cv2.line(sheet, _at(one), _at(other), colour, width * FINER, cv2.LINE_AA)


def _dashed(sheet: Pixels, path: Sequence[Point], line: Line) -> None:
    """Dashes are carried on around corners."""
    colour, width, dash = line
    gone = 0.0
    for one, other in pairwise(path):
        long = float(np.hypot(other[0] - one[0], other[1] - one[1]))
        steps = max(1, round(long))
        for step in range(steps):
            if (gone + long * step / steps) % sum(dash) < dash[0]:
                start = _between(one, other, step / steps)
                _line(sheet, start, _between(one, other, (step + 1) / steps), colour, width)
        gone += long


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _width(words: str, size: float) -> float:
    return cv2.getTextSize(words, FONT, size * FINER, FINER)[0][0] / FINER


def _say(sheet: Pixels, words: str, at: Point, *, size: float = 0.42, middle: bool = False) -> None:
    plain = words.encode("ascii", "replace").decode()
    left = at[0] - _width(plain, size) / 2 if middle else at[0]
    cv2.putText(sheet, plain, _at((left, at[1])), FONT, size * FINER, INK, FINER, cv2.LINE_AA)


def _say_upwards(sheet: Pixels, words: str, middle: Point) -> None:
    """Along the left side, from below upwards."""
    strip = np.full((24 * FINER, round(_width(words, 0.5) + 4) * FINER, 3), PAPER, np.uint8)
    _say(strip, words, (2, 17), size=0.5)
    turned = cv2.rotate(strip, cv2.ROTATE_90_COUNTERCLOCKWISE)
    left, top = _at((middle[0] - 12, middle[1] - turned.shape[0] / FINER / 2))
    sheet[top : top + turned.shape[0], left : left + turned.shape[1]] = turned
